/**
 * Scans and branches from their parts, and back: what rules of derivatives and batches take apart and put together.
 * What a body does not use is left out.
 */
import { type Node, node } from "../../graph/node.ts";
import { project, Region, type RegionNode, regionOf } from "../../graph/region.ts";
import { topologicalOrder } from "../../graph/traverse.ts";
import { at } from "../../support/invariant.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** Tensors from outside, and the parameters that stand for them. */
export interface Captured {
  readonly value: Node;
  readonly parameter: Node;
}

/** What is handed on from step to step. */
export interface Carry {
  readonly initial: Node;
  readonly parameter: Node;
  readonly result: Node;
}

/** What a scan consists of. `parameter` is what the body knows a tensor as. */
export interface ScanParts {
  readonly carries: readonly Carry[];
  /** Tensors of which each step sees one slice. */
  readonly slices: readonly Captured[];
  /** Results of each step, which are stacked. */
  readonly outputs: readonly Node[];
  /** Tensors that all steps see. */
  readonly captured: readonly Captured[];
  readonly length: number;
  readonly isReversed: boolean;
}

/** A scan and how to ask for its results. */
export interface ScanResults {
  readonly node: RegionNode;
  /** A carry after the last step. */
  carry(index: number): Tensor;
  stack(index: number): Tensor;
  /** A carry before each step, stacked. */
  history(index: number): Tensor;
}

/** The scan of `parts`. */
export function makeScan(parts: ScanParts): ScanResults {
  const { carries, outputs, length, isReversed } = parts;
  const results = [...carries.map(({ result }) => result), ...outputs];
  const isUsed = usedBy(results);
  const slices = parts.slices.filter(isUsed);
  const captured = parts.captured.filter(isUsed);
  const parameters = [...carries, ...slices, ...captured].map(({ parameter }) => parameter);
  const inputs = [...carries.map(({ initial }) => initial), ...[...slices, ...captured].map(({ value }) => value)];
  const body = new Region(parameters, results);
  const params = { body, length, carries: carries.length, slices: slices.length, isReversed };
  return scanResults(node("scan", inputs, params));
}

/** How to ask for the results of a scan. */
export function scanResults(scan: Node<"scan">): ScanResults {
  const { carries, body } = scan.params;
  const result = (index: number) => new Tensor(project(scan, index));
  return {
    node: scan,
    carry: result,
    stack: (index) => result(carries + index),
    history: (index) => result(body.resultTypes.length + index),
  };
}

/** The parts of a scan whose inputs are `inputs`. */
export function scanParts({ params }: Node<"scan">, inputs: readonly Node[]): ScanParts {
  const { carries, slices, length, isReversed } = params;
  const { parameters, results } = regionOf(params.body);
  const pair = (value: Node, index: number) => ({ value, parameter: at(parameters, index) });
  const pairs = inputs.map(pair);
  return {
    carries: pairs
      .slice(0, carries)
      .map(({ value, parameter }, index) => ({ initial: value, parameter, result: at(results, index) })),
    slices: pairs.slice(carries, carries + slices),
    outputs: results.slice(carries),
    captured: pairs.slice(carries + slices),
    length,
    isReversed,
  };
}

/** A choice between two functions of the same operands, which each branch knows by its own parameters. */
export interface CondParts {
  readonly predicate: Node;
  readonly operands: readonly Node[];
  readonly branches: readonly [BranchParts, BranchParts];
}

/** One branch. */
export interface BranchParts {
  readonly parameters: readonly Node[];
  readonly results: readonly Node[];
}

/** The choice of `parts`: its results. */
export function makeCond({ predicate, operands, branches }: CondParts): readonly Tensor[] {
  const used = branches.map(({ results }) => new Set(topologicalOrder(results)));
  const keep = <T>(list: readonly T[]): T[] =>
    list.filter((_, index) =>
      branches.some(({ parameters }, branch) => used[branch]?.has(at(parameters, index)) === true),
    );
  const region = ({ parameters, results }: BranchParts) => new Region(keep(parameters), results);
  const [whenTrue, whenFalse] = branches;
  const made = node("cond", [predicate, ...keep(operands)], { branches: [region(whenTrue), region(whenFalse)] });
  return whenTrue.results.map((_, index) => new Tensor(project(made, index)));
}

/** The parts of a choice whose inputs are `inputs`. */
export function condParts({ params }: Node<"cond">, inputs: readonly Node[]): CondParts {
  const [whenTrue, whenFalse] = params.branches;
  return {
    predicate: at(inputs, 0),
    operands: inputs.slice(1),
    branches: [regionOf(whenTrue), regionOf(whenFalse)],
  };
}

/** Which pairs `results` make use of. */
function usedBy(results: readonly Node[]): (pair: Captured) => boolean {
  const reached = new Set(topologicalOrder(results));
  return ({ parameter }) => reached.has(parameter);
}
