/** Layers whose weight is normalized before it is used: by length (`WeightNorm`) or by its largest singular value (`SpectralNorm`). */
import { ArgumentError } from "../../support/errors.ts";
import { divide, maximum, multiply } from "../../tensor/arithmetic.ts";
import { stopGradient } from "../../tensor/cast.ts";
import { tensordot } from "../../tensor/linear.ts";
import { moveAxis, reshape } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { sum } from "../../tensor/reduce.ts";
import { norm } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { normal } from "../init.ts";
import { Module } from "../module.ts";

/** A layer that uses a weight: linear layers and convolutions. */
export type WeightedLayer = Module & { readonly weight: Parameter };

/** What both share: the layer runs with another tensor in place of its weight, which stays what is trained. */
abstract class NormalizedWeight extends Module {
  readonly layer: WeightedLayer;

  /** @throws ArgumentError where the layer has no weight. */
  constructor(layer: WeightedLayer) {
    super();
    const given: { readonly weight?: unknown } = layer;
    if (!(given.weight instanceof Parameter))
      throw new ArgumentError(
        `${this.constructor.name}: the layer has no parameter "weight" that could be normalized.`,
      );
    this.layer = layer;
  }

  /** What the layer uses in place of `weight`. */
  protected abstract normalized(weight: Tensor): Tensor;

  /** What the layer makes of `x` with its weight normalized. */
  forward(x: Tensor): Tensor {
    const { weight } = this.layer;
    const value = this.normalized(weight.value);
    // An own property hides the accessor of the class for as long as the layer runs
    Object.defineProperty(weight, "value", { value, configurable: true });
    try {
      return this.layer.forward(x);
    } finally {
      Reflect.deleteProperty(weight, "value");
    }
  }
}

/**
 * The layer with weight magnitude · v / |v| for each output by itself: length and direction are learned apart. The layer's own
 * weight is the direction v; it begins as it was. Numbers as PyTorch's `weight_norm`.
 *
 * Source: T. Salimans, D. Kingma, "Weight normalization", NeurIPS 2016.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const layer = new nn.WeightNorm(new nn.Linear(3, 5));
 * console.log([...layer.namedParameters().keys()], layer.forward(zeros([2, 3])).shape); // layer.weight, layer.bias, magnitude; [2, 5]
 * ```
 */
export class WeightNorm extends NormalizedWeight {
  /** [outputs, 1, …] */
  readonly magnitude: Parameter;

  constructor(layer: WeightedLayer) {
    super(layer);
    this.magnitude = new Parameter(lengths(layer.weight.value));
  }

  protected normalized(weight: Tensor): Tensor {
    return multiply(weight, divide(this.magnitude.value, lengths(weight)));
  }
}

/** Of each output's weights. */
function lengths(weight: Tensor): Tensor {
  return norm(
    weight,
    weight.shape.slice(1).map((_, axis) => axis + 1),
    { keepDims: true },
  );
}

/** How the largest singular value is found. */
export interface SpectralOptions {
  /** Axis of the outputs: 1 for transposed convolutions. Default 0. */
  readonly axis?: number;
  /** Steps of the power iteration at each forward while training. Default 1. */
  readonly iterations?: number;
}

/**
 * The layer with its weight divided by the weight's largest singular value, so that it lengthens nothing. Singular vectors are state: each
 * forward while training brings them nearer. Numbers as PyTorch's `spectral_norm`.
 *
 * Source: T. Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const layer = new nn.SpectralNorm(new nn.Conv2d(3, 8, 3));
 * console.log(layer.forward(zeros([1, 3, 8, 8])).shape); // [1, 8, 6, 6]
 * ```
 */
export class SpectralNorm extends NormalizedWeight {
  /** [outputs]; not trained. */
  readonly left: Parameter;
  /** [all other axes as one]; not trained. */
  readonly right: Parameter;
  readonly #axis: number;
  readonly #iterations: number;

  constructor(layer: WeightedLayer, { axis = 0, iterations = 1 }: SpectralOptions = {}) {
    super(layer);
    this.#axis = axis;
    this.#iterations = iterations;
    const [rows = 1, columns = 1] = this.#matrix(layer.weight.value).shape;
    const { dtype } = layer.weight;
    const vector = (size: number) => new Parameter(unit(normal([size], 0, 1, { dtype })), { trainable: false });
    this.left = vector(rows);
    this.right = vector(columns);
  }

  protected normalized(weight: Tensor): Tensor {
    const matrix = this.#matrix(weight);
    let [left, right] = [this.left.value, this.right.value];
    if (this.training) {
      const still = stopGradient(matrix);
      for (let step = 0; step < this.#iterations; step++) {
        right = unit(tensordot(still, left, [[0], [0]]));
        left = unit(tensordot(still, right, [[1], [0]]));
      }
      this.left.assign(left);
      this.right.assign(right);
    }
    const largest: Tensor = sum(multiply(left, tensordot(matrix, right, [[1], [0]])));
    return divide(weight, largest);
  }

  #matrix(weight: Tensor): Tensor {
    const first = moveAxis(weight, this.#axis, 0);
    return reshape(first, [first.shape[0] ?? 1, first.size / (first.shape[0] ?? 1)]);
  }
}

/** Of length 1. */
function unit(vector: Tensor): Tensor {
  return divide(vector, maximum(norm(vector), 1e-12));
}
