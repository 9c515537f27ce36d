/** The blocks that transformers are made of: attention and a small network, each with a norm and a way around it. */
import { gelu, relu } from "../../tensor/activation.ts";
import { add } from "../../tensor/arithmetic.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";
import { Dropout } from "./dropout.ts";
import { LayerNorm } from "./layerNorm.ts";
import { Linear } from "./linear.ts";
import { MultiHeadAttention, type MultiHeadOptions } from "./multiHeadAttention.ts";

/** How a block is made; the defaults are PyTorch's. */
export interface TransformerOptions extends Omit<MultiHeadOptions, "bias"> {
  /** Width of the network between. Default 2048. */
  readonly feedForward?: number;
  /** Share of attention weights and results that is set to zero at random while training. Default 0.1. */
  readonly dropout?: number;
  /** Default `"relu"`. */
  readonly activation?: "relu" | "gelu";
  /** Normalize before attention and network rather than after: deep models are then easier to train. Default false. */
  readonly normFirst?: boolean;
  /** Added to variances. Default 1e-5. */
  readonly epsilon?: number;
}

/** What an encoder block may see. */
export interface EncoderMasks {
  /** Position i sees positions 0 to i only. Default false. */
  readonly isCausal?: boolean;
  /** As for `MultiHeadAttention`. */
  readonly mask?: Tensor;
  /** Bool [batch, positions]: holds where there is only padding. */
  readonly keyPadding?: Tensor;
}

/** What a decoder block may see. */
export interface DecoderMasks extends EncoderMasks {
  /** What may be seen of the memory; broadcasts to [batch, heads, positions, memory positions]. */
  readonly memoryMask?: Tensor;
  /** Bool [batch, memory positions]: holds where the memory is only padding. */
  readonly memoryPadding?: Tensor;
}

type Around = (x: Tensor, norm: LayerNorm, inner: (x: Tensor) => Tensor) => Tensor;

/** What both blocks share. State is named as PyTorch's, in camel case. */
abstract class TransformerLayer<Inputs extends readonly unknown[]> extends Module<Inputs> {
  readonly selfAttn: MultiHeadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout: Dropout;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #normFirst: boolean;

  protected constructor(size: number, heads: number, options: TransformerOptions) {
    super();
    const {
      feedForward = 2048,
      dropout = 0.1,
      activation = "relu",
      normFirst = false,
      epsilon = 1e-5,
      dtype = "f32",
    } = options;
    this.selfAttn = new MultiHeadAttention(size, heads, { dropout, dtype });
    this.linear1 = new Linear(size, feedForward, { dtype });
    this.linear2 = new Linear(feedForward, size, { dtype });
    this.norm1 = new LayerNorm(size, { epsilon, dtype });
    this.norm2 = new LayerNorm(size, { epsilon, dtype });
    this.dropout = new Dropout(dropout);
    this.#activation = activation === "relu" ? relu : (x) => gelu(x);
    this.#normFirst = normFirst;
  }

  /** x + inner(x), with the norm before or behind. */
  protected readonly around: Around = (x, norm, inner) => {
    const learned = this.dropout.forward(inner(this.#normFirst ? norm.forward(x) : x));
    const sum = add(x, learned);
    return this.#normFirst ? sum : norm.forward(sum);
  };

  /** The network between, for each position by itself. */
  protected readonly feed = (x: Tensor): Tensor =>
    this.linear2.forward(this.dropout.forward(this.#activation(this.linear1.forward(x))));
}

/**
 * Self-attention, then a network for each position. PyTorch's `TransformerEncoderLayer` with the batch first; `isCausal` makes it the
 * block of a language model.
 *
 * Source: A. Vaswani et al., "Attention is all you need", 2017; norm first: R. Xiong et al., "On layer normalization in the
 * transformer architecture", ICML 2020.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const block = new nn.TransformerEncoderLayer(16, 4, { feedForward: 32, normFirst: true });
 * console.log(block.forward(zeros([2, 10, 16]), { isCausal: true }).shape); // [2, 10, 16]
 * ```
 */
export class TransformerEncoderLayer extends TransformerLayer<readonly [x: Tensor, masks?: EncoderMasks]> {
  /** @throws ArgumentError where the heads do not divide the size. */
  constructor(size: number, heads: number, options: TransformerOptions = {}) {
    super(size, heads, options);
  }

  /**
   * @param x [batch, positions, size]
   * @returns the same shape
   */
  forward(x: Tensor, masks: EncoderMasks = {}): Tensor {
    const attended = this.around(x, this.norm1, (inner) => this.selfAttn.forward(inner, masks));
    return this.around(attended, this.norm2, this.feed);
  }
}

/**
 * Self-attention, attention to a memory, then a network for each position. PyTorch's `TransformerDecoderLayer` with the batch first;
 * a decoder that writes one thing after the other needs `isCausal`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const block = new nn.TransformerDecoderLayer(16, 4, { feedForward: 32 });
 * console.log(block.forward(zeros([2, 5, 16]), zeros([2, 10, 16]), { isCausal: true }).shape); // [2, 5, 16]
 * ```
 */
export class TransformerDecoderLayer extends TransformerLayer<
  readonly [x: Tensor, memory: Tensor, masks?: DecoderMasks]
> {
  readonly multiheadAttn: MultiHeadAttention;
  readonly norm3: LayerNorm;

  /** @throws ArgumentError where the heads do not divide the size. */
  constructor(size: number, heads: number, options: TransformerOptions = {}) {
    super(size, heads, options);
    const { dropout = 0.1, epsilon = 1e-5, dtype = "f32" } = options;
    this.multiheadAttn = new MultiHeadAttention(size, heads, { dropout, dtype });
    this.norm3 = new LayerNorm(size, { epsilon, dtype });
  }

  /**
   * @param x [batch, positions, size]
   * @param memory [batch, memory positions, size], what an encoder gave
   * @returns the shape of `x`
   */
  forward(x: Tensor, memory: Tensor, { memoryMask, memoryPadding, ...masks }: DecoderMasks = {}): Tensor {
    const toMemory = {
      key: memory,
      ...(memoryMask && { mask: memoryMask }),
      ...(memoryPadding && { keyPadding: memoryPadding }),
    };
    const own = this.around(x, this.norm1, (inner) => this.selfAttn.forward(inner, masks));
    const asked = this.around(own, this.norm2, (inner) => this.multiheadAttn.forward(inner, toMemory));
    return this.around(asked, this.norm3, this.feed);
  }
}
