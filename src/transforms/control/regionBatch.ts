/**
 * Batching of regions, one row a primitive. Whatever a region hands on or gives is batched; what is the same for all entries
 * stays so. Where entries want different branches both are computed; a loop runs until no entry wants to go on.
 */
import { type Node, node, sourceNode } from "../../graph/node.ts";
import type { PrimitiveOf } from "../../graph/primitives.ts";
import { project, Region, regionOf, substitute } from "../../graph/region.ts";
import { at } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import { where } from "../../tensor/comparison.ts";
import { moveAxis, reshape } from "../../tensor/manipulate.ts";
import { expandNode } from "../../tensor/operands.ts";
import { any } from "../../tensor/reduce.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { condParts, makeCond, makeScan, scanParts } from "./parts.ts";

/** Builds `outputs` again on batches: `batched` has what some nodes become, batch first, and learns the others. `vmap.ts` hands in itself. */
export type BatchGraph = (outputs: readonly Node[], batched: Map<Node, Node>, size: number) => void;

/** A region on inputs of which some have the batch as first axis. */
interface Applied<P extends PrimitiveOf<"region">> {
  readonly region: Node<P>;
  readonly inputs: readonly Node[];
  readonly isBatched: readonly boolean[];
  readonly size: number;
  readonly batchGraph: BatchGraph;
}

/** Gives result `index`, with the batch as first axis. */
export type BatchedResults = (index: number) => Node;

type RegionBatchRule<P extends PrimitiveOf<"region">> = (applied: Applied<P>) => BatchedResults;

/** `region` on a batch. */
export function batchRegion(applied: Applied<PrimitiveOf<"region">>): BatchedResults {
  return applyRule(applied.region, applied);
}

function applyRule<P extends PrimitiveOf<"region">>(
  region: Node<P>,
  applied: Omit<Applied<P>, "region">,
): BatchedResults {
  const rule: RegionBatchRule<P> = rules[region.primitive];
  return rule({ ...applied, region });
}

const rules: { readonly [P in PrimitiveOf<"region">]: RegionBatchRule<P> } = {
  scan: ({ region, inputs, isBatched, size, batchGraph }) => {
    const parts = scanParts(region, inputs);
    const { carries, slices, captured } = parts;
    const isOf = (first: number, index: number) => isBatched[first + index] === true;
    const body = new BatchedBody(batchGraph, size);
    const carried = carries.map(({ initial, parameter }, index) => ({
      initial: isOf(0, index) ? initial : repeat(initial, size),
      parameter: body.parameter(parameter, true),
    }));
    const sliced = slices.map(({ value, parameter }, index) => {
      const has = isOf(carries.length, index);
      return { value: has ? stepsFirst(value) : value, parameter: body.parameter(parameter, has) };
    });
    const shared = captured.map(({ value, parameter }, index) => ({
      value,
      parameter: body.parameter(parameter, isOf(carries.length + slices.length, index)),
    }));
    const made = body.build([...carries.map(({ result }) => result), ...parts.outputs]);
    const results = makeScan({
      ...parts,
      carries: carried.map((carry, index) => ({ ...carry, result: at(made, index) })),
      slices: sliced,
      captured: shared,
      outputs: made.slice(carries.length),
    });
    return (index) => {
      const result = project(results.node, index);
      return index < carries.length ? result : stepsFirst(result);
    };
  },
  whileLoop: ({ region, inputs, isBatched, size, batchGraph }) => {
    const { carries } = region.params;
    const [condition, body] = [regionOf(region.params.condition), regionOf(region.params.body)];
    const has = inputs.map((_, index) => index < carries || isBatched[index] === true);
    // The condition again as part of each: entries that are done keep what they have
    const asked = new BatchedBody(batchGraph, size);
    const askedOf = condition.parameters.map((parameter, index) => asked.parameter(parameter, has[index] === true));
    const goesOn = at(asked.build(condition.results), 0);
    const step = new BatchedBody(batchGraph, size);
    const stepOf = body.parameters.map((parameter, index) => step.parameter(parameter, has[index] === true));
    const [isOn] = substitute(
      [goesOn],
      new Map(askedOf.map((parameter, index) => [parameter, at(stepOf, index)] as const)),
    );
    const next = step.build(body.results).map((result, carry) => {
      const before = new Tensor(at(stepOf, carry));
      const mask: Tensor = reshape(new Tensor(isOn ?? goesOn), [size, ...before.shape.slice(1).map(() => 1)]);
      return where(mask, new Tensor(result), before).node;
    });
    const made = node(
      "whileLoop",
      inputs.map((input, index) => (has[index] === true && isBatched[index] !== true ? repeat(input, size) : input)),
      {
        condition: new Region(askedOf, [any(new Tensor(goesOn)).node]),
        body: new Region(stepOf, next),
        carries,
      },
    );
    return (index) => project(made, index);
  },
  cond: ({ region, inputs, isBatched, size, batchGraph }) => {
    const { predicate, operands, branches } = condParts(region, inputs);
    const built = branches.map(({ parameters, results }) => {
      const body = new BatchedBody(batchGraph, size);
      const own = parameters.map((parameter, index) => body.parameter(parameter, isBatched[index + 1] === true));
      return { parameters: own, results: body.build(results) };
    });
    const [whenTrue, whenFalse] = [at(built, 0), at(built, 1)];
    if (isBatched[0] !== true) {
      const results = makeCond({ predicate, operands, branches: [whenTrue, whenFalse] });
      return (index) => at(results, index).node;
    }
    const [a, b] = [whenTrue, whenFalse].map(({ parameters, results }) =>
      substitute(results, new Map(parameters.map((parameter, index) => [parameter, at(operands, index)] as const))),
    );
    return (index) => {
      const [x, y] = [new Tensor(at(a ?? [], index)), new Tensor(at(b ?? [], index))];
      return where(reshape(new Tensor(predicate), [size, ...x.shape.slice(1).map(() => 1)]), x, y).node;
    };
  },
};

/** The body of a region on batches. */
class BatchedBody {
  readonly #batchGraph: BatchGraph;
  readonly #size: number;
  readonly #batched = new Map<Node, Node>();

  constructor(batchGraph: BatchGraph, size: number) {
    this.#batchGraph = batchGraph;
    this.#size = size;
  }

  /** What stands for `parameter`, with a batch axis or as it was. */
  parameter(parameter: Node, isBatched: boolean): Node {
    if (!isBatched) return parameter;
    const { shape, dtype } = parameter.type;
    return remember(this.#batched, parameter, () => sourceNode({ shape: [this.#size, ...shape], dtype }));
  }

  /** `results`, all of them with a batch axis. */
  build(results: readonly Node[]): readonly Node[] {
    this.#batchGraph(results, this.#batched, this.#size);
    return results.map((result) => this.#batched.get(result) ?? repeat(result, this.#size));
  }
}

function repeat(input: Node, size: number): Node {
  return expandNode(input, [size, ...input.type.shape]);
}

/** Steps and batch change places. */
function stepsFirst(stack: Node): Node {
  return moveAxis(new Tensor(stack), 1, 0).node;
}
