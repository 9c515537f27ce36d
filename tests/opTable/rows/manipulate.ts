/** Rows of `tensor/manipulate.ts` and `tensor/slice.ts`: everything that only moves elements. `padding.ts` has `pad`. */

import type { Dtype, SliceRange } from "../../../src/index.ts";
import * as S from "../../../src/index.ts";
import { allDtypes } from "../../../src/shape/dtype.ts";
import { build, type HostTensor, picked, read, upTo } from "../host.ts";
import { draw, type ErrorSample, noAxis, type OpRow, row, type Sample } from "../row.ts";

type Move = (x: S.Tensor) => S.Tensor;
type HostMove = (x: HostTensor) => HostTensor;

const matrix = (): S.Tensor => S.zeros([2, 3]);

/** Samples that move a tensor of `shape`, for each dtype. */
function moves(
  label: string,
  shape: readonly number[],
  call: Move,
  expected: HostMove,
  dtypes: readonly Dtype[] = ["f32"],
): Sample[] {
  return dtypes.map((dtype) => ({
    label: `${label} of ${dtype}[${shape}]`,
    inputs: [draw(label + dtype, shape, dtype)],
    call,
    expected,
  }));
}

const every = allDtypes;

const reshaped =
  (shape: readonly number[]): HostMove =>
  (x) => ({ ...x, shape });

function permuted(axes: readonly number[]): HostMove {
  return (x) =>
    build(
      axes.map((axis) => x.shape[axis] ?? 1),
      x.dtype,
      (position) =>
        read(
          x,
          x.shape.map((_, axis) => position[axes.indexOf(axis)] ?? 0),
        ),
    );
}

function flipped(axes: readonly number[]): HostMove {
  return (x) =>
    build(x.shape, x.dtype, (position) =>
      read(
        x,
        position.map((place, axis) => (axes.includes(axis) ? (x.shape[axis] ?? 1) - 1 - place : place)),
      ),
    );
}

const views: readonly OpRow[] = [
  row("reshape", {
    samples: [
      ...moves("[3, 4]", [2, 6], (x) => S.reshape(x, [3, 4]), reshaped([3, 4]), every),
      ...moves("[2, -1]", [3, 4], (x) => S.reshape(x, [2, -1]), reshaped([2, 6])),
      ...moves("[]", [1, 1], (x) => S.reshape(x, []), reshaped([])),
      ...moves("[0, 5]", [2, 0], (x) => S.reshape(x, [0, 5]), reshaped([0, 5])),
    ],
    errors: [
      {
        label: "other sizes",
        call: () => S.reshape(matrix(), [4, 2]),
        error: S.ShapeError,
        message: /\[2, 3\] has 6 elements and \[4, 2\] has 8/,
      },
      {
        label: "-1 that does not divide",
        call: () => S.reshape(matrix(), [4, -1]),
        error: S.ShapeError,
        message: /no size can stand for −1/,
      },
      {
        label: "-1 twice",
        call: () => S.reshape(matrix(), [-1, -1]),
        error: S.ShapeError,
        message: /not a whole number/,
      },
    ],
  }),
  row("flatten", {
    samples: [
      ...moves("", [2, 3], (x) => S.flatten(x), reshaped([6])),
      ...moves("", [], (x) => S.flatten(x), reshaped([1])),
    ],
  }),
  row("permuteDims", {
    samples: [
      ...moves("[2, 0, 1]", [2, 3, 4], (x) => S.permuteDims(x, [2, 0, 1]), permuted([2, 0, 1]), every),
      ...moves("[-1, 0]", [5, 7], (x) => S.permuteDims(x, [-1, 0]), permuted([1, 0])),
      ...moves("[0]", [3], (x) => S.permuteDims(x, [0]), permuted([0])),
    ],
    errors: [
      {
        label: "an axis twice",
        call: () => S.permuteDims(matrix(), [0, 0]),
        error: S.ShapeError,
        message: /not an order of the axes/,
      },
      noAxis(() => S.permuteDims(matrix(), [0, 5])),
    ],
  }),
  row("matrixTranspose", {
    samples: moves("", [2, 3, 4], (x) => S.matrixTranspose(x), permuted([0, 2, 1])),
    errors: [
      {
        label: "a vector",
        call: () => S.matrixTranspose(S.zeros([3])),
        error: S.ShapeError,
        message: /has 1 axes; at least 2/,
      },
    ],
  }),
  row("moveAxis", {
    samples: [
      ...moves("0 to -1", [2, 3, 4], (x) => S.moveAxis(x, 0, -1), permuted([1, 2, 0])),
      ...moves("[0, 1] to [2, 0]", [2, 3, 4], (x) => S.moveAxis(x, [0, 1], [2, 0]), permuted([1, 2, 0])),
    ],
    errors: [
      {
        label: "unpaired",
        call: () => S.moveAxis(matrix(), [0, 1], [0]),
        error: S.ArgumentError,
        message: /do not pair/,
      },
      noAxis(() => S.moveAxis(matrix(), 5, 0)),
    ],
  }),
  row("expandDims", {
    samples: [
      ...moves("0", [2, 3], (x) => S.expandDims(x), reshaped([1, 2, 3])),
      ...moves("[1, -1]", [2, 3], (x) => S.expandDims(x, [1, -1]), reshaped([2, 1, 3, 1])),
    ],
    errors: [
      {
        label: "an axis that is not there",
        call: () => S.expandDims(matrix(), 5),
        error: S.ShapeError,
        message: /no axis 5 in a tensor of rank 3/,
      },
    ],
  }),
  row("squeeze", {
    samples: [
      ...moves("all", [1, 3, 1], (x) => S.squeeze(x), reshaped([3])),
      ...moves("-1", [1, 3, 1], (x) => S.squeeze(x, -1), reshaped([1, 3])),
    ],
    errors: [
      {
        label: "a larger axis",
        call: () => S.squeeze(matrix(), 0),
        error: S.ShapeError,
        message: /axis 0 of \[2, 3\] has size 2/,
      },
      noAxis(() => S.squeeze(matrix(), 5)),
    ],
  }),
  row("broadcastTo", {
    samples: [
      ...moves(
        "[2, 3, 4]",
        [3, 1],
        (x) => S.broadcastTo(x, [2, 3, 4]),
        (x) => build([2, 3, 4], x.dtype, (position) => read(x, position)),
        every,
      ),
      ...moves(
        "[0, 3]",
        [1, 3],
        (x) => S.broadcastTo(x, [0, 3]),
        (x) => ({ ...x, shape: [0, 3], data: [] }),
      ),
    ],
    errors: [
      {
        label: "sizes that differ",
        call: () => S.broadcastTo(matrix(), [2, 4]),
        error: S.ShapeError,
        message: /\[2, 3\] and \[2, 4\]/,
      },
      {
        label: "shrinking",
        call: () => S.broadcastTo(matrix(), [1, 3]),
        error: S.ShapeError,
        message: /does not broadcast to \[1, 3\]/,
      },
    ],
  }),
  row("flip", {
    samples: [
      ...moves("1", [2, 3], (x) => S.flip(x, 1), flipped([1]), every),
      ...moves("all", [2, 3, 4], (x) => S.flip(x), flipped([0, 1, 2])),
      ...moves("all", [0, 3], (x) => S.flip(x), flipped([])),
    ],
    errors: [noAxis(() => S.flip(matrix(), 5))],
  }),
  row("repeat", {
    samples: [
      ...moves("3 at 1", [2, 3], (x) => S.repeat(x, 3, 1), picked([upTo(2), [0, 0, 0, 1, 1, 1, 2, 2, 2]])),
      ...moves(
        "2",
        [2, 2],
        (x) => S.repeat(x, 2),
        (x) => ({ ...x, shape: [8], data: x.data.flatMap((value) => [value, value]) }),
      ),
      ...moves("[2, 0, 1] at −1", [2, 3], (x) => S.repeat(x, [2, 0, 1], -1), picked([upTo(2), [0, 0, 2]])),
      ...moves(
        "0 at 0",
        [2],
        (x) => S.repeat(x, 0, 0),
        (x) => ({ ...x, shape: [0], data: [] }),
      ),
    ],
    errors: [
      noAxis(() => S.repeat(matrix(), 2, 5)),
      {
        label: "counts that are too few",
        call: () => S.repeat(matrix(), [1], 1),
        error: S.ShapeError,
        message: /\[1\] does not say how often; give 3 whole numbers, one for each position along axis 1 of \[2, 3\]/,
      },
      {
        label: "counts below 0",
        call: () => S.repeat(matrix(), [1, -1], 0),
        error: S.ShapeError,
        message: /\[1,-1\] does not say how often/,
      },
    ],
  }),
  row("tile", {
    samples: [
      ...moves(
        "[2, 3]",
        [2, 2],
        (x) => S.tile(x, [2, 3]),
        picked([
          [0, 1, 0, 1],
          [0, 1, 0, 1, 0, 1],
        ]),
      ),
      ...moves(
        "[2, 1, 1]",
        [2, 2],
        (x) => S.tile(x, [2, 1, 1]),
        (x) => ({ ...x, shape: [2, 2, 2], data: [...x.data, ...x.data] }),
      ),
    ],
  }),
];

/** A slice of [5, 6] and the rows and columns that it takes. */
const slices: readonly (readonly [
  ranges: readonly SliceRange[],
  rows: readonly number[],
  columns: readonly number[],
  shape: readonly number[],
])[] = [
  [[0], [0], upTo(6), [6]],
  [[-1, 2], [4], [2], []],
  [[[1, 3]], [1, 2], upTo(6), [2, 6]],
  [[null, [null, null, 2]], upTo(5), [0, 2, 4], [5, 3]],
  [
    [
      [null, null, -1],
      [4, 0, -2],
    ],
    [4, 3, 2, 1, 0],
    [4, 2],
    [5, 2],
  ],
  [["...", 1], upTo(5), [1], [5]],
  [
    [
      [-3, -1],
      [-100, 100],
    ],
    [2, 3],
    upTo(6),
    [2, 6],
  ],
  [[[3, 1]], [], upTo(6), [0, 6]],
  [
    [
      [4, null, -3],
      [1, 6, 3],
    ],
    [4, 1],
    [1, 4],
    [2, 2],
  ],
];

const parts: readonly OpRow[] = [
  row("slice", {
    samples: [
      ...slices.flatMap(([ranges, rows, columns, shape]) =>
        moves(JSON.stringify(ranges), [5, 6], (x) => S.slice(x, ...ranges), picked([rows, columns], shape)),
      ),
      ...moves("[[0, 2]]", [3], (x) => S.slice(x, [0, 2]), picked([[0, 1]]), every),
    ],
    errors: [
      {
        label: "a position that is not there",
        call: () => S.slice(matrix(), 0, 3),
        error: S.ShapeError,
        message: /no position 3 along axis 1 of \[2, 3\]/,
      },
      {
        label: "too many ranges",
        call: () => S.slice(matrix(), 0, 0, 0),
        error: S.ShapeError,
        message: /3 ranges were given for \[2, 3\]/,
      },
      {
        label: "a step of 0",
        call: () => S.slice(matrix(), [0, 2, 0]),
        error: S.ArgumentError,
        message: /step other than 0/,
      },
    ],
  }),
  row("roll", {
    samples: [
      ...moves(
        "1 at 0",
        [3, 2],
        (x) => S.roll(x, 1, 0),
        picked([
          [2, 0, 1],
          [0, 1],
        ]),
      ),
      ...moves("-2", [5], (x) => S.roll(x, -2), picked([[2, 3, 4, 0, 1]])),
      ...moves(
        "[1, -1] at [0, 1]",
        [2, 3],
        (x) => S.roll(x, [1, -1], [0, 1]),
        picked([
          [1, 0],
          [1, 2, 0],
        ]),
      ),
      ...moves(
        "1 at [0, -1]",
        [3, 2],
        (x) => S.roll(x, 1, [0, -1]),
        picked([
          [2, 0, 1],
          [1, 0],
        ]),
      ),
      ...moves("of nothing", [0, 2], (x) => S.roll(x, 3, 0), picked([[], [0, 1]])),
      ...moves(
        "1",
        [2, 2],
        (x) => S.roll(x, 1),
        (x) => ({ ...x, data: [3, 0, 1, 2].map((index) => x.data[index] ?? 0) }),
      ),
    ],
    errors: [
      noAxis(() => S.roll(matrix(), 1, 5)),
      {
        label: "fewer shifts than axes",
        call: () => S.roll(matrix(), [1], [0, 1]),
        error: S.ArgumentError,
        message: /give one whole number for each axis/,
      },
    ],
  }),
  row("tril", {
    samples: [
      triangle("tril", 0, [3, 4]),
      triangle("tril", -1, [2, 3, 3]),
      triangle("tril", 1, [4, 2]),
      triangle("tril", 2 ** 32, [2, 2]),
    ],
    errors: [flat("tril", S.tril), noDiagonal("tril", S.tril)],
  }),
  row("triu", {
    samples: [
      triangle("triu", 0, [3, 4]),
      triangle("triu", -1, [2, 3, 3]),
      triangle("triu", 1, [4, 2]),
      triangle("triu", 2 ** 32, [2, 2]),
    ],
    errors: [flat("triu", S.triu), noDiagonal("triu", S.triu)],
  }),
];

function triangle(name: "tril" | "triu", offset: number, shape: readonly number[]): Sample {
  return {
    label: `${offset} of [${shape}]`,
    inputs: [draw(`${name}${offset}`, shape, "f32")],
    call: (x) => (name === "tril" ? S.tril(x, offset) : S.triu(x, offset)),
    expected: (x) =>
      build(shape, x.dtype, (position) => {
        const above = (position.at(-1) ?? 0) - (position.at(-2) ?? 0);
        return (name === "tril" ? above <= offset : above >= offset) ? read(x, position) : 0;
      }),
  };
}

function noDiagonal(name: string, f: (x: S.Tensor, offset: number) => S.Tensor): ErrorSample {
  const message = new RegExp(`${name}: offset 0.5 is no diagonal of \\[2, 3\\]`);
  return { label: "half a diagonal", call: () => f(matrix(), 0.5), error: S.ArgumentError, message };
}

function flat(name: string, call: (x: S.Tensor) => unknown): ErrorSample {
  return {
    label: "a vector",
    call: () => call(S.zeros([3])),
    error: S.ShapeError,
    message: new RegExp(`${name}: \\[3\\] has 1 axes; at least 2`),
  };
}

/** Rows. */
export const rows: readonly OpRow[] = [...views, ...parts];
