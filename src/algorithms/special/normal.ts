/**
 * The normal distribution: its distribution function, the logarithm and the inverse of that, and the inverse of the error
 * function, which is the same but for scale.
 */
import { abs, divide, multiply, sqrt, subtract } from "../../tensor/arithmetic.ts";
import { bitwiseAnd } from "../../tensor/bitwise.ts";
import { bitcast } from "../../tensor/cast.ts";
import { where } from "../../tensor/comparison.ts";
import type { ShapeType } from "../../tensor/shapeTypes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { erfc, exp, log, log1p } from "../../tensor/transcendental.ts";
import { polynomial, withSlope } from "./parts.ts";

/** Numerators and denominators of algorithm AS 241: in the middle, in the tails, and far out in them. */
const middle = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
    28729.085735721942674, 5226.495278852854561,
  ],
] as const;
const tail = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
] as const;
const farTail = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
] as const;

function ratio(x: Tensor, [over, under]: readonly [readonly number[], readonly number[]]): Tensor {
  return polynomial(x, over).divide(polynomial(x, under));
}

/** Where the normal distribution function is ½ + `offset`; `rest` is what is left beyond, ½ − |offset|, without rounding. */
function quantile(offset: Tensor, rest: Tensor): Tensor {
  const isMiddle = abs(offset).lessEqual(0.425);
  const inside = where(isMiddle, offset, 0);
  const near = inside.multiply(ratio(subtract(0.180625, inside.multiply(inside)), middle));
  const isEnd = rest.equal(0);
  const distance = sqrt(log(where(isMiddle, 0.25, where(isEnd, 1, rest))).multiply(-1));
  const isFar = distance.greater(5);
  const out = where(isFar, ratio(distance.subtract(5), farTail), ratio(distance.subtract(1.6), tail));
  const magnitude = where(isEnd, Infinity, out);
  return where(isMiddle, near, where(offset.less(0), magnitude.multiply(-1), magnitude));
}

/**
 * The number whose error function is x: ±∞ at ±1, NaN outside. Within 4 ulp. Integers become f32.
 *
 * Source: M. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988).
 *
 * @example
 * ```ts
 * import { erfinv, tensor } from "smilodon";
 * console.log(await erfinv(tensor([0, 1])).toArray()); // [0, Infinity]
 * ```
 */
export function erfinv<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function erfinv(x: Tensor): Tensor {
  return withSlope(
    x,
    (values) => quantile(values.multiply(0.5), subtract(1, abs(values)).multiply(0.5)).multiply(Math.SQRT1_2),
    (values) => exp(erfinv(values).square()).multiply(Math.sqrt(Math.PI) / 2),
  );
}

/**
 * The distribution function of the standard normal, Φ(x) = erfc(−x/√2)/2. Integers become f32.
 *
 * @example
 * ```ts
 * import { ndtr, tensor } from "smilodon";
 * console.log(await ndtr(tensor([-Infinity, 0])).toArray()); // [0, 0.5]
 * ```
 */
export function ndtr<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function ndtr(x: Tensor): Tensor {
  return withSlope(x, probability, density);
}

/** Φ(x). */
function probability(x: Tensor): Tensor {
  const scaled = x.multiply(-Math.SQRT1_2);
  const plain = erfc(scaled).multiply(0.5);
  // In the tail e^−(scaled²) enlarges what rounding `scaled` lost: the difference to e^(−x²/2) is put back
  const isTail = x.less(-0.5).logicalAnd(x.greater(-40));
  const [a, b] = [where(isTail, scaled, 0), where(isTail, x, 0)];
  const [aHead, bHead] = [headOf(a), headOf(b)];
  const heads = aHead.square().subtract(bHead.square().multiply(0.5));
  const ofA = a.subtract(aHead).multiply(a.add(aHead));
  const ofB = b.subtract(bHead).multiply(b.add(bHead)).multiply(0.5);
  return plain.add(plain.multiply(heads.add(ofA).subtract(ofB)));
}

/** The first half of the digits, whose square is exact. */
function headOf(x: Tensor): Tensor {
  return x.dtype === "f64"
    ? bitcast(bitwiseAnd(bitcast(x, "i64"), -(2 ** 27)), "f64")
    : bitcast(bitwiseAnd(bitcast(x, "i32"), -(2 ** 12)), "f32");
}

/** e^(−x²/2) / √(2π). */
function density(x: Tensor): Tensor {
  return exp(multiply(x, x).multiply(-0.5)).multiply(1 / Math.sqrt(2 * Math.PI));
}

/**
 * The number whose Φ is x, the inverse of `ndtr`: −∞ at 0, ∞ at 1, NaN outside. Integers become f32.
 *
 * Source: M. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988).
 *
 * @example
 * ```ts
 * import { ndtri, tensor } from "smilodon";
 * console.log(await ndtri(tensor([0.5, 1])).toArray()); // [0, Infinity]
 * ```
 */
export function ndtri<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function ndtri(x: Tensor): Tensor {
  return withSlope(
    x,
    (values) => quantile(values.subtract(0.5), where(values.less(0.5), values, subtract(1, values))),
    (values) => divide(1, density(ndtri(values))),
  );
}

/** Of Φ(x) · √(2π) · e^(x²/2) · (−x), far below 0, in 1/x². */
const tailSeries = [1, -1, 3, -15, 105, -945, 10395, -135135];

/**
 * ln Φ(x), without underflow. Integers become f32.
 *
 * @example
 * ```ts
 * import { logNdtr, tensor } from "smilodon";
 * console.log(await logNdtr(tensor([-1000, 100])).toArray()); // [-500007.8125, 0]
 * ```
 */
export function logNdtr<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
export function logNdtr(x: Tensor): Tensor {
  return withSlope(x, logNdtrOf, (values) => {
    const { isFar, series } = farBelow(values);
    const near = where(isFar, 0, values);
    return where(isFar, divide(values.multiply(-1), series), density(near).divide(ndtr(near)));
  });
}

function logNdtrOf(x: Tensor): Tensor {
  const { isFar, far, series } = farBelow(x);
  const isLow = x.less(-1);
  const near = where(isFar, -1, x);
  const part = probability(where(isLow, near, near.multiply(-1)));
  const beyond = log(series.divide(far.multiply(-1)))
    .subtract(far.square().multiply(0.5))
    .subtract(Math.log(2 * Math.PI) / 2);
  return where(isFar, beyond, where(isLow, log(part), log1p(part.multiply(-1))));
}

/** Where Φ has no number of its own any more, and its series there. */
function farBelow(x: Tensor): { readonly isFar: Tensor; readonly far: Tensor; readonly series: Tensor } {
  const edge = x.dtype === "f64" ? -36 : -12;
  const isFar = x.less(edge);
  const far = where(isFar, x, edge);
  return { isFar, far, series: polynomial(divide(1, far.square()), tailSeries) };
}
