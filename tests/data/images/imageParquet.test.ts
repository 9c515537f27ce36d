/** Pictures in Parquet files: bytes, structures of bytes and paths, names of labels; damaged files end with a DataError. */
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { holdsImageBytes, openImageParquet } from "../../../src/data/images/imageParquet.ts";
import { bytesSource, type EncodedPicture } from "../../../src/data/index.ts";
import { DataError } from "../../../src/support/errors.ts";
import { picture } from "../../vision/files.ts";

const pictures = await Promise.all(
  Array.from({ length: 7 }, (_, row) => picture(row % 2 === 0 ? "red" : "green", row)),
);
const labels = pictures.map((_, row) => row % 2);

const structure = [
  { name: "root", num_children: 2 },
  { name: "image", num_children: 2, repetition_type: "OPTIONAL" },
  { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
  { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "label", type: "INT64", repetition_type: "OPTIONAL" },
] as const;

/** As datasets are published: pictures in a structure, labels by number, names in the metadata. */
function published(rowGroupSize = 3): Uint8Array {
  const features = { label: { names: ["red", "green"], _type: "ClassLabel" } };
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        {
          name: "image",
          data: pictures.map((bytes, row) => (row === 5 ? null : { bytes, path: row === 4 ? null : `${row}.png` })),
        },
        { name: "label", data: labels.map(BigInt) },
      ],
      schema: structure.map((element) => ({ ...element })),
      kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }],
      rowGroupSize,
    }),
  );
}

function plain(): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "picture", data: pictures, type: "BYTE_ARRAY" },
        { name: "kind", data: labels.map((label) => (label === 0 ? "red" : "green")), type: "STRING" },
      ],
    }),
  );
}

async function all(bytes: Uint8Array, columns = {}, skip = 0): Promise<EncodedPicture[]> {
  const source = await openImageParquet(bytesSource(bytes, "set.parquet"), columns);
  return source === undefined ? [] : Array.fromAsync(source.pictures(skip));
}

describe("pictures in Parquet", () => {
  test("are read from structures, with names of labels, across row groups and from the middle", async () => {
    const found = await all(published());
    expect(found.map(({ name, label }) => [name, label])).toEqual(
      labels.map((label, row) => [
        `row ${row}${row === 4 || row === 5 ? "" : `, ${row}.png`}`,
        label === 0 ? "red" : "green",
      ]),
    );
    expect(await found[2]?.bytes()).toEqual(pictures[2]);
    await expect(found[5]?.bytes()).rejects.toThrow(/no bytes in the row/);
    expect((await all(published(), {}, 4)).map(({ name }) => name)).toEqual(["row 4", "row 5", "row 6, 6.png"]);
    expect(await holdsImageBytes(bytesSource(published(), "set.parquet"))).toBe(true);
  });

  test("are read from plain bytes, the labels' column by name", async () => {
    await expect(all(plain())).rejects.toThrow(/no column is called label/);
    await expect(all(plain(), { label: "kinds" })).rejects.toThrow(/Did you mean "kind"/);
    const found = await all(plain(), { label: "kind" });
    expect(found.map(({ label }) => label)).toEqual(labels.map((label) => (label === 0 ? "red" : "green")));
    expect(await found[6]?.bytes()).toEqual(pictures[6]);
  });

  test("are not seen where bytes are something else, nor where there are none", async () => {
    const words = pictures.map((_, row) => new TextEncoder().encode(`word ${row}`));
    const table = parquetWriteBuffer({ columnData: [{ name: "word", data: words, type: "BYTE_ARRAY" }] });
    expect(await holdsImageBytes(bytesSource(new Uint8Array(table), "words.parquet"))).toBe(false);
    const numbers = parquetWriteBuffer({ columnData: [{ name: "number", data: [1, 2], type: "DOUBLE" }] });
    expect(await openImageParquet(bytesSource(new Uint8Array(numbers), "numbers.parquet"))).toBeUndefined();
  });

  test("of damaged files end with a DataError, or are other bytes", async () => {
    const good = published();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: good.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        async (at, value) => {
          const bytes = good.slice();
          bytes[at] = value;
          try {
            for (const each of await all(bytes))
              await each.bytes().catch((error) => expect(error).toBeInstanceOf(DataError));
          } catch (error) {
            expect(error).toBeInstanceOf(DataError);
          }
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });
});
