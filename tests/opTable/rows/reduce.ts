/** Rows of `tensor/reduce.ts`, `tensor/statistics.ts` and `tensor/normalize.ts`. */

import type { Dtype, ReduceOptions } from "../../../src/index.ts";
import * as S from "../../../src/index.ts";
import { isFloat } from "../../../src/shape/dtype.ts";
import { build, type HostTensor, read, reduced } from "../host.ts";
import { draw, type ErrorSample, floating, many, type OpRow, otherDtypes, row, type Sample, summedAs } from "../row.ts";

type Reduction = (x: S.Tensor, options: ReduceOptions) => S.Tensor;
type Fold = (values: number[]) => number;

const same = (dtype: Dtype): Dtype => dtype;

const cases: readonly (readonly [
  shape: readonly number[],
  axis: number | readonly number[] | undefined,
  keepDims: boolean,
])[] = [
  [[], undefined, false],
  [[1], 0, true],
  [[7], undefined, false],
  [[3, 5], 0, false],
  [[3, 5], -1, true],
  [[3, 5], [], false],
  [[2, 3, 4], [0, 2], false],
  [[2, 3, 4], 1, false],
  [[2, 3, 4], [-1, 1], true],
  [[33, 17], 1, false],
];

const wrongAxis = (call: (x: S.Tensor) => unknown): readonly ErrorSample[] => [
  {
    label: "an axis that is not there",
    call: () => call(S.zeros([2, 3])),
    error: S.ShapeError,
    message: /no axis 5 in a tensor of rank 2; axes run from -2 to 1/,
  },
];

/** Samples of a reduction: axes, keepDims, dtypes; `empty` where it has a value for no elements. */
function reductions(
  name: string,
  call: Reduction,
  fold: Fold,
  { result = same, empty = true, others = otherDtypes } = {},
): Sample[] {
  const sample = (x: HostTensor, axis: number | readonly number[] | undefined, keepDims: boolean): Sample => ({
    label: `${x.dtype}[${x.shape}] axis ${axis === undefined ? "all" : `[${axis}]`}${keepDims ? " kept" : ""}`,
    inputs: [x],
    call: (tensor) => call(tensor, { axis, keepDims }),
    expected: (each) => reduced(each, typeof axis === "number" ? [axis] : axis, keepDims, result(each.dtype), fold),
  });
  const ordinary = cases.map(([shape, axis, keepDims]) =>
    sample(draw(`${name}${shape}${String(axis)}`, shape, "f32"), axis, keepDims),
  );
  const typed = (["f64", ...others] as const).map((dtype) =>
    sample(draw(`${name}${dtype}`, [4, 6], dtype, isFloat(dtype) ? [-2, 2] : [-3, 4]), 1, false),
  );
  const none = [
    sample(draw(name, [0, 3], "f32"), 1, false),
    ...(empty ? [sample(draw(name, [2, 0], "f32"), 1, true)] : []),
    ...(empty ? [sample(draw(name, [0, 3], "f32"), 0, false), sample(draw(name, [0], "f32"), undefined, true)] : []),
  ];
  return [...ordinary, ...typed, ...none];
}

const total: Fold = (values) => values.reduce((sum, value) => sum + value, 0);
const product: Fold = (values) => values.reduce((sum, value) => sum * value, 1);
const average: Fold = (values) => total(values) / values.length;
const spread =
  (correction: number): Fold =>
  (values) =>
    total(values.map((value) => (value - average(values)) ** 2)) / Math.max(0, values.length - correction);
const greatest: Fold = (values) => (values.some(Number.isNaN) ? NaN : Math.max(...values));
const least: Fold = (values) => (values.some(Number.isNaN) ? NaN : Math.min(...values));
const logOfSum: Fold = (values) => {
  const high = Math.max(...values);
  if (!Number.isFinite(high)) return high;
  return high + Math.log(total(values.map((value) => Math.exp(value - high))));
};
const power =
  (order: number): Fold =>
  (values) =>
    order === Infinity
      ? Math.max(...values.map(Math.abs))
      : total(values.map((value) => Math.abs(value) ** order)) ** (1 / order);

const nans: Sample = {
  label: "NaN wins",
  inputs: [{ shape: [2, 3], dtype: "f32", data: [1, NaN, 2, 3, 4, 5] }],
  call: (x) => S.max(x, 1),
  expected: (x) => reduced(x, [1], false, "f32", greatest),
  hasDerivative: false,
};

const emptyExtreme = (call: (x: S.Tensor) => unknown): ErrorSample => ({
  label: "no elements",
  call: () => call(S.zeros([3, 0])),
  error: S.ShapeError,
  message: /\[3, 0\] has no elements along/,
});

/** Rows. */
export const rows: readonly OpRow[] = [
  row("sum", {
    tolerance: many,
    samples: reductions("sum", (x, options) => S.sum(x, options), total, { result: summedAs }),
    errors: wrongAxis((x) => S.sum(x, 5)),
  }),
  row("prod", {
    tolerance: many,
    samples: [...reductions("prod", (x, options) => S.prod(x, options), product, { result: summedAs }), zeros()],
    errors: wrongAxis((x) => S.prod(x, { axis: 5 })),
  }),
  row("mean", {
    tolerance: many,
    samples: reductions("mean", (x, options) => S.mean(x, options), average, { result: floating }),
    errors: wrongAxis((x) => S.mean(x, 5)),
  }),
  row("max", {
    derivative: "once",
    samples: [...reductions("max", (x, options) => S.max(x, options), greatest, { empty: false }), nans],
    errors: [...wrongAxis((x) => S.max(x, 5)), emptyExtreme((x) => S.max(x, 1))],
  }),
  row("min", {
    derivative: "once",
    samples: reductions("min", (x, options) => S.min(x, options), least, { empty: false }),
    errors: [...wrongAxis((x) => S.min(x, 5)), emptyExtreme((x) => S.min(x, 1))],
  }),
  row("all", {
    derivative: "none",
    samples: reductions(
      "all",
      (x, options) => S.all(x, options),
      (values) => Number(values.every((value) => value !== 0)),
      { result: () => "bool" },
    ),
    errors: wrongAxis((x) => S.all(x, 5)),
  }),
  row("any", {
    derivative: "none",
    samples: reductions(
      "any",
      (x, options) => S.any(x, options),
      (values) => Number(values.some((value) => value !== 0)),
      { result: () => "bool" },
    ),
    errors: wrongAxis((x) => S.any(x, 5)),
  }),

  row("variance", {
    tolerance: many,
    samples: [
      ...reductions("variance", (x, options) => S.variance(x, options), spread(0), { result: floating }),
      ...reductions("variance1", (x, options) => S.variance(x, { ...options, correction: 1 }), spread(1), {
        result: floating,
      }),
    ],
    errors: wrongAxis((x) => S.variance(x, 5)),
  }),
  row("std", {
    tolerance: many,
    samples: withoutSingles(
      reductions(
        "std",
        (x, options) => S.std(x, options),
        (values) => Math.sqrt(spread(0)(values)),
        { result: floating },
      ),
    ),
    errors: wrongAxis((x) => S.std(x, 5)),
  }),
  row("norm", {
    tolerance: many,
    samples: [2, 1, 3, Infinity].flatMap((order) =>
      reductions(`norm${order}`, (x, options) => S.norm(x, { ...options, order }), power(order), {
        result: floating,
        empty: order !== Infinity,
      }),
    ),
    errors: wrongAxis((x) => S.norm(x, 5)),
  }),
  row("logsumexp", {
    tolerance: many,
    samples: [
      ...reductions("logsumexp", (x, options) => S.logsumexp(x, options), logOfSum, { result: floating }),
      ...infiniteRows(),
    ],
    errors: wrongAxis((x) => S.logsumexp(x, 5)),
  }),
  positions(
    "argmax",
    (x, axis, keepDims) => S.argmax(x, axis === undefined ? { keepDims } : { axis, keepDims }),
    greatest,
  ),
  positions(
    "argmin",
    (x, axis, keepDims) => S.argmin(x, axis === undefined ? { keepDims } : { axis, keepDims }),
    least,
  ),
  row("softmax", {
    tolerance: many,
    samples: alongRows(
      "softmax",
      (x, axis) => S.softmax(x, axis),
      (value, values) => Math.exp(value - logOfSum(values)),
    ),
    errors: wrongAxis((x) => S.softmax(x, 5)),
  }),
  row("logSoftmax", {
    tolerance: many,
    samples: alongRows(
      "logSoftmax",
      (x, axis) => S.logSoftmax(x, axis),
      (value, values) => value - logOfSum(values),
    ),
    errors: wrongAxis((x) => S.logSoftmax(x, 5)),
  }),
];

/** Derivatives of products with no, one and two zeros. */
function zeros(): Sample {
  return {
    label: "zeros",
    inputs: [{ shape: [3, 3], dtype: "f32", data: [2, 3, 4, 2, 0, 4, 0, 3, 0] }],
    call: (x) => S.prod(x, 1),
    expected: (x) => reduced(x, [1], false, x.dtype, product),
  };
}

/** The root of a spread of 0 has no derivative. */
function withoutSingles(samples: readonly Sample[]): Sample[] {
  return samples.map((sample) =>
    /\[\]|f32\[1\]|axis \[\]/.test(sample.label) ? { ...sample, hasDerivative: false } : sample,
  );
}

function infiniteRows(): Sample[] {
  const x = {
    shape: [4, 2],
    dtype: "f32",
    data: [-Infinity, -Infinity, 0, Infinity, 1000, 1000, -Infinity, 3],
  } as const;
  return [
    {
      label: "infinite rows",
      inputs: [x],
      call: (each) => S.logsumexp(each, 1),
      expected: (each) => reduced(each, [1], false, "f32", logOfSum),
      hasDerivative: false,
    },
  ];
}

function positions(
  name: string,
  call: (x: S.Tensor, axis: number | undefined, keepDims: boolean) => S.Tensor,
  extreme: Fold,
): OpRow {
  const first: Fold = (values) => values.findIndex((value) => Object.is(value + 0, extreme(values) + 0));
  const of = (x: HostTensor, axis: number | undefined, keepDims: boolean): Sample => ({
    label: `${x.dtype}[${x.shape}] axis ${axis}${keepDims ? " kept" : ""}`,
    inputs: [x],
    call: (tensor) => call(tensor, axis, keepDims),
    expected: (each) => reduced(each, axis === undefined ? undefined : [axis], keepDims, "i32", first),
  });
  const ties = { shape: [3, 4], dtype: "f32", data: [1, 3, 3, 1, -1, -1, -1, -1, 2, NaN, 5, NaN] } as const;
  return row(name, {
    derivative: "none",
    samples: [
      of(draw(name, [7], "f32"), undefined, false),
      of(draw(name, [3, 5], "f32"), undefined, true),
      of(draw(name, [3, 5], "f64"), 0, false),
      of(draw(name, [2, 3, 4], "i32", [-3, 3]), 1, true),
      of(draw(name, [4, 9], "u8", [0, 3]), -1, false),
      of(draw(name, [3, 4], "bool"), 1, false),
      of(draw(name, [0, 4], "f32"), 1, false),
      of(ties, 1, false),
    ],
    errors: [emptyExtreme((x) => call(x, 1, false)), ...wrongAxis((x) => call(x, 5, false))],
  });
}

function alongRows(
  name: string,
  call: (x: S.Tensor, axis: number | undefined) => S.Tensor,
  f: (value: number, values: number[]) => number,
): Sample[] {
  const of = (x: HostTensor, axis: number): Sample => ({
    label: `${x.dtype}[${x.shape}] axis ${axis}`,
    inputs: [x],
    call: (tensor) => call(tensor, axis),
    expected: (each) => {
      const position = axis < 0 ? axis + each.shape.length : axis;
      const size = each.shape[position] ?? 0;
      return build(each.shape, floating(each.dtype), (place) =>
        f(
          read(each, place),
          Array.from({ length: size }, (_, index) => read(each, place.with(position, index))),
        ),
      );
    },
  });
  const wide = { shape: [2, 3], dtype: "f32", data: [1e4, -1e4, 0, 88, 89, -Infinity] } as const;
  return [
    ...[[1], [7], [3, 5], [2, 3, 4], [0, 3], [3, 0], [5, 65]].map((shape) =>
      of(draw(`${name}${shape}`, shape, "f32"), -1),
    ),
    of(draw(name, [3, 5], "f64"), 0),
    of(draw(name, [2, 3, 4], "f32"), 1),
    of(draw(name, [2, 3], "i32", [-3, 3]), 1),
    { ...of(wide, 1), hasDerivative: false },
  ];
}
