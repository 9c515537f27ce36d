/** `vjp`: reverse mode for functions of any result: what a change of the result says about the arguments. */
import type { TensorType } from "../graph/node.ts";
import { keepingGraph } from "../runtime/realize.ts";
import { isFloat } from "../shape/dtype.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { DtypeError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { flattenTree, requireSameStructure } from "../support/tree.ts";
import { zerosLike } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type AnyFunction, callWith, differentiated, isTensor } from "./differentiated.ts";
import { pullBackAlong } from "./gradient.ts";
import { recordTape } from "./tape.ts";

/**
 * `f(...primals)`, and a function that takes cotangents (derivatives of something with respect to the result, in its
 * structure) to those with respect to the arguments: Jᵀ ȳ.
 * @throws DtypeError where an argument is no float; ShapeError where a cotangent has another shape than the result.
 *
 * @example
 * ```ts
 * import { tensor, type Tensor, vjp } from "smilodon";
 * const [y, pullBack] = vjp((x: Tensor) => x.square(), tensor([1, 2]));
 * const [x] = pullBack(tensor([1, 10]));
 * console.log(await y.toArray(), await x.toArray()); // [1, 4] [2, 40]
 * ```
 */
export function vjp<A extends readonly unknown[], R>(
  f: (...given: A) => R,
  ...primals: A
): [value: R, pullBack: (cotangent: R) => A];
export function vjp(
  f: AnyFunction<unknown>,
  ...primals: readonly unknown[]
): [unknown, (cotangent: unknown) => unknown] {
  return keepingGraph(() => {
    const prepared = differentiated("vjp", primals, [...primals.keys()]);
    const value = callWith(f, prepared.given);
    const outputs = flattenTree(value, isTensor).leaves;
    const nodes = prepared.tensors.map(({ node }) => node);
    const tape = recordTape(
      outputs.map(({ node }) => node),
      nodes,
      "reverse",
    );
    const pullBack = (cotangent: unknown): unknown => {
      requireSameStructure("vjp", value, cotangent, isTensor);
      const given = flattenTree(cotangent, isTensor).leaves;
      outputs.forEach((output, index) => requireSameType("vjp", "cotangent", output, at(given, index)));
      const found = pullBackAlong(
        tape,
        outputs.map((output, index) => [output.node, at(given, index)] as const),
      );
      return prepared.rebuild(prepared.tensors.map((tensor) => found.get(tensor.node) ?? zerosLike(tensor)));
    };
    return [value, pullBack];
  });
}

/** @throws ShapeError, DtypeError unless `change` has shape and dtype of `original`. */
export function requireSameType(operation: string, name: string, original: TensorType, change: Tensor): void {
  if (!sameShape(original.shape, change.shape)) {
    throw new ShapeError(
      `${operation}: a ${name} of shape ${showShape(change.shape)} was given for a tensor of shape ${showShape(original.shape)}; they have to be equal.`,
      { expected: original.shape, given: change.shape },
    );
  }
  if (isFloat(original.dtype) && original.dtype !== change.dtype) {
    throw new DtypeError(
      `${operation}: a ${name} of ${change.dtype} was given for a tensor of ${original.dtype}. Convert with astype("${original.dtype}").`,
      { expected: original.dtype, given: change.dtype },
    );
  }
}
