/**
 * Random numbers: the bits of threefry2x32-20 under a key, a call number and each element's position, composed of
 * graph primitives so that they fuse with what uses them. Bits, integers and uniforms are the same on every device
 * and in compiled and eager code. `generator.ts` says where key and call number come from.
 */
import { node, withOneOrigin } from "../graph/node.ts";
import { type Dtype, isFloat } from "../shape/dtype.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { parity, rotations, rounds } from "../support/threefry.ts";
import { add, multiply, negative, sqrt } from "./arithmetic.ts";
import { where } from "./comparison.ts";
import { type Draw, type Generator, globalGenerator } from "./generator.ts";
import { broadcastTo, reshape } from "./manipulate.ts";
import { floatsOf, type Operand } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { slice } from "./slice.ts";
import { argmax } from "./statistics.ts";
import { Tensor } from "./tensor.ts";
import { cos, log, log1p } from "./transcendental.ts";
import "./bitwise.ts";
import "./cast.ts";
import "./comparison.ts";

/** Where the bits come from. */
export interface RandomOptions {
  /** The source of the numbers. Default: the global generator, which `seed` seeds. */
  readonly generator?: Generator;
  /** A key of one's own instead, u32 of shape [2]: equal keys give equal numbers, and no generator is changed. */
  readonly key?: Tensor;
}

/** Options of floating-point draws. */
export interface FloatRandomOptions extends RandomOptions {
  /** Element type. Default f32. */
  readonly dtype?: Dtype;
}

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
 * Numbers that are equally likely everywhere in [low, high): the top 24 bits for f32, 53 for f64.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * const x = random.uniform([1000], { low: -1, high: 1 });
 * console.log(Math.abs(await x.mean().item()) < 0.1); // true
 * ```
 */
export function uniform<const S extends Shape>(
  shape: S,
  { dtype = "f32", low = 0, high = 1, ...options }: UniformOptions = {},
): Tensor<S> {
  requireFloat("uniform", dtype);
  return drawing(shape, options, (words) => {
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
export function normal<const S extends Shape>(
  shape: S,
  { dtype = "f32", mean = 0, deviation = 1, ...options }: NormalOptions = {},
): Tensor<S> {
  requireFloat("normal", dtype);
  return drawing(shape, options, (words) => {
    const [first, second] = words(0);
    const radius = sqrt(log(openUnit([first, second], dtype)).multiply(-2));
    const turn =
      dtype === "f32"
        ? second
            .bitwiseRightShift(8)
            .astype(dtype)
            .multiply(2 ** -24)
        : unitInterval(words(1), dtype);
    const standard = radius.multiply(cos(turn.multiply(2 * Math.PI)));
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
  const noise = drawing(values.shape, options, (words) => gumbel(words(0), values.dtype));
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

/** Two random words an element; block 1 is another pair. */
type Words = (block: 0 | 1) => readonly [Tensor, Tensor];

/** Draws for `shape`, made by `make` of the words of each element in one list; all nodes get the caller's line. */
function drawing(shape: Shape, options: RandomOptions, make: (words: Words) => Tensor): Tensor {
  const count = sizeOf(checkShape("random", shape));
  return withOneOrigin(() => {
    const draw = options.key === undefined ? (options.generator ?? globalGenerator).draw() : drawOfKey(options.key);
    const positions = new Tensor(node("iota", [], { shape: [count], axis: 0, dtype: "u32" }));
    const words: Words = (block) => threefryOf(draw, block === 0 ? positions : positions.add(count));
    return reshape(make(words), shape);
  });
}

function requireFloat(operation: string, dtype: Dtype): void {
  if (!isFloat(dtype))
    throw new DtypeError(
      `${operation}: draws are floating-point numbers, not ${dtype}. Use integers for whole numbers.`,
      { dtype },
    );
}

function drawOfKey(key: Tensor): Draw {
  if (key.dtype !== "u32")
    throw new DtypeError(`random: the key is ${key.dtype}; it has to be u32. Convert with astype("u32").`, {
      dtype: key.dtype,
    });
  if (key.rank !== 1 || key.size !== 2)
    throw new ShapeError(`random: the key has shape ${showShape(key.shape)}; it has to be [2].`, { shape: key.shape });
  return { key: [slice(key, 0), slice(key, 1)], call: 0 };
}

/** `support/threefry.ts` on tensors: counter (position, call). */
export function threefryOf({ key, call }: Draw, positions: Tensor): readonly [Tensor, Tensor] {
  const schedule: readonly Tensor[] = [...key, key[0].bitwiseXor(key[1]).bitwiseXor(parity)];
  let x0: Tensor = positions.add(at(schedule, 0));
  let x1: Tensor = broadcastTo(at(schedule, 1).add(call), positions.shape);
  for (let round = 0; round < rounds; round++) {
    const turn = at(rotations, round % 8);
    x0 = x0.add(x1);
    x1 = x1
      .bitwiseLeftShift(turn)
      .bitwiseOr(x1.bitwiseRightShift(32 - turn))
      .bitwiseXor(x0);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = x0.add(at(schedule, injection % 3));
      x1 = x1.add(at(schedule, (injection + 1) % 3).add(injection));
    }
  }
  return [x0, x1];
}

/** [0, 1) in steps of 2⁻²⁴ or 2⁻⁵³. */
function unitInterval([first, second]: readonly [Tensor, Tensor], dtype: Dtype): Tensor {
  if (dtype === "f32")
    return first
      .bitwiseRightShift(8)
      .astype(dtype)
      .multiply(2 ** -24);
  const [high, low] = [first.bitwiseRightShift(5).astype(dtype), second.bitwiseRightShift(6).astype(dtype)];
  return high
    .multiply(2 ** 26)
    .add(low)
    .multiply(2 ** -53);
}

/** Noise of Gumbel's distribution: −ln(−ln(1 − u)), fine where it is large. */
function gumbel(words: readonly [Tensor, Tensor], dtype: Dtype): Tensor {
  return negative(log(negative(log1p(negative(openUnit(words, dtype))))));
}

/** (0, 1], as fine near 0 as the words allow. */
function openUnit([first, second]: readonly [Tensor, Tensor], dtype: Dtype): Tensor {
  if (dtype === "f32")
    return first
      .astype(dtype)
      .add(0.5)
      .multiply(2 ** -32);
  return first
    .astype(dtype)
    .multiply(2 ** 32)
    .add(second.astype(dtype))
    .add(0.5)
    .multiply(2 ** -64);
}

/** ⌊word · width / 2³²⌋, from products of 16-bit halves. */
function highWord(word: Tensor, width: number): Tensor {
  const [high, low] = [word.bitwiseRightShift(16), word.bitwiseAnd(0xffff)];
  const [widthHigh, widthLow] = [Math.floor(width / 2 ** 16), width % 2 ** 16];
  const middle = high.multiply(widthLow).add(low.multiply(widthLow).bitwiseRightShift(16));
  const other = low.multiply(widthHigh).add(middle.bitwiseAnd(0xffff));
  return high.multiply(widthHigh).add(middle.bitwiseRightShift(16)).add(other.bitwiseRightShift(16));
}
