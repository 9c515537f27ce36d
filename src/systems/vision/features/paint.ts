/** Explanations and units as pictures: pixels to look at, made of numbers from 0 to 1 and of maps. */
import type { PixelPicture } from "../../../data/images/pngEncoder.ts";
import type { PictureBox, PictureShape } from "../../../explain/index.ts";
import { at } from "../../../support/invariant.ts";

/** Numbers [channels, height, width] from 0 to 1 as pixels; what lies outside is cut off. */
export function pixelsOf(values: ArrayLike<number>, { channels, height, width }: PictureShape): PixelPicture {
  const size = height * width;
  const pixels = new Uint8Array(size * 3);
  for (let index = 0; index < pixels.length; index++) {
    const channel = channels === 3 ? index % 3 : 0;
    pixels[index] = Math.round(255 * Math.min(1, Math.max(0, at(values, channel * size + Math.floor(index / 3)))));
  }
  return { pixels, height, width, channels: 3 };
}

/** Side by side in rows of `columns`, with a pixel of light grey between. Smaller pictures lie in the middle of their cell. */
export function sheetOf(pictures: readonly PixelPicture[], columns: number): PixelPicture {
  const across = Math.max(1, Math.min(columns, pictures.length));
  const down = Math.max(1, Math.ceil(pictures.length / across));
  const tall = Math.max(1, ...pictures.map(({ height }) => height));
  const wide = Math.max(1, ...pictures.map(({ width }) => width));
  const [height, width] = [down * (tall + 1) - 1, across * (wide + 1) - 1];
  const pixels = new Uint8Array(height * width * 3).fill(222);
  pictures.forEach((picture, index) => {
    const top = Math.floor(index / across) * (tall + 1) + Math.floor((tall - picture.height) / 2);
    const left = (index % across) * (wide + 1) + Math.floor((wide - picture.width) / 2);
    for (let row = 0; row < picture.height; row++) {
      const own = picture.pixels.subarray(row * picture.width * 3, (row + 1) * picture.width * 3);
      pixels.set(own, ((top + row) * width + left) * 3);
    }
  });
  return { pixels, height, width, channels: 3 };
}

/** A part of a picture. */
export function cropOf(picture: PixelPicture, { top, bottom, left, right }: PictureBox): PixelPicture {
  const [height, width] = [bottom - top, right - left];
  const pixels = new Uint8Array(height * width * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * picture.width + left) * 3;
    pixels.set(picture.pixels.subarray(start, start + width * 3), row * width * 3);
  }
  return { pixels, height, width, channels: 3 };
}

/** What speaks for the answer, and against it: orange and blue, which those who see no red or green tell apart. */
const tones = { for: [230, 97, 0], against: [30, 100, 220] } as const;

/**
 * A map over its picture, which is shown in grey and paler: orange where pixels speak for the answer, blue where against. Colours are full
 * at the 99th percentile of magnitudes, so that a single pixel does not hide the others.
 */
export function overlayOf(picture: PixelPicture, map: ArrayLike<number>): PixelPicture {
  const magnitudes = Float64Array.from(map, Math.abs).sort();
  const full = Math.max(1e-30, magnitudes[Math.floor(0.99 * (magnitudes.length - 1))] ?? 0);
  const pixels = new Uint8Array(picture.pixels.length);
  for (let pixel = 0; pixel < map.length; pixel++) {
    const [red, green, blue] = [0, 1, 2].map((channel) => at(picture.pixels, 3 * pixel + channel));
    const grey = 0.299 * (red ?? 0) + 0.587 * (green ?? 0) + 0.114 * (blue ?? 0);
    const value = at(map, pixel) / full;
    const strength = 0.85 * Math.sqrt(Math.min(1, Math.abs(value)));
    const tone = value < 0 ? tones.against : tones.for;
    tone.forEach((part, channel) => {
      pixels[3 * pixel + channel] = Math.round((1 - strength) * (96 + 0.55 * grey) + strength * part);
    });
  }
  return { ...picture, pixels };
}

/** Boxes drawn as lines of one pixel, for parts that are named. */
export function outlined(picture: PixelPicture, boxes: readonly PictureBox[]): PixelPicture {
  const pixels = picture.pixels.slice();
  const mark = (row: number, column: number) => pixels.set([255, 210, 0], (row * picture.width + column) * 3);
  for (const { top, bottom, left, right } of boxes) {
    for (let column = left; column < right; column++) for (const row of [top, bottom - 1]) mark(row, column);
    for (let row = top; row < bottom; row++) for (const column of [left, right - 1]) mark(row, column);
  }
  return { ...picture, pixels };
}
