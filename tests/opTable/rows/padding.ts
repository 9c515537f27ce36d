/** The row of `pad`. */

import type { Padding } from "../../../src/index.ts";
import * as S from "../../../src/index.ts";
import { build, read } from "../host.ts";
import { draw, type OpRow, row, type Sample } from "../row.ts";

const matrix = (): S.Tensor => S.zeros([2, 3]);

function padded(shape: readonly number[], widths: Padding | readonly Padding[], value: number): Sample {
  const list = typeof widths === "number" ? shape.map(() => widths) : widths;
  const low = list.map((width) => (typeof width === "number" ? width : Number(width[0])));
  const high = list.map((width) => (typeof width === "number" ? width : Number(width[1])));
  return {
    label: `${JSON.stringify(widths)} around [${shape}]`,
    inputs: [draw(`pad${shape}`, shape, "f32")],
    call: (x) => S.pad(x, widths, { value }),
    expected: (x) =>
      build(
        shape.map((size, axis) => size + (low[axis] ?? 0) + (high[axis] ?? 0)),
        x.dtype,
        (position) => {
          const place = position.map((each, axis) => each - (low[axis] ?? 0));
          return place.every((each, axis) => each >= 0 && each < (shape[axis] ?? 0)) ? read(x, place) : value;
        },
      ),
  };
}

/** For each way to go on, the position in an axis of `size` of what stands at `place`: one step at a time. */
const walks: Readonly<Record<S.Continuation, (place: number, size: number) => number>> = {
  replicate: (place, size) => Math.min(Math.max(place, 0), size - 1),
  circular: (place, size) =>
    place < 0 ? walks.circular(place + size, size) : place < size ? place : walks.circular(place - size, size),
  reflect: (place, size) =>
    size === 1
      ? 0
      : place < 0
        ? walks.reflect(-place, size)
        : place < size
          ? place
          : walks.reflect(2 * (size - 1) - place, size),
  symmetric: (place, size) =>
    place < 0 ? walks.symmetric(-1 - place, size) : place < size ? place : walks.symmetric(2 * size - 1 - place, size),
};

/** A tensor with as many elements before and after each axis, as `mode` continues it. */
function continued(mode: S.Continuation, shape: readonly number[], [low, high]: readonly [number, number]): Sample {
  return {
    label: `${mode} [${low}, ${high}] around [${shape}]`,
    inputs: [draw(`continued${shape}`, shape, "f32")],
    call: (x) =>
      S.pad(
        x,
        shape.map(() => [low, high] as const),
        { mode },
      ),
    expected: (x) =>
      build(
        shape.map((size) => low + size + high),
        x.dtype,
        (position) =>
          read(
            x,
            position.map((place, axis) => walks[mode](place - low, shape[axis] ?? 1)),
          ),
      ),
  };
}

/** Rows. */
export const rows: readonly OpRow[] = [
  row("pad", {
    samples: [
      padded(
        [2, 3],
        [
          [1, 0],
          [0, 2],
        ],
        0,
      ),
      padded([2, 3], 1, 7),
      padded(
        [4, 5],
        [
          [-1, 2],
          [3, -2],
        ],
        0.5,
      ),
      padded([4], [[-1, -2]], 0),
      padded([3], [2], -1),
      padded([0, 2], [[1, 1], 0], 3),
      padded([], [], 0),
      ...(["reflect", "symmetric", "replicate", "circular"] as const).flatMap((mode) => [
        continued(mode, [5], [2, 3]),
        continued(mode, [3], [7, 8]),
        continued(mode, [1], [2, 1]),
        continued(mode, [3, 4], [1, 2]),
        continued(mode, [9, 3, 2], [1, 0]),
        continued(mode, [0, 2], [0, 0]),
      ]),
    ],
    errors: [
      {
        label: "another mode",
        call: () => S.pad(matrix(), 1, { mode: "mirror" as "reflect" }),
        error: S.ArgumentError,
        message: /mode is "mirror"; it has to be one of constant, reflect, symmetric, replicate, circular/,
      },
      {
        label: "widths that take away more than is there",
        call: () => S.pad(matrix(), -2, { mode: "reflect" }),
        error: S.ShapeError,
        message: /widths \[-2, -2\] before and \[-2, -2\] after do not fit \[2, 3\]/,
      },
      {
        label: "nothing to continue",
        call: () => S.pad(S.zeros([0]), 1, { mode: "circular" }),
        error: S.ShapeError,
        message: /axis 0 of \[0\] has no elements to continue/,
      },
      {
        label: "too few widths",
        call: () => S.pad(matrix(), [[1, 1]]),
        error: S.ShapeError,
        message: /do not fit \[2, 3\]/,
      },
    ],
  }),
];
