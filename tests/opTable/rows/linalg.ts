/** Rows of `algorithms/linalg/`. Vectors whose sign is open are compared by their squares. */

import * as S from "../../../src/index.ts";
import { linalg } from "../../../src/index.ts";
import { broadcast, type HostTensor, host } from "../host.ts";
import {
  combined,
  determinant,
  eigenOf,
  eliminated,
  exponential,
  get,
  identity,
  inverted,
  type Matrix,
  makeMatrix,
  matricesOf,
  multiplied,
  orthogonalized,
  positive,
  rootOf,
  scaledBy,
  singularOf,
  sizesOf,
  solved,
  symmetric,
  transposed,
} from "../matrices.ts";
import { draw, type ErrorSample, many, type OpRow, row, type Sample } from "../row.ts";
import { rows as linear } from "./linear.ts";
import { rows as manipulate } from "./manipulate.ts";

type Dtype = "f32" | "f64";
/** Numbers, lists or matrices of one matrix each. */
type Part = number | readonly number[] | Matrix;
type Reference = (...matrices: readonly Matrix[]) => readonly Part[];
type Call = (...inputs: S.Tensor[]) => S.Tensor | readonly S.Tensor[];

/** Tolerances of factorizations. */
const loose = { f32: { relative: 2e-4, absolute: 2e-5 }, f64: { relative: 1e-9, absolute: 1e-10 } } as const;

const shapeOf = (part: Part): number[] =>
  typeof part === "number" ? [] : [part.length, ...(Array.isArray(part[0]) ? [part[0].length] : [])];

/** What `reference` makes of each pair of matrices of `inputs`, whose leading axes broadcast. */
function mapped(inputs: readonly HostTensor[], dtype: S.Dtype, reference: Reference): readonly HostTensor[] {
  const batch = broadcast(...inputs.map(({ shape }) => shape.slice(0, -2)));
  const lists = inputs.map(matricesOf);
  const total = Math.max(1, ...lists.map(({ length }) => length));
  const results = Array.from({ length: total }, (_, index) =>
    reference(...lists.map((list) => list[list.length === 1 ? 0 : index] ?? [])),
  );
  return (results[0] ?? []).map((first, part) =>
    host(
      [...batch, ...shapeOf(first)],
      dtype,
      results.flatMap((result) => [result[part] ?? 0].flat(2) as number[]),
    ),
  );
}

interface Options {
  readonly domain?: readonly [number, number];
  readonly hasDerivative?: boolean;
  readonly result?: S.Dtype;
}

function sample(
  name: string,
  dtype: Dtype,
  shapes: readonly (readonly number[])[],
  call: Call,
  reference: Reference,
  options: Options = {},
): Sample {
  const { domain = [-2, 2], hasDerivative = true, result = dtype } = options;
  return {
    label: `${dtype}${shapes.map((shape) => `[${shape}]`).join(" ")}`,
    inputs: shapes.map((shape, index) => draw(`${name}${shape}${index}`, shape, dtype, domain)),
    call,
    expected: (...inputs) => {
      const [first] = inputs;
      const own = result === dtype ? (first?.dtype ?? dtype) : result;
      return mapped(inputs, own, reference);
    },
    hasDerivative,
  };
}

const squareShapes: readonly (readonly number[])[] = [
  [3, 3],
  [2, 2, 2],
];
const anyShapes: readonly (readonly number[])[] = [
  [3, 2],
  [2, 2, 3],
];
const notSquare = (name: string, call: (x: S.Tensor) => unknown): ErrorSample => ({
  label: "a matrix that is not square",
  call: () => call(S.zeros([2, 3])),
  error: S.ShapeError,
  message: new RegExp(`${name}: x is \\[2, 3\\]; its last two axes have to be equal`),
});
const vector = (name: string, call: (x: S.Tensor) => unknown): ErrorSample => ({
  label: "a vector",
  call: () => call(S.zeros([3])),
  error: S.ShapeError,
  message: new RegExp(`${name}: x is \\[3\\] and has to be a matrix`),
});
const whole = (name: string, call: (x: S.Tensor) => unknown): ErrorSample => ({
  label: "integers",
  call: () => call(S.zeros([2, 2], { dtype: "i32" })),
  error: S.DtypeError,
  message: new RegExp(`${name}: x is i32.*astype`),
});

/** A row of a function of one matrix. */
function one(
  name: string,
  call: (x: S.Tensor) => S.Tensor | readonly S.Tensor[],
  reference: (x: Matrix) => readonly Part[],
  {
    isSquare = true,
    plain,
    ...options
  }: Options & Partial<OpRow> & { isSquare?: boolean; plain?: (x: S.Tensor) => unknown } = {},
): OpRow {
  const direct = plain ?? call;
  const make = (dtype: Dtype, shape: readonly number[], has = true) =>
    sample(
      name,
      dtype,
      [shape],
      (x) => call(x),
      (x) => reference(x ?? []),
      { ...options, hasDerivative: has },
    );
  const errors = [...(isSquare ? [notSquare(name, direct)] : []), vector(name, direct), whole(name, direct)];
  const shapes = isSquare ? squareShapes : anyShapes;
  return row(`linalg.${name}`, {
    tolerance: loose,
    errors,
    ...options,
    samples: [...shapes.map((shape) => make("f64", shape)), make("f32", isSquare ? [3, 3] : [3, 2])],
  });
}

const gram = (x: S.Tensor): S.Tensor =>
  x.matmul(x.matrixTranspose()).add(S.eye(x.shape.at(-1) ?? 1, x.shape.at(-1) ?? 1, { dtype: x.dtype }));
/** Far from singular. */
const heavy = (x: S.Tensor): S.Tensor =>
  x.add(S.eye(x.shape.at(-2) ?? 1, x.shape.at(-1) ?? 1, { dtype: x.dtype }).multiply(7));
const heavied = (x: Matrix): Matrix => makeMatrix(...sizesOf(x), (i, j) => get(x, i, j) + (i === j ? 7 : 0));
const squares = (x: Matrix): Matrix => combined(x, x, (a, b) => a * b);
const lowered = (x: Matrix): Matrix => makeMatrix(...sizesOf(x), (i, j) => (i < j ? 0 : get(x, i, j)));
const sumOf = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0);
/** Singular values that differ, in matrices of any shape: rows are stretched. */
const stretch = (x: S.Tensor): S.Tensor =>
  heavy(x).multiply(
    S.arange(1, (x.shape.at(-2) ?? 1) + 1)
      .astype(x.dtype)
      .expandDims(1),
  );
const stretched = (x: Matrix): Matrix => makeMatrix(...sizesOf(x), (i, j) => get(heavied(x), i, j) * (i + 1));
const pseudo = (x: Matrix): Matrix => {
  const { u, s, v } = singularOf(x);
  return multiplied(
    v.map((each) => each.map((value, j) => value / (s[j] ?? 1))),
    transposed(u),
  );
};

const factorizations: readonly OpRow[] = [
  one(
    "cholesky",
    (x) => [linalg.cholesky(gram(x)), linalg.cholesky(gram(x), { upper: true })],
    (x) => [rootOf(positive(x)), transposed(rootOf(positive(x)))],
    { plain: (x) => linalg.cholesky(x) },
  ),
  one(
    "lu",
    (x) => linalg.lu(x),
    (x) => {
      const { order, lower, upper } = eliminated(x);
      return [makeMatrix(x.length, x.length, (i, j) => (order[j] === i ? 1 : 0)), lower, upper];
    },
    { isSquare: false },
  ),
  one(
    "qr",
    (x) => linalg.qr(stretch(x)),
    (x) => [...orthogonalized(stretched(x), Math.min(...sizesOf(x)))],
    { isSquare: false, plain: (x) => linalg.qr(x) },
  ),
  one(
    "svd",
    (x) => {
      const [u, s, vh] = linalg.svd(stretch(x), { fullMatrices: false });
      return [u.square(), s, vh.square(), u.matmul(vh)];
    },
    (x) => {
      const { u, s, v } = singularOf(stretched(x));
      return [squares(u), s, squares(transposed(v)), multiplied(u, transposed(v))];
    },
    { isSquare: false, plain: (x) => linalg.svd(x) },
  ),
  one(
    "svdvals",
    (x) => linalg.svdvals(stretch(x)),
    (x) => [singularOf(stretched(x)).s],
    { isSquare: false, plain: (x) => linalg.svdvals(x) },
  ),
  one(
    "eigh",
    (x) => {
      const [values, vectors] = linalg.eigh(x);
      return [values, vectors.square()];
    },
    (x) => {
      const { values, vectors } = eigenOf(symmetric(x));
      return [values, squares(vectors)];
    },
  ),
  one(
    "eigvalsh",
    (x) => linalg.eigvalsh(x),
    (x) => [eigenOf(symmetric(x)).values],
  ),
];

const functions: readonly OpRow[] = [
  one(
    "inv",
    (x) => linalg.inv(heavy(x)),
    (x) => [inverted(heavied(x))],
    { plain: (x) => linalg.inv(x) },
  ),
  one(
    "det",
    (x) => linalg.det(x.multiply(0.5)),
    (x) => [determinant(scaledBy(x, 0.5))],
  ),
  one(
    "slogdet",
    (x) => linalg.slogdet(x),
    (x) => [Math.sign(determinant(x)), Math.log(Math.abs(determinant(x)))],
  ),
  one(
    "expm",
    (x) => linalg.expm(x),
    (x) => [exponential(x)],
    { domain: [-1, 1] },
  ),
  one(
    "matrixPower",
    (x) => [linalg.matrixPower(heavy(x), 3), linalg.matrixPower(heavy(x), -2), linalg.matrixPower(x, 0)],
    (x) => {
      const base = heavied(x);
      const inverse = inverted(base);
      return [multiplied(base, multiplied(base, base)), multiplied(inverse, inverse), identity(x.length)];
    },
    { plain: (x) => linalg.matrixPower(x, 2) },
  ),
  one(
    "pinv",
    (x) => linalg.pinv(stretch(x)),
    (x) => [pseudo(stretched(x))],
    { isSquare: false, plain: (x) => linalg.pinv(x) },
  ),
  one(
    "matrixRank",
    (x) => linalg.matrixRank(x),
    (x) => [Math.min(...sizesOf(x))],
    { isSquare: false, result: "i32", derivative: "none" },
  ),
  one(
    "cond",
    (x) => [linalg.cond(heavy(x)), linalg.cond(heavy(x), "fro")],
    (x) => {
      const [a, b] = [heavied(x), inverted(heavied(x))];
      const { s } = singularOf(a);
      const ratio = (s[0] ?? 1) / (s.at(-1) ?? 1);
      return [ratio, Math.hypot(...a.flat()) * Math.hypot(...b.flat())];
    },
    { plain: (x) => linalg.cond(x, 1) },
  ),
  one(
    "matrixNorm",
    (x) =>
      [undefined, "nuc", 1, -1, Infinity, -Infinity].map((order) =>
        linalg.matrixNorm(stretch(x), order === undefined ? {} : { order: order as 1 }),
      ),
    (each) => {
      const x = stretched(each);
      const sums = (matrix: Matrix) => matrix.map((list) => sumOf(list.map(Math.abs)));
      const { s } = singularOf(x);
      const [columns, lines] = [sums(transposed(x)), sums(x)];
      return [
        Math.hypot(...x.flat()),
        sumOf(s),
        Math.max(...columns),
        Math.min(...columns),
        Math.max(...lines),
        Math.min(...lines),
      ];
    },
    { isSquare: false, plain: (x) => linalg.matrixNorm(x) },
  ),
  one(
    "diagonal",
    (x) => linalg.diagonal(x),
    (x) => [Array.from({ length: Math.min(...sizesOf(x)) }, (_, i) => get(x, i, i))],
    { isSquare: false, errors: [vector("diagonal", linalg.diagonal)] },
  ),
  one(
    "trace",
    (x) => linalg.trace(x),
    (x) => [sumOf(x.map((_, i) => get(x, i, i)))],
    { isSquare: false, errors: [vector("diagonal", linalg.trace)] },
  ),
];

const pairs: readonly (readonly (readonly number[])[])[] = [
  [
    [3, 3],
    [3, 2],
  ],
  [
    [2, 2, 2],
    [2, 1],
  ],
];

function two(
  name: string,
  call: (a: S.Tensor, b: S.Tensor) => S.Tensor | readonly S.Tensor[],
  reference: (a: Matrix, b: Matrix) => readonly Part[],
  errors: readonly ErrorSample[],
  shapes = pairs,
  rest: Partial<OpRow> = {},
): OpRow {
  const make = (dtype: Dtype, each: readonly (readonly number[])[], has = true) =>
    sample(
      name,
      dtype,
      each,
      (a, b = a) => call(a, b),
      (a, b) => reference(a ?? [], b ?? []),
      { hasDerivative: has },
    );
  return row(`linalg.${name}`, {
    tolerance: loose,
    errors,
    ...rest,
    samples: [...shapes.map((each) => make("f64", each)), make("f32", shapes[0] ?? [])],
  });
}

const misfit = (name: string, call: (a: S.Tensor, b: S.Tensor) => unknown): ErrorSample => ({
  label: "sizes that differ",
  call: () => call(S.zeros([3, 3]), S.zeros([2, 1])),
  error: S.ShapeError,
  message: new RegExp(`${name}: a is \\[3, 3\\] and b is \\[2, 1\\]`),
});

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
    { tolerance: many },
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
    { tolerance: many },
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
    { tolerance: many },
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

/** The operations that the standard has in both places, once more under their second name. */
const alsoHere = ["matmul", "outer", "tensordot", "vecdot", "matrixTranspose"];
const again = [...linear, ...manipulate]
  .filter(({ name }) => alsoHere.includes(name))
  .map((each) => ({ ...each, name: `linalg.${each.name}`, samples: each.samples.slice(0, 2) }));

export const rows: readonly OpRow[] = [...factorizations, ...functions, ...systems, vectorNorm, ...again];
