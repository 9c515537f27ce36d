/** Numbers as vectors of sines and cosines of learned frequencies. */
import { relu } from "../../tensor/activation.ts";
import { multiply } from "../../tensor/arithmetic.ts";
import { concat } from "../../tensor/joining.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { cos, sin } from "../../tensor/transcendental.ts";
import { normal } from "../init.ts";
import { Module } from "../module.ts";
import { requireCounts } from "./counts.ts";
import { FeatureLinear, type NumberEmbeddingOptions, requireFeatures } from "./featureLinear.ts";
import { Linear } from "./linear.ts";

/** How a periodic embedding is made. */
export interface PeriodicOptions extends NumberEmbeddingOptions {
  /** Frequencies of each feature. Default 48. */
  readonly frequencies?: number;
  /** Standard deviation of the first frequencies: the most important number to tune, from 0.01 to 100. Default 0.1. */
  readonly deviation?: number;
  /** One linear layer for all features in place of one for each: fewer weights. Default false. */
  readonly shared?: boolean;
}

/**
 * A vector for each number of a row: linear([cos 2πcx, sin 2πcx]) with learned frequencies c, which begin normal around 0. The numbers
 * should be standardized first.
 *
 * Source: Y. Gorishniy, I. Rubachev, A. Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022:
 * "PLR", and with `shared` its light form.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * console.log(new nn.PeriodicEmbedding(3, 8, { deviation: 0.05 }).forward(zeros([10, 3])).shape); // [10, 3, 8]
 * ```
 */
export class PeriodicEmbedding extends Module {
  /** [features, frequencies] */
  readonly frequencies: Parameter;
  readonly linear: FeatureLinear | Linear;
  readonly #activation: boolean;

  /** @throws ArgumentError where a number is not a whole number of 1 or more. */
  constructor(features: number, size: number, options: PeriodicOptions = {}) {
    super();
    const { frequencies = 48, deviation = 0.1, shared = false, activation = true, dtype = "f32" } = options;
    requireCounts("PeriodicEmbedding", { features, size, frequencies });
    this.frequencies = new Parameter(normal([features, frequencies], 0, deviation, { dtype }));
    this.linear = shared
      ? new Linear(2 * frequencies, size, { dtype })
      : new FeatureLinear(features, 2 * frequencies, size, { dtype });
    this.#activation = activation;
  }

  /**
   * @param x […, features], numbers
   * @returns […, features, size]
   * @throws ShapeError where `x` has another number of features.
   */
  forward(x: Tensor): Tensor {
    requireFeatures("PeriodicEmbedding", x, this.frequencies.shape[0] ?? 0);
    const angles = multiply(multiply(expandDims(x, -1), this.frequencies.value), 2 * Math.PI);
    const vectors = this.linear.forward(concat([cos(angles), sin(angles)], -1));
    return this.#activation ? relu(vectors) : vectors;
  }
}
