/** Confidence as shade: a grid of values becomes a small picture in the colours of the two classes, drawn smoothly. */
import type { Colours } from "../shell/palette.ts";

/** Values over a rectangle, [rows, columns], the lowest row first. */
export interface ShadeGrid {
  readonly columns: number;
  readonly rows: number;
  readonly values: ArrayLike<number>;
}

type Rgb = readonly [number, number, number];

/** Which colour a value has: 0 is wholly the first class, 0.5 paper, 1 the second. */
export function shadeColours({ catDeep, paper, dogDeep, cat, dog }: Colours): (value: number) => Rgb {
  const stops = [blend(rgb(catDeep), rgb(cat), 0.25), rgb(paper), blend(rgb(dogDeep), rgb(dog), 0.25)] as const;
  return (value) => {
    const position = Math.min(1, Math.max(0, value)) * 2;
    return position < 1 ? blend(stops[0], stops[1], position) : blend(stops[1], stops[2], position - 1);
  };
}

/** Paints a grid over the whole of `target`, which has as many pixels as the grid has cells. */
export function paintGrid(
  target: HTMLCanvasElement | OffscreenCanvas,
  grid: ShadeGrid,
  colour: (value: number) => Rgb,
): void {
  const { columns, rows, values } = grid;
  if (target.width !== columns) target.width = columns;
  if (target.height !== rows) target.height = rows;
  // Both kinds of canvas have the same context, which TypeScript does not see through the union
  const context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null =
    target instanceof HTMLCanvasElement ? target.getContext("2d") : target.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(columns, rows);
  const steps = tableOf(colour);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[(rows - 1 - row) * columns + column] ?? 0.5;
      const entry = 3 * Math.round(Math.min(1, Math.max(0, value)) * 255);
      const offset = 4 * (row * columns + column);
      image.data[offset] = steps[entry] ?? 0;
      image.data[offset + 1] = steps[entry + 1] ?? 0;
      image.data[offset + 2] = steps[entry + 2] ?? 0;
      image.data[offset + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

const tables = new WeakMap<(value: number) => Rgb, Uint8Array>();

/** 256 colours: finding each anew would take most of the time. */
function tableOf(colour: (value: number) => Rgb): Uint8Array {
  let table = tables.get(colour);
  if (table === undefined) {
    table = new Uint8Array(3 * 256);
    for (let entry = 0; entry < 256; entry++) table.set(colour(entry / 255), 3 * entry);
    tables.set(colour, table);
  }
  return table;
}

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function blend(from: Rgb, to: Rgb, share: number): Rgb {
  const mix = (index: 0 | 1 | 2): number => from[index] + share * (to[index] - from[index]);
  return [mix(0), mix(1), mix(2)];
}
