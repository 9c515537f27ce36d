/** Attention with several heads and learned projections. `attention.ts` has the function behind it. */
import type { Dtype } from "../../shape/dtype.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { add } from "../../tensor/arithmetic.ts";
import { lessEqual, logicalAnd, logicalNot, where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { tensordot } from "../../tensor/linear.ts";
import { expandDims, moveAxis, reshape } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scaledDotProductAttention } from "../attention.ts";
import { xavierUniform, zeros } from "../init.ts";
import { Module } from "../module.ts";
import { requireCounts } from "./counts.ts";
import { Linear } from "./linear.ts";

/** How a layer of attention is made. */
export interface MultiHeadOptions {
  /** Share of the attention's weights that is set to zero at random while training. Default 0. */
  readonly dropout?: number;
  /** Add learned constants to all projections. Default true. */
  readonly bias?: boolean;
  /** Of the parameters. Default f32. */
  readonly dtype?: Dtype;
}

/** What queries may see, and whom they ask. */
export interface AttendOptions {
  /** [batch, keys, size]. Default: the queries themselves. */
  readonly key?: Tensor;
  /** [batch, keys, size]. Default: the keys. */
  readonly value?: Tensor;
  /** Query i sees keys 0 to i only. Default false. */
  readonly isCausal?: boolean;
  /** Broadcasts to [batch, heads, queries, keys]. A bool holds where a query may see a key; floats are added to the scores. */
  readonly mask?: Tensor;
  /** Bool [batch, keys]: holds where a key is padding and not to be seen. PyTorch's `key_padding_mask`. */
  readonly keyPadding?: Tensor;
}

/**
 * Attention of several heads, each over its own part of projected queries, keys and values; as PyTorch's `MultiheadAttention` with the
 * batch first. A query that sees no key gives the last projection's bias. State is named as PyTorch's in camel case: `inProjWeight` stacks
 * the projections of queries, keys and values.
 *
 * Source: A. Vaswani et al., "Attention is all you need", 2017.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const attention = new nn.MultiHeadAttention(16, 4);
 * console.log(attention.forward(zeros([2, 10, 16]), { isCausal: true }).shape); // [2, 10, 16]
 * console.log(attention.forward(zeros([2, 3, 16]), { key: zeros([2, 7, 16]) }).shape); // [2, 3, 16]
 * ```
 */
export class MultiHeadAttention extends Module<readonly [query: Tensor, options?: AttendOptions]> {
  readonly size: number;
  readonly heads: number;
  readonly dropout: number;
  /** [3 · size, size] */
  readonly inProjWeight: Parameter;
  /** [3 · size], or null without bias. */
  readonly inProjBias: Parameter | null;
  readonly outProj: Linear;

  /** @throws ArgumentError where the heads do not divide the size, or a number is no whole number of 1 or more. */
  constructor(size: number, heads: number, { dropout = 0, bias = true, dtype = "f32" }: MultiHeadOptions = {}) {
    super();
    requireCounts("MultiHeadAttention", { size, heads });
    if (size % heads !== 0)
      throw new ArgumentError(`MultiHeadAttention: size ${size} does not divide into ${heads} heads.`, { size, heads });
    this.size = size;
    this.heads = heads;
    this.dropout = dropout;
    this.inProjWeight = new Parameter(xavierUniform([3 * size, size], { dtype }));
    this.inProjBias = bias ? new Parameter(zeros([3 * size], { dtype })) : null;
    this.outProj = new Linear(size, size, { bias, dtype });
    this.outProj.bias?.assign(zeros([size], { dtype }));
  }

  /**
   * @param query [batch, queries, size]
   * @returns the same shape
   * @throws ShapeError where shapes do not fit.
   */
  forward(query: Tensor, options: AttendOptions = {}): Tensor {
    const key = options.key ?? query;
    const value = options.value ?? key;
    this.#check({ query, key, value });
    const [q, k, v] =
      key === query && value === query
        ? this.#project(query, 0, 3)
        : [
            ...this.#project(query, 0, 1),
            ...(value === key
              ? this.#project(key, 1, 3)
              : [...this.#project(key, 1, 2), ...this.#project(value, 2, 3)]),
          ];
    const attended = scaledDotProductAttention(q ?? query, k ?? key, v ?? value, {
      ...this.#sight(query, key, options),
      dropout: this.training ? this.dropout : 0,
    });
    return this.outProj.forward(reshape(moveAxis(attended, 1, 2), query.shape));
  }

  /** Projections number `from` to `to` of `x`, each [batch, heads, positions, size / heads]; one product for all. */
  #project(x: Tensor, from: number, to: number): Tensor[] {
    const { size, heads } = this;
    const rows: [number, number] = [from * size, to * size];
    const product = tensordot(x, slice(this.inProjWeight.value, rows), [[-1], [1]]);
    const all = this.inProjBias === null ? product : add(product, slice(this.inProjBias.value, rows));
    const [batch = 0, positions = 0] = x.shape;
    const apart = reshape(all, [batch, positions, to - from, heads, size / heads]);
    return Array.from({ length: to - from }, (_, index) => moveAxis(slice(apart, null, null, index), 2, 1));
  }

  /** The mask that all wishes make together; a causal one alone is left to the function, which needs none. */
  #sight(
    query: Tensor,
    key: Tensor,
    { isCausal = false, mask, keyPadding }: AttendOptions,
  ): { mask?: Tensor; isCausal?: boolean } {
    if (mask === undefined && keyPadding === undefined) return { isCausal };
    const [queries, keys] = [query.shape[1] ?? 0, key.shape[1] ?? 0];
    const masks: Tensor[] = [];
    if (keyPadding !== undefined) masks.push(logicalNot(expandDims(keyPadding, [1, 2])));
    if (isCausal) masks.push(lessEqual(arange(keys), expandDims(arange(queries), -1)));
    if (mask?.dtype === "bool") masks.push(mask);
    const seen = masks.length === 0 ? undefined : masks.reduce((all, next) => logicalAnd(all, next));
    if (mask === undefined || mask.dtype === "bool") return seen === undefined ? {} : { mask: seen };
    return { mask: seen === undefined ? mask : where(seen, mask, -Infinity) };
  }

  #check(inputs: Readonly<Record<"query" | "key" | "value", Tensor>>): void {
    const { query, key, value } = inputs;
    const isFitting = Object.values(inputs).every(
      ({ shape }) => shape.length === 3 && shape[2] === this.size && shape[0] === query.shape[0],
    );
    if (isFitting && sameShape(key.shape, value.shape)) return;
    throw new ShapeError(
      `MultiHeadAttention(${this.size}): query ${showShape(query.shape)}, key ${showShape(key.shape)}, value ${showShape(value.shape)}; all have to be [batch, positions, ${this.size}], key and value with as many positions.`,
      { query: query.shape, key: key.shape, value: value.shape },
    );
  }
}
