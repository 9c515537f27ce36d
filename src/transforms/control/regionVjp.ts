/**
 * Reverse mode for regions, one row a primitive: from the cotangents of all results to those of all inputs. A scan comes back
 * as a scan in the other direction over what the carries were before each step; what else a step needs it
 * computes again, so the carries are all that is kept.
 */
import { type Node, sourceNode } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import { regionOf } from "../../graph/region.ts";
import { UnsupportedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add } from "../../tensor/arithmetic.ts";
import { zerosLike } from "../../tensor/creation.ts";
import { castNode, whence } from "../../tensor/operands.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Direction } from "../calls.ts";
import { recordTape } from "../tape.ts";
import { type BranchParts, condParts, makeCond, makeScan, scanParts, scanResults } from "./parts.ts";
import type { Applied, Cotangents, PullBackRegion } from "./regionRule.ts";

type RegionVjpRule<P extends PrimitiveOf<"region">> = (applied: Applied<P>) => Cotangents;

/** See `regionRule.ts`. */
export const pullBackThrough: PullBackRegion = (applied) => applyRule(applied.region, applied);

function applyRule<P extends PrimitiveOf<"region">>(region: Node<P>, applied: Omit<Applied<P>, "region">): Cotangents {
  const rule: RegionVjpRule<P> = rules[region.primitive];
  return rule({ ...applied, region });
}

const rules: { readonly [P in PrimitiveOf<"region">]: RegionVjpRule<P> } = {
  scan: pullBackScan,
  whileLoop: ({ region }) => {
    throw new UnsupportedError(
      "whileLoop has no derivative in reverse mode: nobody knows how many steps would have to be kept. Use scan, with " +
        `as many steps as there can be, or take the derivative forward (jvp).${whence([new Tensor(region)])}`,
    );
  },
  cond: ({ region, inputs, needed, cotangents, pullBack }) => {
    const parts = condParts(region, inputs);
    const wanted = parts.operands.flatMap((_, index) => (needed[index + 1] === true ? [index] : []));
    const given = cotangents.flatMap((cotangent, index) => (cotangent === undefined ? [] : [{ cotangent, index }]));
    const seeds = given.map(({ cotangent }) => sourceNode(cotangent.node.type));
    const back = ({ parameters, results }: BranchParts): BranchParts => {
      const found = pullBack(
        wanted.map((index) => at(parameters, index)),
        given.map(({ index }, seed) => [at(results, index), new Tensor(at(seeds, seed))] as const),
      );
      return {
        parameters: [...parameters, ...seeds],
        results: wanted.map((index) => cotangentOf(found, at(parameters, index)).node),
      };
    };
    const [whenTrue, whenFalse] = parts.branches;
    const results = makeCond({
      predicate: parts.predicate,
      operands: [...parts.operands, ...given.map(({ cotangent }) => cotangent.node)],
      branches: [back(whenTrue), back(whenFalse)],
    });
    return inputs.map((_, index) => results[wanted.indexOf(index - 1)]);
  },
};

function pullBackScan({ region, inputs, needed, cotangents, pullBack }: Applied<"scan">): Cotangents {
  const parts = scanParts(region, inputs);
  const { carries, slices, outputs, captured } = parts;
  const results = scanResults(region);
  const isNeeded = (_: unknown, index: number) => needed[carries.length + slices.length + index] === true;
  const shared = captured.filter(isNeeded);
  const single = slices.filter((_, index) => needed[carries.length + index] === true);
  const moving = movingCarries(region, inputs, needed, "reverse");
  const own = [
    ...moving.map((carry) => at(carries, carry).parameter),
    ...[...shared, ...single].map(({ parameter }) => parameter),
  ];

  const state = moving.map((carry) => sourceNode(at(carries, carry).parameter.type));
  const sums = shared.map(({ parameter }) => sourceNode(parameter.type));
  const sliced = (index: number) => {
    const value = cotangents[index]?.node;
    return value && { value, parameter: sourceNode({ dtype: value.type.dtype, shape: value.type.shape.slice(1) }) };
  };
  const ofOutputs = outputs.map((_, index) => sliced(carries.length + index));
  const ofHistory = moving.map((carry) => sliced(carries.length + outputs.length + carry));

  const found = pullBack(own, [
    ...moving.map((carry, index) => [at(carries, carry).result, new Tensor(at(state, index))] as const),
    ...ofOutputs.flatMap((each, index) =>
      each === undefined ? [] : [[at(outputs, index), new Tensor(each.parameter)] as const],
    ),
  ]);
  const back = makeScan({
    carries: [
      ...moving.map((carry, index) => {
        const { parameter } = at(carries, carry);
        const before = ofHistory[index];
        const cotangent = cotangentOf(found, parameter);
        const final = cotangents[carry] ?? zerosLike(new Tensor(parameter));
        return {
          initial: castNode(final.node, parameter.type.dtype),
          parameter: at(state, index),
          result: (before === undefined ? cotangent : add(cotangent, new Tensor(before.parameter))).node,
        };
      }),
      ...shared.map(({ parameter }, index) => ({
        initial: zerosLike(new Tensor(parameter)).node,
        parameter: at(sums, index),
        result: add(new Tensor(at(sums, index)), cotangentOf(found, parameter)).node,
      })),
    ],
    slices: [
      // Asked for only where the body makes use of it: what is never asked for is not kept
      ...carries.map(({ parameter }, carry) => ({
        get value() {
          return results.history(carry).node;
        },
        parameter,
      })),
      ...slices,
      ...[...ofOutputs, ...ofHistory].flatMap((each) => each ?? []),
    ],
    outputs: single.map(({ parameter }) => cotangentOf(found, parameter).node),
    captured,
    length: parts.length,
    isReversed: !parts.isReversed,
  });
  const sharedSum = (pair: (typeof captured)[number]) => back.carry(moving.length + shared.indexOf(pair));
  return [
    ...carries.map((_, carry) => (moving.includes(carry) ? back.carry(moving.indexOf(carry)) : undefined)),
    ...slices.map((slice) => (single.includes(slice) ? back.stack(single.indexOf(slice)) : undefined)),
    ...captured.map((pair) => (shared.includes(pair) ? sharedSum(pair) : undefined)),
  ];
}

/** The carries that depend on needed inputs, at once or after some steps. */
export function movingCarries(
  region: Node<"scan" | "whileLoop">,
  inputs: readonly Node[],
  needed: readonly boolean[],
  direction: Direction,
): readonly number[] {
  const { parameters, results } = regionOf(region.params.body);
  const wanted = new Set(parameters.filter((_, index) => needed[index] === true));
  for (let before = -1; before < wanted.size; ) {
    before = wanted.size;
    const { dependents } = recordTape(results, [...wanted], direction);
    for (let carry = 0; carry < region.params.carries; carry++)
      if (dependents.has(at(results, carry))) wanted.add(at(parameters, carry));
  }
  const carries = inputs.slice(0, region.params.carries);
  return carries.flatMap((_, carry) => (wanted.has(at(parameters, carry)) ? [carry] : []));
}

function cotangentOf(found: ReadonlyMap<Node, Tensor>, parameter: Node): Tensor {
  const cotangent = found.get(parameter);
  return cotangent === undefined
    ? zerosLike(new Tensor(parameter))
    : new Tensor(castNode(cotangent.node, parameter.type.dtype));
}
