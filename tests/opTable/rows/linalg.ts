/** Rows of `algorithms/linalg/`. Vectors whose sign is open are compared by their squares. */

import { linalg } from "../../../src/index.ts";
import { gram, heavied, heavy, one, pseudo, squares, stretch, stretched, sumOf, vector } from "../linalgRow.ts";
import {
  determinant,
  eigenOf,
  eliminated,
  exponential,
  get,
  identity,
  inverted,
  type Matrix,
  makeMatrix,
  multiplied,
  orthogonalized,
  positive,
  rootOf,
  singularOf,
  sizesOf,
  symmetric,
  transposed,
} from "../matrices.ts";
import { type OpRow, summedAs } from "../row.ts";
import { rows as systems } from "./linalgSystems.ts";
import { rows as linear } from "./linear.ts";
import { rows as manipulate } from "./manipulate.ts";

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
    (x) => linalg.det(x),
    (x) => [determinant(x)],
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
    { isSquare: false, result: () => "i32", derivative: "none" },
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
    { isSquare: false, errors: [vector("diagonal", linalg.trace)], result: summedAs },
  ),
];

/** The operations that the standard has in both places, once more under their second name. */
const alsoHere = ["matmul", "outer", "tensordot", "vecdot", "matrixTranspose"];
const again = [...linear, ...manipulate]
  .filter(({ name }) => alsoHere.includes(name))
  .map((each) => ({ ...each, name: `linalg.${each.name}`, samples: each.samples.slice(0, 2) }));

export const rows: readonly OpRow[] = [...factorizations, ...functions, ...systems, ...again];
