/** The linear layer: half of what a deep network is. The other half stands in the files of the nonlinearities. */
import type { Dtype } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { add } from "../../tensor/arithmetic.ts";
import { tensordot } from "../../tensor/linear.ts";
import { Parameter } from "../../tensor/parameter.ts";
import type { MatmulShape, Multiplies, ShapeType } from "../../tensor/shapeTypes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { kaimingUniform, uniform } from "../init.ts";
import { Module } from "../module.ts";

/** How a linear layer is made. */
export interface LinearOptions {
  /** Add a learned constant to each output. Default true. */
  readonly bias?: boolean;
  /** Of the parameters. Default f32. */
  readonly dtype?: Dtype;
}

/**
 * y = x · weightᵀ + bias along the last axis, for any axes before it. Weight and bias begin uniform in ± 1/√inFeatures, as
 * PyTorch's.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const layer = new nn.Linear(3, 5);
 * console.log(layer.weight.shape, layer.forward(zeros([7, 3])).shape); // [5, 3] [7, 5]
 * ```
 */
export class Linear<In extends number = number, Out extends number = number> extends Module {
  readonly inFeatures: In;
  readonly outFeatures: Out;
  /** [outFeatures, inFeatures] */
  readonly weight: Parameter;
  /** [outFeatures], or null without bias. */
  readonly bias: Parameter | null;

  /** @throws ArgumentError where a number of features is not a whole number of 1 or more. */
  constructor(inFeatures: In, outFeatures: Out, { bias = true, dtype = "f32" }: LinearOptions = {}) {
    super();
    for (const count of [inFeatures, outFeatures]) {
      if (!Number.isInteger(count) || count < 1)
        throw new ArgumentError(`Linear: ${count} features; whole numbers of 1 or more are needed.`, {
          inFeatures,
          outFeatures,
        });
    }
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(kaimingUniform([outFeatures, inFeatures], { slope: Math.sqrt(5), dtype }));
    const bound = 1 / Math.sqrt(inFeatures);
    this.bias = bias ? new Parameter(uniform([outFeatures], -bound, bound, { dtype })) : null;
  }

  /**
   * @param x […, inFeatures]
   * @returns […, outFeatures]
   * @throws ShapeError where the last axis of `x` is another.
   */
  forward<S extends ShapeType>(
    x: Tensor<S> & Multiplies<S, readonly [In, Out]>,
  ): Tensor<MatmulShape<S, readonly [In, Out]>>;
  forward(x: Tensor): Tensor {
    if (x.shape.at(-1) !== this.inFeatures) throw this.#misfit(x);
    const product = tensordot(x, this.weight.value, [[-1], [1]]);
    return this.bias === null ? product : add(product, this.bias.value);
  }

  #misfit({ shape }: Tensor): ShapeError {
    const { inFeatures, outFeatures } = this;
    const given = shape.at(-1);
    const size = shape.reduce((product, extent) => product * extent, 1);
    const advice =
      shape.length > 2 && size / (shape[0] ?? 1) === inFeatures
        ? "Put nn.Flatten before it."
        : given === undefined
          ? "A scalar has no axis of features: reshape it."
          : `Make it new nn.Linear(${given}, ${outFeatures}), or give it ${inFeatures} features.`;
    return new ShapeError(
      `Linear(${inFeatures} → ${outFeatures}): the last axis has to have size ${inFeatures}, shape […, ${inFeatures}], and the input has shape ${showShape(shape)}. ${advice}`,
      { expected: inFeatures, given: shape },
    );
  }
}
