/** Plain JPEG files decoded here: to the pixels that sharp gives, or left to sharp. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodeJpeg } from "../../../src/data/images/jpeg/decodeJpeg.ts";
import { sharpDecoder } from "../../../src/index.node.ts";
import { DataError } from "../../../src/support/errors.ts";

interface Kind {
  readonly width: number;
  readonly height: number;
  readonly quality: number;
  readonly sampling: "4:2:0" | "4:4:4" | "grey";
}

/** Slopes, edges and noise. */
function pixelsOf(width: number, height: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length: 3 * width * height }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width)];
    const noise = Math.imul(index + 1, 2654435761 + 2 * seed) >>> 26;
    return 60 * Math.sin((x + seed) / 5) + (x > y ? 60 : 130) + (index % 3) * 9 + (x < width / 2 ? noise : 0);
  });
}

async function jpegOf({ width, height, quality, sampling }: Kind, seed = 0): Promise<Uint8Array> {
  const picture = sharp(pixelsOf(width, height, seed), { raw: { width, height, channels: 3 } });
  if (sampling === "grey") return new Uint8Array(await picture.toColourspace("b-w").jpeg({ quality }).toBuffer());
  return new Uint8Array(await picture.jpeg({ quality, chromaSubsampling: sampling }).toBuffer());
}

/** What sharp makes of a file; undefined where it refuses. */
async function bySharp(bytes: Uint8Array, space: string): Promise<Uint8Array | undefined> {
  const pipeline = sharp(bytes, { failOn: "error" }).toColourspace(space).raw();
  return pipeline.toBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => undefined,
  );
}

const kind = { width: 24, height: 16, quality: 90, sampling: "4:4:4" } as const;

describe("decodeJpeg", () => {
  test.each(["4:2:0", "4:4:4", "grey"] as const)("gives sharp's pixels: %s", async (sampling) => {
    const space = sampling === "grey" ? "b-w" : "srgb";
    for (const [width, height] of [
      [64, 64],
      [33, 17],
      [9, 31],
      [8, 8],
      [17, 40],
    ] as const)
      for (const quality of [5, 50, 80, 100]) {
        const bytes = await jpegOf({ width, height, quality, sampling });
        const found = decodeJpeg(bytes);
        expect([found?.width, found?.height, found?.channels]).toEqual([width, height, sampling === "grey" ? 1 : 3]);
        expect(found?.pixels, `${width}×${height}, ${quality}`).toEqual(await bySharp(bytes, space));
      }
  });

  test("of extremes too: black and white without anything between", async () => {
    const pixels = Uint8Array.from({ length: 3 * 32 * 32 }, (_, index) =>
      Math.imul(index >> 1, 40503) & 64 ? 255 : 0,
    );
    const picture = sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } });
    for (const quality of [1, 30, 100]) {
      const bytes = new Uint8Array(await picture.clone().jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer());
      expect(decodeJpeg(bytes)?.pixels).toEqual(await bySharp(bytes, "srgb"));
    }
  });

  test("leaves what is not plain to others", async () => {
    const picture = () => sharp(pixelsOf(16, 16), { raw: { width: 16, height: 16, channels: 3 } });
    const files = {
      progressive: picture().jpeg({ progressive: true }),
      turned: picture().jpeg().withMetadata({ orientation: 6 }),
      profile: picture().jpeg().withIccProfile("p3"),
      fourColours: picture().toColourspace("cmyk").jpeg(),
      png: picture().png(),
    };
    for (const [name, file] of Object.entries(files))
      expect(decodeJpeg(new Uint8Array(await file.toBuffer())), name).toBeUndefined();
    expect(decodeJpeg(new Uint8Array())).toBeUndefined();
  });

  test("gives of damaged files what sharp gives, or nothing", async () => {
    let kept = 0;
    for (const sampling of ["4:4:4", "4:2:0"] as const) {
      const bytes = await jpegOf({ ...kind, sampling });
      for (let trial = 0; trial < 150; trial++) {
        const damaged = bytes.slice(0, trial % 5 === 0 ? 1 + Math.floor((bytes.length * trial) / 150) : bytes.length);
        const place = (Math.imul(trial + 1, 40503) >>> 3) % damaged.length;
        damaged[place] = (damaged[place] ?? 0) ^ (1 << (trial % 8));
        const found = decodeJpeg(damaged);
        if (found === undefined) continue;
        kept++;
        expect(found.pixels, `${sampling}, trial ${trial}`).toEqual(await bySharp(damaged, "srgb"));
      }
    }
    // What stands before the picture, or shifts a few samples, damages nothing that can be seen
    expect(kept).toBeGreaterThan(10);
  });
});

test("many pictures of the size asked for come from threads, and are those of sharp", async () => {
  const decoder = sharpDecoder();
  const files = await Promise.all(
    Array.from({ length: 40 }, (_, seed) => jpegOf({ ...kind, sampling: "4:2:0" }, seed)),
  );
  const options = { width: kind.width, height: kind.height };
  const all = await Promise.all(files.map((bytes) => decoder.decode(bytes, options)));
  for (const [index, bytes] of files.entries())
    expect(new Uint8Array(all[index] ?? [])).toEqual(await bySharp(bytes, "srgb"));
  const grey = await decoder.decode(files[0] ?? new Uint8Array(), { ...options, channels: 1 });
  expect(grey).toHaveLength(kind.width * kind.height);
  const [whole = new Uint8Array()] = files;
  const cut = whole.slice(0, Math.floor(0.8 * whole.length));
  await expect(decoder.decode(cut, options)).rejects.toThrow(DataError);
});
