/**
 * Linear algebra on matrices of plain numbers, by the shortest methods: what the rows of `linalg` are compared with. Nothing here
 * uses the engine.
 */
import { count, type HostTensor } from "./host.ts";

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

/** The matrices in the last two axes of `x`. */
export function matricesOf({ shape, data }: HostTensor): Matrix[] {
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  return Array.from({ length: count(shape.slice(0, -2)) }, (_, index) =>
    makeMatrix(rows, columns, (i, j) => data[(index * rows + i) * columns + j] ?? NaN),
  );
}

export function makeMatrix(rows: number, columns: number, element: (i: number, j: number) => number): Matrix {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (__, j) => element(i, j)));
}

export const get = (x: Matrix, i: number, j: number): number => x[i]?.[j] ?? 0;

/** Sizes of `x`; one without rows has no columns. */
export const sizesOf = (x: Matrix): readonly [number, number] => [x.length, x[0]?.length ?? 0];

export const identity = (size: number): Matrix => makeMatrix(size, size, (i, j) => (i === j ? 1 : 0));

export function transposed(x: Matrix): Matrix {
  const [rows, columns] = sizesOf(x);
  return makeMatrix(columns, rows, (i, j) => get(x, j, i));
}

export function multiplied(a: Matrix, b: Matrix): Matrix {
  const inner = sizesOf(a)[1];
  return makeMatrix(a.length, sizesOf(b)[1], (i, j) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += get(a, i, k) * get(b, k, j);
    return sum;
  });
}

export const combined = (a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix =>
  makeMatrix(...sizesOf(a), (i, j) => f(get(a, i, j), get(b, i, j)));

export const scaledBy = (x: Matrix, factor: number): Matrix => combined(x, x, (value) => factor * value);

/** x·xᵀ + 1: symmetric, with eigenvalues from 1 on. */
export const positive = (x: Matrix): Matrix =>
  combined(multiplied(x, transposed(x)), identity(x.length), (a, b) => a + b);

export const symmetric = (x: Matrix): Matrix => combined(x, transposed(x), (a, b) => (a + b) / 2);

/** The order of rows, L and U of partial pivoting, and the sign of the order. */
export function eliminated(x: Matrix): { order: number[]; lower: Matrix; upper: Matrix; sign: number } {
  const [rows, columns] = sizesOf(x);
  const work = x.map((row) => [...row]);
  const order = work.map((_, index) => index);
  let sign = 1;
  for (let k = 0; k < Math.min(rows, columns); k++) {
    let best = k;
    for (let i = k + 1; i < rows; i++) if (Math.abs(get(work, i, k)) > Math.abs(get(work, best, k))) best = i;
    if (best !== k) {
      sign = -sign;
      for (const list of [work, order] as unknown[][]) [list[k], list[best]] = [list[best], list[k]];
    }
    for (let i = k + 1; i < rows; i++) {
      const factor = get(work, k, k) === 0 ? 0 : get(work, i, k) / get(work, k, k);
      const row = work[i] ?? [];
      for (let j = k + 1; j < columns; j++) row[j] = get(work, i, j) - factor * get(work, k, j);
      row[k] = factor;
    }
  }
  const size = Math.min(rows, columns);
  return {
    order,
    sign,
    lower: makeMatrix(rows, size, (i, j) => (i === j ? 1 : i > j ? get(work, i, j) : 0)),
    upper: makeMatrix(size, columns, (i, j) => (i <= j ? get(work, i, j) : 0)),
  };
}

/** X with A·X = B, by Gauss and Jordan. */
export function solved(a: Matrix, b: Matrix): Matrix {
  const { order, lower, upper } = eliminated(a);
  const x = order.map((row) => [...(b[row] ?? [])]);
  const subtract = (i: number, k: number, factor: number) => {
    const row = x[i] ?? [];
    row.forEach((value, j) => {
      row[j] = value - factor * get(x, k, j);
    });
  };
  for (let i = 0; i < a.length; i++) for (let k = 0; k < i; k++) subtract(i, k, get(lower, i, k));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < a.length; k++) subtract(i, k, get(upper, i, k));
    x[i] = (x[i] ?? []).map((value) => value / get(upper, i, i));
  }
  return x;
}

export const inverted = (x: Matrix): Matrix => solved(x, identity(x.length));

export function determinant(x: Matrix): number {
  const { upper, sign } = eliminated(x);
  return upper.reduce((product, row, index) => product * (row[index] ?? 1), sign);
}

/** L with x = L·Lᵀ. */
export function rootOf(x: Matrix): Matrix {
  const lower = x.map((row) => row.map(() => 0));
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j <= i; j++) {
      let rest = get(x, i, j);
      for (let k = 0; k < j; k++) rest -= get(lower, i, k) * get(lower, j, k);
      (lower[i] ?? [])[j] = i === j ? Math.sqrt(rest) : rest / get(lower, j, j);
    }
  return lower;
}

/** Q and R by Gram and Schmidt, twice for good measure; the diagonal of R is positive. Further columns of Q are those of the identity made orthogonal. */
export function orthogonalized(x: Matrix, width: number): readonly [Matrix, Matrix] {
  const [rows, columns] = sizesOf(x);
  const size = Math.min(rows, columns);
  const basis: number[][] = [];
  for (let j = 0; basis.length < width; j++) {
    const start = j < size ? x.map((row) => row[j] ?? 0) : identity(rows)[j - size];
    let vector = [...(start ?? [])];
    for (const q of [...basis, ...basis]) {
      const along = q.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0);
      vector = vector.map((value, i) => value - along * (q[i] ?? 0));
    }
    const length = Math.hypot(...vector);
    if (length > 1e-8) basis.push(vector.map((value) => value / length));
  }
  const q = transposed(basis);
  return [
    q,
    combined(multiplied(basis, x), multiplied(basis, x), (value) => value).map((row, i) =>
      row.map((value, j) => (j < i ? 0 : value)),
    ),
  ];
}

/** Eigenvalues, ascending, and eigenvectors as columns, by Jacobi's rotations. */
export function eigenOf(x: Matrix): { values: number[]; vectors: Matrix } {
  const size = x.length;
  let [work, vectors] = [x, identity(size)];
  for (let sweep = 0; sweep < 30; sweep++)
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(get(work, p, q)) < 1e-300) continue;
        const angle = Math.atan2(2 * get(work, p, q), get(work, q, q) - get(work, p, p)) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        const turn = makeMatrix(size, size, (i, j) => {
          if (i === j) return i === p || i === q ? c : 1;
          return i === p && j === q ? s : i === q && j === p ? -s : 0;
        });
        work = multiplied(transposed(turn), multiplied(work, turn));
        vectors = multiplied(vectors, turn);
      }
  const order = work.map((_, index) => index).sort((a, b) => get(work, a, a) - get(work, b, b));
  return {
    values: order.map((index) => get(work, index, index)),
    vectors: vectors.map((row) => order.map((index) => row[index] ?? 0)),
  };
}

/** Singular values, descending, and vectors as columns, of a matrix whose columns are independent. */
export function singularOf(x: Matrix): { u: Matrix; s: number[]; v: Matrix } {
  const [rows, columns] = sizesOf(x);
  if (rows < columns) {
    const { u, s, v } = singularOf(transposed(x));
    return { u: v, s, v: u };
  }
  const { values, vectors } = eigenOf(multiplied(transposed(x), x));
  const s = values.map((value) => Math.sqrt(Math.max(value, 0))).reverse();
  const v = vectors.map((row) => [...row].reverse());
  const images = multiplied(x, v);
  return { u: images.map((row) => row.map((value, j) => value / (s[j] ?? 1))), s, v };
}

/** The exponential, by the series of a hundredth part of it. */
export function exponential(x: Matrix): Matrix {
  const small = scaledBy(x, 2 ** -10);
  let [sum, term] = [identity(x.length), identity(x.length)];
  for (let k = 1; k < 12; k++) {
    term = scaledBy(multiplied(term, small), 1 / k);
    sum = combined(sum, term, (a, b) => a + b);
  }
  for (let k = 0; k < 10; k++) sum = multiplied(sum, sum);
  return sum;
}
