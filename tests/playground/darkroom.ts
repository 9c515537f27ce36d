/**
 * Pictures of figures, small, and how they differ from those that were kept (pictures/): all figures of a page together. What is compared are the light of tiles of 8×8 points and how much is drawn in larger parts, so that another font or
 * another rounding is no difference, and a figure that is missing, empty or in other colours is one. `npm run test:browser --
 * --update` keeps the pictures as they are now: look at each that it names.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";

/** All figures of a page; what lies within a figure belongs to it. */
const figures = "#main :is(figure, canvas, svg):not(figure *)";

/**
 * What is still the same picture: a difference of so much of what light there can be, in the mean and for nearly all tiles,
 * and hardly a part in which twice or half as much is drawn (darkroom.browser.test.ts has what must be noticed).
 */
const tolerance = { mean: 0.02, tile: 0.1, share: 0.02, drawn: 0.025, height: 0.1 };

/** How a picture differs from the one that was kept. */
export interface Difference {
  readonly mean: number;
  /** Share of tiles that differ by more than `tolerance.tile`. */
  readonly share: number;
  /** Share of larger parts in which there is twice or half as much to see. */
  readonly drawn: number;
  /** Height over that of the kept picture: figures that are missing, or have another shape. */
  readonly height: number;
}

/** A page of a browser that nothing but pictures are made in. */
export class Darkroom {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(browser: Browser): Promise<Darkroom> {
    return new Darkroom(await browser.newPage());
  }

  /** The figures of a page, small, as WebP. */
  async develop(page: Page): Promise<Buffer> {
    const source = (await page.screenshot({ fullPage: true, animations: "disabled" })).toString("base64");
    const boxes = await page.locator(figures).evaluateAll((found) =>
      found
        .map((figure) => figure.getBoundingClientRect())
        .filter(({ width, height }) => width > 0 && height > 0)
        .map(({ left, top, width, height }) => ({ left: left + scrollX, top: top + scrollY, width, height })),
    );
    const small = await this.#page.evaluate(
      async ({ source, boxes }) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob());
        const scale = 0.3;
        const most = Math.ceil(scale * Math.max(100, ...boxes.map(({ width }) => width)));
        // Side by side as long as there is room, then below
        let [left, top, bottom] = [0, 0, 1];
        const places = boxes.map(({ width, height }) => {
          if (left > 0 && left + scale * width > most) [left, top] = [0, bottom];
          const place = { left, top, width: scale * width, height: scale * height };
          left = Math.ceil(left + place.width) + 2;
          bottom = Math.max(bottom, Math.ceil(top + place.height) + 2);
          return place;
        });
        const canvas = new OffscreenCanvas(most, bottom);
        const context = canvas.getContext("2d");
        if (context === null) throw new Error("no canvas");
        context.imageSmoothingQuality = "high";
        boxes.forEach((box, index) => {
          const place = places[index];
          if (place === undefined) return;
          const { left, top, width, height } = place;
          context.drawImage(image, box.left, box.top, box.width, box.height, left, top, width, height);
        });
        const bytes = new Uint8Array(
          await (await canvas.convertToBlob({ type: "image/webp", quality: 0.8 })).arrayBuffer(),
        );
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      },
      { source, boxes },
    );
    return Buffer.from(small, "base64");
  }

  /** How two pictures differ. */
  async compare(now: Buffer, kept: Buffer): Promise<Difference> {
    return this.#page.evaluate(
      async ({ sources, tile }) => {
        const [now, kept] = await Promise.all(
          sources.map(async (source) =>
            createImageBitmap(await (await fetch(`data:image/webp;base64,${source}`)).blob()),
          ),
        );
        if (now === undefined || kept === undefined) throw new Error("two pictures");
        const { width, height } = kept;
        const [a, b] = [now, kept].map((image) => {
          const context = new OffscreenCanvas(width, height).getContext("2d");
          if (context === null) throw new Error("no canvas");
          context.drawImage(image, 0, 0, width, height);
          return context.getImageData(0, 0, width, height).data;
        });
        /** Mean and spread of light, between 0 and 1, of each square of a picture. */
        const squares = (data: Uint8ClampedArray | undefined, size: number): { mean: number[]; spread: number }[] => {
          const found = [];
          for (let top = 0; top + size / 2 < height; top += size) {
            for (let left = 0; left + size / 2 < width; left += size) {
              const sums = [0, 0, 0];
              let squared = 0;
              let points = 0;
              for (let y = top; y < Math.min(top + size, height); y++) {
                for (let x = left; x < Math.min(left + size, width); x++, points++) {
                  for (const channel of sums.keys()) {
                    const value = (data?.[4 * (y * width + x) + channel] ?? 0) / 255;
                    sums[channel] = (sums[channel] ?? 0) + value;
                    squared += value * value;
                  }
                }
              }
              const mean = sums.map((sum) => sum / points);
              const spread = Math.sqrt(Math.max(0, squared / points - mean.reduce((sum, m) => sum + m * m, 0)));
              found.push({ mean, spread });
            }
          }
          return found;
        };
        const tilesNow = squares(a, 8);
        const tiles = squares(b, 8).map(({ mean }, index) =>
          Math.max(...mean.map((value, channel) => Math.abs(value - (tilesNow[index]?.mean[channel] ?? 0)))),
        );
        const blocksNow = squares(a, 24);
        const blocks = squares(b, 24).map(({ spread }, index) => {
          const other = blocksNow[index]?.spread ?? 0;
          return Math.max(spread, other) > 0.02 && Math.max(spread / other, other / spread) > 2;
        });
        const mean = tiles.reduce((sum, value) => sum + value, 0) / tiles.length;
        const share = tiles.filter((value) => value > tile).length / tiles.length;
        const drawn = blocks.filter((block) => block).length / blocks.length;
        return { mean, share, drawn, height: now.height / kept.height };
      },
      { sources: [now.toString("base64"), kept.toString("base64")], tile: tolerance.tile },
    );
  }
}

/**
 * Compares a picture with the one kept under `name`, or keeps it where SMILODON_PICTURES is "update". Gives what is wrong,
 * or undefined; the new picture then lies in `.cache/pictures`.
 */
export async function judgePicture(darkroom: Darkroom, page: Page, name: string): Promise<string | undefined> {
  const now = await darkroom.develop(page);
  const file = join(import.meta.dirname, "pictures", `${name}.webp`);
  if (process.env.SMILODON_PICTURES === "update") {
    if (existsSync(file) && isSame(await darkroom.compare(now, readFileSync(file)))) return undefined;
    keep(file, now);
    process.stderr.write(`kept ${file}: look at it.\n`);
    return undefined;
  }
  const place = join(import.meta.dirname, "..", "..", ".cache", "pictures", `${name}.webp`);
  keep(place, now);
  if (!existsSync(file)) return `There is no picture ${file} to compare with; --update keeps ${place}.`;
  const difference = await darkroom.compare(now, readFileSync(file));
  if (isSame(difference)) return undefined;
  const { mean, share, drawn, height } = difference;
  return (
    `${place} is not ${file}: it differs by ${mean.toFixed(3)} in the mean, in ${percent(share)} of its tiles, in what is drawn in ` +
    `${percent(drawn)} of its parts, and is ${height.toFixed(2)} times as high. Where that is meant, --update keeps it.`
  );
}

/** Does a difference count as none? */
export function isSame({ mean, share, drawn, height }: Difference): boolean {
  const isAsHigh = Math.abs(height - 1) <= tolerance.height;
  return mean <= tolerance.mean && share <= tolerance.share && drawn <= tolerance.drawn && isAsHigh;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function keep(file: string, picture: Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, picture);
}
