/** What all augmentations ask of their pictures, and a number or two for each of them. */
import { isFloat } from "../../shape/dtype.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import type { RandomOptions } from "../../tensor/drawing.ts";
import { type Generator, globalGenerator } from "../../tensor/generator.ts";
import { uniform } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Where augmentations draw from. */
export type AugmentOptions = Pick<RandomOptions, "generator">;

/** Sizes of a batch of pictures. */
export interface PictureSizes {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly dtype: "f32" | "f64";
}

/** @throws ShapeError unless x is [count, channels, height, width], DtypeError unless its numbers are floats. */
export function sizesOf(operation: string, x: Tensor): PictureSizes {
  const [count, channels, height, width] = x.shape;
  if (x.rank !== 4 || count === undefined || channels === undefined || height === undefined || width === undefined)
    throw new ShapeError(
      `${operation}: the pictures have shape [${x.shape}]; they have to be [count, channels, height, width].`,
      {
        shape: x.shape,
      },
    );
  if (!isFloat(x.dtype))
    throw new DtypeError(
      `${operation}: the pictures are ${x.dtype}; they have to be floats. Convert and divide by 255 first.`,
      {
        dtype: x.dtype,
      },
    );
  return { count, channels, height, width, dtype: x.dtype === "f64" ? "f64" : "f32" };
}

/** A number for each picture, [count, 1, 1, 1], equally likely from `low` to `high`. */
export function onePerPicture(
  { count, dtype }: PictureSizes,
  low: number,
  high: number,
  { generator }: AugmentOptions,
): Tensor {
  return uniform([count, 1, 1, 1], { low, high, dtype, ...sourceOf(generator) });
}

/** For functions that take a generator or none. */
export function sourceOf(generator: Generator = globalGenerator): { readonly generator: Generator } {
  return { generator };
}

/** @throws ArgumentError unless `value` lies from `low` to `high`. */
export function requireWithin(operation: string, name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new ArgumentError(`${operation}: ${name} is ${value}; it has to be from ${low} to ${high}.`, {
      [name]: value,
    });
}
