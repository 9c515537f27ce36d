/**
 * `vmap`: a function of single examples becomes one of batches. The function runs once, on placeholders of one
 * example; the part of its graph that depends on them is built again with the rules of `batchRules.ts`.
 */
import { derivedFrom, isNode, type Node, sourceNode } from "../graph/node.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { keepingGraph } from "../runtime/realize.ts";
import { normalizeAxis, showShape } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { flattenTree } from "../support/tree.ts";
import { moveAxis } from "../tensor/manipulate.ts";
import { Tensor } from "../tensor/tensor.ts";
import { batchNode, repeatInput } from "./batchRules.ts";
import { type AnyFunction, callWith, isTensor, mapTensors } from "./differentiated.ts";

/** Where the batch axis of an argument is: a position, or null for an argument that is the same for all entries. */
export type BatchAxis = number | null;

/** What `vmap` may be told. */
export interface VmapOptions {
  /** The batch axis of each argument (of all tensors in it), or one for all. Default 0. */
  readonly inAxes?: BatchAxis | readonly BatchAxis[];
  /** Where results get the batch axis. Default 0. */
  readonly outAxes?: number;
}

/** `T` with nothing known of the shapes of tensors in it. */
export type Unshaped<T> = T extends Tensor
  ? Tensor
  : T extends AnyFunction<unknown>
    ? T
    : T extends object
      ? { [Key in keyof T]: Unshaped<T[Key]> }
      : T;

/**
 * The function that applies `f` to each entry of a batch at once. Random draws in `f` are the same for every entry
 * unless they are made from a key that is batched.
 * @throws ShapeError where the batches have different sizes, ArgumentError where nothing is batched.
 *
 * @example
 * ```ts
 * import { grad, tensor, type Tensor, vmap } from "smilodon";
 * const slopes = vmap(grad((x: Tensor) => x.square().sum()));
 * console.log(await slopes(tensor([[1, 2], [3, 4]])).toArray()); // [[2, 4], [6, 8]]
 * ```
 */
export function vmap<A extends readonly unknown[], R>(
  f: (...given: A) => R,
  options?: VmapOptions,
): (...given: Unshaped<A>) => Unshaped<R>;
export function vmap(
  f: AnyFunction<unknown>,
  { inAxes = 0, outAxes = 0 }: VmapOptions = {},
): (...given: readonly unknown[]) => unknown {
  return (...given) => {
    const batched = new Map<Node, Node>();
    const examples = given.map((argument, index) => {
      const axis = inAxes === null || typeof inAxes === "number" ? inAxes : inAxes[index];
      if (axis === undefined)
        throw new ArgumentError(
          `vmap: inAxes names ${String(inAxes)} and the function was called with ${given.length} arguments.`,
          { inAxes },
        );
      return axis === null ? argument : takeExample(argument, axis, index, batched);
    });
    const size = commonSize(batched);
    const result = keepingGraph(() => callWith(f, examples));
    rebuild(
      flattenTree(result, isTensor).leaves.map((leaf) => leaf.node),
      batched,
      size,
    );
    return mapTensors(result, (output) =>
      moveAxis(new Tensor(batched.get(output.node) ?? repeatInput(output.node, size)), 0, outAxes),
    );
  };
}

/** The argument with placeholders of one entry; `batched` learns what each stands for, batch axis first. */
function takeExample(argument: unknown, axis: number, index: number, batched: Map<Node, Node>): unknown {
  return mapTensors(argument, (tensor, path) => {
    if (tensor.rank === 0)
      throw new ShapeError(
        `vmap: argument ${index}${path} is a scalar and has no axis ${axis} to map over. Give it null in inAxes.`,
        { index },
      );
    const position = normalizeAxis("vmap", axis, tensor.rank);
    const shape = tensor.shape.filter((_, each) => each !== position);
    const placeholder = sourceNode({ shape, dtype: tensor.dtype }, tensor.node.device);
    batched.set(placeholder, moveAxis(tensor, position, 0).node);
    return new Tensor(placeholder);
  });
}

function commonSize(batched: ReadonlyMap<Node, Node>): number {
  const sizes = new Set([...batched.values()].map(({ type }) => at(type.shape, 0)));
  const [size] = sizes;
  if (size === undefined)
    throw new ArgumentError("vmap: no argument has a batch axis; give at least one a position in inAxes.");
  if (sizes.size > 1) {
    const shapes = [...batched.values()].map(({ type }) => showShape(type.shape)).join(" and ");
    throw new ShapeError(
      `vmap: the batches have different sizes (${[...sizes].join(", ")}); with the batch first the arguments are ${shapes}.`,
      { sizes: [...sizes] },
    );
  }
  return size;
}

/** Builds what depends on the placeholders again, on batches. */
function rebuild(outputs: readonly Node[], batched: Map<Node, Node>, size: number): void {
  const oldest = [...batched.keys()].reduce((least, { id }) => Math.min(least, id), Infinity);
  for (const original of topologicalOrder(outputs, ({ id }) => id < oldest)) {
    if (original.id < oldest || isNode(original, "source")) continue;
    const isBatched = original.inputs.map((input) => batched.has(input));
    if (!isBatched.includes(true)) continue;
    const inputs = original.inputs.map((input) => batched.get(input) ?? input);
    batched.set(
      original,
      derivedFrom(original, () => batchNode(original, { size, inputs, isBatched })),
    );
  }
}
