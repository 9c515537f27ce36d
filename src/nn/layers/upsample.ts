/** A layer that resizes series, images and volumes. */
import { type InterpolateOptions, interpolate } from "../../algorithms/images/interpolate.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * Resizes the dimensions after batch and channels to a size or by a scale, by the nearest position unless `mode` says otherwise; see
 * `images.interpolate`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.Upsample({ scale: 2, mode: "linear" }).forward(zeros([1, 3, 4, 5])).shape); // [1, 3, 8, 10]
 * ```
 */
export class Upsample extends Module {
  readonly #options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    this.#options = options;
  }

  /**
   * @param x [batch, channels, …sizes]
   * @returns [batch, channels, …sizes], resized
   * @throws ShapeError where x has no such dimensions, ArgumentError for other sizes, scales and modes.
   */
  forward(x: Tensor): Tensor {
    return interpolate(x, this.#options);
  }
}
