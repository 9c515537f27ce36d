/** Small grids of numbers as pictures: ink on paper, signs in two colours. Each cell is one pixel; CSS makes it large. */
import type { Colours } from "../../shell/palette.ts";

type Rgb = readonly [number, number, number];

/** From a number to the colour of its cell. */
export type Shading = (value: number, cell: number) => Rgb;

/** 0 is paper, `most` and more is ink. */
export function inkShading({ card, ink }: Colours, most = 1): Shading {
  const [paper, dark] = [rgb(card), rgb(ink)];
  return (value) => blend(paper, dark, most > 0 ? value / most : 0);
}

/** Below zero the colour of cats, above zero that of dogs, 0 is paper. */
export function signShading({ card, cat, dog }: Colours, most: number): Shading {
  const [paper, below, above] = [rgb(card), rgb(cat), rgb(dog)];
  return (value) => blend(paper, value < 0 ? below : above, most > 0 ? Math.abs(value) / most : 0);
}

/** A number above zero in `colour` over faint ink, so that the drawing is seen where nothing speaks. */
export function speakingShading(
  { card, ink }: Colours,
  colour: string,
  { most, picture }: { readonly most: number; readonly picture: Float32Array },
): Shading {
  const [paper, dark, strong] = [rgb(card), rgb(ink), rgb(colour)];
  return (value, cell) => {
    const faint = blend(paper, dark, 0.16 * (picture[cell] ?? 0));
    return blend(faint, strong, most > 0 ? Math.max(0, value) / most : 0);
  };
}

/** Paints `values`, [rows, columns] from the top left, on a canvas that gets as many pixels. */
export function paintDots(
  canvas: HTMLCanvasElement,
  { values, columns }: { readonly values: ArrayLike<number>; readonly columns: number },
  shading: Shading,
): void {
  const rows = Math.floor(values.length / columns);
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  if (context === null || rows === 0) return;
  const image = context.createImageData(columns, rows);
  for (let cell = 0; cell < rows * columns; cell++) {
    const [red, green, blue] = shading(values[cell] ?? 0, cell);
    image.data.set([red, green, blue, 255], 4 * cell);
  }
  context.putImageData(image, 0, 0);
}

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function blend(from: Rgb, to: Rgb, share: number): Rgb {
  const part = Math.min(1, Math.max(0, share));
  const mix = (index: 0 | 1 | 2): number => from[index] + part * (to[index] - from[index]);
  return [mix(0), mix(1), mix(2)];
}
