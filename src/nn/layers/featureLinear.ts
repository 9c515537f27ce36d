/** A linear layer for each feature of a row by itself: what stands behind embeddings of numbers. */
import type { Dtype } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ShapeError } from "../../support/errors.ts";
import { add } from "../../tensor/arithmetic.ts";
import { contractNamed } from "../../tensor/linear.ts";
import { Parameter } from "../../tensor/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniform } from "../init.ts";
import { Module } from "../module.ts";
import { requireCounts } from "./counts.ts";
import type { LinearOptions } from "./linear.ts";

/**
 * As many linear layers as there are features, side by side: output[…, f, :] = input[…, f, :] · weight[f] + bias[f]. Weights
 * and biases begin uniform in ± 1/√inSize.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.FeatureLinear(3, 4, 8).forward(zeros([10, 3, 4])).shape); // [10, 3, 8]
 * ```
 */
export class FeatureLinear extends Module {
  /** [features, inSize, outSize] */
  readonly weight: Parameter;
  /** [features, outSize], or null without bias. */
  readonly bias: Parameter | null;

  /** @throws ArgumentError where a number is not a whole number of 1 or more. */
  constructor(features: number, inSize: number, outSize: number, { bias = true, dtype = "f32" }: LinearOptions = {}) {
    super();
    requireCounts("FeatureLinear", { features, inSize, outSize });
    const bound = 1 / Math.sqrt(inSize);
    this.weight = new Parameter(uniform([features, inSize, outSize], -bound, bound, { dtype }));
    this.bias = bias ? new Parameter(uniform([features, outSize], -bound, bound, { dtype })) : null;
  }

  /**
   * @param x […, features, inSize]
   * @returns […, features, outSize]
   * @throws ShapeError where the last two axes of `x` are others.
   */
  forward(x: Tensor): Tensor {
    const { shape } = this.weight;
    if (x.shape.at(-2) !== shape[0] || x.shape.at(-1) !== shape[1])
      throw new ShapeError(
        `FeatureLinear: the input has shape ${showShape(x.shape)}; it has to end in the ${shape[0]} features and ${shape[1]} numbers for each that this layer was made for.`,
        { expected: shape.slice(0, 2), given: x.shape },
      );
    const outer = x.shape.slice(0, -2).map((_, axis) => axis + 3);
    const [feature, inside, out] = [0, 1, 2];
    const product = contractNamed(
      "FeatureLinear",
      { tensor: x, names: [...outer, feature, inside] },
      { tensor: this.weight.value, names: [feature, inside, out] },
      [...outer, feature, out],
    );
    return this.bias === null ? product : add(product, this.bias.value);
  }
}

/** What embeddings of numbers are told. */
export interface NumberEmbeddingOptions {
  /** End in a relu. Default true. */
  readonly activation?: boolean;
  /** Of the parameters. Default f32. */
  readonly dtype?: Dtype;
}

/** @throws ShapeError unless the last axis of `x` has `features` numbers. */
export function requireFeatures(layer: string, x: Tensor, features: number): void {
  if (x.shape.at(-1) === features) return;
  throw new ShapeError(
    `${layer}: the input has shape ${showShape(x.shape)}; its last axis has to hold the ${features} features that this layer was made for.`,
    { expected: features, given: x.shape },
  );
}
