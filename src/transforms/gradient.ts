/**
 * Reverse mode: derivatives of a scalar with respect to many numbers, by walking the graph of the computation
 * backwards with the rules of `vjpRules.ts`. The result is a graph again. `tape.ts` finds the part to walk.
 */
import { derivedFrom, isNode, type Node } from "../graph/node.ts";
import { isRegionNode } from "../graph/region.ts";
import { isFloat } from "../shape/dtype.ts";
import { showShape } from "../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { add } from "../tensor/arithmetic.ts";
import { onesLike, zerosLike } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type CallResult, type CallRule, ruleOf } from "./calls.ts";
import { type PullBackGraph, pullBackRegion } from "./control/regionRule.ts";
import { recordTape, type Step, type Tape } from "./tape.ts";
import { pullBack } from "./vjpRules.ts";

/**
 * The derivatives of `loss` with respect to tensors that it was computed from; zeros where it does not depend on
 * one. For optimizers and explanation methods; `grad` is for functions.
 * @throws ShapeError where `loss` has more than one element; DtypeError where it is no float; ArgumentError where it
 * was computed from values that have been read, which no longer know where they came from.
 *
 * @example
 * ```ts
 * import { gradientsOf, tensor } from "smilodon";
 * const x = tensor([1, 2, 3]);
 * const [slope] = gradientsOf(x.square().sum(), [x]);
 * console.log(await slope?.toArray()); // [2, 4, 6]
 * ```
 */
export function gradientsOf(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  requireScalar("gradientsOf", loss);
  const wanted = wrt.map(({ node }) => node);
  const tape = recordTape([loss.node], wanted, "reverse");
  const found = pullBackAlong(tape, [[loss.node, onesLike(loss)]]);
  if (tape.hasForgotten && wanted.length > 0 && !wanted.some((node) => found.has(node))) throw forgotten();
  return wrt.map((tensor) => found.get(tensor.node) ?? zerosLike(tensor));
}

function forgotten(): ArgumentError {
  return new ArgumentError(
    "gradientsOf: no way leads from the loss to any of the tensors, but values on the way have been read before, and then " +
      "they let go of what they were computed from. Take the gradient before reading, or use grad(f), which remembers.",
  );
}

/** @throws ShapeError, DtypeError unless `value` is one floating-point number, as what is differentiated has to be. */
export function requireScalar(operation: string, value: Tensor): void {
  const { origin, layer } = value.node;
  const place = `${origin.line === "" ? "" : ` It was made at ${origin.line}.`}${layer === "" ? "" : ` In layer ${layer}.`}`;
  if (value.size !== 1) {
    throw new ShapeError(
      `${operation}: the function gave a tensor of shape ${showShape(value.shape)}; a gradient is that of one number. ` +
        `Reduce it first, for example with mean() or sum(), or take jacobian(f).${place}`,
      { shape: value.shape },
    );
  }
  if (!isFloat(value.dtype))
    throw new DtypeError(
      `${operation}: the function gave ${value.dtype}; only floating-point numbers have derivatives.${place}`,
      { dtype: value.dtype },
    );
}

/** Walks `tape` backwards from cotangents of its outputs; gives the cotangents of all nodes that were wanted. */
export function pullBackAlong(
  { steps, dependents }: Tape,
  seeds: readonly (readonly [Node, Tensor])[],
): ReadonlyMap<Node, Tensor> {
  const cotangents = new Map<Node, Tensor>();
  const accumulate = (node: Node, cotangent: Tensor): void => {
    const known = cotangents.get(node);
    cotangents.set(node, known === undefined ? cotangent : add(known, cotangent));
  };
  for (const [node, seed] of seeds) if (dependents.has(node)) accumulate(node, seed);
  const calls = new Map<CallRule, Step[]>();
  for (const step of steps) if (isNode(step.node, "call")) remember(calls, ruleOf(step.node), () => []).push(step);
  const known: Known = { cotangents, dependents, calls, regions: new Map() };
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = at(steps, index);
    derivedFrom(step.node, () => {
      pullBackStep(step, known).forEach((part, position) => {
        if (part !== undefined) accumulate(at(step.inputs, position), part);
      });
    });
  }
  return cotangents;
}

/** What is known on the way back. */
interface Known {
  readonly cotangents: ReadonlyMap<Node, Tensor>;
  readonly dependents: ReadonlySet<Node>;
  /** The results of each call. */
  readonly calls: ReadonlyMap<CallRule, readonly Step[]>;
  /** Cotangents of the results of each region, by number: their nodes come before it. */
  readonly regions: Map<Node, (Tensor | undefined)[]>;
}

/** The cotangents of the inputs of one step; of a call with several results at its first, when all of theirs are known. */
function pullBackStep(
  { node, inputs }: Step,
  { cotangents, dependents, calls, regions }: Known,
): readonly (Tensor | undefined)[] {
  if (isRegionNode(node)) {
    const given = regions.get(node);
    const needed = inputs.map((input) => dependents.has(input));
    if (given === undefined) return [];
    return pullBackRegion({ region: node, inputs, needed, cotangents: given, pullBack: pullBackGraph });
  }
  if (isNode(node, "call")) {
    const rule = ruleOf(node);
    const members = calls.get(rule) ?? [];
    const results = members[0]?.node === node ? members.flatMap((member) => resultOf(member, cotangents)) : [];
    if (results.length === 0) return [];
    return rule.pullBack(inputs, results).map((part, index) => (dependents.has(at(inputs, index)) ? part : undefined));
  }
  const cotangent = cotangents.get(node);
  if (cotangent === undefined) return [];
  if (isNode(node, "project")) {
    remember(regions, at(inputs, 0), () => [])[node.params.index] = cotangent;
    return [];
  }
  return inputs.map((input, position) =>
    dependents.has(input) ? pullBack(node, inputs, cotangent, position) : undefined,
  );
}

function resultOf({ node, value }: Step, cotangents: ReadonlyMap<Node, Tensor>): CallResult[] {
  const cotangent = cotangents.get(node);
  if (!isNode(node, "call") || value === undefined || cotangent === undefined) return [];
  return [{ output: node.params.output, value, cotangent }];
}

/** Cotangents of `wanted` inside a region. */
const pullBackGraph: PullBackGraph = (wanted, seeds) =>
  pullBackAlong(
    recordTape(
      seeds.map(([node]) => node),
      wanted,
      "reverse",
    ),
    seeds,
  );
