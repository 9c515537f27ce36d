/** How losses of single examples become what is returned; and the checks that losses share. */
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { mean, sum } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** `"none"`: one loss an element; `"sum"`: all added; `"mean"`: averaged, by weight where there are weights. */
export type Reduction = "none" | "mean" | "sum";

/** What every loss may be told. */
export interface LossOptions {
  /** Default `"mean"`. */
  readonly reduction?: Reduction;
}

/** `losses` as `reduction` says. */
export function reduceLosses(losses: Tensor, reduction: Reduction = "mean"): Tensor {
  switch (reduction) {
    case "none":
      return losses;
    case "sum":
      return sum(losses);
    case "mean":
      return mean(losses);
    default:
      reduction satisfies never;
      throw new ArgumentError(`The reduction is ${JSON.stringify(reduction)}; it has to be "none", "mean" or "sum".`, {
        reduction,
      });
  }
}

/** @throws ShapeError unless both have one shape: broadcasting [n] against [n, 1] would average over all pairs. */
export function requireEqualShapes(loss: string, input: Tensor, target: Tensor): void {
  if (sameShape(input.shape, target.shape)) return;
  throw new ShapeError(
    `${loss}: the input has shape ${showShape(input.shape)} and the target ${showShape(target.shape)}; they have to be equal. ` +
      "Use reshape, or expandDims(-1) on the target.",
    { loss, input: input.shape, target: target.shape },
  );
}
