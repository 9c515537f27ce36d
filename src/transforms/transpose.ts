/**
 * The transpose of a linear function that is given as code: how one custom rule serves both directions. The function
 * is run on placeholders and pulled back; of a linear function the result does not depend on them, and this is checked.
 */
import { type Node, sourceNode, type TensorType } from "../graph/node.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { UnsupportedError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { zerosLike } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";
import { pullBackAlong } from "./gradient.ts";
import { recordTape } from "./tape.ts";

/**
 * Cotangents of the arguments of `linear`, which have `types`, from those of its results; undefined is zero.
 * @throws UnsupportedError with `advice` where the function is not linear.
 */
export function transpose(
  linear: (given: readonly Tensor[]) => readonly (Tensor | undefined)[],
  types: readonly TensorType[],
  cotangents: readonly (Tensor | undefined)[],
  advice: string,
): readonly Tensor[] {
  const given = types.map((type) => new Tensor(sourceNode(type)));
  const placeholders = given.map(({ node }) => node);
  const seeds = linear(given).flatMap((result, index) => {
    const cotangent = cotangents[index];
    return result === undefined || cotangent === undefined ? [] : [[result.node, cotangent] as const];
  });
  const tape = recordTape(
    seeds.map(([node]) => node),
    placeholders,
    "reverse",
  );
  const found = pullBackAlong(tape, seeds);
  const transposed = given.map((tensor) => found.get(tensor.node) ?? zerosLike(tensor));
  if (dependsOn(transposed, placeholders)) throw new UnsupportedError(advice);
  return transposed;
}

function dependsOn(tensors: readonly Tensor[], placeholders: readonly Node[]): boolean {
  const oldest = at(placeholders, 0).id;
  const order = topologicalOrder(
    tensors.map(({ node }) => node),
    ({ id }) => id < oldest,
  );
  return order.some((node) => placeholders.includes(node));
}
