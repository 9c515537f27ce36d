/** Rows of `tensor/indexed/scatter.ts`: writes along one axis that are no additions. `positions.ts` has those along several, and segments. */

import type { Dtype } from "../../../src/index.ts";
import * as S from "../../../src/index.ts";
import { type HostTensor, host, positions, read } from "../host.ts";
import { draw, type ErrorSample, many, noAxis, type OpRow, row, type Sample } from "../row.ts";

export type Combine = "set" | "add" | "multiply" | "max" | "min";

/** What an update makes of an element. */
const meanings: { readonly [C in Combine]: (before: number, update: number) => number } = {
  set: (_, update) => update,
  add: (before, update) => before + update,
  multiply: (before, update) => before * update,
  max: Math.max,
  min: Math.min,
};

/** Where each update goes: a position in the result, or nothing. */
type Target = (position: readonly number[]) => readonly number[] | undefined;

/** x with the elements of `updates` (positions of `shape`) written where `target` says, one after the other. */
export function written(
  x: HostTensor,
  shape: readonly number[],
  updates: HostTensor,
  combine: Combine,
  target: Target,
  dtype: Dtype = x.dtype,
): HostTensor {
  const data = [...x.data];
  for (const position of positions(shape)) {
    const to = target(position);
    if (to === undefined) continue;
    const element = to.reduce((sum, each, axis) => sum * (x.shape[axis] ?? 1) + each, 0);
    const value = meanings[combine](data[element] ?? NaN, read(updates, position));
    // Halves round at each step
    data[element] = host([], dtype, [value]).data[0] ?? NaN;
  }
  return host(x.shape, dtype, data);
}

/** The place that `index` says in an axis of `size`, or undefined where there is none. */
export function placeOf(index: number, size: number): number | undefined {
  const place = index < 0 ? index + size : index;
  return place >= 0 && place < size ? place : undefined;
}

export function counted(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** x with slices written at `indices` along `axis`. */
function sliced(x: HostTensor, indices: HostTensor, updates: HostTensor, axis: number, combine: Combine): HostTensor {
  const at = counted(axis, x.shape.length);
  const end = at + indices.shape.length;
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return written(x, shape, updates, combine, (position) => {
    const place = placeOf(read(indices, position.slice(at, end)), x.shape[at] ?? 0);
    return place === undefined ? undefined : [...position.slice(0, at), place, ...position.slice(end)];
  });
}

/** Indices of `shape` that point into an axis of `size`, from both ends. */
export function into(size: number, shape: readonly number[], key = "into"): HostTensor {
  return draw(`${key}${size}${shape}`, shape, "i32", [-size, size - 1]);
}

/** Shapes of tensor and indices, and the axis. */
const cases: readonly (readonly [readonly number[], readonly number[], number])[] = [
  [[7], [4], 0],
  [[3], [9], 0],
  [[7], [], 0],
  [[3, 5], [2, 2], -1],
  [[2, 3, 2], [5], 1],
  [[3, 5], [0], 0],
  [[2, 0, 3], [2], 0],
  [[40, 9], [70], 0],
];

/** Samples of a function that writes slices. */
function slices(name: string, combine: Combine, call: typeof S.scatterSet): Sample[] {
  const sample = (label: string, inputs: readonly HostTensor[], axis = 0, hasDerivative = true): Sample => ({
    label,
    inputs,
    call: (x, indices, updates) => call(x, indices as S.Tensor, updates as S.Tensor, { axis }),
    expected: (x, indices, updates) => sliced(x, indices, updates, axis, combine),
    hasDerivative,
  });
  const plain = cases.map(([shape, indices, axis]) => {
    const at = counted(axis, shape.length);
    const updates = [...shape.slice(0, at), ...indices, ...shape.slice(at + 1)];
    const places = into(shape[at] ?? 1, indices, name);
    return sample(
      `f32[${shape}] at [${indices}] of ${axis}`,
      [draw(name, shape, "f32"), places, draw(`${name}by`, updates, "f32")],
      axis,
    );
  });
  const typed = (["f16", "i64"] as const).map((dtype) =>
    sample(`${dtype}, positions more than once`, [
      draw(`${name}${dtype}`, [4], dtype, [1, 3]),
      into(4, [6], name),
      draw(`${name}by${dtype}`, [6], dtype, [1, 3]),
    ]),
  );
  const places = host([6], "i32", [3, -4, 2 ** 31 - 1, -(2 ** 31), 2, -3]);
  const outside = sample("out of range", [draw(name, [3], "f32"), places, draw(name, [6], "f32")]);
  const hard = sample(
    "NaN, infinities and zeros",
    [
      host([7], "f32", [NaN, 1, Infinity, -Infinity, 2, 0, 5]),
      host([7], "i32", [0, 1, 2, 3, 4, 5, 6]),
      host([7], "f32", [1, NaN, 3, 4, -Infinity, 0, Infinity]),
    ],
    0,
    false,
  );
  return [...plain, ...typed, outside, hard];
}

/** No, one, two and three zeros meet, with the one that is there and without. */
const zeros: Sample = {
  label: "zeros",
  inputs: [
    host([6], "f64", [2, 3, 0, 1.5, 2, 0]),
    host([12], "i32", [0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4]),
    host([12], "f64", [2, 3, 0, 5, 4, 6, 0, 0, 7, 0, 0, 0]),
  ],
  call: (x, indices, updates) => S.scatterMultiply(x, indices as S.Tensor, updates as S.Tensor),
  expected: (x, indices, updates) => sliced(x, indices, updates, 0, "multiply"),
};

export const whole = (): S.Tensor => S.zeros([2], { dtype: "i32" });
export const matrix = (): S.Tensor => S.zeros([2, 3]);

function wrongSlices(name: string, call: typeof S.scatterSet): ErrorSample[] {
  return [
    noAxis(() => call(matrix(), whole(), 1, { axis: 5 })),
    {
      label: "indices that are floats",
      call: () => call(matrix(), S.zeros([2]), 1),
      error: S.DtypeError,
      message: new RegExp(`${name}: positions have to be integers and are f32`),
    },
    {
      label: "updates of another shape",
      call: () => call(matrix(), whole(), S.zeros([4, 2, 3])),
      error: S.ShapeError,
      message: /\[4, 2, 3\] does not broadcast to \[2, 3\]/,
    },
  ];
}

export const unknown = (call: () => unknown): ErrorSample => ({
  label: "an unknown way to combine",
  call,
  error: S.ArgumentError,
  message: /combine is "mean"; it has to be one of set, add, multiply, max, min/,
});

/** Shapes of tensor, indices and values, the axis, and what is done. */
const alongCases: readonly (readonly [
  readonly number[],
  readonly number[],
  readonly number[],
  axis: number,
  Combine,
])[] = [
  [[7], [4], [4], -1, "set"],
  [[3, 5], [3, 2], [3, 2], -1, "set"],
  [[3, 5], [3, 4], [3, 4], 1, "add"],
  [[3, 4], [2, 4], [2, 1], 0, "multiply"],
  [[3, 4], [1, 6], [], 1, "max"],
  [[2, 3, 2], [2, 6, 2], [2, 6, 2], 1, "min"],
  [[2, 3, 2], [2, 0, 2], [2, 0, 2], 1, "set"],
  [[2, 0, 3], [2, 0, 2], [2, 0, 2], 2, "set"],
];

const along: readonly Sample[] = alongCases.map(([shape, indices, values, axis, combine]) => ({
  label: `${combine} f32[${shape}] at [${indices}] of ${axis}`,
  inputs: [
    draw("along", shape, "f32"),
    into(shape.at(axis) ?? 1, indices, "along"),
    draw(`values${combine}`, values, "f32"),
  ],
  call: (x, places, by) => S.putAlongAxis(x, places as S.Tensor, by as S.Tensor, { axis, combine }),
  expected: (x, places, by) => {
    const at = counted(axis, shape.length);
    return written(x, shape.with(at, indices.at(axis) ?? 0), by, combine, (position) => {
      const place = placeOf(read(places, position), shape[at] ?? 0);
      return place === undefined ? undefined : position.with(at, place);
    });
  },
}));

const writes: readonly OpRow[] = [
  row("scatterSet", {
    samples: slices("scatterSet", "set", S.scatterSet),
    errors: wrongSlices("scatterSet", S.scatterSet),
  }),
  row("scatterMultiply", {
    samples: [...slices("scatterMultiply", "multiply", S.scatterMultiply), zeros],
    tolerance: many,
    errors: [
      ...wrongSlices("scatterMultiply", S.scatterMultiply),
      {
        label: "booleans",
        call: () => S.scatterMultiply(S.zeros([2], { dtype: "bool" }), whole(), true),
        error: S.DtypeError,
        message: /scatterMultiply is defined for numbers, not for bool/,
      },
    ],
  }),
  row("scatterMax", {
    samples: slices("scatterMax", "max", S.scatterMax),
    errors: wrongSlices("scatterMax", S.scatterMax),
  }),
  row("scatterMin", {
    samples: slices("scatterMin", "min", S.scatterMin),
    errors: wrongSlices("scatterMin", S.scatterMin),
  }),
  row("putAlongAxis", {
    samples: along,
    errors: [
      unknown(() => S.putAlongAxis(matrix(), S.zeros([2, 1], { dtype: "i32" }), 1, { combine: "mean" as "add" })),
      noAxis(() => S.putAlongAxis(matrix(), S.zeros([2, 1], { dtype: "i32" }), 1, { axis: 5 })),
      {
        label: "other axes that differ",
        call: () => S.putAlongAxis(matrix(), S.zeros([4, 3], { dtype: "i32" }), 1),
        error: S.ShapeError,
        message: /indices \[4, 3\] do not broadcast to \[2, 3\] beside axis 1/,
      },
      {
        label: "indices without the axis",
        call: () => S.putAlongAxis(matrix(), whole(), 1, { axis: 0 }),
        error: S.ShapeError,
        message: /indices \[2\] do not broadcast to \[2, 3\] beside axis 0/,
      },
    ],
  }),
];

/** Rows. */
export const rows: readonly OpRow[] = writes;
