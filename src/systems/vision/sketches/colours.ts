/** Colours of fur, eyes and backgrounds: lists to go along, so that one number chooses. */
import { add, clip, multiply, subtract } from "../../../tensor/arithmetic.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { absolute, type Value } from "./shapes.ts";

/** Red, green, blue from 0 to 1: the same for all pictures, or each its own. */
export type Colour = readonly [red: Value, green: Value, blue: Value];

/** Colours in a row. */
type Palette = readonly (readonly [number, number, number])[];

/** Fur, and what goes with it on snout and chest. */
export const furColours = {
  main: [
    [0.95, 0.9, 0.82],
    [0.93, 0.77, 0.52],
    [0.91, 0.6, 0.3],
    [0.66, 0.42, 0.26],
    [0.45, 0.31, 0.24],
    [0.3, 0.28, 0.3],
    [0.55, 0.57, 0.61],
    [0.78, 0.78, 0.79],
  ],
  second: [
    [1, 0.98, 0.95],
    [1, 0.94, 0.83],
    [1, 0.93, 0.82],
    [0.93, 0.82, 0.66],
    [0.84, 0.68, 0.5],
    [0.93, 0.91, 0.9],
    [0.9, 0.9, 0.92],
    [0.97, 0.96, 0.95],
  ],
} as const satisfies Record<string, Palette>;

export const irisColours = [
  [0.42, 0.26, 0.15],
  [0.55, 0.36, 0.17],
  [0.9, 0.66, 0.2],
  [0.72, 0.78, 0.28],
  [0.45, 0.72, 0.42],
] as const satisfies Palette;

/** What is above and below the horizon. */
export const sceneColours = {
  meadow: {
    upper: [
      [0.62, 0.82, 0.95],
      [0.74, 0.87, 0.93],
      [0.95, 0.82, 0.72],
      [0.7, 0.76, 0.86],
    ],
    lower: [
      [0.55, 0.76, 0.4],
      [0.44, 0.68, 0.36],
      [0.68, 0.74, 0.36],
      [0.4, 0.62, 0.42],
    ],
  },
  room: {
    upper: [
      [0.95, 0.87, 0.74],
      [0.93, 0.78, 0.78],
      [0.78, 0.72, 0.86],
      [0.62, 0.78, 0.76],
    ],
    lower: [
      [0.72, 0.52, 0.37],
      [0.6, 0.42, 0.35],
      [0.55, 0.46, 0.52],
      [0.8, 0.64, 0.48],
    ],
  },
} as const satisfies Record<string, Record<"upper" | "lower", Palette>>;

/** The colour at `place` (0 the first, 1 the last, mixtures between neighbours), as bright as `light` says. */
export function mixedColour(palette: Palette, place: Value, light: Value): readonly [Tensor, Tensor, Tensor] {
  const channel = (index: 0 | 1 | 2): Tensor => {
    const parts = palette.map((colour, number) => {
      const distance = absolute(subtract(multiply(place, palette.length - 1), number));
      return multiply(clip(subtract(1, distance), 0, 1), colour[index]);
    });
    return multiply(
      parts.reduce((sum, part) => add(sum, part)),
      light,
    );
  };
  return [channel(0), channel(1), channel(2)];
}

/** The same colour, darker (below 1) or lighter. */
export function shaded([red, green, blue]: Colour, factor: number): Colour {
  return [multiply(red, factor), multiply(green, factor), multiply(blue, factor)];
}
