/**
 * Householder reflections I − v·vᵀ with |v|² = 2, kept as rows, in blocks. The product of a block's reflections is I − Vᵀ·T·V, where
 * T⁻¹ = I + the strict upper triangle of V·Vᵀ: C. Puglisi, "Modification of the Householder method based on the compact WY
 * representation", 1992. T is never formed; what it multiplies is found by substitution.
 */
import { at } from "../../support/invariant.ts";
import { sqrt } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { tiniestOf } from "./matrices.ts";
import { solveLower, solveUpper } from "./substitution.ts";

/** A reflection, and the number that it leaves. */
export interface Reflection {
  readonly vector: Tensor;
  readonly value: Tensor;
}

/**
 * The reflection that leaves of `column` [m], from `first` (i32) on, only its first element, with the other sign; elements before
 * `first` are not touched. Of nothing but zeros it turns the sign.
 */
export function reflectionOf(column: Tensor, first: Tensor): Reflection {
  const places = arange(at(column.shape, 0));
  const tail = where(places.greaterEqual(first), column, 0);
  const isFirst = places.equal(first);
  const head = where(isFirst, tail, 0).sum();
  const total = tail.square().sum();
  const isNothing = total.less(tiniestOf(column.dtype === "f64" ? "f64" : "f32"));
  const length = sqrt(total);
  const sign = where(head.less(0), -1, 1);
  const value = where(isNothing, 0, sign.multiply(length).negative());
  const scale = sqrt(where(isNothing, 1, total.add(head.abs().multiply(length))));
  const vector = where(isFirst, tail.subtract(value), tail).divide(scale);
  const turn = isFirst.astype(column.dtype).multiply(Math.SQRT2);
  return { vector: where(isNothing, turn, vector), value };
}

/** `x` reflected by a block of `vectors` [b, m]: by the last one first, or where `isTransposed` by the first one first. */
export function reflectBlock(vectors: Tensor, x: Tensor, isTransposed: boolean): Tensor {
  const products = vectors.matmul(vectors.matrixTranspose());
  const inner = vectors.matmul(x);
  const solved = isTransposed ? solveLower(products, inner, true) : solveUpper(products, inner, true);
  return x.subtract(vectors.matrixTranspose().matmul(solved));
}

/** `x` reflected by all blocks of `vectors` [count, b, m], the last one first. */
export function reflectAll(vectors: Tensor, x: Tensor): Tensor {
  const [reflected] = scan(
    (before: Tensor, block: Tensor) => [reflectBlock(block, before, false), null] as const,
    x,
    vectors,
    { reverse: true },
  );
  return reflected;
}
