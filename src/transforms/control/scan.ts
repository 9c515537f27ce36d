/** `scan`: a loop over the slices of tensors that hands state on, as one command of the plan. */
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { type Flattened, flattenTree } from "../../support/tree.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isTensor } from "../differentiated.ts";
import type { Unshaped } from "../vmap.ts";
import { makeScanInBlocks, stepsInBlock } from "./blocks.ts";
import { named, requireSameCarry } from "./carries.ts";
import { closeOver, traceBody } from "./traceBody.ts";

/** What `scan` may be told. */
export interface ScanOptions {
  /** Number of steps; needed where there is nothing to take slices of. */
  readonly length?: number;
  /** Start with the last slice. The results of the steps keep the places of their slices. Default false. */
  readonly reverse?: boolean;
  /**
   * Derivatives in reverse mode keep the carry before each `checkpointEvery`-th step only and compute the others again, block by
   * block: memory for length / checkpointEvery + checkpointEvery carries, for one more pass over the steps. 1 keeps every carry.
   * Default: 1 while all carries together take no more than 64 MiB, then about √length. The gradient of what all steps use is added up
   * block by block, so that it may differ in the last digits.
   */
  readonly checkpointEvery?: number;
}

/**
 * Runs `step(carry, slice)` for each slice of `xs` along the first axis; it gives the next carry, and something to be stacked.
 * Gives `[last carry, stacks]`. Carry, slices and results are tensors or trees (arrays and objects) of them; the carry keeps
 * its structure, shapes and dtypes. `xs` may be null where `length` says how many steps there are.
 *
 * `step` runs once, on placeholders, and becomes a loop of the plan: there is no JavaScript between steps, and its size does
 * not grow with their number. Random numbers that `step` draws are the same in each step, unless their key is carried along.
 * Derivatives in reverse mode keep the carries, all or some (`checkpointEvery`), and compute the rest of each step again.
 *
 * Source of the checkpoints: T. Chen et al., "Training deep nets with sublinear memory cost", 2016.
 * @throws ShapeError where the lengths differ; ShapeError, DtypeError, ArgumentError where the carry changes its type or
 * structure; TracingError where `step` returns a promise or assigns to a parameter.
 *
 * @example
 * ```ts
 * import { scan, tensor, type Tensor } from "smilodon";
 * const step = (total: Tensor, x: Tensor) => [total.add(x), total.multiply(x)] as const;
 * const [total, products] = scan(step, tensor(0), tensor([1, 2, 3]));
 * console.log(await total.item(), await products.toArray()); // 6 [0, 2, 9]
 * ```
 */
export function scan<C, X, Y>(
  step: (carry: Unshaped<C>, slice: Unshaped<X>) => readonly [carry: Unshaped<C>, result: Y],
  initial: C,
  xs: X,
  options?: ScanOptions,
): [carry: Unshaped<C>, results: Unshaped<Y>];
export function scan(
  step: (carry: never, slice: never) => readonly [unknown, unknown],
  initial: unknown,
  xs: unknown,
  { length: given, reverse = false, checkpointEvery }: ScanOptions = {},
): [unknown, unknown] {
  const [carry, slices] = [flattenTree(initial, isTensor), flattenTree(xs, isTensor)];
  const length = lengthOf(slices, given);
  const sliceTypes = slices.leaves.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }));
  let returned: readonly unknown[] = [];
  const body = traceBody("scan", [...carry.leaves.map(({ node }) => node.type), ...sliceTypes], (tensors) => {
    const state = carry.rebuild(tensors.slice(0, carry.leaves.length));
    const slice = slices.rebuild(tensors.slice(carry.leaves.length));
    const result: unknown = step(state as never, slice as never);
    if (!(result instanceof Promise)) returned = pairOf(result);
    return result;
  });
  const [next, stacked] = returned.map((tree) => flattenTree(tree, isTensor));
  const results = next?.leaves ?? [];
  const outputs = stacked?.leaves ?? [];
  requireSameCarry("scan", carry, initial, next, returned[0]);
  const { parameters } = body;
  const closed = closeOver(
    body,
    [...results, ...outputs].map(({ node }) => node),
  );
  const parts = {
    carries: carry.leaves.map(({ node }, index) => ({
      initial: node,
      parameter: at(parameters, index),
      result: at(closed.results, index),
    })),
    slices: slices.leaves.map(({ node }, index) => ({
      value: node,
      parameter: at(parameters, carry.leaves.length + index),
    })),
    outputs: closed.results.slice(carry.leaves.length),
    captured: closed.captured,
    length,
    isReversed: reverse,
  };
  const made = makeScanInBlocks(parts, stepsInBlock(parts, checkpointEvery));
  return [
    carry.rebuild(carry.leaves.map((_, index) => made.carry(index))),
    stacked?.rebuild(outputs.map((_, index) => made.stack(index))),
  ];
}

function pairOf(result: unknown): readonly unknown[] {
  if (Array.isArray(result) && result.length === 2) return result;
  throw new ArgumentError(
    "scan: the function has to give [carry, result]; give null for the result where nothing is to be stacked.",
  );
}

function lengthOf({ leaves, paths }: Flattened<Tensor>, given: number | undefined): number {
  if (given !== undefined && (!Number.isInteger(given) || given < 0))
    throw new ArgumentError(`scan: length is ${given}; it has to be a whole number of steps.`, { length: given });
  leaves.forEach((leaf, index) => {
    if (leaf.rank === 0)
      throw new ShapeError(
        `scan: ${named("xs", at(paths, index))} is a scalar and has no axis to step along. Let the function use it from outside.`,
        { path: at(paths, index) },
      );
  });
  const lengths = leaves.map(({ shape }) => at(shape, 0));
  const length = given ?? lengths[0];
  if (length === undefined)
    throw new ArgumentError(
      "scan: there is nothing to take slices of. Say how many steps there are with { length: … }.",
    );
  if (lengths.some((each) => each !== length)) {
    const all = leaves.map(({ shape }, index) => `${named("xs", at(paths, index))} is ${showShape(shape)}`).join(", ");
    throw new ShapeError(
      `scan: the first axes differ in length: ${given === undefined ? "" : `length is ${given}, `}${all}. They have to be equal.`,
      { lengths },
    );
  }
  return length;
}
