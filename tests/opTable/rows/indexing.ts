/** Rows of `tensor/indexing.ts`. */

import type { Dtype } from "../../../src/index.ts";
import * as S from "../../../src/index.ts";
import { dtypes, isFloat } from "../../../src/shape/dtype.ts";
import { broadcast, build, type HostTensor, host, positions, read } from "../host.ts";
import { draw, type ErrorSample, integers, type OpRow, otherDtypes, otherNumbers, row, type Sample } from "../row.ts";

/** The place that `index` says in an axis of `size`, or undefined where there is none. */
function placeOf(index: number, size: number): number | undefined {
  const place = index < 0 ? index + size : index;
  return place >= 0 && place < size ? place : undefined;
}

function counted(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

function missing(dtype: Dtype): number {
  return isFloat(dtype) ? NaN : 0;
}

function taken(x: HostTensor, indices: HostTensor, axis: number): HostTensor {
  const at = counted(axis, x.shape.length);
  const rank = indices.shape.length;
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return build(shape, x.dtype, (position) => {
    const place = placeOf(read(indices, position.slice(at, at + rank)), x.shape[at] ?? 0);
    const from = [...position.slice(0, at), place ?? 0, ...position.slice(at + rank)];
    return place === undefined ? missing(x.dtype) : read(x, from);
  });
}

function takenAlong(x: HostTensor, indices: HostTensor, axis: number): HostTensor {
  const at = counted(axis, x.shape.length);
  const others = broadcast(x.shape.with(at, 1), indices.shape.with(at, 1));
  return build(others.with(at, indices.shape[at] ?? 0), x.dtype, (position) => {
    // Of size 1 or not, the axis itself does not broadcast
    const place = placeOf(read(indices, position), x.shape[at] ?? 0);
    return place === undefined ? missing(x.dtype) : read(x, position.with(at, place));
  });
}

function added(x: HostTensor, indices: HostTensor, updates: HostTensor, axis: number, dtype = x.dtype): HostTensor {
  const at = counted(axis, x.shape.length);
  const rank = indices.shape.length;
  const data = [...x.data];
  const strides = x.shape.map((_, each) => x.shape.slice(each + 1).reduce((product, size) => product * size, 1));
  for (const position of positions([...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)])) {
    const place = placeOf(read(indices, position.slice(at, at + rank)), x.shape[at] ?? 0);
    if (place === undefined) continue;
    const to = [...position.slice(0, at), place, ...position.slice(at + rank)];
    const element = to.reduce((sum, each, other) => sum + each * (strides[other] ?? 0), 0);
    data[element] = (data[element] ?? 0) + read(updates, position);
  }
  return host(x.shape, dtype, data);
}

/** Indices of `shape` that point into an axis of `size`, from both ends, some of them more than once. */
function into(size: number, shape: readonly number[], key = "indices"): HostTensor {
  return draw(`${key}${size}${shape}`, shape, "i32", [-size, size - 1]);
}

/** Shapes of tensor and indices, and the axis. */
const cases: readonly (readonly [readonly number[], readonly number[], number])[] = [
  [[7], [4], 0],
  [[7], [], 0],
  [[3, 5], [4], 0],
  [[3, 5], [4], 1],
  [[3, 5], [2, 2], -1],
  [[2, 3, 4], [5], 1],
  [[2, 3, 4], [2, 3], 0],
  [[1], [1], 0],
  [[3, 5], [0], 0],
  [[2, 0, 3], [2], 0],
  [[40, 9], [70], 0],
  [[6], [90], 0],
];

const alongCases: readonly (readonly [readonly number[], readonly number[], number])[] = [
  [[7], [4], -1],
  [[3, 5], [3, 2], -1],
  [[3, 5], [2, 5], 0],
  [[3, 5], [1, 1], 1],
  [[1, 5], [3, 2], 1],
  [[2, 3, 4], [2, 6, 4], 1],
  [[2, 3, 4], [2, 0, 4], 1],
  [[2, 0, 3], [2, 0, 2], 2],
  [[20, 33], [20, 1], -1],
];

const others: readonly Dtype[] = ["f64", ...otherDtypes];

function reading(
  name: string,
  call: (x: S.Tensor, indices: S.Tensor, axis: number) => S.Tensor,
  reference: typeof taken,
  chosen: typeof cases,
): Sample[] {
  const sample = (label: string, x: HostTensor, indices: HostTensor, axis: number): Sample => ({
    label,
    inputs: [x, indices],
    call: (tensor, at) => call(tensor, at, axis),
    expected: (tensor, at) => reference(tensor, at, axis),
  });
  const plain = chosen.map(([shape, indices, axis]) =>
    sample(
      `f32[${shape}] at [${indices}] of ${axis}`,
      draw(`${name}${shape}`, shape, "f32"),
      into(shape.at(axis) ?? 1, indices),
      axis,
    ),
  );
  const typed = others.map((dtype) =>
    sample(`${dtype}[6]`, draw(`${name}${dtype}`, [6], dtype, [-8, 8]), into(6, [5]), 0),
  );
  // Out of range by one and by far, on both sides; also of an axis without positions
  const wrong = host([8], "i32", [5, -6, 6, -7, 2 ** 31 - 1, -(2 ** 31), 100, 0]);
  const outside = (["f32", ...others] as const).map((dtype) =>
    sample(`${dtype} out of range`, draw(`${name}out${dtype}`, [6], dtype, [1, 8]), wrong, 0),
  );
  const empty = sample("of an empty axis", host([0], "f32", []), host([2], "i32", [0, -1]), 0);
  const unsigned = integers.map((dtype) =>
    sample(
      `positions of ${dtype}`,
      draw(`${name}unsigned`, [6], "f32"),
      host([4], dtype, [5, 0, dtype === "i64" ? 2 ** 32 - 1 : dtypes[dtype].highest, 3]),
      0,
    ),
  );
  const signed = integers.filter((dtype) => dtypes[dtype].lowest < 0);
  const fromEnd = signed.map((dtype) =>
    sample(`negative positions of ${dtype}`, draw(`${name}end`, [6], "f32"), host([4], dtype, [-1, 0, -6, 3]), 0),
  );
  // Differences of NaN are NaN, where the derivative of what is not read is 0
  const unread = [...outside, empty, ...unsigned].map((each) => ({ ...each, hasDerivative: false }));
  return [...plain, ...typed, ...fromEnd, ...unread];
}

const writing: readonly Sample[] = [
  ...cases.map(([shape, indices, axis]): Sample => {
    const at = counted(axis, shape.length);
    const updates = [...shape.slice(0, at), ...indices, ...shape.slice(at + 1)];
    return {
      label: `f32[${shape}] at [${indices}] of ${axis}`,
      inputs: [
        draw(`scatter${shape}`, shape, "f32"),
        into(shape[at] ?? 1, indices, "scatter"),
        draw(`updates${updates}`, updates, "f32"),
      ],
      call: (x, places, values) => S.scatterAdd(x, places as S.Tensor, values as S.Tensor, { axis }),
      expected: (x, places, values) => added(x, places, values, axis),
    };
  }),
  ...["f64" as const, ...otherNumbers].map(
    (dtype): Sample => ({
      label: `${dtype}, every position more than once`,
      inputs: [
        draw(`base${dtype}`, [3], dtype, [0, 8]),
        into(3, [11], "often"),
        draw(`add${dtype}`, [11], dtype, [0, 8]),
      ],
      call: (x, places, values) => S.scatterAdd(x, places as S.Tensor, values as S.Tensor),
      expected: (x, places, values) => added(x, places, values, 0),
    }),
  ),
  ...(["f32", "i32"] as const).map(
    (dtype): Sample => ({
      label: `${dtype}, out of range`,
      inputs: [
        host([3], dtype, [-0, 1, 2]),
        host([6], "i32", [3, -4, 2 ** 31 - 1, -(2 ** 31), 2, -3]),
        host([6], dtype, [NaN, 1, 2, 3, 4, 0]),
      ],
      call: (x, places, values) => S.scatterAdd(x, places as S.Tensor, values as S.Tensor),
      expected: (x, places, values) => added(x, places, values, 0),
    }),
  ),
  {
    label: "updates that broadcast and are of another dtype",
    inputs: [draw("wide", [3, 4], "f32"), into(3, [5], "wide"), draw("narrow", [4], "i32", [-5, 5])],
    call: (x, places, values) => S.scatterAdd(x, places as S.Tensor, values as S.Tensor),
    expected: (x, places, values) => added(x, places, values, 0),
  },
  {
    label: "a number, counting",
    inputs: [host([4], "i32", [0, 0, 0, 0]), into(4, [9], "count")],
    call: (x, places) => S.scatterAdd(x, places as S.Tensor, 1),
    expected: (x, places) => added(x, places, host([], "i32", [1]), 0),
  },
];

const whole = (): S.Tensor => S.zeros([2], { dtype: "i32" });
const noAxis = (call: () => unknown): ErrorSample => ({
  label: "an axis that is not there",
  call,
  error: S.ShapeError,
  message: /no axis 5 in a tensor of rank 2/,
});
const noInteger = (call: () => unknown): ErrorSample => ({
  label: "indices that are floats",
  call,
  error: S.DtypeError,
  message: /positions have to be integers and are f32/,
});

/** Rows of indexed reads and writes. */
export const rows: readonly OpRow[] = [
  row("take", {
    samples: reading("take", (x, indices, axis) => S.take(x, indices, { axis }), taken, cases),
    errors: [
      noAxis(() => S.take(S.zeros([2, 3]), whole(), { axis: 5 })),
      noInteger(() => S.take(S.zeros([2, 3]), S.zeros([2]))),
    ],
  }),
  row("takeAlongAxis", {
    samples: reading("along", (x, indices, axis) => S.takeAlongAxis(x, indices, { axis }), takenAlong, alongCases),
    errors: [
      noAxis(() => S.takeAlongAxis(S.zeros([2, 3]), S.zeros([2, 3], { dtype: "i32" }), { axis: 5 })),
      noInteger(() => S.takeAlongAxis(S.zeros([2]), S.zeros([2]))),
      {
        label: "other axes that differ",
        call: () => S.takeAlongAxis(S.zeros([2, 3]), S.zeros([4, 3], { dtype: "i32" })),
        error: S.ShapeError,
        message: /takeAlongAxis: shapes \[2\] and \[4\] do not broadcast/,
      },
      {
        label: "indices without the axis",
        call: () => S.takeAlongAxis(S.zeros([2, 3]), whole(), { axis: 0 }),
        error: S.ShapeError,
        message: /no axis -2 in a tensor of rank 1/,
      },
    ],
  }),
  row("scatterAdd", {
    samples: writing,
    errors: [
      noAxis(() => S.scatterAdd(S.zeros([2, 3]), whole(), 1, { axis: 5 })),
      noInteger(() => S.scatterAdd(S.zeros([2, 3]), S.zeros([2]), 1)),
      {
        label: "updates of another shape",
        call: () => S.scatterAdd(S.zeros([2, 3]), whole(), S.zeros([4, 2, 3])),
        error: S.ShapeError,
        message: /\[4, 2, 3\] does not broadcast to \[2, 3\]/,
      },
      {
        label: "booleans",
        call: () => S.scatterAdd(S.zeros([2], { dtype: "bool" }), whole(), true),
        error: S.DtypeError,
        message: /scatterAdd is defined for numbers, not for bool. Convert with astype/,
      },
    ],
  }),
];
