/**
 * Random numbers: the bits of threefry2x32-20 under a key, a call number and each element's position, composed of
 * graph primitives so that they fuse with what uses them. Bits, integers and uniforms are the same on every device
 * and in compiled and eager code. `generator.ts` says where key and call number come from.
 */
import { checkShape, type Shape } from "../shape/shape.ts";
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { add, multiply } from "./arithmetic.ts";
import { where } from "./comparison.ts";
import {
  drawing,
  drawingFloats,
  type FloatRandomOptions,
  gumbelNoise,
  type RandomOptions,
  standardNormal,
  unitInterval,
} from "./drawing.ts";
import { globalGenerator } from "./generator.ts";
import { broadcastTo } from "./manipulate.ts";
import { floatsOf, type Operand } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { argmax } from "./statistics.ts";
import { Tensor } from "./tensor.ts";

import "./bitwise.ts";
import "./cast.ts";
import "./comparison.ts";

export type { FloatRandomOptions, RandomOptions } from "./drawing.ts";

/** Options of `uniform`. */
export interface UniformOptions extends FloatRandomOptions {
  /** Least value. Default 0. */
  readonly low?: number;
  /** Bound that values stay below, up to rounding. Default 1. */
  readonly high?: number;
}

/** Options of `normal`. */
export interface NormalOptions extends FloatRandomOptions {
  /** Mean. Default 0. */
  readonly mean?: number;
  /** Standard deviation. Default 1. */
  readonly deviation?: number;
}

/** Options of `integers`. */
export interface IntegerOptions extends RandomOptions {
  /** Element type. Default i32. */
  readonly dtype?: "u8" | "i32" | "u32";
}

/**
 * Random bits, as u32.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * console.log(random.bits([2, 2]).dtype); // u32
 * ```
 */
export function bits<const S extends Shape>(shape: S, options: RandomOptions = {}): Tensor<S> {
  return drawing(shape, options, (words) => words(0)[0]);
}

/**
 * Numbers that are equally likely everywhere in [low, high): the top 24 bits for f32, 53 for f64,
 * 11 for f16 and 8 for bf16.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.uniform([1000], { low: -1, high: 1 });
 * console.log(Math.abs(await x.mean().item()) < 0.1); // true
 * ```
 */
export function uniform<const S extends Shape>(shape: S, options?: UniformOptions): Tensor<S>;
export function uniform(shape: Shape, { low = 0, high = 1, ...options }: UniformOptions = {}): Tensor {
  return drawingFloats("uniform", shape, options, (words, _, dtype) => {
    const unit = unitInterval(words(0), dtype);
    const scaled = high - low === 1 ? unit : unit.multiply(high - low);
    return low === 0 ? scaled : scaled.add(low);
  });
}

/**
 * Normally distributed numbers, by the method of Box and Muller: √(−2 ln u) · cos 2πv. u comes of 32 bits (64 for
 * f64) with full resolution near 0, so that values reach 6.7 standard deviations (9.4 for f64).
 * @throws DtypeError for dtypes that are not floats.
 *
 * Source: G. Box, M. Muller, "A note on the generation of random normal deviates", Annals of Mathematical
 * Statistics 29 (1958).
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.normal([1000], { mean: 5, deviation: 2 });
 * console.log(Math.abs((await x.mean().item()) - 5) < 0.3); // true
 * ```
 */
export function normal<const S extends Shape>(shape: S, options?: NormalOptions): Tensor<S>;
export function normal(shape: Shape, { mean = 0, deviation = 1, ...options }: NormalOptions = {}): Tensor {
  return drawingFloats("normal", shape, options, (words, inner) => {
    const standard = standardNormal(words, inner);
    const scaled = deviation === 1 ? standard : standard.multiply(deviation);
    return mean === 0 ? scaled : scaled.add(mean);
  });
}

/**
 * Booleans that hold with probability `probability`, a number or a tensor that broadcasts to `shape`.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * console.log(random.bernoulli([4], 0.5).dtype); // bool
 * ```
 */
export function bernoulli<const S extends Shape>(
  shape: S,
  probability: number | Tensor,
  options: RandomOptions = {},
): Tensor<S> {
  const dtype = probability instanceof Tensor && probability.dtype === "f64" ? "f64" : "f32";
  const draws: Tensor = uniform(shape, { ...options, dtype });
  const bound: Operand = probability instanceof Tensor ? broadcastTo(probability, shape) : probability;
  return draws.less(bound);
}

/** Options of `categorical`. */
export interface CategoricalOptions extends RandomOptions {
  /** The axis of the categories. Default the last. */
  readonly axis?: number;
}

/**
 * Positions along `axis` (the last by default), as i32, each drawn with the probability softmax(logits) gives it: the position of
 * the largest logit after noise is added to each. Broadcast the logits for several draws of each.
 * @throws ShapeError where there is no such axis, or it is empty.
 *
 * Source: E. Gumbel, "Statistical theory of extreme values and some practical applications", 1954.
 *
 * @example
 * ```ts
 * import { random, tensor } from "smilodon";
 * console.log(await random.categorical(tensor([[0, -Infinity], [-Infinity, 0]])).toArray()); // [0, 1]
 * ```
 */
export function categorical(logits: Tensor, { axis = -1, ...options }: CategoricalOptions = {}): Tensor {
  const values = floatsOf(logits);
  const noise = drawing(values.shape, options, (words) =>
    gumbelNoise(words(0), values.dtype === "f64" ? "f64" : "f32"),
  );
  return argmax(add(values, noise), axis);
}

/**
 * `x` with each element set to zero with probability `probability` and the others divided by 1 − probability, so that the mean
 * stays. `nn.Dropout` does this while training.
 * @throws ArgumentError where `probability` is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { ones, random } from "smilodon";
 * console.log(await random.dropout(ones([4]), 0.5).toArray()); // zeros and twos
 * ```
 */
export function dropout<S extends ShapeType>(x: Tensor<S>, probability: number, options?: RandomOptions): Tensor<S>;
export function dropout(x: Tensor, probability: number, options: RandomOptions = {}): Tensor {
  if (!(probability >= 0 && probability <= 1))
    throw new ArgumentError(`dropout: the probability is ${probability}; it has to be from 0 to 1.`, { probability });
  if (probability === 0) return x;
  if (probability === 1) return multiply(x, 0);
  return where(bernoulli(x.shape, 1 - probability, options), multiply(x, 1 / (1 - probability)), 0);
}

/**
 * Whole numbers from `low` to `high` − 1. One in 2³² / (high − low) words is uneven: the likeliest number is at most
 * (high − low) / 2³² more frequent than the rarest, relatively.
 * @throws ArgumentError where the range is empty or wider than 32 bits.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * console.log(random.integers([2, 3], 0, 10).shape); // [2, 3]
 * ```
 */
export function integers<const S extends Shape>(
  shape: S,
  low: number,
  high: number,
  { dtype = "i32", ...options }: IntegerOptions = {},
): Tensor<S> {
  const width = high - low;
  if (!Number.isInteger(low) || !Number.isInteger(high) || width < 1 || width >= 2 ** 32) {
    throw new ArgumentError(
      `integers: ${low} … ${high} has to be a range of at least one and less than 2^32 whole numbers.`,
      { low, high },
    );
  }
  return drawing(shape, options, (words) => highWord(words(0)[0], width).astype(dtype).add(low));
}

/**
 * The numbers 0 … count − 1 in random order, as i32. Drawn in JavaScript.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * console.log(await random.permutation(5).sum().item()); // 10
 * ```
 */
export function permutation(
  count: number,
  { generator = globalGenerator }: Pick<RandomOptions, "generator"> = {},
): Tensor {
  checkShape("permutation", [count]);
  return generator.drawOnHost([count], (words) => {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const chosen = words.below(last + 1);
      [order[last], order[chosen]] = [at(order, chosen), at(order, last)];
    }
    return order;
  });
}

/** ⌊word · width / 2³²⌋, from products of 16-bit halves. */
function highWord(word: Tensor, width: number): Tensor {
  const [high, low] = [word.bitwiseRightShift(16), word.bitwiseAnd(0xffff)];
  const [widthHigh, widthLow] = [Math.floor(width / 2 ** 16), width % 2 ** 16];
  const middle = high.multiply(widthLow).add(low.multiply(widthLow).bitwiseRightShift(16));
  const other = low.multiply(widthHigh).add(middle.bitwiseAnd(0xffff));
  return high.multiply(widthHigh).add(middle.bitwiseRightShift(16)).add(other.bitwiseRightShift(16));
}
