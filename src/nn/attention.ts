/**
 * Scaled dot-product attention. Short sequences are one product of queries and keys after the other; long ones go block by
 * block of queries, and the derivative computes each block's scores again, so that memory grows with the length and not
 * with its square.
 */
import { isFloat } from "../shape/dtype.ts";
import { broadcastShapes, showShape } from "../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { add, divide, multiply, subtract } from "../tensor/arithmetic.ts";
import { stopGradient } from "../tensor/cast.ts";
import { equal, lessEqual, where } from "../tensor/comparison.ts";
import { arange } from "../tensor/creation.ts";
import { matmul } from "../tensor/linear.ts";
import { broadcastTo, matrixTranspose, moveAxis, reshape } from "../tensor/manipulate.ts";
import { softmax } from "../tensor/normalize.ts";
import { bernoulli, bits } from "../tensor/random.ts";
import { max, sum } from "../tensor/reduce.ts";
import { pad, slice } from "../tensor/slice.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { exp } from "../tensor/transcendental.ts";
import { scan } from "../transforms/control/scan.ts";

/** What `scaledDotProductAttention` may be told. */
export interface AttentionOptions {
  /**
   * Broadcasts to [..., queries, keys]. A bool holds where a query may see a key; floats are added to the scores. Default: all
   * see all.
   */
  readonly mask?: Tensor;
  /** Query i sees keys 0 to i only. Not together with `mask`. Default false. */
  readonly isCausal?: boolean;
  /** Factor of the products of queries and keys. Default 1/√features. */
  readonly scale?: number;
  /** Share of the weights that are set to zero at random, the others being scaled up; for training. Default 0. */
  readonly dropout?: number;
}

/** Scores of a row of heads up to this many are computed at once. */
const mostScores = 2 ** 18;
/** Queries of a block otherwise. */
const blockLength = 64;

/**
 * softmax(query · keyᵀ · scale + mask) · value: for each query the mean of the values, weighed by how well their keys fit.
 * PyTorch's `scaled_dot_product_attention`. A query that sees no key gives 0.
 *
 * @param query [..., queries, features], floats
 * @param key [..., keys, features]
 * @param value [..., keys, outputs]; the axes before the last two broadcast
 * @returns [..., queries, outputs]
 * @throws ShapeError where the shapes do not fit, DtypeError where they are no floats or the mask is of integers,
 * ArgumentError for a mask besides `isCausal`, or a dropout outside 0 to 1.
 *
 * Source: A. Vaswani et al., "Attention is all you need", 2017; memory linear in the length after M. Rabe and C. Staats,
 * "Self-attention does not need O(n²) memory", 2021.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const x = tensor([[1, 0], [0, 1], [1, 1]]);
 * const seen = nn.scaledDotProductAttention(x, x, x, { isCausal: true });
 * console.log(seen.shape, await seen.slice(0).toArray()); // [3, 2] [1, 0]
 * ```
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const { mask, isCausal = false, dropout = 0 } = options;
  const features = requireShapes(query, key, value);
  requireOptions(query, key, options);
  const scale = options.scale ?? 1 / Math.sqrt(features);
  const [queries, keys] = [at(query.shape, -2), at(key.shape, -2)];
  const attention = { key, value, scale, dropout };
  if (queries * keys > mostScores && queries > blockLength) return attendInBlocks(query, attention, { mask, isCausal });
  if (isCausal) return attend(query, attention, seenFrom(reshape(arange(queries), [queries, 1]), keys));
  return attend(query, attention, mask && { mask, isSure: false });
}

interface Attention {
  readonly key: Tensor;
  readonly value: Tensor;
  readonly scale: number;
  readonly dropout: number;
}

/** What queries may see: a bool, or floats to be added to their scores. */
interface Sight {
  readonly mask: Tensor;
  /** Does each query see something? */
  readonly isSure: boolean;
}

/** All queries at once. */
function attend(
  query: Tensor,
  { key, value, scale, dropout }: Attention,
  sight: Sight | undefined,
  randomKey?: Tensor,
): Tensor {
  const products: Tensor = multiply(matmul(query, matrixTranspose(key)), scale);
  const scores = sight === undefined ? products : masked(products, sight.mask);
  const weights = sight === undefined || sight.isSure ? softmax(scores) : safeSoftmax(scores);
  return matmul(dropout === 0 ? weights : dropped(weights, dropout, randomKey), value);
}

/** `softmax` along the last axis, with 0 instead of NaN in rows where all is −∞. */
function safeSoftmax(scores: Tensor): Tensor {
  if (scores.size === 0) return scores;
  const highest = stopGradient(max(scores, -1, { keepDims: true }));
  const powers = exp(subtract(scores, where(equal(highest, -Infinity), 0, highest)));
  const total = sum(powers, -1, { keepDims: true });
  return divide(powers, where(equal(total, 0), 1, total));
}

function masked(scores: Tensor, mask: Tensor): Tensor {
  return mask.dtype === "bool" ? where(mask, scores, -Infinity) : add(scores, mask);
}

function dropped(weights: Tensor, dropout: number, key: Tensor | undefined): Tensor {
  const isKept = bernoulli(weights.shape, 1 - dropout, key === undefined ? {} : { key });
  return where(isKept, dropout === 1 ? 0 : divide(weights, 1 - dropout), 0);
}

/** What queries at `places` [queries, 1] of the whole sequence see of `keys` keys: those up to their own place. */
function seenFrom(places: Tensor, keys: number): Sight {
  return { mask: lessEqual(reshape(arange(keys), [1, keys]), places), isSure: true };
}

/** Block after block of queries: each step holds the scores of one, forward and in the derivative. */
function attendInBlocks(
  query: Tensor,
  attention: Attention,
  { mask, isCausal }: { readonly mask: Tensor | undefined; readonly isCausal: boolean },
): Tensor {
  const [queries, keys] = [at(query.shape, -2), at(attention.key.shape, -2)];
  const count = Math.ceil(queries / blockLength);
  const blocksOf = (x: Tensor) => inBlocks(x, count);
  // A mask with a row for each query goes along with the queries; others are the same for all blocks
  const hasRows = mask !== undefined && mask.rank >= 2 && at(mask.shape, -2) === queries;
  const step = (_: readonly Tensor[], block: Block) => {
    const places = block.start && add(block.start, reshape(arange(blockLength), [blockLength, 1]));
    const own = block.mask ?? mask;
    const seen = places === undefined ? own && { mask: own, isSure: false } : seenFrom(places, keys);
    return [[], attend(block.query, attention, seen, block.randomKey)] as const;
  };
  const blocks: Block = {
    query: blocksOf(query),
    ...(hasRows ? { mask: blocksOf(mask) } : {}),
    ...(isCausal ? { start: multiply(arange(count), blockLength) } : {}),
    ...(attention.dropout > 0 ? { randomKey: bits([count, 2]) } : {}),
  };
  const [, stack] = scan(step, [], blocks);
  const joined = moveAxis(stack, 0, -3);
  const shape = joined.shape;
  const whole: Tensor = reshape(joined, [...shape.slice(0, -3), count * blockLength, at(shape, -1)]);
  return slice(whole, "...", [0, queries], null);
}

/** What each step sees; as stacks, what all of them see. */
interface Block {
  readonly query: Tensor;
  readonly mask?: Tensor;
  readonly start?: Tensor;
  readonly randomKey?: Tensor;
}

/** [..., queries, n] as [count, ..., blockLength, n]; what is missing at the end is zero. */
function inBlocks(x: Tensor, count: number): Tensor {
  const missing = count * blockLength - at(x.shape, -2);
  const widths = x.shape.map((_, axis) => (axis === x.rank - 2 ? ([0, missing] as const) : ([0, 0] as const)));
  const full = missing === 0 ? x : pad(x, widths);
  const blocks: Tensor = reshape(full, [...x.shape.slice(0, -2), count, blockLength, at(x.shape, -1)]);
  return moveAxis(blocks, -3, 0);
}

/** The number of features. */
function requireShapes(query: Tensor, key: Tensor, value: Tensor): number {
  for (const [name, x] of Object.entries({ query, key, value })) {
    if (!isFloat(x.dtype))
      throw new DtypeError(`scaledDotProductAttention: ${name} is ${x.dtype}; it has to be floating-point.`, { name });
    if (x.rank < 2)
      throw new ShapeError(
        `scaledDotProductAttention: ${name} has shape ${showShape(x.shape)}; it needs axes for positions and features, [..., positions, features].`,
        { name, shape: x.shape },
      );
  }
  const shapes = `query ${showShape(query.shape)}, key ${showShape(key.shape)}, value ${showShape(value.shape)}`;
  if (at(query.shape, -1) !== at(key.shape, -1))
    throw new ShapeError(`scaledDotProductAttention: ${shapes}: query and key have to have as many features.`, {});
  if (at(key.shape, -2) !== at(value.shape, -2))
    throw new ShapeError(`scaledDotProductAttention: ${shapes}: key and value have to have as many positions.`, {});
  return at(query.shape, -1);
}

function requireOptions(query: Tensor, key: Tensor, { mask, isCausal, dropout = 0 }: AttentionOptions): void {
  if (!(dropout >= 0 && dropout <= 1))
    throw new ArgumentError(`scaledDotProductAttention: dropout is ${dropout}; it has to be from 0 to 1.`, { dropout });
  if (mask === undefined) return;
  if (isCausal === true)
    throw new ArgumentError(
      "scaledDotProductAttention: give either a mask or isCausal. A causal mask is a bool that tril makes of ones.",
    );
  if (mask.dtype !== "bool" && !isFloat(mask.dtype))
    throw new DtypeError(
      `scaledDotProductAttention: the mask is ${mask.dtype}; it has to be bool, or floats to be added to the scores.`,
      { dtype: mask.dtype },
    );
  const outer = broadcastShapes("scaledDotProductAttention", query.shape.slice(0, -2), key.shape.slice(0, -2));
  const scores = [...outer, at(query.shape, -2), at(key.shape, -2)];
  broadcastTo(mask, broadcastShapes("scaledDotProductAttention: mask and scores", mask.shape, scores));
}
