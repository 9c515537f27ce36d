/** `whileLoop`: a loop that goes on as long as what it computes says so, as one command of the plan. */
import { node } from "../../graph/node.ts";
import { project, Region } from "../../graph/region.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { flattenTree } from "../../support/tree.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { isTensor } from "../differentiated.ts";
import type { Unshaped } from "../vmap.ts";
import { requireSameCarry } from "./carries.ts";
import { closeOver, traceBody } from "./traceBody.ts";

/**
 * Replaces the carry, from `initial`, by `step(carry)` while `condition(carry)` gives true; gives the last one. The carry is a
 * tensor or a tree of them and keeps its structure, shapes and dtypes; the condition is a bool of shape []. Both functions
 * run once, on placeholders; the plan has the loop. It can be differentiated forward, not in reverse: use `scan` for that.
 * @throws ShapeError, DtypeError, ArgumentError where the carry changes its type or the condition is no bool.
 *
 * @example
 * ```ts
 * import { tensor, whileLoop } from "smilodon";
 * const doubled = whileLoop((x) => x.less(100), (x) => x.multiply(2), tensor(3));
 * console.log(await doubled.item()); // 192
 * ```
 */
export function whileLoop<C>(
  condition: (carry: Unshaped<C>) => Tensor,
  step: (carry: Unshaped<C>) => Unshaped<C>,
  initial: C,
): Unshaped<C>;
export function whileLoop(
  condition: (carry: never) => Tensor,
  step: (carry: never) => unknown,
  initial: unknown,
): unknown {
  const carry = flattenTree(initial, isTensor);
  const types = carry.leaves.map(({ node: { type } }) => type);
  let returned: unknown;
  const body = traceBody("whileLoop", types, (tensors) => (returned = step(carry.rebuild(tensors) as never)));
  requireSameCarry("whileLoop", carry, initial, body.result, returned);
  const asked = traceBody("whileLoop", types, (tensors) => condition(carry.rebuild(tensors) as never));
  const answer = requireAnswer(asked.result.leaves);
  const next = closeOver(
    body,
    body.result.leaves.map((leaf) => leaf.node),
  );
  const goesOn = closeOver(asked, [answer.node]);
  const [ofStep, ofCondition] = [next, goesOn].map(({ captured }) => captured.map(({ parameter }) => parameter));
  const captured = [...next.captured, ...goesOn.captured].map(({ value }) => value);
  const others = [...(ofStep ?? []), ...(ofCondition ?? [])];
  const made = node("whileLoop", [...carry.leaves.map((leaf) => leaf.node), ...captured], {
    condition: new Region([...asked.parameters, ...others], goesOn.results),
    body: new Region([...body.parameters, ...others], next.results),
    carries: carry.leaves.length,
  });
  return carry.rebuild(carry.leaves.map((_, index) => new Tensor(project(made, index))));
}

function requireAnswer(leaves: readonly Tensor[]): Tensor {
  if (leaves.length !== 1)
    throw new ArgumentError(
      `whileLoop: the condition gives ${leaves.length} tensors; it has to give one bool, for example x.less(10).`,
    );
  const answer = at(leaves, 0);
  requirePredicate("whileLoop", "the condition", answer);
  return answer;
}

/** @throws DtypeError, ShapeError unless `predicate` is one bool. */
export function requirePredicate(operation: string, name: string, predicate: Tensor): void {
  if (predicate.dtype !== "bool")
    throw new DtypeError(
      `${operation}: ${name} is ${predicate.dtype}; it has to be bool. Compare first, for example with greater(0).`,
      { dtype: predicate.dtype },
    );
  if (predicate.rank > 0)
    throw new ShapeError(
      `${operation}: ${name} has shape ${showShape(predicate.shape)}; it has to be one bool of shape []. Reduce it with all() or any().`,
      { shape: predicate.shape },
    );
}
