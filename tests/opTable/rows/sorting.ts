/** Rows of `algorithms/sorting/`. */

import * as S from "../../../src/index.ts";
import { build, count, type HostTensor, host, read, reduced } from "../host.ts";
import {
  draw,
  type ErrorSample,
  extremes,
  floating,
  noAxis,
  type OpRow,
  otherDtypes,
  row,
  type Sample,
} from "../row.ts";

/** Is a before b? NaN counts as larger than all numbers. */
function isBefore(a: number, b: number): boolean {
  return a < b || (Number.isNaN(b) && !Number.isNaN(a));
}

/** Positions in the order of `values`, equal ones in theirs. */
export function orderOf(values: readonly number[], isDescending = false): number[] {
  const [first, second] = isDescending ? [1, -1] : [-1, 1];
  const positions = values.map((_, position) => position);
  const compare = (a: number, b: number) => (isBefore(a, b) ? first : isBefore(b, a) ? second : 0);
  return positions.sort((a, b) => compare(values[a] ?? 0, values[b] ?? 0));
}

function orders(x: HostTensor, axis: number, isDescending: boolean, kept?: number): HostTensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const length = x.shape[at] ?? 0;
  return build(x.shape.with(at, kept ?? length), "i32", (position) => {
    const values = Array.from({ length }, (_, index) => read(x, position.with(at, index)));
    return orderOf(values, isDescending)[position[at] ?? 0] ?? 0;
  });
}

function taken(x: HostTensor, order: HostTensor, axis: number): HostTensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  return build(order.shape, x.dtype, (position) => read(x, position.with(at, read(order, position))));
}

/** Shapes and axes: rows that are compared and rows that are counted, in one chunk and in several. */
const cases: readonly (readonly [readonly number[], number])[] = [
  [[7], 0],
  [[1], 0],
  [[0], 0],
  [[3, 5], 0],
  [[3, 5], -1],
  [[2, 0, 3], 1],
  [[2, 0, 3], 2],
  [[2, 3, 4], 1],
  [[67, 2], 0],
];

const wide = [...extremes, 2, 2, 1e-45, -1e-45, -3e38, Number.NaN, 0, -0];

interface Given {
  readonly label: string;
  readonly x: HostTensor;
  readonly axis: number;
  readonly hasDerivative?: boolean;
}

/** Short rows of one kind of each dtype are compared, long ones counted. */
const given = (name: string): readonly Given[] => [
  ...cases.map(([shape, axis]) => ({ label: `f32[${shape}] along ${axis}`, x: draw(name, shape, "f32"), axis })),
  ...(["f64", ...otherDtypes] as const).map((dtype, index) => {
    const length = index % 3 === 0 ? 24 : 67;
    const x = draw(`${name}${dtype}`, [length], dtype, [-9, 9]);
    return { label: `${dtype}[${length}]`, x, axis: 0, hasDerivative: dtype === "f64" };
  }),
  ...(["f32", "f64", "f16", "bf16"] as const).map((dtype, index) => {
    const times = index % 2 === 0 ? 1 : 6;
    const data = Array.from({ length: times }, () => wide).flat();
    const label = `${dtype} extremes, ${times} times`;
    return { label, x: host([data.length], dtype, data), axis: 0, hasDerivative: false };
  }),
  // The ends of what each integer can be
  ...(["i32", "u32", "i64"] as const).map((dtype) => {
    const ends = { i32: 2 ** 31 - 1, u32: 2 ** 32 - 1, i64: 2 ** 53 - 1 }[dtype];
    const low = dtype === "u32" ? 0 : -ends;
    const data = Array.from({ length: 133 }, (_, index) => [ends, low, 0, 1, ends - 1, low + 1, 77][index % 7] ?? 0);
    return { label: `${dtype} ends`, x: host([133], dtype, data), axis: 0, hasDerivative: false };
  }),
];

/** Distinct numbers, so that a small step changes no order. */
function spread({ shape, dtype, data }: HostTensor): HostTensor {
  return dtype === "f32" || dtype === "f64"
    ? host(
        shape,
        dtype,
        data.map((value, index) => value + index / 512),
      )
    : host(shape, dtype, data);
}

const samples = (
  name: string,
  call: (x: S.Tensor, options: S.SortOptions) => S.Tensor,
  reference: (x: HostTensor, axis: number, isDescending: boolean) => HostTensor,
): Sample[] =>
  given(name).map(({ label, x, axis, hasDerivative = true }, index) => {
    const descending = index % 2 === 1;
    return {
      label: `${label}${descending ? ", descending" : ""}`,
      inputs: [hasDerivative ? spread(x) : x],
      call: (each) => call(each, { axis, descending }),
      expected: (each) => reference(each, axis, descending),
      hasDerivative: hasDerivative && count(x.shape) < 100,
    };
  });

const topSamples = [
  ...[0, 1, 3, 7].map((k) => ({ shape: [7], axis: 0, k, largest: k !== 1 })),
  { shape: [3, 5], axis: 0, k: 2, largest: true },
  { shape: [3, 5], axis: 1, k: 5, largest: false },
  { shape: [2, 0], axis: 0, k: 1, largest: true },
  { shape: [2, 70], axis: 1, k: 3, largest: true },
].map(
  ({ shape, axis, k, largest }): Sample => ({
    label: `${k} of f32[${shape}] along ${axis}`,
    inputs: [draw(`top${shape}`, shape, "f32")],
    call: (x) => {
      const { values, indices } = S.topK(x, k, { axis, largest });
      return [values, indices];
    },
    expected: (x) => {
      const order = orders(x, axis, largest, k);
      return [taken(x, order, axis), order];
    },
  }),
);

/** The place in which `value` belongs. */
function placeIn(sorted: readonly number[], value: number, isLeft: boolean): number {
  return sorted.filter((each) => (isLeft ? isBefore(each, value) : !isBefore(value, each))).length;
}

const searched = [
  { list: host([6], "f32", [0, 0, 1, 2, 5, 5]), values: host([3, 3], "f32", [-2, -1, 0, 1, 5, 9, NaN, -0, 2]) },
  { list: host([4], "f64", [-1, 2, NaN, NaN]), values: host([4], "f64", [NaN, 3, Infinity, -1]) },
  { list: host([3], "u32", [0, 7, 2 ** 32 - 1]), values: host([3], "u32", [7, 2 ** 32 - 1, 1]) },
  { list: host([1], "i32", [4]), values: host([], "i32", [4]) },
  { list: host([0], "f32", []), values: host([2], "f32", [1, 2]) },
  { list: host([2, 3], "f32", [1, 2, 3, 2, 4, 6]), values: host([2, 2], "f32", [2, 3, 2, 3]) },
  { list: host([5], "f16", [0, 1, 1, 1, 2]), values: host([2], "bf16", [1, 0.5]) },
].flatMap(({ list, values }) =>
  (["left", "right"] as const).map((side): Sample => {
    const length = list.shape.at(-1) ?? 0;
    const row = (position: readonly number[]) => (list.shape.length > 1 ? (position[0] ?? 0) : 0);
    return {
      label: `${list.dtype}[${list.shape}] for ${values.dtype}[${values.shape}], ${side}`,
      inputs: [list, values],
      call: (sorted, wanted) => S.searchSorted(sorted, wanted as S.Tensor, { side }),
      expected: (sorted, wanted) =>
        build(wanted.shape, "i32", (position) => {
          const from = row(position) * length;
          return placeIn(sorted.data.slice(from, from + length), read(wanted, position), side === "left");
        }),
      hasDerivative: false,
    };
  }),
);

/** What stands at a fraction of the way. */
function quantileOf(
  values: readonly number[],
  q: number,
  interpolation: S.Interpolation,
  leavesOutNan: boolean,
): number {
  const sorted = orderOf(values).map((position) => values[position] ?? NaN);
  const numbers = leavesOutNan ? sorted.filter((value) => !Number.isNaN(value)) : sorted;
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return NaN;
  const place = q * (numbers.length - 1);
  const [low, high] = [Math.floor(place), Math.ceil(place)];
  const [a, b] = [numbers[low] ?? NaN, numbers[high] ?? NaN];
  const isEvenLow = low % 2 === 0;
  const nearest = place - low < 0.5 || (place - low === 0.5 && isEvenLow) ? a : b;
  if (a === b) return a;
  return {
    linear: low === high ? a : a + (b - a) * (place - low),
    lower: a,
    higher: b,
    midpoint: low === high ? a : (a + b) / 2,
    nearest,
  }[interpolation];
}

const fractions = [0, 0.3, 0.5, 1];

type QuantileCall = (x: S.Tensor, options: S.QuantileOptions) => S.Tensor;

function quantileSamples(
  name: string,
  call: QuantileCall,
  qs: readonly number[],
  usual: S.Interpolation,
  leavesOutNan: boolean,
): Sample[] {
  const sample = (label: string, x: HostTensor, options: S.QuantileOptions, hasDerivative = true): Sample => ({
    label,
    inputs: [x],
    call: (tensor) => call(tensor, options),
    expected: (each) => {
      const { axis, keepDims = false, interpolation = usual } = options;
      const dtype = floating(each.dtype);
      const results = qs.map((q) =>
        reduced(each, axis === undefined ? undefined : [axis], keepDims, dtype, (values) =>
          quantileOf(values, q, interpolation, leavesOutNan),
        ),
      );
      const first = results[0];
      if (results.length === 1 && first !== undefined) return first;
      return host(
        [results.length, ...(first?.shape ?? [])],
        dtype,
        results.flatMap(({ data }) => data),
      );
    },
    hasDerivative,
  });
  return [
    sample("f32[7]", spread(draw(name, [7], "f32")), {}),
    sample("f32[1]", draw(name, [1], "f32"), { axis: 0, keepDims: true }),
    sample("f32[3, 4] along 0", spread(draw(name, [3, 4], "f32")), { axis: 0 }),
    sample("f32[3, 4] kept", spread(draw(name, [3, 4], "f32")), { axis: -1, keepDims: true }),
    sample("f32[3, 4] of all, kept", spread(draw(name, [3, 4], "f32")), { keepDims: true }),
    ...(["linear", "lower", "higher", "midpoint", "nearest"] as const).map((interpolation) =>
      sample(interpolation, spread(draw(name, [2, 6], "f32")), { axis: 1, interpolation }),
    ),
    ...(["f64", "i32", "bool", "f16", "i64"] as const).map((dtype) =>
      sample(`${dtype}[9]`, draw(name, [9], dtype, [-9, 9]), {}, false),
    ),
    sample(
      "with NaN and infinities",
      host([3, 3], "f32", [NaN, 1, 2, Infinity, Infinity, 0, NaN, NaN, NaN]),
      { axis: 1 },
      false,
    ),
  ];
}

const quantileErrors = (name: string, call: QuantileCall): ErrorSample[] => [
  noAxis(() => call(S.zeros([2, 3]), { axis: 5 })),
  {
    label: "nothing",
    call: () => call(S.zeros([2, 0]), { axis: 1 }),
    error: S.ShapeError,
    message: new RegExp(`${name}: there is nothing along axis 1`),
  },
];

const outsideOfOne = (call: () => unknown): ErrorSample => ({
  label: "a fraction above 1",
  call,
  error: S.ArgumentError,
  message: /q is 1.5 and has to be a fraction/,
});

const modes: readonly Sample[] = [
  host([7], "f32", [2, 1, 2, 1, 3, -0, 0]),
  host([2, 3], "f64", [5, 3, 4, 9, 8, 7]),
  host([3, 4], "i32", [5, 1, 5, 1, 2, 2, 2, 7, 4, 3, 2, 1]),
  host([5], "f32", [NaN, 1, NaN, 2, NaN]),
  host([4], "bool", [1, 0, 0, 1]),
  host([6], "i64", [2 ** 40, 1, 2 ** 40, 1, 2 ** 40, -3]),
  host([1], "u8", [9]),
].map((x) => ({
  label: `${x.dtype}[${x.shape}]`,
  inputs: [x],
  call: (tensor) => {
    const { values, indices, counts } = S.mode(tensor);
    return [values, indices, counts];
  },
  expected: (each) => {
    const most = (part: (values: readonly number[], index: number, count: number) => number, dtype: S.Dtype) =>
      reduced(each, [-1], false, dtype, (values) => {
        const same = (a: number) =>
          values.flatMap((b, index) => (a === b || (Number.isNaN(a) && Number.isNaN(b)) ? [index] : []));
        const best = orderOf(values).reduce((chosen, index) =>
          same(values[index] ?? 0).length > same(values[chosen] ?? 0).length ? index : chosen,
        );
        const places = same(values[best] ?? 0);
        return part(values, places.at(-1) ?? 0, places.length);
      });
    return [
      most((values, index) => values[index] ?? 0, each.dtype),
      most((_, index) => index, "i32"),
      most((_values, _index, times) => times, "i32"),
    ];
  },
  // All of them different, so that a small step changes no choice
  hasDerivative: x.dtype === "f64",
}));

export const rows: readonly OpRow[] = [
  row("sort", {
    samples: samples("sort", S.sort, (x, axis, isDescending) => taken(x, orders(x, axis, isDescending), axis)),
    errors: [noAxis(() => S.sort(S.zeros([2, 3]), { axis: 5 }))],
  }),
  row("argsort", {
    derivative: "none",
    samples: samples("argsort", S.argsort, orders),
    errors: [noAxis(() => S.argsort(S.zeros([2, 3]), { axis: 5 }))],
  }),
  row("searchSorted", {
    derivative: "none",
    samples: searched,
    errors: [
      {
        label: "rows that do not fit",
        call: () => S.searchSorted(S.zeros([2, 3]), S.zeros([4, 1])),
        error: S.ShapeError,
        message: /\[2, 3\] has to have one axis, or the axes of the values \[4, 1\] but for the last/,
      },
      {
        label: "another side",
        call: () => S.searchSorted(S.zeros([2]), S.zeros([2]), { side: "middle" as "left" }),
        error: S.ArgumentError,
        message: /side is middle/,
      },
    ],
  }),
  row("quantile", {
    samples: [
      ...quantileSamples("quantile", (x, options) => S.quantile(x, fractions, options), fractions, "linear", false),
      ...quantileSamples("quantile", (x, options) => S.quantile(x, 0.4, options), [0.4], "linear", false).slice(0, 4),
    ],
    errors: [
      ...quantileErrors("quantile", (x, options) => S.quantile(x, 0.5, options)),
      outsideOfOne(() => S.quantile(S.zeros([2]), 1.5)),
      {
        label: "whole fractions",
        call: () => S.quantile(S.zeros([2]), S.zeros([2], { dtype: "i32" })),
        error: S.DtypeError,
        message: /q is of i32 and has to be of floats/,
      },
    ],
  }),
  row("nanQuantile", {
    samples: quantileSamples(
      "nanQuantile",
      (x, options) => S.nanQuantile(x, fractions, options),
      fractions,
      "linear",
      true,
    ),
    errors: [
      ...quantileErrors("nanQuantile", (x, options) => S.nanQuantile(x, 0.5, options)),
      outsideOfOne(() => S.nanQuantile(S.zeros([2]), [0, 1.5])),
    ],
  }),
  row("median", {
    samples: quantileSamples("median", S.median, [0.5], "midpoint", false),
    errors: quantileErrors("median", S.median),
  }),
  row("nanMedian", {
    samples: quantileSamples("nanMedian", S.nanMedian, [0.5], "midpoint", true),
    errors: quantileErrors("nanMedian", S.nanMedian),
  }),
  row("mode", {
    samples: modes,
    errors: [
      noAxis(() => S.mode(S.zeros([2, 3]), { axis: 5 })),
      { label: "nothing", call: () => S.mode(S.zeros([2, 0])), error: S.ShapeError, message: /nothing along axis -1/ },
    ],
  }),
  row("topK", {
    samples: topSamples,
    errors: [
      noAxis(() => S.topK(S.zeros([2, 3]), 1, { axis: 5 })),
      {
        label: "more than there are",
        call: () => S.topK(S.zeros([2, 3]), 4),
        error: S.ShapeError,
        message: /axis -1 has 3 elements, fewer than the 4 wanted/,
      },
      {
        label: "half an element",
        call: () => S.topK(S.zeros([2, 3]), 0.5),
        error: S.ArgumentError,
        message: /k is 0.5 and has to be a whole number/,
      },
    ],
  }),
];
