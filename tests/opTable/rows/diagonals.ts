/** Rows of `tensor/rearrange/diagonals.ts`. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, host, positions, read, upTo } from "../host.ts";
import { counted, draw, noAxis, type OpRow, row, type Sample } from "../row.ts";
import { cube, matrix, move, type Shape, wrong } from "./rearrange.ts";

/** Number of elements of the diagonal of a matrix. */
const lengthOf = (rows: number, columns: number, offset: number) =>
  Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));

function diagonalSample(shape: Shape, offset: number): Sample {
  const [rows = 0, columns = 0] = shape.slice(-2);
  const result = [...shape.slice(0, -2), lengthOf(rows, columns, offset)];
  return move(
    `${offset}`,
    shape,
    (x) => S.diagonal(x, { offset }),
    result,
    (position) => {
      const place = position.at(-1) ?? 0;
      return [...position.slice(0, -1), place + Math.max(0, -offset), place + Math.max(0, offset)];
    },
  );
}

function embedded(shape: Shape, offset: number): Sample {
  const size = (shape.at(-1) ?? 0) + Math.abs(offset);
  const result = [...shape.slice(0, -1), size, size];
  return move(
    `embed ${offset}`,
    shape,
    (x) => S.diagEmbed(x, { offset }),
    result,
    (position) => {
      const [i = 0, j = 0] = position.slice(-2);
      return j - i === offset ? [...position.slice(0, -2), Math.min(i, j)] : undefined;
    },
  );
}

const indices = { trilIndices: S.trilIndices, triuIndices: S.triuIndices };

function indicesOf(name: "trilIndices" | "triuIndices", rows: number, columns: number, offset: number): Sample {
  const all = positions([rows, columns]).filter(([i = 0, j = 0]) =>
    name === "trilIndices" ? j - i <= offset : j - i >= offset,
  );
  return {
    label: `${rows} × ${columns}, ${offset}`,
    inputs: [],
    call: () => indices[name](rows, columns, { offset }),
    expected: () => host([2, all.length], "i32", [...all.map(([i = 0]) => i), ...all.map(([, j = 0]) => j)]),
  };
}

const triangles = [
  [1, 1, 0],
  [3, 3, 0],
  [3, 5, 1],
  [5, 3, -1],
  [4, 4, 9],
  [4, 4, -9],
  [2, 6, 3],
  [7, 3, -5],
  [30, 20, 7],
  [0, 3, 0],
  [3, 0, 1],
] as const;

const half = (name: string, call: () => unknown) =>
  wrong("half a diagonal", call, new RegExp(`${name}: offset 0.5 is no diagonal`));

const diagonals: readonly OpRow[] = [
  row("diagonal", {
    samples: [
      ...[0, 1, -1, 2, 3, 4, -9].map((offset) => diagonalSample([3, 4], offset)),
      diagonalSample([2, 4, 3], -2),
      diagonalSample([2, 0, 3], 0),
      move(
        "axes 0, 1",
        [2, 3, 4],
        (x) => S.diagonal(x, { axes: [0, 1] }),
        [4, 2],
        ([a = 0, i = 0]) => [i, i, a],
      ),
      move(
        "axes 1, 0",
        [2, 3],
        (x) => S.diagonal(x, { axes: [1, 0], offset: 1 }),
        [1],
        ([i = 0]) => [i + 1, i],
      ),
    ],
    errors: [
      noAxis(() => S.diagonal(matrix(), { axes: [0, 5] })),
      wrong("one axis twice", () => S.diagonal(matrix(), { axes: [1, 1] }), /named twice/, S.ShapeError),
      half("diagonal", () => S.diagonal(matrix(), { offset: 0.5 })),
    ],
  }),
  row("diagEmbed", {
    samples: [
      ...[0, 1, -2].map((offset) => embedded([3], offset)),
      embedded([2, 3], 0),
      embedded([0], 1),
      move(
        "axes 0, 2",
        [2, 3],
        (x) => S.diagEmbed(x, { axes: [0, 2] }),
        [3, 2, 3],
        ([i, a = 0, j = 0]) => (i === j ? [a, j] : undefined),
      ),
    ],
    errors: [
      half("diagEmbed", () => S.diagEmbed(matrix(), { offset: 0.5 })),
      wrong("a scalar", () => S.diagEmbed(S.tensor(1)), /no axis/, S.ShapeError),
    ],
  }),
  row("diag", {
    samples: [
      move(
        "vector",
        [3],
        (x) => S.diag(x, { offset: 1 }),
        [4, 4],
        ([i = 0, j]) => (j === i + 1 ? [i] : undefined),
      ),
      move(
        "matrix",
        [3, 2],
        (x) => S.diag(x),
        [2],
        ([i = 0]) => [i, i],
      ),
    ],
    errors: [wrong("three axes", () => S.diag(cube()), /\[2, 3, 4\] has 3 axes/, S.ShapeError)],
  }),
  row("trace", {
    samples: (
      [
        [[3, 4], 0],
        [[2, 3, 3], 1],
        [[2, 2], 5],
        [[0, 3], 0],
      ] as const
    ).map(([shape, offset]) => ({
      label: `${offset} of [${shape}]`,
      inputs: [draw("trace", shape, "f32")],
      call: (x: S.Tensor) => S.trace(x, { offset }),
      expected: (x: HostTensor) => {
        const [rows = 0, columns = 0] = x.shape.slice(-2);
        const dtype = ["bool", "u8", "i8", "i16"].includes(x.dtype) ? "i32" : x.dtype;
        return build(x.shape.slice(0, -2), dtype, (position) =>
          upTo(lengthOf(rows, columns, offset)).reduce((total, i) => total + read(x, [...position, i, i + offset]), 0),
        );
      },
    })),
    errors: [half("diagonal", () => S.trace(matrix(), { offset: 0.5 }))],
  }),
  ...(["trilIndices", "triuIndices"] as const).map((name) =>
    row(name, {
      samples: triangles.map(([rows, columns, offset]) => indicesOf(name, rows, columns, offset)),
      derivative: "none",
      errors: [
        half(name, () => indices[name](2, 3, { offset: 0.5 })),
        wrong("half a row", () => indices[name](0.5), /size 0.5 at axis 0/, S.ShapeError),
      ],
    }),
  ),
  row("eyeLike", {
    samples: [0, 1, -2, 7].map((offset) => ({
      label: `${offset}`,
      inputs: [draw("eyeLike", [3, 4], "f32")],
      call: (x: S.Tensor) => S.eyeLike(x, { offset }),
      expected: (x: HostTensor) => build([3, 4], x.dtype, ([i = 0, j = 0]) => Number(j - i === offset)),
    })),
    derivative: "none",
    errors: [
      wrong("a vector", () => S.eyeLike(S.zeros([3])), /\[3\] has 1 axes; two/, S.ShapeError),
      half("eyeLike", () => S.eyeLike(matrix(), { offset: 0.5 })),
    ],
  }),
  row("blockDiag", {
    samples: (
      [
        [[2, 3], [], [2]],
        [[1, 2]],
        [
          [0, 2],
          [2, 1],
        ],
      ] as readonly (readonly Shape[])[]
    ).map((shapes) => ({
      label: JSON.stringify(shapes),
      inputs: shapes.map((shape, index) => draw(`block${index}`, shape, "f32")),
      call: (...given: S.Tensor[]) => S.blockDiag(given),
      expected: (...given: HostTensor[]) => {
        const wide = given.map((each) => ({ ...each, shape: [...[1, 1], ...each.shape].slice(-2) }));
        const width = wide.reduce((total, { shape }) => total + (shape[1] ?? 1), 0);
        let start = 0;
        const rows = wide.flatMap(({ shape: [count = 1, size = 1], data }) => {
          const first = start;
          start += size;
          return upTo(count).map((i) =>
            upTo(width).map((j) => (j >= first && j < first + size ? (data[i * size + j - first] ?? NaN) : 0)),
          );
        });
        return host([rows.length, width], given[0]?.dtype ?? "f32", rows.flat());
      },
    })),
    errors: [
      wrong("nothing", () => S.blockDiag([]), /there are no blocks/),
      wrong("three axes", () => S.blockDiag([cube()]), /blocks have two at most/, S.ShapeError),
    ],
  }),
  row("vander", {
    samples: (
      [
        [[3], {}],
        [[2, 2], { columns: 4 }],
        [[3], { columns: 3, increasing: true }],
        [[3], { columns: 1 }],
        [[2], { columns: 0 }],
      ] as readonly (readonly [Shape, S.VanderOptions])[]
    ).map(([shape, options]) => ({
      label: `${JSON.stringify(options)} of [${shape}]`,
      inputs: [draw("vander", shape, "f32")],
      call: (x: S.Tensor) => S.vander(x, options),
      expected: (x: HostTensor) => {
        const count = options.columns ?? x.shape.at(-1) ?? 0;
        const dtype = ["u8", "i8", "i16"].includes(x.dtype) ? "i32" : counted(x.dtype);
        return build([...x.shape, count], dtype, (position) => {
          const column = position.at(-1) ?? 0;
          return read(x, position.slice(0, -1)) ** (options.increasing === true ? column : count - 1 - column);
        });
      },
    })),
    errors: [wrong("half a column", () => S.vander(S.zeros([2]), { columns: 0.5 }), /size 0.5/, S.ShapeError)],
  }),
];

/** Rows. */
export const rows: readonly OpRow[] = diagonals;
