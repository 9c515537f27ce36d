/** What is found in sets of pictures before anything is learned, and pictures as PNG files. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { checkPictures } from "../../src/audit/pictureChecks.ts";
import { encodePng, imagesInMemory, pngAddress } from "../../src/data/index.ts";
import { ArgumentError } from "../../src/support/errors.ts";
import { hostArray } from "../../src/tensor/hostArray.ts";

const side = 24;

/** A picture of waves whose direction and phase follow from `seed`. */
function waves(seed: number, noise = 0): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % side, Math.floor(index / 3 / side)];
    const wobble = (((Math.imul(index + 1, 2654435761 + seed) >>> 24) - 128) * noise) / 128;
    return 128 + 90 * Math.sin((x * Math.cos(seed) + y * Math.sin(seed)) / (2 + (seed % 3)) + seed) + wobble;
  });
}

function setOf(pictures: readonly Uint8Array[], labels: readonly number[]) {
  const pixels = Uint8Array.from(pictures.flatMap((picture) => [...picture]));
  return imagesInMemory(hostArray(pixels, [pictures.length, side, side, 3], "u8"), labels, ["day", "night"]);
}

describe("checks of pictures", () => {
  test("find copies and near copies, and nothing else", async () => {
    const pictures = Array.from({ length: 20 }, (_, index) => waves(index));
    pictures.push(
      waves(3),
      waves(7, 4),
      waves(3),
      new Uint8Array(side * side * 3),
      new Uint8Array(side * side * 3).fill(1),
    );
    const found = await checkPictures(
      setOf(
        pictures,
        pictures.map((_, index) => index % 2),
      ),
    );
    expect(found.copies).toEqual([[3, 20, 22]]);
    expect(found.nearCopies).toEqual([[7, 21]]);
    expect(found.isCutShort).toBe(false);
  });

  test("measure how bright classes are", async () => {
    const pictures = [40, 60, 200, 220].map((value) => new Uint8Array(side * side * 3).fill(value));
    const { looks } = await checkPictures(setOf(pictures, [1, 1, 0, 0]));
    expect(looks.map(({ name, count }) => [name, count])).toEqual([
      ["day", 2],
      ["night", 2],
    ]);
    expect(looks[0]?.brightness).toBeCloseTo(210 / 255, 12);
    expect(looks[1]?.brightness).toBeCloseTo(50 / 255, 12);
    expect(looks[0]?.contrast).toBe(0);
  });
});

describe("PNG", () => {
  test.each([
    [1, 5, 7],
    [3, 4, 3],
    [3, 1, 1],
  ])("of %i channels, %i×%i, is read back to the same pixels", async (channels, height, width) => {
    const pixels = Uint8Array.from({ length: channels * height * width }, (_, index) => (index * 37) % 256);
    const bytes = await encodePng({ pixels, height, width, channels });
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect([info.height, info.width]).toEqual([height, width]);
    const own = Array.from(
      { length: pixels.length },
      (_, index) => data[Math.floor(index / channels) * info.channels + (index % channels)],
    );
    expect(own).toEqual([...pixels]);
    expect(await pngAddress({ pixels, height, width, channels })).toMatch(/^data:image\/png;base64,iVBOR/);
  });

  test("refuses pixels that do not fill the picture", async () => {
    await expect(encodePng({ pixels: new Uint8Array(5), height: 2, width: 2, channels: 1 })).rejects.toThrow(
      ArgumentError,
    );
    await expect(encodePng({ pixels: new Uint8Array(8), height: 2, width: 2, channels: 2 })).rejects.toThrow(
      /2 channels/,
    );
  });
});
