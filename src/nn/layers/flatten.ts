/** The layer that turns images and the like into rows of numbers. */
import { normalizeAxis } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { reshape } from "../../tensor/manipulate.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * Joins the axes from `startAxis` to `endAxis` into one; by default all but the first.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.Flatten().forward(zeros([8, 3, 4, 4])).shape); // [8, 48]
 * ```
 */
export class Flatten extends Module {
  readonly startAxis: number;
  readonly endAxis: number;

  constructor(startAxis = 1, endAxis = -1) {
    super();
    this.startAxis = startAxis;
    this.endAxis = endAxis;
  }

  /** @throws ShapeError where `x` has not these axes, or they stand in the wrong order. */
  forward(x: Tensor): Tensor {
    const start = normalizeAxis("Flatten", this.startAxis, x.rank);
    const end = normalizeAxis("Flatten", this.endAxis, x.rank);
    if (end < start)
      throw new ShapeError(
        `Flatten: axis ${this.endAxis} stands before axis ${this.startAxis} in a tensor of rank ${x.rank}.`,
        { startAxis: start, endAxis: end },
      );
    const joined = x.shape.slice(start, end + 1).reduce((product, size) => product * size, 1);
    return reshape(x, [...x.shape.slice(0, start), joined, ...x.shape.slice(end + 1)]);
  }
}
