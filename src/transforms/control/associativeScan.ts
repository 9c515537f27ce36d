/** `associativeScan`: what an associative function makes of all up to each position, in about 2·log₂ n applications of it to whole tensors. */
import { normalizeAxis, sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { type Flattened, flattenTree, requireSameStructure } from "../../support/tree.ts";
import { concat, stack } from "../../tensor/joining.ts";
import { flip } from "../../tensor/manipulate.ts";
import { mapTensor } from "../../tensor/operands.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isTensor } from "../differentiated.ts";
import type { Unshaped } from "../vmap.ts";
import { named } from "./carries.ts";

/** What `associativeScan` may be told. */
export interface AssociativeScanOptions {
  /** The axis of every tensor to go along; negative ones count from the end. Default 0. */
  readonly axis?: number;
  /** Start with the last position: each result is made of its own position and all later ones. Default false. */
  readonly reverse?: boolean;
}

/**
 * For each position along `axis` what `combine` makes of all elements up to it, the element itself included: `xs[0]`,
 * `combine(xs[0], xs[1])`, and so on. `xs` is a tensor or a tree (arrays and objects) of tensors that are equally long; `combine`
 * is given two such trees of many positions at once, the earlier ones first, and has to work position by position and to be
 * associative: `combine(combine(a, b), c)` equals `combine(a, combine(b, c))`. Where that holds only up to rounding, so do the results.
 *
 * Nothing waits for the position before, as in `scan`: `combine` runs about 2·log₂ n times, on n, n/2, n/4 … positions. Zero
 * positions and one are given back as they are. Derivatives and batches are those of `combine`.
 * @throws ShapeError where lengths differ, there is no such axis, or `combine` changes a shape; DtypeError where it changes a dtype;
 * ArgumentError where it changes the structure or there are no tensors.
 *
 * Source: G. Blelloch, "Prefix sums and their applications", 1990; odd positions first, then even ones, as in `jax.lax.associative_scan`.
 *
 * @example
 * ```ts
 * import { associativeScan, maximum, tensor, type Tensor } from "smilodon";
 * const highest = associativeScan((a: Tensor, b: Tensor) => maximum(a, b), tensor([2, 1, 3, 2]));
 * console.log(await highest.toArray()); // [2, 2, 3, 3]
 *
 * // h[i] = a[i]·h[i−1] + b[i]: each step is a linear function, and two of them make one
 * type Step = { a: Tensor; b: Tensor };
 * const after = (p: Step, q: Step) => ({ a: q.a.multiply(p.a), b: q.a.multiply(p.b).add(q.b) });
 * const { b: h } = associativeScan(after, { a: tensor([0, 0.5, 0.5]), b: tensor([4, 1, 1]) });
 * console.log(await h.toArray()); // [4, 3, 2.5]
 *
 * // Sums that begin anew wherever a segment does
 * type Part = { sum: Tensor; begins: Tensor };
 * const segmented = (p: Part, q: Part) => ({
 *   sum: q.begins.where(q.sum, p.sum.add(q.sum)),
 *   begins: p.begins.logicalOr(q.begins),
 * });
 * const parts = { sum: tensor([1, 2, 3, 4]), begins: tensor([true, false, true, false]) };
 * console.log(await associativeScan(segmented, parts).sum.toArray()); // [1, 3, 3, 7]
 * ```
 */
export function associativeScan<X>(
  combine: (earlier: Unshaped<X>, later: Unshaped<X>) => Unshaped<X>,
  xs: X,
  options?: AssociativeScanOptions,
): Unshaped<X>;
export function associativeScan(
  combine: (earlier: never, later: never) => unknown,
  xs: unknown,
  { axis = 0, reverse = false }: AssociativeScanOptions = {},
): unknown {
  const tree = flattenTree(xs, isTensor);
  const axes = tree.leaves.map(({ rank }) => normalizeAxis("associativeScan", axis, rank));
  requireSameLength(tree, axes);
  const apply: Combine = (a, b) => {
    const result: unknown = combine(tree.rebuild(a) as never, tree.rebuild(b) as never);
    requireSameStructure("associativeScan", xs, result, isTensor);
    const { leaves } = flattenTree(result, isTensor);
    leaves.forEach((leaf, index) => requireSameType(named("xs", at(tree.paths, index)), at(b, index), leaf));
    return leaves;
  };
  const turned = (tensors: readonly Tensor[]) =>
    reverse ? tensors.map((each, index) => flip(each, at(axes, index))) : tensors;
  return tree.rebuild(turned(scanOddThenEven(apply, turned(tree.leaves), axes)));
}

/** The function of a scan, on the leaves of its trees. */
type Combine = (earlier: readonly Tensor[], later: readonly Tensor[]) => readonly Tensor[];

function scanOddThenEven(combine: Combine, xs: readonly Tensor[], axes: readonly number[]): readonly Tensor[] {
  const length = lengthAlong(xs, axes);
  if (length < 2) return xs;
  const part = (of: readonly Tensor[], start: number, step: number, count: number) =>
    of.map((x, index) => every(x, at(axes, index), start, step, count));
  const [half, isOdd] = [Math.floor(length / 2), length % 2 === 1];
  const odd = scanOddThenEven(combine, combine(part(xs, 0, 2, half), part(xs, 1, 2, half)), axes);
  const rest = isOdd ? half : half - 1;
  const even = rest === 0 ? [] : combine(part(odd, 0, 1, rest), part(xs, 2, 2, rest));
  return xs.map((x, index) => {
    const axis = at(axes, index);
    const first = every(x, axis, 0, 1, 1);
    const later = even[index];
    const evens = later === undefined ? first : concat([first, later], axis);
    const pairs = stack([every(evens, axis, 0, 1, half), at(odd, index)], axis + 1);
    const shape = x.shape.map((size, each) => (each === axis ? 2 * half : size));
    const joined = mapTensor("reshape", pairs, { shape });
    return isOdd ? concat([joined, every(evens, axis, half, 1, 1)], axis) : joined;
  });
}

/** `count` positions along `axis`, `step` apart. */
function every(x: Tensor, axis: number, start: number, step: number, count: number): Tensor {
  return mapTensor("slice", x, {
    starts: x.shape.map((_, each) => (each === axis ? start : 0)),
    steps: x.shape.map((_, each) => (each === axis ? step : 1)),
    shape: x.shape.map((size, each) => (each === axis ? count : size)),
  });
}

function lengthAlong(xs: readonly Tensor[], axes: readonly number[]): number {
  return at(at(xs, 0).shape, at(axes, 0));
}

function requireSameLength({ leaves, paths }: Flattened<Tensor>, axes: readonly number[]): void {
  if (leaves.length === 0)
    throw new ArgumentError("associativeScan: there are no tensors to go along. Give a tensor or a tree of them.");
  const length = lengthAlong(leaves, axes);
  if (leaves.every(({ shape }, index) => shape[at(axes, index)] === length)) return;
  const all = leaves.map(
    ({ shape }, index) => `${named("xs", at(paths, index))} is ${showShape(shape)} along axis ${at(axes, index)}`,
  );
  throw new ShapeError(`associativeScan: the lengths differ: ${all.join(", ")}. They have to be equal.`, { axes });
}

function requireSameType(path: string, before: Tensor, after: Tensor): void {
  const types = `${before.dtype}${showShape(before.shape)} becomes ${after.dtype}${showShape(after.shape)}`;
  if (!sameShape(before.shape, after.shape))
    throw new ShapeError(
      `associativeScan: ${path} ${types}. The function gives what it is given two of, position by position.`,
      { path, before: before.shape, after: after.shape },
    );
  if (before.dtype !== after.dtype)
    throw new DtypeError(`associativeScan: ${path} ${types}. Convert with astype("${before.dtype}").`, {
      path,
      before: before.dtype,
      after: after.dtype,
    });
}
