/** Builders of the rows of `linalg`: functions of one matrix and of two, against references on matrices of plain numbers. */

import * as S from "../../src/index.ts";
import { broadcast, type HostTensor, host } from "./host.ts";
import {
  combined,
  get,
  type Matrix,
  makeMatrix,
  matricesOf,
  multiplied,
  singularOf,
  sizesOf,
  transposed,
} from "./matrices.ts";
import { draw, type ErrorSample, type OpRow, row, type Sample } from "./row.ts";

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
  /** Dtype of the results, by that of the input. Default the same. */
  readonly result?: (dtype: S.Dtype) => S.Dtype;
}

function sample(
  name: string,
  dtype: Dtype,
  shapes: readonly (readonly number[])[],
  call: Call,
  reference: Reference,
  options: Options = {},
): Sample {
  const { domain = [-2, 2], hasDerivative = true, result = (own) => own } = options;
  return {
    label: `${dtype}${shapes.map((shape) => `[${shape}]`).join(" ")}`,
    inputs: shapes.map((shape, index) => draw(`${name}${shape}${index}`, shape, dtype, domain)),
    call,
    expected: (...inputs) => {
      const [first] = inputs;
      const own = result(first?.dtype ?? dtype);
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
export const vector = (name: string, call: (x: S.Tensor) => unknown): ErrorSample => ({
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
export function one(
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

export const gram = (x: S.Tensor): S.Tensor =>
  x.matmul(x.matrixTranspose()).add(S.eye(x.shape.at(-1) ?? 1, x.shape.at(-1) ?? 1, { dtype: x.dtype }));
/** Far from singular. */
export const heavy = (x: S.Tensor): S.Tensor =>
  x.add(S.eye(x.shape.at(-2) ?? 1, x.shape.at(-1) ?? 1, { dtype: x.dtype }).multiply(7));
export const heavied = (x: Matrix): Matrix => makeMatrix(...sizesOf(x), (i, j) => get(x, i, j) + (i === j ? 7 : 0));
export const squares = (x: Matrix): Matrix => combined(x, x, (a, b) => a * b);
export const lowered = (x: Matrix): Matrix => makeMatrix(...sizesOf(x), (i, j) => (i < j ? 0 : get(x, i, j)));
export const sumOf = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0);
/** Singular values that differ, in matrices of any shape: rows are stretched. */
export const stretch = (x: S.Tensor): S.Tensor =>
  heavy(x).multiply(
    S.arange(1, (x.shape.at(-2) ?? 1) + 1)
      .astype(x.dtype)
      .expandDims(1),
  );
export const stretched = (x: Matrix): Matrix => makeMatrix(...sizesOf(x), (i, j) => get(heavied(x), i, j) * (i + 1));
export const pseudo = (x: Matrix): Matrix => {
  const { u, s, v } = singularOf(x);
  return multiplied(
    v.map((each) => each.map((value, j) => value / (s[j] ?? 1))),
    transposed(u),
  );
};

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

export function two(
  name: string,
  call: (a: S.Tensor, b: S.Tensor) => S.Tensor | readonly S.Tensor[],
  reference: (a: Matrix, b: Matrix) => readonly Part[],
  errors: readonly ErrorSample[],
  shapes = pairs,
  rest: Partial<OpRow> & Options = {},
): OpRow {
  const make = (dtype: Dtype, each: readonly (readonly number[])[], has = true) =>
    sample(
      name,
      dtype,
      each,
      (a, b = a) => call(a, b),
      (a, b) => reference(a ?? [], b ?? []),
      { ...rest, hasDerivative: has },
    );
  return row(`linalg.${name}`, {
    tolerance: loose,
    errors,
    ...rest,
    samples: [...shapes.map((each) => make("f64", each)), make("f32", shapes[0] ?? [])],
  });
}

export const misfit = (name: string, call: (a: S.Tensor, b: S.Tensor) => unknown): ErrorSample => ({
  label: "sizes that differ",
  call: () => call(S.zeros([3, 3]), S.zeros([2, 1])),
  error: S.ShapeError,
  message: new RegExp(`${name}: a is \\[3, 3\\] and b is \\[2, 1\\]`),
});
