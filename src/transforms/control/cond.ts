/** `cond`: one of two functions runs, as what is computed says, as one command of the plan. */
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { flattenTree, requireSameStructure } from "../../support/tree.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { callWith, isTensor } from "../differentiated.ts";
import { makeCond } from "./parts.ts";
import { closeOver, traceBody } from "./traceBody.ts";
import { requirePredicate } from "./whileLoop.ts";

/**
 * `whenTrue(...operands)` where the bool `predicate` of shape [] is true, else `whenFalse(...operands)`. Both functions run once,
 * on placeholders, and have to give tensors (or trees of them) of the same types; the plan runs one of them. `where` chooses
 * element by element and computes both. Under `vmap` with a predicate for each entry this does so too.
 * @throws DtypeError, ShapeError where the predicate is no single bool or the results differ in type; ArgumentError where
 * they differ in structure.
 *
 * @example
 * ```ts
 * import { cond, tensor, type Tensor } from "smilodon";
 * const x = tensor([3, 4]);
 * const unit = cond(x.sum().greater(0), (v: Tensor) => v.divide(v.sum()), (v: Tensor) => v, x);
 * console.log(await unit.sum().item()); // 1
 * ```
 */
export function cond<A extends readonly unknown[], R>(
  predicate: Tensor,
  whenTrue: (...operands: A) => R,
  whenFalse: (...operands: A) => R,
  ...operands: A
): R;
export function cond(
  predicate: Tensor,
  whenTrue: (...operands: never[]) => unknown,
  whenFalse: (...operands: never[]) => unknown,
  ...operands: readonly unknown[]
): unknown {
  requireTensor("cond", "predicate", predicate);
  requirePredicate("cond", "the predicate", predicate);
  const given = flattenTree(operands, isTensor);
  const types = given.leaves.map(({ node }) => node.type);
  const trees: unknown[] = [];
  const [first, second] = [whenTrue, whenFalse].map((branch) => {
    const traced = traceBody("cond", types, (tensors) => {
      const rebuilt = given.rebuild(tensors);
      const result = callWith(branch, Array.isArray(rebuilt) ? rebuilt : []);
      trees.push(result);
      return result;
    });
    const results = traced.result.leaves.map(({ node }) => node);
    return { ...traced, ...closeOver(traced, results) };
  });
  const [a, b] = [at([first], 0), at([second], 0)];
  if (a === undefined || b === undefined) throw new ArgumentError("cond takes two functions.");
  requireSameStructure("cond", trees[0], trees[1], isTensor);
  a.result.leaves.forEach((leaf, index) => requireAlike(at(a.result.paths, index), leaf, at(b.result.leaves, index)));
  const [ofA, ofB] = [a, b].map(({ captured }) => captured.map(({ parameter }) => parameter));
  const others = [...(ofA ?? []), ...(ofB ?? [])];
  const results = makeCond({
    predicate: predicate.node,
    operands: [...given.leaves.map(({ node }) => node), ...[...a.captured, ...b.captured].map(({ value }) => value)],
    branches: [
      { parameters: [...a.parameters, ...others], results: a.results },
      { parameters: [...b.parameters, ...others], results: b.results },
    ],
  });
  return a.result.rebuild(results);
}

function requireAlike(path: string, a: Tensor, b: Tensor): void {
  const where = path === "" ? "the result" : `result ${path}`;
  const types = `${a.dtype}${showShape(a.shape)} when true and ${b.dtype}${showShape(b.shape)} when false`;
  if (!sameShape(a.shape, b.shape))
    throw new ShapeError(`cond: ${where} is ${types}. Both branches have to give the same shape.`, { path });
  if (a.dtype !== b.dtype)
    throw new DtypeError(`cond: ${where} is ${types}. Convert one of them with astype.`, { path });
}
