/** Rows of `tensor/transcendental.ts` and `tensor/activation.ts`. */

import * as S from "../../../src/index.ts";
import { erf, erfc } from "../host.ts";
import { binary, counted, extremes, floating, type MapOptions, many, type OpRow, unary } from "../row.ts";

const result = floating;
/** Few bits are lost: 2 ulp in f32. */
const close = { f32: { relative: 3e-7, absolute: 1e-37 }, f64: { relative: 1e-15, absolute: 1e-300 } } as const;
const near = { f32: { relative: 2e-6, absolute: 1e-36 }, f64: { relative: 1e-14, absolute: 1e-300 } } as const;
const positive: MapOptions = { result, domain: [0.2, 3], wholeDomain: [1, 9], tolerance: near };
const plain: MapOptions = { result, wholeDomain: [0, 3], tolerance: near };
/** Sines of 1e30 ask for an argument reduction of hundreds of bits: the table of guarantees has a word on it. */
const turns = extremes.filter((x) => !(Math.abs(x) > 1e9) || !Number.isFinite(x));

const softplus = (x: number) => (x > 40 ? x : Math.log1p(Math.exp(x)));
const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const zeroAtMinusInfinity = (f: (x: number) => number) => (x: number) => (x === -Infinity ? 0 : f(x));
const gelu = zeroAtMinusInfinity((x) => 0.5 * x * erfc(-x / Math.SQRT2));
const geluTanh = zeroAtMinusInfinity((x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const silu = zeroAtMinusInfinity((x) => x * sigmoid(x));
const activation: MapOptions = { result, wholeDomain: [0, 3], domain: [-4, 4], tolerance: many };

function logaddexp(a: number, b: number): number {
  if (a === b) return a + Math.LN2;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** Rows. */
export const rows: readonly OpRow[] = [
  unary("exp", (x) => S.exp(x), Math.exp, plain),
  unary(
    "exp2",
    (x) => S.exp2(x),
    (x) => 2 ** x,
    plain,
  ),
  unary("expm1", (x) => S.expm1(x), Math.expm1, plain),
  unary("log", (x) => S.log(x), Math.log, positive),
  unary("log2", (x) => S.log2(x), Math.log2, positive),
  unary("log10", (x) => S.log10(x), Math.log10, positive),
  unary("log1p", (x) => S.log1p(x), Math.log1p, { ...positive, domain: [-0.7, 3] }),
  unary("sin", (x) => S.sin(x), Math.sin, { ...plain, special: turns }),
  unary("cos", (x) => S.cos(x), Math.cos, { ...plain, special: turns }),
  unary("tan", (x) => S.tan(x), Math.tan, { ...plain, domain: [-1.3, 1.3], wholeDomain: [0, 1], special: turns }),
  unary("sinh", (x) => S.sinh(x), Math.sinh, { ...plain, special: [...extremes, 50, -50, 89, -89] }),
  unary("cosh", (x) => S.cosh(x), Math.cosh, { ...plain, special: [...extremes, 50, -50, 89, -89] }),
  unary("tanh", (x) => S.tanh(x), Math.tanh, plain),
  unary("asinh", (x) => S.asinh(x), Math.asinh, plain),
  unary("acosh", (x) => S.acosh(x), Math.acosh, { ...plain, domain: [1.1, 4], wholeDomain: [1, 4], tolerance: many }),
  unary("atanh", (x) => S.atanh(x), Math.atanh, { ...plain, domain: [-0.9, 0.9], wholeDomain: [0, 0] }),
  unary("erf", (x) => S.erf(x), erf, plain),
  unary("erfc", (x) => S.erfc(x), erfc, { ...plain, special: [...extremes, 5, 9, -5], tolerance: many }),
  binary("logaddexp", (a, b) => S.logaddexp(a, b), logaddexp, { ...plain, tolerance: many }),

  unary("sigmoid", (x) => S.sigmoid(x), sigmoid, { ...activation, tolerance: close }),
  unary(
    "logSigmoid",
    (x) => S.logSigmoid(x),
    (x) => -softplus(-x),
    { ...activation, tolerance: near },
  ),
  unary("softplus", (x) => S.softplus(x), softplus, { ...activation, tolerance: near }),
  unary(
    "relu",
    (x) => S.relu(x),
    (x) => (x <= 0 ? 0 : x),
    { result: counted, derivative: "once" },
  ),
  unary(
    "leakyRelu",
    (x) => S.leakyRelu(x, 0.1),
    (x) => (x > 0 ? x : 0.1 * x),
    { result, derivative: "once" },
  ),
  unary(
    "elu",
    (x) => S.elu(x, 1.5),
    (x) => (x > 0 ? x : 1.5 * Math.expm1(x)),
    { ...activation, derivative: "once" },
  ),
  unary("silu", (x) => S.silu(x), silu, activation),
  gelus(),
];

function gelus(): OpRow {
  const exact = unary("gelu", (x) => S.gelu(x), gelu, activation);
  const older = unary("gelu", (x) => S.gelu(x, { approximate: "tanh" }), geluTanh, activation);
  return {
    ...exact,
    samples: [...exact.samples, ...older.samples.map((sample) => ({ ...sample, label: `tanh ${sample.label}` }))],
  };
}
