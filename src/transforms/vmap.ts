/**
 * `vmap`: a function of single examples becomes one of batches. The function runs once, on placeholders of one
 * example; the part of its graph that depends on them is built again with the rules of `batchRules.ts`.
 */
import { derivedFrom, isNode, type Node, node, sourceNode } from "../graph/node.ts";
import { isRegionNode } from "../graph/region.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { keepingGraph } from "../runtime/realize.ts";
import { normalizeAxis, showShape } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at, invariant } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { flattenTree, prefixOf } from "../support/tree.ts";
import { moveAxis } from "../tensor/manipulate.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Batch, batchNode, repeatInput } from "./batchRules.ts";
import { type CallRule, ruleOf } from "./calls.ts";
import { type BatchedResults, batchRegion } from "./control/regionBatch.ts";
import { type AnyFunction, callWith, isTensor, mapTensors } from "./differentiated.ts";

/** Where the batch axis of an argument is: a position, or null for an argument that is the same for all entries. */
export type BatchAxis = number | null;

/** Batch axes of the tensors of a tree: a tree that ends earlier, where one axis is for all that is below it. */
export type BatchAxes = BatchAxis | readonly BatchAxes[] | { readonly [key: string]: BatchAxes };

/** What `vmap` may be told. */
export interface VmapOptions {
  /** The batch axis of all tensors, or a list with that of each argument, or with a tree of those in it. Default 0. */
  readonly inAxes?: BatchAxes;
  /** Where results get the batch axis: likewise for all, or a tree. null: they are the same for all entries. Default 0. */
  readonly outAxes?: BatchAxes;
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
    const axes = prefixOf("vmap: inAxes", inAxes, given, isAxis, isTensor);
    const examples = mapTensors(given, (tensor, path, index) =>
      takeExample(tensor, at(axes, index), describePath(path), batched),
    ) as readonly unknown[];
    const size = commonSize(batched);
    const result = keepingGraph(() => callWith(f, examples));
    rebuild(
      flattenTree(result, isTensor).leaves.map((leaf) => leaf.node),
      batched,
      size,
    );
    const places = prefixOf("vmap: outAxes", outAxes, result, isAxis, isTensor);
    return mapTensors(result, (output, path, index) =>
      putBatch(output, batched.get(output.node), at(places, index), path, size),
    );
  };
}

function isAxis(value: unknown): value is BatchAxis {
  return value === null || typeof value === "number";
}

/** `[1].weights` of the list of arguments as `1.weights`. */
function describePath(path: string): string {
  return path.replace(/^\[(\d+)\]/, "$1");
}

/** A placeholder of one entry of `tensor`, unless it is the same for all; `batched` learns what it stands for, batch axis first. */
function takeExample(tensor: Tensor, axis: BatchAxis, path: string, batched: Map<Node, Node>): Tensor {
  if (axis === null) return tensor;
  if (tensor.rank === 0)
    throw new ShapeError(
      `vmap: argument ${path} is a scalar and has no axis ${axis} to map over. Give it null in inAxes.`,
      { path },
    );
  const position = normalizeAxis("vmap", axis, tensor.rank);
  const shape = tensor.shape.filter((_, each) => each !== position);
  const placeholder = sourceNode({ shape, dtype: tensor.dtype }, tensor.node.device);
  batched.set(placeholder, moveAxis(tensor, position, 0).node);
  return new Tensor(placeholder);
}

/** A result with the batch where it is wanted; `batched` is the result on the batch, undefined where no entry differs. */
function putBatch(output: Tensor, batched: Node | undefined, axis: BatchAxis, path: string, size: number): Tensor {
  if (axis !== null) return moveAxis(new Tensor(batched ?? repeatInput(output.node, size)), 0, axis);
  if (batched === undefined) return output;
  throw new ArgumentError(
    `vmap: result ${path} depends on arguments that are batched, and outAxes has null for it. Give it a position.`,
    { path },
  );
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
  const ofRegions = new Map<Node, BatchedResults>();
  const oldest = [...batched.keys()].reduce((least, { id }) => Math.min(least, id), Infinity);
  const rules = new Map<CallRule, CallRule>();
  for (const original of topologicalOrder(outputs, ({ id }) => id < oldest)) {
    if (original.id < oldest || isNode(original, "source")) continue;
    const region = ofRegions.get(at([...original.inputs, original], 0));
    if (isNode(original, "project") && region !== undefined) {
      batched.set(original, region(original.params.index));
      continue;
    }
    const isBatched = original.inputs.map((input) => batched.has(input));
    if (!isBatched.includes(true)) continue;
    const inputs = original.inputs.map((input) => batched.get(input) ?? input);
    if (isRegionNode(original)) {
      const applied = { region: original, inputs, isBatched, size, batchGraph: rebuild };
      ofRegions.set(
        original,
        derivedFrom(original, () => batchRegion(applied)),
      );
      continue;
    }
    const batch = { size, inputs, isBatched };
    batched.set(
      original,
      derivedFrom(original, () =>
        isNode(original, "call") ? batchCall(original, batch, rules) : batchNode(original, batch),
      ),
    );
  }
}

/** A call on a batch; its results share one rule again. */
function batchCall(call: Node<"call">, { size, inputs, isBatched }: Batch, rules: Map<CallRule, CallRule>): Node {
  const [value, ...given] = inputs;
  invariant(value !== undefined, "a call has a value");
  const original = ruleOf(call);
  const rule = remember(rules, original, () => original.batched(isBatched.slice(1)));
  const results = isBatched[0] === true ? value : repeatInput(value, size);
  return node("call", [results, ...given], { rule, output: call.params.output });
}
