/** Rows of `tensor/piecewise.ts` and `tensor/smooth.ts`; `transcendental.ts` has those of `tensor/activation.ts`. */
import * as S from "../../../src/index.ts";
import { type HostTensor, mapped } from "../host.ts";
import { binary, draw, floating, type MapOptions, many, type OpRow, row, unary } from "../row.ts";

const result = floating;
const smooth: MapOptions = { result, wholeDomain: [0, 3], domain: [-4, 4], tolerance: many };
const bent: MapOptions = { ...smooth, derivative: "once" };
const elu = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));
const keep = (x: number, low: number, high: number) => (x <= low ? low : x >= high ? high : x);
const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

function mish(x: number): number {
  const p = Math.exp(Math.min(x, 40));
  return x === -Infinity ? 0 : x * ((p * (p + 2)) / (p * (p + 2) + 2));
}

function glus(): OpRow {
  const cases = [
    [[8], -1],
    [[4, 3], 0],
    [[2, 0], 1],
    [[2, 3, 6], 2],
  ] as const;
  return row("glu", {
    tolerance: many,
    samples: cases.map(([shape, axis]) => ({
      label: `[${shape}] along ${axis}`,
      inputs: [draw(`glu${shape}`, shape, "f32")],
      call: (x: S.Tensor) => S.glu(x, axis),
      expected: (x: HostTensor) => halves(x, axis < 0 ? axis + shape.length : axis),
    })),
    errors: [
      {
        label: "an axis without halves",
        call: () => S.glu(S.zeros([3])),
        error: S.ShapeError,
        message: /3/,
      },
    ],
  });
}

/** a · sigmoid(b) of the two halves of an axis. */
function halves(x: HostTensor, axis: number): HostTensor {
  const size = x.shape[axis] ?? 0;
  const inner = x.shape.slice(axis + 1).reduce((product, each) => product * each, 1);
  const part = (which: number): HostTensor => ({
    shape: x.shape.with(axis, size / 2),
    dtype: x.dtype,
    data: x.data.filter((_, index) => Math.floor(index / inner) % size < size / 2 === (which === 0)),
  });
  return mapped(floating(x.dtype), (a, b) => a * sigmoid(b), part(0), part(1));
}

/** Rows. */
export const rows: readonly OpRow[] = [
  unary(
    "hardTanh",
    (x) => S.hardTanh(x, -1.5, 2),
    (x) => keep(x, -1.5, 2),
    {
      ...bent,
      errors: [
        {
          label: "crossed bounds",
          call: () => S.hardTanh(S.zeros([2]), 2, 1),
          error: S.ArgumentError,
          message: /lower bound 2 is above the upper bound 1/,
        },
      ],
    },
  ),
  unary(
    "relu6",
    (x) => S.relu6(x),
    (x) => keep(x, 0, 6),
    { ...bent, domain: [-4, 9] },
  ),
  unary(
    "hardSigmoid",
    (x) => S.hardSigmoid(x),
    (x) => keep(x + 3, 0, 6) / 6,
    bent,
  ),
  unary(
    "hardSwish",
    (x) => S.hardSwish(x),
    (x) => (x <= -3 ? 0 : x > 3 ? x : (x * (x + 3)) / 6),
    bent,
  ),
  unary(
    "threshold",
    (x) => S.threshold(x, 0.5, -7),
    (x) => (x <= 0.5 ? -7 : x),
    bent,
  ),
  unary(
    "hardshrink",
    (x) => S.hardshrink(x),
    (x) => (Math.abs(x) <= 0.5 ? 0 : x),
    bent,
  ),
  unary(
    "softshrink",
    (x) => S.softshrink(x),
    (x) => (Math.abs(x) <= 0.5 ? 0 : x - Math.sign(x) * 0.5),
    bent,
  ),
  binary(
    "prelu",
    (x, weight) => S.prelu(x, weight),
    (x, weight) => (x > 0 ? x : x * weight),
    bent,
  ),
  unary(
    "selu",
    (x) => S.selu(x),
    (x) => 1.0507009873554805 * elu(x, 1.6732632423543772),
    bent,
  ),
  unary(
    "celu",
    (x) => S.celu(x, 1.5),
    (x) => (x > 0 ? x : 1.5 * Math.expm1(x / 1.5)),
    {
      ...bent,
      errors: [
        {
          label: "an alpha of zero",
          call: () => S.celu(S.zeros([2]), 0),
          error: S.ArgumentError,
          message: /alpha is 0/,
        },
      ],
    },
  ),
  unary("mish", (x) => S.mish(x), mish, smooth),
  unary(
    "softsign",
    (x) => S.softsign(x),
    (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
    bent,
  ),
  unary(
    "tanhshrink",
    (x) => S.tanhshrink(x),
    (x) => x - Math.tanh(x),
    {
      ...smooth,
      tolerance: { f32: { relative: 1e-5, absolute: 1e-6 }, f64: { relative: 1e-13, absolute: 1e-14 } },
    },
  ),
  glus(),
];
