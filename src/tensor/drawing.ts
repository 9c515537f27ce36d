/**
 * What draws are made of: two words of threefry for each element, under a key, a call number and the element's position, and
 * fractions of them. `random.ts` and `algorithms/random/` make distributions of these.
 */
import { node, withOneOrigin } from "../graph/node.ts";
import { type Dtype, type FloatDtype, isFloat } from "../shape/dtype.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { DtypeError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { parity, rotations, rounds } from "../support/threefry.ts";
import { negative, sqrt } from "./arithmetic.ts";
import { type Draw, type Generator, globalGenerator } from "./generator.ts";
import { broadcastTo, reshape } from "./manipulate.ts";
import { slice } from "./slice.ts";
import { Tensor } from "./tensor.ts";
import { cos, log, log1p } from "./transcendental.ts";

import "./bitwise.ts";
import "./cast.ts";

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

/** Two random words an element; each block is another pair. */
export type Words = (block: number) => readonly [Tensor, Tensor];

/** Draws for `shape`, made by `make` of the words of each element in one list; all nodes get the caller's line. */
export function drawing(shape: Shape, options: RandomOptions, make: (words: Words) => Tensor): Tensor {
  const count = sizeOf(checkShape("random", shape));
  return withOneOrigin(() => {
    const draw = options.key === undefined ? (options.generator ?? globalGenerator).draw() : drawOfKey(options.key);
    const positions = new Tensor(node("iota", [], { shape: [count], axis: 0, dtype: "u32" }));
    const words: Words = (block) => threefryOf(draw, block === 0 ? positions : positions.add(block * count));
    return reshape(make(words), shape);
  });
}

/** For draws that take several trials: the words of trial `number` of each element, whose keys are words themselves. */
export function wordsOfKeys(keys: readonly [Tensor, Tensor], number: Tensor): Words {
  const trial: Tensor = broadcastTo(number, keys[0].shape);
  return (block) => threefryOf({ key: keys, call: block }, trial);
}

/** As `drawing`, for distributions of real numbers: computed in f32 or f64, then rounded to the dtype asked for. */
export function drawingFloats(
  operation: string,
  shape: Shape,
  { dtype = "f32", ...options }: FloatRandomOptions,
  make: (words: Words, inner: DrawnDtype, dtype: FloatDtype) => Tensor,
): Tensor {
  if (!isFloat(dtype))
    throw new DtypeError(
      `${operation}: draws are floating-point numbers, not ${dtype}. Use integers for whole numbers.`,
      { dtype },
    );
  return drawing(shape, options, (words) => make(words, dtype === "f64" ? "f64" : "f32", dtype).astype(dtype));
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

/** Bits of a fraction in [0, 1) that a dtype holds exactly, so that none is rounded up to 1. */
const fractionBits = { f16: 11, bf16: 8, f32: 24 } as const;

/** [0, 1) in steps of 2⁻²⁴, or 2⁻⁵³ for f64; for f16 and bf16 what they hold, as f32. */
export function unitInterval([first, second]: readonly [Tensor, Tensor], dtype: FloatDtype): Tensor {
  if (dtype !== "f64") {
    const bits = fractionBits[dtype];
    return first
      .bitwiseRightShift(32 - bits)
      .astype("f32")
      .multiply(2 ** -bits);
  }
  const [high, low] = [first.bitwiseRightShift(5).astype(dtype), second.bitwiseRightShift(6).astype(dtype)];
  return high
    .multiply(2 ** 26)
    .add(low)
    .multiply(2 ** -53);
}

/** What draws are computed in before they are rounded to the dtype asked for. */
export type DrawnDtype = "f32" | "f64";

/** (0, 1], as fine near 0 as the words allow. */
export function openUnit([first, second]: readonly [Tensor, Tensor], dtype: DrawnDtype): Tensor {
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

/** Normal numbers of mean 0 and deviation 1, of one pair of words for f32, two for f64; see `normal`. */
export function standardNormal(words: Words, dtype: DrawnDtype): Tensor {
  const [first, second] = words(0);
  const radius = sqrt(log(openUnit([first, second], dtype)).multiply(-2));
  const turn = unitInterval(dtype === "f32" ? [second, first] : words(1), dtype);
  return radius.multiply(cos(turn.multiply(2 * Math.PI)));
}

/** Noise of Gumbel's distribution: −ln(−ln(1 − u)), fine where it is large. */
export function gumbelNoise(words: readonly [Tensor, Tensor], dtype: DrawnDtype): Tensor {
  return negative(log(negative(log1p(negative(openUnit(words, dtype))))));
}
