/** The layer that gives each of a number of things, words mostly, a learned vector. */
import type { Dtype } from "../../shape/dtype.ts";
import { ArgumentError } from "../../support/errors.ts";
import { stopGradient } from "../../tensor/cast.ts";
import { equal, where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { gather, positionsOf } from "../../tensor/indexing.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import type { Operand } from "../../tensor/operands.ts";
import { Parameter } from "../../tensor/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { normal } from "../init.ts";
import { Module } from "../module.ts";

/** How an embedding is made. */
export interface EmbeddingOptions {
  /** The thing that stands for nothing: its vector begins as zeros and is not trained. */
  readonly paddingIndex?: number;
  /** Of the vectors. Default f32. */
  readonly dtype?: Dtype;
}

/**
 * The vectors of things that are known by number, 0 … count − 1. They begin normal with mean 0 and deviation 1, as PyTorch's. A
 * number outside, negative ones too, gives NaN: it cannot be checked without waiting for the device.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const words = new nn.Embedding(1000, 8, { paddingIndex: 0 });
 * console.log(words.forward(tensor([[5, 7, 0]], { dtype: "i32" })).shape); // [1, 3, 8]
 * ```
 */
export class Embedding extends Module {
  readonly paddingIndex: number | undefined;
  /** [count, size] */
  readonly weight: Parameter;

  /** @throws ArgumentError where `count` or `size` is not a whole number of 1 or more, or there is no `paddingIndex`. */
  constructor(count: number, size: number, { paddingIndex, dtype = "f32" }: EmbeddingOptions = {}) {
    super();
    const padding = paddingIndex ?? 0;
    if (![count, size, padding + 1, count - padding].every((each) => Number.isInteger(each) && each >= 1))
      throw new ArgumentError(
        `Embedding: ${count} vectors of size ${size}, paddingIndex ${paddingIndex}; whole numbers of 1 or more are needed, and an index below the first.`,
      );
    this.paddingIndex = paddingIndex;
    this.weight = new Parameter(this.#pad(arange(count), normal([count, size], 0, 1, { dtype }), 0));
  }

  /**
   * @param x integers of any shape
   * @returns […, size]
   * @throws DtypeError where `x` is not integers.
   */
  forward(x: Tensor): Tensor {
    const positions = positionsOf("Embedding", x);
    const vectors = gather(this.weight.value, positions, 0);
    return this.#pad(positions, vectors, stopGradient(vectors));
  }

  /** `vectors` of things, `padding` for the one that stands for nothing. */
  #pad(things: Tensor, vectors: Tensor, padding: Operand): Tensor {
    return this.paddingIndex === undefined
      ? vectors
      : where(expandDims(equal(things, this.paddingIndex), -1), padding, vectors);
  }
}
