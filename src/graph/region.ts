/**
 * Functions inside a graph: the bodies of loops and branches. A region is closed: its results depend on its parameters
 * and on nothing else. `transforms/control/` makes them, `compile/regions/` turns them into commands.
 */
import { exactNumber } from "../support/exactNumber.ts";
import { at, invariant } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { derivedFrom, isNode, Node, node } from "./node.ts";
import { type PrimitiveOf, primitives } from "./primitives.ts";
import type { RegionSignature, TensorType } from "./tensorType.ts";
import { topologicalOrder } from "./traverse.ts";

/** A function: what its parameters become. */
export class Region implements RegionSignature {
  readonly parameters: readonly Node[];
  readonly results: readonly Node[];
  #text: string | undefined;

  /** `parameters` are sources; `results` depend on them, constants and nothing else. */
  constructor(parameters: readonly Node[], results: readonly Node[]) {
    this.parameters = parameters;
    this.results = results;
  }

  get parameterTypes(): readonly TensorType[] {
    return this.parameters.map(({ type }) => type);
  }

  get resultTypes(): readonly TensorType[] {
    return this.results.map(({ type }) => type);
  }

  toJSON(): string {
    return (this.#text ??= describe(this.parameters, this.results));
  }
}

/** The function behind a signature. */
export function regionOf(signature: RegionSignature): Region {
  invariant(signature instanceof Region, "the signature of a region is the region");
  return signature;
}

/** A node that runs regions. */
export type RegionNode = Node<PrimitiveOf<"region">>;

/** Does `node` run regions? */
export function isRegionNode(node: Node): node is RegionNode {
  return primitives[node.primitive].family === "region";
}

const projections = new WeakMap<Node, Map<number, Node<"project">>>();

/** Result `index` of `region`. */
export function project(region: RegionNode, index: number): Node<"project"> {
  const known = remember(projections, region, () => new Map<number, Node<"project">>());
  return remember(known, index, () => node("project", [region], { index, ...at(resultTypes(region), index) }));
}

/** All results of `region` that somebody has asked for. */
export function projectionsOf(region: Node): readonly Node[] {
  return [...(projections.get(region)?.values() ?? [])];
}

/** Types of all results of `region`, in order. */
function resultTypes(region: RegionNode): readonly TensorType[] {
  if (isNode(region, "whileLoop")) return region.params.body.resultTypes;
  if (isNode(region, "cond")) return region.params.branches[0].resultTypes;
  invariant(isNode(region, "scan"), `${region.primitive} is known`);
  const { body, carries, length } = region.params;
  const stacked = ({ shape, dtype }: TensorType) => ({ shape: [length, ...shape], dtype });
  const own = body.resultTypes.slice(0, carries);
  return [...own, ...body.resultTypes.slice(carries).map(stacked), ...own.map(stacked)];
}

/** `roots` with other nodes in place of some of what they depend on. */
export function substitute(roots: readonly Node[], replacements: ReadonlyMap<Node, Node>): Node[] {
  const known = new Map(replacements);
  for (const original of topologicalOrder(roots, (each) => replacements.has(each))) {
    if (known.has(original)) continue;
    const inputs = original.inputs.map((input) => known.get(input) ?? input);
    if (inputs.every((input, index) => input === original.inputs[index])) continue;
    known.set(original, copied(original, inputs));
  }
  return roots.map((root) => known.get(root) ?? root);
}

function copied(original: Node, inputs: readonly Node[]): Node {
  const [first] = inputs;
  if (isNode(original, "project") && first !== undefined && isRegionNode(first))
    return project(first, original.params.index);
  return derivedFrom(
    original,
    () => new Node(original.primitive, inputs, original.params, original.type, original.device),
  );
}

/** One line a node, without quotation marks: this text becomes part of others. */
function describe(parameters: readonly Node[], results: readonly Node[]): string {
  const numbers = new Map<Node, number>(parameters.map((parameter, index) => [parameter, index]));
  const lines = parameters.map(({ type }) => `${type.dtype}[${type.shape}]`);
  for (const each of topologicalOrder(results, (leaf) => numbers.has(leaf))) {
    if (numbers.has(each)) continue;
    invariant(each.primitive !== "source", "a region depends on its parameters only");
    numbers.set(each, numbers.size);
    const params = JSON.stringify(each.params, exactNumber).replaceAll('"', "");
    lines.push(`${each.primitive}(${each.inputs.map((input) => numbers.get(input))})${params}`);
  }
  return `{${lines.join("; ")}; return ${results.map((result) => numbers.get(result))}}`;
}
