/**
 * The arguments of a function that is being differentiated, each tensor behind a fresh node: uses of the same tensor
 * that the function has captured are not differentiated, and derivatives inside derivatives do not mix. Also the
 * types that transforms share.
 */
import { node } from "../graph/node.ts";
import { isFloat } from "../shape/dtype.ts";
import { ArgumentError, DtypeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { flattenTree, mapTree } from "../support/tree.ts";
import { whence } from "../tensor/operands.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A function that transforms take: of anything, giving `R`. */
export type AnyFunction<R> = (...given: never[]) => R;

/** Which arguments to differentiate: one position, or several. */
export type Choice = number | readonly number[];

/** The chosen ones of arguments `A`: one, or a list. */
export type Chosen<A extends readonly unknown[], N extends Choice> = N extends number
  ? A[N]
  : { [Index in keyof N]: A[Extract<N[Index], keyof A>] };

/** Arguments ready to be differentiated. */
export interface Differentiated {
  /** What to call the function with. */
  readonly given: readonly unknown[];
  /** The fresh tensors, in the order of the trees. */
  readonly tensors: readonly Tensor[];
  /** The chosen arguments with tensors in place of the fresh ones: one tree for a position, a list for a list. */
  rebuild(tensors: readonly Tensor[]): unknown;
}

/** Puts fresh nodes in front of all tensors of the chosen arguments. @throws ArgumentError, DtypeError for what cannot be differentiated. */
export function differentiated(operation: string, given: readonly unknown[], choice: Choice): Differentiated {
  const positions = typeof choice === "number" ? [choice] : choice;
  for (const position of positions) {
    if (!(position in given))
      throw new ArgumentError(
        `${operation}: there is no argument ${position}; the function was called with ${given.length}.`,
        { position, count: given.length },
      );
  }
  const trees = positions.map((position) => at(given, position));
  const { leaves, paths, rebuild } = flattenTree(trees, isTensor);
  if (leaves.length === 0) {
    throw new ArgumentError(
      `${operation}: argument ${positions.join(", ")} holds no tensor to differentiate. Choose others with { argument: … }.`,
      { positions },
    );
  }
  leaves.forEach((leaf, index) => {
    if (isFloat(leaf.dtype)) return;
    throw new DtypeError(
      `${operation}: argument ${describePath(positions, at(paths, index))} is ${leaf.dtype}; only floating-point numbers have derivatives. Convert with astype("f32").${whence([leaf])}`,
      { dtype: leaf.dtype },
    );
  });
  const tensors = leaves.map((leaf) => new Tensor(node("identity", [leaf.node], { blocksGradient: false })));
  const fresh = listOf(rebuild(tensors));
  const changed = given.map((value, position) =>
    positions.includes(position) ? fresh[positions.indexOf(position)] : value,
  );
  return {
    given: changed,
    tensors,
    rebuild: (others) => (typeof choice === "number" ? listOf(rebuild(others))[0] : rebuild(others)),
  };
}

/** Calls `f`, whose parameters only the caller of the transform knows. */
export function callWith<R>(f: AnyFunction<R>, given: readonly unknown[]): R {
  return f(...(given as never[]));
}

/** Is the value a tensor? The leaves of the trees that transforms take and give. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/** A tree of other tensors in place of those of `tree`. */
export function mapTensors(tree: unknown, change: (tensor: Tensor, path: string, index: number) => Tensor): unknown {
  return mapTree(tree, isTensor, change);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** `[0].weights` of the list of chosen arguments, as `2.weights` of the function's. */
function describePath(positions: readonly number[], path: string): string {
  return path.replace(/^\[(\d+)\]/, (_, index: string) => String(positions[Number(index)]));
}
