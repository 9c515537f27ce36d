/** Rows of `tensor/arithmetic.ts`. */

import * as S from "../../../src/index.ts";
import { dtypes } from "../../../src/shape/dtype.ts";
import { as, host, mapped } from "../host.ts";
import { binary, counted, draw, floating, many, type OpRow, otherNumbers, unary } from "../row.ts";

const misfit = {
  label: "shapes that do not broadcast",
  error: S.ShapeError,
  message: /\[2, 3\] and \[4\].*sizes 3 and 4 meet at axis -1/,
};

const matrix = () => S.zeros([2, 3]);
const vector = (): S.Tensor => S.zeros([4]);

function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  return Math.floor(a / b);
}

function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** Differences with NumPy at infinities are settled in tests/kernel/meaning.test.ts. */
const finite = [0.5, -0.5, 1, -1, 7, -7, 2.5, -2.5];

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const nanOr = (f: (a: number, b: number) => number) => (a: number, b: number) =>
  Number.isNaN(a) || Number.isNaN(b) ? NaN : f(a, b);

/** Rows. */
export const rows: readonly OpRow[] = [
  binary(
    "add",
    (a, b) => S.add(a, b),
    (a, b) => a + b,
    {
      result: counted,
      errors: [
        { ...misfit, call: () => S.add(matrix(), vector()) },
        {
          label: "a number outside u8",
          call: () => S.add(S.zeros([2], { dtype: "u8" }), 300),
          error: S.DtypeError,
          message: /300 is outside the range of u8/,
        },
        {
          label: "an array",
          call: () => Reflect.apply(S.add, undefined, [matrix(), [1, 2]]),
          error: S.ArgumentError,
          message: /neither a tensor nor a number/,
        },
      ],
    },
  ),
  binary(
    "subtract",
    (a, b) => S.subtract(a, b),
    (a, b) => a - b,
    {
      result: counted,
      others: otherNumbers,
      errors: [{ ...misfit, call: () => S.subtract(matrix(), vector()) }],
    },
  ),
  binary(
    "multiply",
    (a, b) => S.multiply(a, b),
    (a, b) => a * b,
    { result: counted, errors: [{ ...misfit, call: () => S.multiply(matrix(), vector()) }] },
  ),
  binary(
    "divide",
    (a, b) => S.divide(a, b),
    (a, b) => a / b,
    { result: floating, domainOfSecond: [0.5, 2], wholeDomainOfSecond: [1, 8] },
  ),
  binary("floorDivide", (a, b) => S.floorDivide(a, b), floorDivide, {
    result: counted,
    derivative: "once",
    domain: [0.6, 5.4],
    domainOfSecond: [0.7, 1.3],
    wholeDomainOfSecond: [1, 8],
    others: otherNumbers,
    special: finite,
  }),
  binary("remainder", (a, b) => S.remainder(a, b), remainder, {
    result: counted,
    derivative: "once",
    domain: [-5.4, 5.4],
    domainOfSecond: [0.7, 1.3],
    wholeDomainOfSecond: [1, 8],
    others: otherNumbers,
    special: finite,
  }),
  powers(),
  binary("maximum", (a, b) => S.maximum(a, b), nanOr(Math.max), { derivative: "once" }),
  binary("minimum", (a, b) => S.minimum(a, b), nanOr(Math.min), { derivative: "once" }),
  clips(),
  unary(
    "negative",
    (x) => S.negative(x),
    (x) => -x,
    { result: counted },
  ),
  unary("abs", (x) => S.abs(x), Math.abs, { result: counted, derivative: "once" }),
  unary(
    "sign",
    (x) => S.sign(x),
    (x) => Math.sign(x) + 0,
    { result: counted, derivative: "once" },
  ),
  unary(
    "square",
    (x) => S.square(x),
    (x) => x * x,
    { result: counted },
  ),
  unary("sqrt", (x) => S.sqrt(x), Math.sqrt, { result: floating, domain: [0.1, 4], wholeDomain: [0, 9] }),
  unary(
    "rsqrt",
    (x) => S.rsqrt(x),
    (x) => 1 / Math.sqrt(x),
    { result: floating, domain: [0.1, 4], wholeDomain: [1, 9], tolerance: many },
  ),
  unary(
    "reciprocal",
    (x) => S.reciprocal(x),
    (x) => 1 / x,
    { result: floating, domain: [0.3, 2], wholeDomain: [1, 9] },
  ),
  unary("floor", (x) => S.floor(x), Math.floor, { derivative: "once" }),
  unary("ceil", (x) => S.ceil(x), Math.ceil, { derivative: "once" }),
  unary("round", (x) => S.round(x), roundHalfToEven, {
    derivative: "once",
    special: [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0, 1e30, Infinity, -Infinity, NaN],
  }),
  unary("trunc", (x) => S.trunc(x), Math.trunc, { derivative: "once" }),
];

/** Bounds that are numbers, and tensors: they broadcast, and NaN among them is the result. */
function clips(): OpRow {
  const numbers = unary(
    "clip",
    (x) => S.clip(x, -1, 1.5),
    (x) => Math.min(Math.max(x, -1), 1.5),
    {
      derivative: "once",
      others: [],
      result: floating,
      errors: [
        {
          label: "crossed bounds",
          call: () => S.clip(matrix(), 2, 1),
          error: S.ArgumentError,
          message: /lower bound 2 is above the upper bound 1/,
        },
      ],
    },
  );
  const between = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
  const bounded = (["f32", "f64", "i32", "u8"] as const).map((dtype) => ({
    label: `${dtype}[2, 4] between ${dtype}[4] and ${dtype}[2, 1]`,
    inputs: [
      draw(`clip${dtype}`, [2, 4], dtype, [-6, 9]),
      draw(`low${dtype}`, [4], dtype, [-4, 2]),
      draw(`high${dtype}`, [2, 1], dtype, [2, 5]),
    ],
    call: (x: S.Tensor, low: S.Tensor, high: S.Tensor) => S.clip(x, low, high),
    expected: (...each: ReturnType<typeof draw>[]) => mapped(dtype, between, ...each),
  }));
  const open = {
    label: "NaN, and bounds that are NaN, or crossed",
    inputs: [
      [NaN, 1, 2, 3, 0],
      [0, NaN, 0, 2, -0],
      [1, 1, NaN, 1, 1],
    ].map((data) => host([5], "f32", data)),
    call: (x: S.Tensor, low: S.Tensor, high: S.Tensor) => S.clip(x, low, high),
    expected: () => host([5], "f32", [NaN, NaN, NaN, 1, 0]),
    hasDerivative: false,
  };
  return { ...numbers, samples: [...numbers.samples, ...bounded, open] };
}

/** Powers: of tensors, of small whole numbers, of fractions; integers by products. */
function powers(): OpRow {
  const tensors = binary(
    "pow",
    (a, b) => S.pow(a, b),
    (a, b) => (a === 1 ? 1 : a === -1 && Math.abs(b) === Infinity ? 1 : a ** b),
    {
      tolerance: { f32: { relative: 5e-6, absolute: 1e-6 }, f64: { relative: 1e-13, absolute: 1e-14 } },
      result: counted,
      domain: [0.3, 2],
      domainOfSecond: [-2, 2],
      others: [],
      errors: [
        {
          label: "integers to negative numbers",
          call: () => S.zeros([2], { dtype: "i32" }).pow(-1),
          error: S.DtypeError,
          message: /i32 to the power of -1 would leave the integers.*astype\("f32"\)/,
        },
      ],
    },
  );
  const fixed = [0, 1, 2, 3, 4, 7, -1, -2, 0.5, 2.5].map((exponent) => ({
    label: `f32[5] to ${exponent}`,
    inputs: [draw(`pow${exponent}`, [5], "f32", [0.2, 1.5])],
    call: (x: S.Tensor) => S.pow(x, exponent),
    expected: (x: ReturnType<typeof draw>) => mapped(x.dtype, (each) => each ** exponent, x),
  }));
  const whole = [0, 1, 2, 5].map((exponent) => ({
    label: `i32[5] to ${exponent}`,
    inputs: [draw(`powi${exponent}`, [5], "i32", [-4, 4])],
    call: (x: S.Tensor) => S.pow(x, exponent),
    expected: (x: ReturnType<typeof draw>) => mapped("i32", (each) => each ** exponent, x),
  }));
  const integral = (["u8", "i32", "i64"] as const).map((dtype) => ({
    label: `${dtype}[4, 1] to ${dtype}[6]`,
    inputs: [
      host([4, 1], dtype, [0, 1, 3, dtypes[dtype].lowest < 0 ? -2 : 2]),
      host([6], dtype, [0, 1, 2, 3, 4, dtypes[dtype].lowest < 0 ? -1 : 1]),
    ],
    call: (a: S.Tensor, b: S.Tensor) => S.pow(a, b),
    expected: (a: ReturnType<typeof draw>, b: ReturnType<typeof draw>) =>
      mapped(dtype, (x, y) => (y < 0 && Math.abs(x) !== 1 ? 0 : x ** y), a, b),
  }));
  const nan = {
    label: "NaN to 0",
    inputs: [as("f32", { shape: [1], dtype: "f32", data: [NaN] })],
    call: (x: S.Tensor) => S.pow(x, 0),
    expected: () => as("f32", { shape: [1], dtype: "f32", data: [1] }),
    hasDerivative: false,
  };
  return { ...tensors, samples: [...tensors.samples, ...fixed, ...whole, ...integral, nan] };
}
