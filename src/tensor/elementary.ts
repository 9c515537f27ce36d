/**
 * Small functions of one or two numbers that are made of arithmetic: remainders with C's signs, interpolation, angles,
 * roots, and what stands in for numbers that are missing. `arithmetic.ts` has what most programs need.
 */
import { withOneOrigin } from "../graph/node.ts";
import { computedIn, isFloat } from "../shape/dtype.ts";
import { finfo } from "../shape/dtypeFacts.ts";
import {
  abs,
  floor,
  maximum,
  minimum,
  negative,
  remainder,
  round,
  sign,
  sqrt,
  square,
  subtract,
  trunc,
} from "./arithmetic.ts";
import { equal, isNan, less, where } from "./comparison.ts";
import {
  commonDtype,
  commonShape,
  type Fitting,
  type Joined,
  joinFloats,
  joinPair,
  type Operand,
  operandNode,
  throughFloats,
  toFloat,
  toNumber,
} from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";
import { log, log1p, sin } from "./transcendental.ts";

/**
 * √(a² + b²), where the squares may be beyond the range of the dtype. Infinite where a or b is, even beside NaN. Both
 * derivatives at (0, 0) are 0.
 *
 * @example
 * ```ts
 * import { hypot, tensor } from "smilodon";
 * console.log(await hypot(tensor([3, 3e30]), tensor([4, 4e30])).toArray()); // [5, 5.000000021023884e+30]
 * ```
 */
export function hypot<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function hypot(a: Operand, b: Operand): Tensor {
  return joinFloats("hypot", a, b, (x, y) => {
    const [one, other] = [abs(x), abs(y)];
    // not maximum and minimum, which look after NaN as well: it comes through the quotient
    const isOther = one.less(other);
    const [high, low]: [Tensor, Tensor] = [where(isOther, other, one), where(isOther, one, other)];
    const isInfinite = one.equal(Infinity).logicalOr(other.equal(Infinity));
    const isPlain = isInfinite.logicalOr(high.equal(0));
    const ratio = where(isInfinite, 0, low).divide(where(isPlain, 1, high));
    return where(isInfinite, Infinity, high.multiply(sqrt(square(ratio).add(1))));
  });
}

/**
 * What is left of a after whole multiples of b, with the sign of a, as C's `fmod`; `remainder` has the sign of b. Whole
 * numbers by 0 give 0; floats give NaN.
 *
 * @example
 * ```ts
 * import { fmod, tensor } from "smilodon";
 * console.log(await fmod(tensor([7, -7]), 4).toArray()); // [3, -3]
 * ```
 */
export function fmod<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function fmod(a: Operand, b: Operand): Tensor {
  return withOneOrigin(() => {
    const [x, y] = joinPair("fmod", a, b, toNumber);
    if (isFloat(x.dtype)) {
      const rest: Tensor = remainder(abs(x), abs(y));
      // the sign of a NaN that was computed is the machine's affair
      return where(isNan(rest), NaN, where(x.equal(0), x, where(x.less(0), negative(rest), rest)));
    }
    const rest: Tensor = remainder(x, y);
    const isOpposite = rest.notEqual(0).logicalAnd(rest.less(0).notEqual(x.less(0)));
    return where(isOpposite, rest.subtract(y), rest);
  });
}

/**
 * The fraction of x, with its sign: x − trunc(x). Of whole numbers 0, of infinities NaN.
 *
 * @example
 * ```ts
 * import { frac, tensor } from "smilodon";
 * console.log(await frac(tensor([1.5, -2.25])).toArray()); // [0.5, -0.25]
 * ```
 */
export function frac<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function frac(x: Tensor): Tensor {
  return withOneOrigin(() => x.subtract(trunc(x)));
}

/**
 * From `start` at weight 0 to `end` at weight 1 on a straight line, and exact at both. The three broadcast.
 *
 * @example
 * ```ts
 * import { lerp, tensor } from "smilodon";
 * console.log(await lerp(tensor([0, 10]), tensor([1, 20]), 0.5).toArray()); // [0.5, 15]
 * ```
 */
export function lerp(start: Operand, end: Operand, weight: Operand): Tensor {
  const operands = [start, end, weight];
  const dtype = toFloat(commonDtype("lerp", operands));
  const shape = commonShape("lerp", operands);
  return withOneOrigin(() => {
    const value = (operand: Operand) => new Tensor(operandNode(operand, computedIn(dtype), shape));
    const [from, to, share] = [value(start), value(end), value(weight)];
    const way = to.subtract(from);
    const nearer = where(
      abs(share).less(0.5),
      from.add(way.multiply(share)),
      to.subtract(way.multiply(subtract(1, share))),
    );
    return nearer.astype(dtype);
  });
}

/**
 * a · ln b, and 0 where a is 0, unless b is NaN.
 *
 * @example
 * ```ts
 * import { tensor, xlogy } from "smilodon";
 * console.log(await xlogy(tensor([0, 2]), tensor([0, 1])).toArray()); // [0, 0]
 * ```
 */
export function xlogy<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function xlogy(a: Operand, b: Operand): Tensor {
  return joinFloats("xlogy", a, b, (x, y) => {
    const isNothing = x.equal(0).logicalAnd(y.lessEqual(0).logicalOr(y.equal(Infinity)));
    return x.multiply(log(where(isNothing, 1, y)));
  });
}

/** What `logit` may be told. */
export interface LogitOptions {
  /** x is first kept between this and 1 less this. Default: left as it is. */
  readonly epsilon?: number;
}

/**
 * ln(x / (1 − x)), the inverse of `sigmoid`: −∞ at 0, ∞ at 1, NaN outside.
 *
 * @example
 * ```ts
 * import { logit, tensor } from "smilodon";
 * console.log(await logit(tensor([0, 0.5, 1])).toArray()); // [-Infinity, 0, Infinity]
 * ```
 */
export function logit<S extends ShapeType>(x: Tensor<S>, options?: LogitOptions): Tensor<S>;
export function logit(x: Tensor, { epsilon }: LogitOptions = {}): Tensor {
  const compute = (given: Tensor) => {
    const values: Tensor = epsilon === undefined ? given : given.clip(epsilon, 1 - epsilon);
    // in the middle the two logarithms would cancel
    const isMiddle = abs(values.subtract(0.5)).less(0.25);
    const twice = where(isMiddle, values, 0.5).multiply(2).subtract(1);
    const far = where(isMiddle, 0.5, values);
    const outside = log(far).subtract(log1p(negative(far)));
    return where(isMiddle, log1p(twice).subtract(log1p(negative(twice))), outside);
  };
  return withOneOrigin(() => throughFloats(x, compute));
}

/**
 * sin(πx) / (πx), and 1 at 0; exactly 0 at all other whole numbers.
 *
 * @example
 * ```ts
 * import { sinc, tensor } from "smilodon";
 * console.log(await sinc(tensor([0, 1])).toArray()); // [1, 0]
 * ```
 */
export function sinc<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function sinc(x: Tensor): Tensor {
  const compute = (values: Tensor) => {
    // by its series near 0, which has all the derivatives too
    const isNear = abs(values).less(1 / 16);
    const z = square(where(isNear, values, 0).multiply(Math.PI));
    const near = sincSeries.reduceRight<Tensor>((sum, each) => sum.multiply(z).add(each), z.multiply(0));
    const far = where(isNear, 0.5, values);
    const distant: Tensor = where(abs(far).equal(Infinity), 0, sinPi(far).divide(far.multiply(Math.PI)));
    return where(isNear, near, distant);
  };
  return withOneOrigin(() => throughFloats(x, compute));
}

/** (−1)ⁿ / (2n + 1)!. */
const sincSeries = [1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800];

/** sin(πx), exactly 0 at whole numbers; x is a float. */
export function sinPi(x: Tensor): Tensor {
  const whole: Tensor = round(x);
  const half = whole.multiply(0.5);
  const isOdd = floor(half).notEqual(half);
  const magnitude = sin(x.subtract(whole).multiply(Math.PI));
  return where(isOdd, negative(magnitude), magnitude);
}

/**
 * The third root of x, which has its sign.
 *
 * @example
 * ```ts
 * import { cbrt, tensor } from "smilodon";
 * console.log(await cbrt(tensor([27, -8])).toArray()); // [3, -2]
 * ```
 */
export function cbrt<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function cbrt(x: Tensor): Tensor {
  const compute = (values: Tensor) => {
    const isPlain = values.equal(0).logicalOr(abs(values).equal(Infinity));
    const size = where(isPlain, 1, abs(values));
    const guess: Tensor = size.pow(1 / 3);
    // ⅓ is no number of the dtype: one of Newton's steps mends that
    const root = guess.subtract(guess.subtract(size.divide(square(guess))).divide(3));
    return where(isPlain, values, root.multiply(sign(values)));
  };
  return withOneOrigin(() => throughFloats(x, compute));
}

/**
 * Radians of x degrees.
 *
 * @example
 * ```ts
 * import { deg2rad, tensor } from "smilodon";
 * console.log(await deg2rad(tensor([180], { dtype: "f64" })).toArray()); // [3.141592653589793]
 * ```
 */
export function deg2rad<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function deg2rad(x: Tensor): Tensor {
  return withOneOrigin(() => throughFloats(x, (values) => values.multiply(Math.PI / 180)));
}

/**
 * Degrees of x radians.
 *
 * @example
 * ```ts
 * import { rad2deg, tensor } from "smilodon";
 * console.log(await rad2deg(tensor([Math.PI], { dtype: "f64" })).toArray()); // [180]
 * ```
 */
export function rad2deg<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function rad2deg(x: Tensor): Tensor {
  return withOneOrigin(() => throughFloats(x, (values) => values.multiply(180 / Math.PI)));
}

/** What `nanToNum` puts in place of what is not finite. */
export interface NanToNumOptions {
  /** In place of NaN. Default 0. */
  readonly nan?: number;
  /** In place of ∞. Default the greatest finite number of the dtype. */
  readonly positiveInfinity?: number;
  /** In place of −∞. Default the least finite number of the dtype. */
  readonly negativeInfinity?: number;
}

/**
 * x with numbers in place of NaN and infinities. Integers stay as they are.
 *
 * @example
 * ```ts
 * import { nanToNum, tensor } from "smilodon";
 * console.log(await nanToNum(tensor([NaN, 1, Infinity]), { positiveInfinity: 9 }).toArray()); // [0, 1, 9]
 * ```
 */
export function nanToNum<S extends ShapeType>(x: Tensor<S>, options?: NanToNumOptions): Tensor<S>;
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  if (!isFloat(x.dtype)) return x;
  const { min, max } = finfo(x.dtype);
  const { nan = 0, positiveInfinity = max, negativeInfinity = min } = options;
  return withOneOrigin(() =>
    where(isNan(x), nan, where(x.equal(Infinity), positiveInfinity, where(x.equal(-Infinity), negativeInfinity, x))),
  );
}

/**
 * The greater of a and b; where one is NaN, the other. `maximum` keeps NaN.
 *
 * @example
 * ```ts
 * import { fmax, tensor } from "smilodon";
 * console.log(await fmax(tensor([NaN, 5]), 3).toArray()); // [3, 5]
 * ```
 */
export function fmax<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function fmax(a: Operand, b: Operand): Tensor {
  return ofNumbers("fmax", a, b, (x, y) => maximum(x, y));
}

/**
 * The lesser of a and b; where one is NaN, the other. `minimum` keeps NaN.
 *
 * @example
 * ```ts
 * import { fmin, tensor } from "smilodon";
 * console.log(await fmin(tensor([NaN, 1]), 3).toArray()); // [3, 1]
 * ```
 */
export function fmin<A extends Operand, B extends Operand>(a: A, b: Fitting<A, B>): Joined<A, B>;
export function fmin(a: Operand, b: Operand): Tensor {
  return ofNumbers("fmin", a, b, (x, y) => minimum(x, y));
}

function ofNumbers(operation: string, a: Operand, b: Operand, choose: (x: Tensor, y: Tensor) => Tensor): Tensor {
  return withOneOrigin(() => {
    const [x, y] = joinPair(operation, a, b, (dtype) => dtype);
    return isFloat(x.dtype) ? where(isNan(x), y, where(isNan(y), x, choose(x, y))) : choose(x, y);
  });
}

/** How near `isClose` and `allClose` want numbers to be. */
export interface ClosenessOptions {
  /** Allowed for each unit of |b|. Default 1e-5. */
  readonly relative?: number;
  /** Allowed besides. Default 1e-8. */
  readonly absolute?: number;
  /** Is NaN close to NaN? Default false. */
  readonly equalNan?: boolean;
}

/**
 * |a − b| ≤ absolute + relative · |b|? Infinities are close to themselves.
 *
 * @example
 * ```ts
 * import { isClose, tensor } from "smilodon";
 * console.log(await isClose(tensor([1, 1.1]), 1.000001).toArray()); // [true, false]
 * ```
 */
export function isClose(a: Operand, b: Operand, options: ClosenessOptions = {}): Tensor {
  const { relative = 1e-5, absolute = 1e-8, equalNan = false } = options;
  return withOneOrigin(() => {
    const [x, y] = joinPair("isClose", a, b, toNumber);
    const isSame: Tensor = equal(x, y);
    const [left, right] = joinPair("isClose", x, y, toFloat);
    const room = abs(right).multiply(relative).add(absolute);
    const distance = abs(left.subtract(right));
    // an infinite room has place for everything, and is none
    const isNear: Tensor = distance.lessEqual(room).logicalAnd(less(abs(right), Infinity));
    const result = isSame.logicalOr(isNear);
    return equalNan ? result.logicalOr(isNan(left).logicalAnd(isNan(right))) : result;
  });
}

/**
 * Are all elements of a close to those of b, as `isClose` has it? One boolean.
 *
 * @example
 * ```ts
 * import { allClose, tensor } from "smilodon";
 * console.log(await allClose(tensor([1, 2]), tensor([1, 2.5])).item()); // 0
 * ```
 */
export function allClose(a: Operand, b: Operand, options?: ClosenessOptions): Tensor<[]> {
  return withOneOrigin(() => {
    const result: Tensor = isClose(a, b, options).all();
    return result as Tensor<[]>;
  });
}
