/** The arguments of a compiled function, taken apart: which tensors there are, and what is fixed around them. */
import type { TensorType } from "../graph/node.ts";
import { sameShape } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import { describeTree, flattenTree } from "../support/tree.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Arguments of one call. */
export interface GivenArguments {
  readonly tensors: readonly Tensor[];
  /** Everything besides the tensors, as `describeTree` says it: structure, and values that are compared by identity. */
  readonly fixed: readonly unknown[];
}

/** Is `value` a tensor? The leaves of argument trees. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/** Takes the arguments of a call apart. */
export function readArguments(given: readonly unknown[]): GivenArguments {
  // Most steps take nothing but tensors
  if (given.every(isTensor)) return { tensors: given, fixed: [] };
  const tensors: Tensor[] = [];
  const fixed: unknown[] = [];
  for (const argument of given) {
    describeTree(argument, isTensor, fixed);
    tensors.push(...flattenTree(argument, isTensor).leaves);
  }
  return { tensors, fixed };
}

/** Would a trace made for `fixed` and `types` serve these arguments? */
export function sameSignature(given: GivenArguments, fixed: readonly unknown[], types: readonly TensorType[]): boolean {
  return (
    given.tensors.length === types.length &&
    given.fixed.length === fixed.length &&
    given.fixed.every((value, index) => Object.is(value, fixed[index])) &&
    given.tensors.every((tensor, index) => {
      const type = at(types, index);
      return tensor.dtype === type.dtype && sameShape(tensor.shape, type.shape);
    })
  );
}
