/** Pictures from folders, archives, tables and binary files: decoded right, damage named, caches that go on where they stopped. */
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTar } from "../../../src/data/images/tar.ts";
import { cacheImages, openImageFolder, openImageTable, sharpDecoder } from "../../../src/data/index.node.ts";
import {
  bytesSource,
  ImageLoader,
  imagesInMemory,
  openArchive,
  openImages,
  type PictureSource,
  readCifar,
  readIdx,
  selectImages,
} from "../../../src/data/index.ts";
import { ArgumentError, DataError } from "../../../src/support/errors.ts";
import { hostArray } from "../../../src/tensor/hostArray.ts";
import { makeTar } from "./makeTar.ts";

const decoder = sharpDecoder();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "images-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A picture of one colour. */
function plain(width: number, height: number, [r, g, b]: readonly [number, number, number]) {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
}

async function bytesOf(picture: Sharp): Promise<Uint8Array> {
  return new Uint8Array(await picture.toBuffer());
}

async function write(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const place = await mkdtemp(join(folder, "set-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), content);
  }
  return place;
}

const red = await bytesOf(plain(8, 8, [250, 10, 10]).png());
const blue = await bytesOf(plain(8, 8, [10, 10, 250]).png());
const size = { width: 8, height: 8, decoder } as const;

describe("decoding", () => {
  it("gives red, green and blue of each format, at any size", async () => {
    for (const format of ["jpeg", "png", "webp", "gif", "tiff"] as const) {
      const bytes = await bytesOf(plain(13, 9, [200, 100, 50]).toFormat(format, { quality: 95, lossless: true }));
      for (const [width, height] of [
        [13, 9],
        [4, 4],
        [20, 3],
      ] as const) {
        const pixels = await decoder.decode(bytes, { width, height });
        expect(pixels.length, format).toBe(3 * width * height);
        for (const [index, value] of pixels.entries())
          expect(Math.abs(value - ([200, 100, 50][index % 3] ?? 0)), format).toBeLessThanOrEqual(4);
      }
    }
  });

  it("turns pictures as their EXIF orientation says", async () => {
    // Left half black, right half white, to be shown turned by a quarter clockwise: black on top
    const data = new Uint8Array(8 * 8).map((_, index) => (index % 8 < 4 ? 0 : 255));
    const side = sharp(data, { raw: { width: 8, height: 8, channels: 1 } });
    const turned = await bytesOf(side.jpeg({ quality: 100 }).withMetadata({ orientation: 6 }));
    const pixels = await decoder.decode(turned, { width: 8, height: 8, channels: 1 });
    expect(pixels[8 * 1 + 6]).toBeLessThan(20);
    expect(pixels[8 * 6 + 1]).toBeGreaterThan(235);
  });

  it("takes grey, transparent and 16-bit pictures, and gives grey", async () => {
    const grey = await bytesOf(plain(5, 5, [100, 100, 100]).toColourspace("b-w").png());
    expect(new Set(await decoder.decode(grey, { width: 5, height: 5 }))).toEqual(new Set([100]));
    const clear = sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
    const bytes = await bytesOf(clear.png());
    expect(new Set(await decoder.decode(bytes, { width: 4, height: 4 }))).toEqual(new Set([255]));
    const black = await decoder.decode(bytes, { width: 4, height: 4, background: [0, 0, 7], channels: 3 });
    expect([...black.subarray(0, 3)]).toEqual([0, 0, 7]);
    const deep = sharp(new Uint16Array(16).fill(0x8080), { raw: { width: 4, height: 4, channels: 1 } });
    const pixels = await decoder.decode(await bytesOf(deep.toColourspace("grey16").png()), {
      width: 4,
      height: 4,
      channels: 1,
    });
    for (const value of pixels) expect(Math.abs(value - 0x80)).toBeLessThanOrEqual(1);
    const luma = await decoder.decode(red, { width: 8, height: 8, channels: 1 });
    expect(luma.length).toBe(64);
  });

  it("cuts, fits or stretches what has another shape", async () => {
    // Three squares side by side: black, white, black
    const data = new Uint8Array(30 * 10).map((_, index) => (Math.floor((index % 30) / 10) === 1 ? 255 : 0));
    const bytes = await bytesOf(sharp(data, { raw: { width: 30, height: 10, channels: 1 } }).png());
    const shown = async (fit: "cover" | "contain" | "fill") =>
      decoder.decode(bytes, { width: 10, height: 10, channels: 1, fit, background: [128, 128, 128] });
    const [cover, contain, fill] = [await shown("cover"), await shown("contain"), await shown("fill")];
    expect(cover[55]).toBeGreaterThan(250);
    expect(cover[51]).toBeGreaterThan(200);
    expect(contain[5]).toBe(128);
    expect(fill[51]).toBeLessThan(10);
    expect(fill[55]).toBeGreaterThan(240);
  });
});

describe("folders and tables", () => {
  it("labels pictures by their folder and passes over what is no picture", async () => {
    const place = await write({
      "dogs/2.png": blue,
      "cats/1.png": red,
      "cats/deep.down/3.PNG": red,
      "cats/notes.txt": "no picture",
      "cats/.hidden.png": red,
      ".git/4.png": red,
    });
    const source = await openImageFolder(place);
    expect(source.count).toBe(3);
    const set = await openImages(source, size);
    expect(set.classes).toEqual(["cats", "deep.down", "dogs"]);
    expect([...set.labels]).toEqual([0, 1, 2]);
    expect(set.names).toEqual(["cats/1.png", "cats/deep.down/3.PNG", "dogs/2.png"]);
    expect([...(await set.pixels.read([2])).subarray(0, 3)]).toEqual([10, 10, 250]);
  });

  it("names damaged pictures and leaves them out, or ends there", async () => {
    const place = await write({
      "a/1.png": red,
      "a/2.png": red.subarray(0, 60),
      "b/3.jpg": "not a picture",
      "b/4.png": blue,
      "b/5.png": "",
    });
    const source = await openImageFolder(place);
    const set = await openImages(source, size);
    expect(set.pixels.count).toBe(2);
    expect(set.failures.map(({ name }) => name)).toEqual(["a/2.png", "b/3.jpg", "b/5.png"]);
    for (const { reason } of set.failures) expect(reason).toMatch(/no picture that can be read/);
    await expect(openImages(source, { ...size, onDamage: "throw" })).rejects.toThrow(
      /a\/2\.png: no picture .* leave damaged/,
    );
  });

  it("says what is wrong with folders", async () => {
    await expect(openImageFolder(join(folder, "nowhere"))).rejects.toThrow(/nowhere: there is no such folder/);
    const empty = await write({ "a/readme.md": "" });
    await expect(openImageFolder(empty)).rejects.toThrow(/there is no picture in it/);
    await expect(openImageFolder(join(empty, "a/readme.md"))).rejects.toThrow(/a file, not a folder/);
    const flat = await write({ "1.png": red });
    await expect(openImages(await openImageFolder(flat), size)).rejects.toThrow(/1\.png has no label/);
    const broken = await write({ "a/1.png": "x", "b/2.png": "y" });
    await expect(openImages(await openImageFolder(broken), size)).rejects.toThrow(
      /none of 2 pictures can be read; a\/1\.png/,
    );
    await expect(openImages(await openImageFolder(flat), { ...size, width: 0 })).rejects.toThrow(ArgumentError);
  });

  it("reads a table with paths", async () => {
    const place = await write({
      "p/1.png": red,
      "p/2.png": blue,
      "list.csv": "file,kind\np/2.png,10\np/1.png,9\np/3.png,9\n",
    });
    const source = await openImageTable(join(place, "list.csv"), { path: "file", label: "kind" });
    const set = await openImages(source, size);
    expect(set.classes).toEqual(["9", "10"]);
    expect([...set.labels]).toEqual([1, 0]);
    expect(set.failures).toEqual([{ name: "p/3.png", reason: "there is no such file." }]);
  });
});

describe("archives", () => {
  const long = `train/${"very-".repeat(25)}long/1.png`;
  const read = async (source: PictureSource) => {
    const found: string[] = [];
    for await (const { name, label } of source.pictures()) found.push(`${name} ${label}`);
    return found;
  };

  it.each(["gnu", "pax"] as const)("plain and gzipped, with long names of %s", async (kind) => {
    const tar = makeTar(
      [
        [long, red],
        ["train/b/2.png", blue],
        ["test/b/3.png", blue],
        ["train/x.md", red],
      ],
      kind,
    );
    for (const bytes of [tar, new Uint8Array(gzipSync(tar))]) {
      const archive = openArchive(bytesSource(bytes, "set.tar"), { under: "train" });
      expect(await read(archive)).toEqual([`${long} ${long.split("/").at(-2)}`, "train/b/2.png b"]);
      const set = await openImages(archive, size);
      expect([...(await set.pixels.read([1])).subarray(0, 3)]).toEqual([10, 10, 250]);
    }
  });

  it("labels of WebDataset: a file of the same name", async () => {
    const text = (value: string) => new TextEncoder().encode(value);
    const tar = makeTar([
      ["0001.png", red],
      ["0001.cls", text("3\n")],
      ["0002.cls", text("11")],
      ["0002.png", blue],
      ["0003.png", blue],
      ["0003.json", text('{"label": 4, "width": 8}')],
    ]);
    const set = await openImages(openArchive(bytesSource(tar, "shard.tar")), size);
    expect(set.classes).toEqual(["3", "4", "11"]);
    expect([...set.labels]).toEqual([0, 2, 1]);
    const bad = makeTar([
      ["1.png", red],
      ["1.json", text("{")],
    ]);
    await expect(openImages(openArchive(bytesSource(bad, "s.tar")), size)).rejects.toThrow(/1\.json is no JSON/);
  });

  it("damage is a DataError that names the byte, whatever was changed", async () => {
    const tar = makeTar([
      ["a/1.png", red],
      ["b/2.png", blue],
    ]);
    await expect(read(openArchive(bytesSource(tar.subarray(0, 900), "cut.tar")))).rejects.toThrow(
      /cut\.tar: the end is missing/,
    );
    await expect(read(openArchive(bytesSource(new Uint8Array(2000).fill(65), "no.tar")))).rejects.toThrow(
      /no\.tar: this is no tar file, at byte 0/,
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(tar.length - 1), fc.nat(255), fc.nat(tar.length), async (place, value, end) => {
        const changed = tar.slice(0, end);
        if (place < end) changed[place] = value;
        try {
          for await (const entry of readTar("x", bytesSource(changed).blocks()))
            expect(entry.bytes.length).toBeLessThanOrEqual(tar.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("binary files", () => {
  it("idx: every element type, and sizes that do not fit", async () => {
    const idx = (code: number, rank: readonly number[], data: readonly number[]) =>
      bytesSource(
        new Uint8Array([0, 0, code, rank.length, ...rank.flatMap((size) => [0, 0, 0, size]), ...data]),
        "x.idx",
      );
    expect(await readIdx(idx(8, [2, 2], [1, 2, 3, 255]))).toEqual(hostArray(new Uint8Array([1, 2, 3, 255]), [2, 2]));
    expect((await readIdx(idx(9, [1], [254]))).data).toEqual(new Int8Array([-2]));
    expect((await readIdx(idx(11, [2], [1, 0, 255, 255]))).data).toEqual(new Int16Array([256, -1]));
    expect((await readIdx(idx(12, [1], [0, 1, 0, 0]))).data).toEqual(new Int32Array([65536]));
    expect((await readIdx(idx(13, [1], [0x3f, 0x80, 0, 0]))).data).toEqual(new Float32Array([1]));
    expect((await readIdx(idx(14, [1], [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]))).data).toEqual(new Float64Array([1]));
    await expect(readIdx(idx(8, [3], [1, 2]))).rejects.toThrow(
      /x\.idx: the file says \[3\] elements of 1 bytes, 11 bytes in all, and has 10/,
    );
    await expect(readIdx(bytesSource(new Uint8Array([1, 2]), "y"))).rejects.toThrow(
      /y: this is no idx file; it begins with 1 2/,
    );
    const packed = gzipSync(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 5]));
    expect((await readIdx(bytesSource(new Uint8Array(packed), "z"))).data).toEqual(new Uint8Array([5]));
    await expect(readIdx(bytesSource(new Uint8Array(packed.subarray(0, 20)), "z"))).rejects.toThrow(
      /z: the gzip file is cut short/,
    );
  });

  it("CIFAR: planes become pixels, labels are checked", async () => {
    const record = new Uint8Array(3074);
    record.set([7, 42]);
    record.fill(1, 2, 1026).fill(2, 1026, 2050).fill(3, 2050);
    const { pixels, labels, groups } = await readCifar(bytesSource(record, "c"), 100);
    expect(pixels.shape).toEqual([1, 32, 32, 3]);
    expect([...pixels.data.slice(0, 6)]).toEqual([1, 2, 3, 1, 2, 3]);
    expect([...labels.data, ...(groups?.data ?? [])]).toEqual([42, 7]);
    await expect(readCifar(bytesSource(record, "c"))).rejects.toThrow(/no whole number of CIFAR-10 records/);
    await expect(readCifar(bytesSource(record.subarray(0, 3073).fill(10, 0, 1), "c"))).rejects.toThrow(
      /record 0 has label 10/,
    );
  });
});

describe("sets and batches", () => {
  const numbered = (count: number) =>
    imagesInMemory(
      hostArray(
        Uint8Array.from({ length: count * 4 }, (_, index) => index >> 2),
        [count, 2, 2, 1],
      ),
      Array.from({ length: count }, (_, index) => index % 2),
      ["even", "odd"],
    );

  it("each epoch has every picture once, in an order of its own, and may begin later", async () => {
    const loader = new ImageLoader(numbered(10), { batchSize: 4, seed: 3 });
    const read = async (epoch: number, skip = 0) => {
      const rows: number[][] = [];
      for await (const { x, y } of loader.epoch(epoch).skip(skip)) {
        expect(x.dtype).toBe("u8");
        const pictures = Array.from(await x.data()).filter((_, index) => index % 4 === 0);
        expect([...(await y.data())]).toEqual([...pictures].map((number) => number % 2));
        rows.push([...pictures]);
      }
      return rows;
    };
    const first = await read(0);
    expect(first.map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(first.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await read(1)).not.toEqual(first);
    expect(await read(0, 1)).toEqual(first.slice(1));
    expect(() => new ImageLoader(numbered(3), { batchSize: 4, dropLast: true })).toThrow(
      /3 pictures make no batch of 4/,
    );
    expect(() => new ImageLoader(numbered(3), { batchSize: 0 })).toThrow(ArgumentError);
  });

  it("gives arrays of their own, or the same memory again where it may be reused", async () => {
    const loader = new ImageLoader(numbered(10), { batchSize: 4, seed: 3 });
    const own = await Array.fromAsync(loader.hostEpoch(0), ({ x }) => x.data);
    expect(new Set(own.map((data) => data instanceof Uint8Array && data.buffer)).size).toBe(3);
    const memory = new Set<unknown>();
    let batch = 0;
    for await (const { x } of loader.hostEpoch(0, { isReused: true })) {
      expect(x.data).toEqual(own[batch++]);
      memory.add(x.data instanceof Uint8Array && x.data.buffer);
    }
    expect([batch, memory.size]).toEqual([3, 1]);
  });

  it("selects rows, and refuses those that are not there", async () => {
    const some = selectImages(numbered(5), [4, 1]);
    expect([...(await some.pixels.read([0, 1]))]).toEqual([4, 4, 4, 4, 1, 1, 1, 1]);
    expect([...some.labels]).toEqual([0, 1]);
    expect(() => selectImages(numbered(5), [5])).toThrow(/no picture 5/);
    expect(() => imagesInMemory(hostArray(new Uint8Array(4), [1, 2, 2]), [0], ["a"])).toThrow(
      /they have to be u8 \[count/,
    );
    expect(() => imagesInMemory(hostArray(new Uint8Array(4), [1, 2, 2, 1]), [], ["a"])).toThrow(/1 pictures, 0 labels/);
  });
});

describe("the cache", () => {
  const files = Object.fromEntries(
    Array.from({ length: 700 }, (_, index) => [
      `c${index % 3}/${String(index).padStart(4, "0")}.png`,
      index % 50 === 7 ? "broken" : index % 2 === 0 ? red : blue,
    ]),
  );
  let place = "";
  beforeAll(async () => {
    place = await write(files);
  });

  const all = async (set: {
    pixels: { count: number; read(rows: ArrayLike<number>): Uint8Array | Promise<Uint8Array> };
  }) => set.pixels.read(Array.from({ length: set.pixels.count }, (_, index) => index));

  it("has what decoding into memory gives, is made once, and goes on where it was broken off, wherever", async () => {
    const source = await openImageFolder(place);
    const plainSet = await openImages(source, size);
    let decoded = 0;
    const counting: PictureSource = {
      ...source,
      async *pictures(skip) {
        for await (const picture of source.pictures(skip)) {
          decoded++;
          yield picture;
        }
      },
    };
    const cache = await mkdtemp(join(folder, "cache-"));
    const check = async () => {
      await using set = await cacheImages(counting, { ...size, folder: cache });
      expect(set.names).toEqual(plainSet.names);
      expect(set.labels).toEqual(plainSet.labels);
      expect(set.failures).toEqual(plainSet.failures);
      expect(await all(set)).toEqual(await all(plainSet));
      expect([...(await set.pixels.read([9, 3, 3, 0]))]).toEqual([...(await plainSet.pixels.read([9, 3, 3, 0]))]);
    };
    await check();
    expect(decoded).toBe(700);
    await check();
    expect(decoded).toBe(700);
    const names = await readdir(cache);
    const [index = "", pixels = ""] = [
      names.find((name) => name.endsWith(".jsonl")),
      names.find((name) => name.endsWith(".pixels")),
    ];
    const [indexSize, pixelSize] = [
      (await readFile(join(cache, index))).length,
      (await readFile(join(cache, pixels))).length,
    ];
    for (const [file, share] of [
      [index, 0.4],
      [index, 0],
      [pixels, 0.7],
      [pixels, 0.001],
      [index, 0.999],
    ] as const) {
      await truncate(join(cache, file), Math.floor((file === index ? indexSize : pixelSize) * share));
      decoded = 0;
      await check();
      expect(decoded).toBeGreaterThan(share === 0.999 ? -1 : 0);
      expect(decoded, `${file} ${share}`).toBeLessThanOrEqual(share > 0.3 ? 620 : 700);
    }
  });

  it("is made anew for another size or changed files", async () => {
    const cache = await mkdtemp(join(folder, "cache-"));
    const small = await write({ "a/1.png": red, "b/2.png": blue });
    const open = async (width: number) => {
      await using set = await cacheImages(await openImageFolder(small), { width, height: 8, decoder, folder: cache });
      const into = new Uint8Array(width * 8 * 3);
      expect(await set.pixels.read([1], into)).toBe(into);
      expect(await set.pixels.read([1])).toEqual(into);
      return [...into.subarray(0, 3)];
    };
    expect(await open(8)).toEqual([10, 10, 250]);
    expect((await open(4)).length).toBe(3);
    await writeFile(join(small, "b/2.png"), red.subarray());
    await writeFile(join(small, "b/2.png"), await bytesOf(plain(9, 9, [1, 200, 1]).png()));
    expect(await open(8)).toEqual([1, 200, 1]);
  });
});
