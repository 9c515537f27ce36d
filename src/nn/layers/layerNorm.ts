/** Normalization of rows: `LayerNorm` and, without a mean, `RMSNorm`. */
import type { Dtype } from "../../shape/dtype.ts";
import { type Shape, sameShape, showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { ones, zeros } from "../../tensor/creation.ts";
import { layerNorm, rmsNorm } from "../../tensor/normalization.ts";
import { Parameter } from "../../tensor/parameter.ts";
import type { ShapeType } from "../../tensor/shapeTypes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";
import { affineOf } from "./batchNorm.ts";
import { requireCounts } from "./counts.ts";

/** How a normalization of rows is made. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Learn a factor for each position, and a constant. Default true. */
  readonly affine?: boolean;
  /** With `affine`, learn the constants too; `RMSNorm` has none. Default true. */
  readonly bias?: boolean;
  /** Of the parameters. Default f32. */
  readonly dtype?: Dtype;
}

/**
 * Layer normalization over the last axes, which have the sizes `shape`; weight begins at 1, bias at 0. Numbers as PyTorch's.
 *
 * Source: J. Ba, J. Kiros, G. Hinton, "Layer normalization", 2016.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const layer = new nn.LayerNorm(2, { epsilon: 0 });
 * console.log(await layer.forward(tensor([[1, 3], [5, 9]])).toArray()); // [[-1, 1], [-1, 1]]
 * ```
 */
export class LayerNorm extends Module {
  readonly shape: Shape;
  readonly epsilon: number;
  /** Of `shape`, or null where `affine` is false. */
  readonly weight: Parameter | null;
  /** Of `shape`, or null without. */
  readonly bias: Parameter | null;

  /** @throws ArgumentError where a size is not a whole number of 1 or more. */
  constructor(
    shape: number | Shape,
    { epsilon = 1e-5, affine = true, bias = true, dtype = "f32" }: LayerNormOptions = {},
  ) {
    super();
    this.shape = shapeOf("LayerNorm", shape);
    this.epsilon = epsilon;
    this.weight = affine ? new Parameter(ones(this.shape, { dtype })) : null;
    this.bias = affine && bias ? new Parameter(zeros(this.shape, { dtype })) : null;
  }

  /**
   * @param x […, …shape]
   * @returns the same shape
   * @throws ShapeError where the last axes have other sizes.
   */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    requireLast("LayerNorm", this.shape, x);
    return layerNorm(x, { epsilon: this.epsilon, axes: this.shape.length, ...affineOf(this) });
  }
}

/**
 * Division by the root of the mean square over the last axes, which have the sizes `shape`; weight begins at 1.
 *
 * Source: B. Zhang, R. Sennrich, "Root mean square layer normalization", NeurIPS 2019.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const layer = new nn.RMSNorm(2, { epsilon: 0 });
 * console.log(await layer.forward(tensor([1, -7])).toArray()); // [0.2, -1.4]
 * ```
 */
export class RMSNorm extends Module {
  readonly shape: Shape;
  readonly epsilon: number;
  /** Of `shape`, or null where `affine` is false. */
  readonly weight: Parameter | null;

  /** @throws ArgumentError where a size is not a whole number of 1 or more. */
  constructor(
    shape: number | Shape,
    { epsilon = 1e-5, affine = true, dtype = "f32" }: Omit<LayerNormOptions, "bias"> = {},
  ) {
    super();
    this.shape = shapeOf("RMSNorm", shape);
    this.epsilon = epsilon;
    this.weight = affine ? new Parameter(ones(this.shape, { dtype })) : null;
  }

  /**
   * @param x […, …shape]
   * @returns the same shape
   * @throws ShapeError where the last axes have other sizes.
   */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    requireLast("RMSNorm", this.shape, x);
    return rmsNorm(x, { epsilon: this.epsilon, axes: this.shape.length, ...affineOf(this) });
  }
}

function shapeOf(layer: string, given: number | Shape): Shape {
  const shape = typeof given === "number" ? [given] : given;
  requireCounts(layer, { axes: shape.length });
  shape.forEach((size, axis) => requireCounts(layer, { [`size ${axis}`]: size }));
  return shape;
}

function requireLast(layer: string, shape: Shape, x: Tensor): void {
  if (sameShape(x.shape.slice(-shape.length), shape)) return;
  throw new ShapeError(
    `${layer}(${showShape(shape)}): the input has shape ${showShape(x.shape)}; its last axes have to be ${showShape(shape)}.`,
    { expected: shape, given: x.shape },
  );
}
