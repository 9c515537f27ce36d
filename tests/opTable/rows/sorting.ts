/** Rows of `algorithms/sorting/`. */

import * as S from "../../../src/index.ts";
import { build, count, type HostTensor, host, read } from "../host.ts";
import { draw, extremes, noAxis, type OpRow, otherDtypes, row, type Sample } from "../row.ts";

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
  [[131, 2], 0],
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
    const length = index % 3 === 0 ? 24 : 131;
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
  { shape: [2, 130], axis: 1, k: 3, largest: true },
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
