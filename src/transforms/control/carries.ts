/** State that is handed on has one type: the checks and messages that loops share. */
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { type Flattened, treeStructure } from "../../support/tree.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isTensor } from "../differentiated.ts";

/** @throws ArgumentError, ShapeError, DtypeError naming the leaf where what a step gives differs from what it was given. */
export function requireSameCarry(
  operation: string,
  before: Flattened<Tensor>,
  initial: unknown,
  after: Flattened<Tensor> | undefined,
  returned: unknown,
): void {
  const [expected, given] = [treeStructure(initial, isTensor), treeStructure(returned, isTensor)];
  if (expected !== given || after === undefined)
    throw new ArgumentError(
      `${operation}: the carry has structure ${expected} and the function gives ${given} (* is a tensor). They have to be equal.`,
      { expected, given },
    );
  before.leaves.forEach((leaf, index) => {
    const next = at(after.leaves, index);
    const path = named("carry", at(before.paths, index));
    const types = `${leaf.dtype}${showShape(leaf.shape)} becomes ${next.dtype}${showShape(next.shape)}`;
    if (!sameShape(leaf.shape, next.shape))
      throw new ShapeError(
        `${operation}: ${path} ${types} in a step. A carry keeps its shape: begin with the shape that it will have.`,
        { path, before: leaf.shape, after: next.shape },
      );
    if (leaf.dtype !== next.dtype)
      throw new DtypeError(
        `${operation}: ${path} ${types} in a step. A carry keeps its dtype: convert with astype("${leaf.dtype}").`,
        { path, before: leaf.dtype, after: next.dtype },
      );
  });
}

/** The leaf at `path` of a tree called `name`: `carry.state[0]`. */
export function named(name: string, path: string): string {
  return path === "" || path.startsWith("[") ? name + path : `${name}.${path}`;
}
