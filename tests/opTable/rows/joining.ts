/** Rows of `tensor/joining.ts`. */

import type { Dtype } from "../../../src/index.ts";
import * as S from "../../../src/index.ts";
import { as, build, type HostTensor, picked, read, upTo } from "../host.ts";
import { draw, noAxis, type OpRow, row, type Sample } from "../row.ts";

const matrix = (): S.Tensor => S.zeros([2, 3]);

/** Host tensors one after the other. */
function joined(tensors: readonly HostTensor[], axis: number, dtype: Dtype): HostTensor {
  const shape = [...(tensors[0]?.shape ?? [])];
  shape[axis] = tensors.reduce((total, each) => total + (each.shape[axis] ?? 0), 0);
  return build(shape, dtype, (position) => {
    let place = position[axis] ?? 0;
    for (const each of tensors) {
      const size = each.shape[axis] ?? 0;
      if (place < size) return read(each, position.with(axis, place));
      place -= size;
    }
    return NaN;
  });
}

function concatenation(
  shapes: readonly (readonly number[])[],
  axis: number,
  dtypes: readonly Dtype[],
  dtype: Dtype,
): Sample {
  return {
    label: `${shapes.map((shape) => `[${shape}]`).join(" ")} at ${axis}`,
    inputs: shapes.map((shape, index) => draw(`concat${shape}${index}`, shape, dtypes[index] ?? "f32", [0, 5])),
    call: (...tensors) => S.concat(tensors, axis),
    expected: (...tensors) =>
      joined(
        tensors,
        axis < 0 ? axis + (shapes[0]?.length ?? 0) : axis,
        tensors.every((each) => each.dtype === tensors[0]?.dtype) ? (tensors[0]?.dtype ?? dtype) : dtype,
      ),
  };
}

function stacked(tensors: readonly HostTensor[], axis: number): HostTensor {
  const shape = [...(tensors[0]?.shape ?? [])];
  shape.splice(axis, 0, tensors.length);
  return build(shape, tensors[0]?.dtype ?? "f32", (position) => {
    const tensor = tensors[position[axis] ?? 0];
    return tensor === undefined
      ? NaN
      : read(
          tensor,
          position.filter((_, each) => each !== axis),
        );
  });
}

/** Rows. */
export const rows: readonly OpRow[] = [
  row("concat", {
    samples: [
      concatenation(
        [
          [2, 3],
          [1, 3],
          [4, 3],
        ],
        0,
        [],
        "f32",
      ),
      concatenation(
        [
          [2, 3],
          [2, 0],
          [2, 5],
        ],
        -1,
        [],
        "f32",
      ),
      concatenation([[3]], 0, [], "f32"),
      concatenation([[2], [2]], 0, ["i32", "f32"], "f32"),
      concatenation([[2], [2]], 0, ["bool", "u8"], "u8"),
      concatenation(
        [
          [2, 1, 2],
          [2, 3, 2],
        ],
        1,
        ["f64", "f64"],
        "f64",
      ),
    ],
    errors: [
      { label: "nothing", call: () => S.concat([]), error: S.ArgumentError, message: /no tensors/ },
      {
        label: "sizes that differ",
        call: () => S.concat([matrix(), S.zeros([2, 4])]),
        error: S.ShapeError,
        message: /\[2, 3\] and \[2, 4\] may differ only at axis 0/,
      },
    ],
  }),
  row("stack", {
    samples: [0, 1, 2].map((axis) => ({
      label: `3 × [2, 4] at ${axis}`,
      inputs: [0, 1, 2].map((index) => draw(`stack${index}`, [2, 4], "f32")),
      call: (...tensors: S.Tensor[]) => S.stack(tensors, axis),
      expected: (...tensors: HostTensor[]) => stacked(tensors, axis),
    })),
    errors: [
      {
        label: "shapes that differ",
        call: () => S.stack([matrix(), S.zeros([2, 4])]),
        error: S.ShapeError,
        message: /\[2, 3\] and \[2, 4\] differ/,
      },
      { label: "nothing", call: () => S.stack([]), error: S.ArgumentError, message: /no tensors/ },
    ],
  }),
  row("split", {
    samples: [
      {
        label: "3 parts",
        inputs: [draw("split", [6, 2], "f32")],
        call: (x) => S.split(x, 3),
        expected: (x) =>
          [
            [0, 1],
            [2, 3],
            [4, 5],
          ].map((list) => picked([list, upTo(2)])(x)),
      },
      {
        label: "[1, 0, 3] at 1",
        inputs: [draw("splits", [2, 4], "f32")],
        call: (x) => S.split(x, [1, 0, 3], 1),
        expected: (x) => [[0], [], [1, 2, 3]].map((list) => picked([upTo(2), list])(x)),
      },
    ],
    errors: [
      {
        label: "parts that do not divide",
        call: () => S.split(matrix(), 2, 1),
        error: S.ShapeError,
        message: /size 3 and does not divide into 2 equal parts/,
      },
      {
        label: "more parts than memory could name",
        call: () => S.split(matrix(), 2 ** 31, 1),
        error: S.ShapeError,
        message: /size 3 and does not divide into 2147483648 equal parts/,
      },
      {
        label: "sizes that do not add up",
        call: () => S.split(matrix(), [1, 1], 1),
        error: S.ShapeError,
        message: /does not divide into parts of \[1, 1\]/,
      },
    ],
  }),
  row("unstack", {
    samples: [
      {
        label: "[3, 2]",
        inputs: [draw("unstack", [3, 2], "f32")],
        call: (x) => S.unstack(x),
        expected: (x) => upTo(3).map((index) => picked([[index], upTo(2)], [2])(x)),
      },
    ],
    errors: [noAxis(() => S.unstack(matrix(), 5))],
  }),
  row("oneHot", {
    derivative: "none",
    samples: [
      ...(["i32", "u8"] as const).map((dtype) => ({
        label: `${dtype}[2, 3] of 4`,
        inputs: [as(dtype, { shape: [2, 3], dtype, data: [0, 3, 1, 2, 4, 0] })],
        call: (x: S.Tensor) => S.oneHot(x, 4),
        expected: (x: HostTensor) =>
          build([2, 3, 4], "f32", (position) => Number(read(x, position.slice(0, 2)) === position[2])),
      })),
      ...[0, 1, -1].map((axis) => ({
        label: `other values along ${axis}`,
        inputs: [as("i32", { shape: [2, 3], dtype: "i32", data: [0, -1, 1, 2, 4, 0] })],
        call: (x: S.Tensor) => S.oneHot(x, 3, { axis, on: 7, off: -2, dtype: "i32" }),
        expected: (x: HostTensor) => {
          const at = axis < 0 ? axis + 3 : axis;
          return build([2, 3].toSpliced(at, 0, 3), "i32", (position) =>
            read(x, position.toSpliced(at, 1)) === position[at] ? 7 : -2,
          );
        },
      })),
    ],
    errors: [
      {
        label: "an axis that is not there",
        call: () => S.oneHot(S.zeros([2], { dtype: "i32" }), 3, { axis: 5 }),
        error: S.ShapeError,
        message: /no axis 5 in a tensor of rank 2/,
      },
      {
        label: "floats",
        call: () => S.oneHot(S.zeros([2]), 3),
        error: S.DtypeError,
        message: /positions have to be integers and are f32/,
      },
    ],
  }),
];
