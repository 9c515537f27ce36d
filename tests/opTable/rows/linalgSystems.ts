/** Rows of `algorithms/linalg/`: systems, products and norms of vectors. */

import * as S from "../../../src/index.ts";
import { linalg } from "../../../src/index.ts";
import { type HostTensor, host } from "../host.ts";
import { heavied, heavy, lowered, misfit, pseudo, sumOf, two } from "../linalgRow.ts";
import { combined, get, makeMatrix, multiplied, sizesOf, solved, transposed } from "../matrices.ts";
import { counted, draw, many, type OpRow, row } from "../row.ts";

const systems: readonly OpRow[] = [
  two(
    "solve",
    (a, b) => linalg.solve(heavy(a), b),
    (a, b) => [solved(heavied(a), b)],
    [misfit("solve", linalg.solve)],
  ),
  two(
    "triangularSolve",
    (a, b) => {
      const matrix = heavy(a);
      const flat = b.matrixTranspose();
      return [
        linalg.triangularSolve(matrix, b),
        linalg.triangularSolve(matrix, b, { upper: true }),
        linalg.triangularSolve(matrix, flat, { left: false, transpose: true }),
        linalg.triangularSolve(a, b, { unitriangular: true, transpose: true }),
      ];
    },
    (a, b) => {
      const matrix = heavied(a);
      const lower = lowered(matrix);
      const upper = transposed(lowered(transposed(matrix)));
      const unit = makeMatrix(a.length, a.length, (i, j) => (i === j ? 1 : i > j ? get(a, i, j) : 0));
      return [solved(lower, b), solved(upper, b), transposed(solved(lower, b)), solved(transposed(unit), b)];
    },
    [misfit("triangularSolve", linalg.triangularSolve)],
  ),
  two(
    "choleskySolve",
    (a, b) => linalg.choleskySolve(b, heavy(a)),
    (a, b) => [solved(multiplied(lowered(heavied(a)), transposed(lowered(heavied(a)))), b)],
    [],
  ),
  two(
    "lstsq",
    (a, b) => {
      const { solution, residuals } = linalg.lstsq(heavy(a), b);
      return [solution, residuals];
    },
    (a, b) => {
      const matrix = heavied(a);
      const x = multiplied(pseudo(matrix), b);
      const rest = combined(b, multiplied(matrix, x), (p, q) => p - q);
      return [x, transposed(rest).map((list) => sumOf(list.map((value) => value * value)))];
    },
    [
      {
        label: "rows that differ",
        call: () => linalg.lstsq(S.zeros([3, 2]), S.zeros([2, 1])),
        error: S.ShapeError,
        message: /lstsq: a is \[3, 2\] and b is \[2, 1\]: both need the same number of rows/,
      },
    ],
    [
      [
        [4, 2],
        [4, 3],
      ],
      [
        [2, 3, 2],
        [3, 1],
      ],
      [
        [2, 4],
        [2, 1],
      ],
    ],
  ),
  two(
    "kron",
    (a, b) => linalg.kron(a, b),
    (a, b) => {
      const [[rows, columns], [p, q]] = [sizesOf(a), sizesOf(b)];
      return [
        makeMatrix(
          rows * p,
          columns * q,
          (i, j) => get(a, Math.floor(i / p), Math.floor(j / q)) * get(b, i % p, j % q),
        ),
      ];
    },
    [],
    [
      [
        [3, 2],
        [2, 3],
      ],
      [
        [1, 1],
        [2, 2],
      ],
    ],
    { tolerance: many, result: counted },
  ),
  two(
    "cross",
    (a, b) => linalg.cross(a, b),
    (a, b) => [
      makeMatrix(
        ...sizesOf(a),
        (i, j) => get(a, i, (j + 1) % 3) * get(b, i, (j + 2) % 3) - get(a, i, (j + 2) % 3) * get(b, i, (j + 1) % 3),
      ),
    ],
    [
      {
        label: "four elements",
        call: () => linalg.cross(S.zeros([4]), S.zeros([4])),
        error: S.ShapeError,
        message: /cross: shapes \[4\] and \[4\]: both need 3 elements along axis -1/,
      },
    ],
    [
      [
        [2, 3],
        [2, 3],
      ],
      [
        [1, 3],
        [1, 3],
      ],
    ],
    { tolerance: many, result: counted },
  ),
  two(
    "multiDot",
    (a, b) => linalg.multiDot([a, b, a]),
    (a, b) => [multiplied(a, multiplied(b, a))],
    [
      {
        label: "one matrix",
        call: () => linalg.multiDot([S.zeros([2, 2])]),
        error: S.ArgumentError,
        message: /multiDot: there are 1 matrices, and at least 2 are needed/,
      },
    ],
    [
      [
        [3, 2],
        [2, 3],
      ],
      [
        [1, 1],
        [1, 1],
      ],
    ],
    { tolerance: many, result: counted },
  ),
];

const vectorNorm = row("linalg.vectorNorm", {
  tolerance: many,
  samples: (["f64", "f32"] as const).flatMap((dtype) =>
    [[7], [3, 4]].map((shape) => ({
      label: `${dtype}[${shape}]`,
      inputs: [draw(`vectorNorm${shape}`, shape, dtype, [0.5, 2])],
      call: (x: S.Tensor) => [2, 1, 3, Infinity, -Infinity, -1, 0].map((order) => linalg.vectorNorm(x, { order })),
      expected: ({ data, dtype: own }: HostTensor) =>
        [
          Math.hypot(...data),
          sumOf(data),
          Math.cbrt(sumOf(data.map((value) => value ** 3))),
          Math.max(...data),
          Math.min(...data),
          1 / sumOf(data.map((value) => 1 / value)),
          data.length,
        ].map((value) => host([], own, [value])),
    })),
  ),
  errors: [
    {
      label: "integers",
      call: () => linalg.vectorNorm(S.zeros([2], { dtype: "i32" })),
      error: S.DtypeError,
      message: /vectorNorm: x is i32/,
    },
  ],
});

export const rows: readonly OpRow[] = [...systems, vectorNorm];
