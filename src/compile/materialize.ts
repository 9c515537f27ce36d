/**
 * Decides which results are kept in memory; all others are computed where they are used. Kept are outputs,
 * reductions and contractions, operands of contractions, and what would otherwise be computed again at a price.
 */
import { isNode, type Node } from "../graph/node.ts";
import { type Family, type Primitive, primitives } from "../graph/primitives.ts";
import type { TensorType } from "../graph/tensorType.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import { bytesOf, dtypes, isFloat } from "../shape/dtype.ts";
import { sizeOf } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { mapCost } from "./lower/maps.ts";
import { isFamily } from "./lower/values.ts";
import { readInputs } from "./lower/waits.ts";

/** What may be computed again rather than kept, in additions an element; less where that would be often. */
const cheap = 10;
const cheapOften = 5;
const often = 16;
/** The longest expression that one kernel should hold, in additions an element. */
const longest = 400;
/** What may be computed again because it is read at several positions, in additions an element. */
const mostRepeated = 40;
/** What an element of a product's operand may cost that is not kept, in additions. */
const mostInOperand = 16;

/** Slices from which on a pad is kept that they are cut from: each would ask at every element whether it lies inside. */
const fewestParts = 3;

/** What has loops of its own, which others cannot run in passing. */
const loopingFamilies: ReadonlySet<Family> = new Set<Family>([
  "reduce",
  "contract",
  "scatter",
  "distribute",
  "recurrence",
  "region",
  "project",
]);

/** The nodes to keep in memory for `outputs` and for computing `others`, each after those it depends on. Sources are in memory already and not among them. */
export function chooseMaterialized(
  outputs: readonly Node[],
  isSource: (node: Node) => boolean,
  others: readonly Node[] = [],
): Node[] {
  const roots = [...outputs, ...others].sort((a, b) => a.id - b.id);
  const order = topologicalOrder(roots, isSource).filter((node) => !isSource(node));
  const users = usersOf(order);
  const isOutput = new Set([...outputs, ...inputsOfRegions(order, isSource)]);
  const kept = new Set<Node>();
  const inMemory = (node: Node) => kept.has(node) || isSource(node);
  const mustKeep = (node: Node) => isOutput.has(node) || loopingFamilies.has(primitives[node.primitive].family);
  const isShared = sharedByKernels(order, users, mustKeep);
  for (const node of order) {
    if (mustKeep(node) || worthKeeping(node, costOf(node, inMemory), users, isShared(node), inMemory)) kept.add(node);
  }
  return order.filter((node) => kept.has(node));
}

/** Every result of an operation: what targets keep that do not optimize. */
export function everyResult(
  outputs: readonly Node[],
  isSource: (node: Node) => boolean,
  others: readonly Node[] = [],
): Node[] {
  const order = topologicalOrder([...outputs, ...others], isSource);
  const isOutput = new Set([...outputs, ...inputsOfRegions(order, isSource)]);
  return order.filter((node) => !isSource(node) && (isOutput.has(node) || !isFamily(node, "leaf")));
}

/** Regions are plans of their own: they find what they are given in memory. */
function inputsOfRegions(order: readonly Node[], isSource: (node: Node) => boolean): readonly Node[] {
  return order.flatMap((node) => (isFamily(node, "region") ? storedInputs(node, isSource) : []));
}

/** What has to be in memory for the inputs of `region`: another shape of the same elements is no copy of them. */
export function storedInputs(region: Node, isSource: (node: Node) => boolean): readonly Node[] {
  return region.inputs.map((input) => {
    let stored = input;
    while (isNode(stored, "reshape") && !isSource(stored)) stored = at(stored.inputs, 0);
    return stored;
  });
}

function usersOf(order: readonly Node[]): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>();
  for (const node of order) {
    for (const input of new Set(readInputs(node))) {
      const known = users.get(input);
      if (known === undefined) users.set(input, [node]);
      else known.push(node);
    }
  }
  return users;
}

/** Which nodes lead to more than one node that is surely kept: several kernels would compute them. */
function sharedByKernels(
  order: readonly Node[],
  users: ReadonlyMap<Node, readonly Node[]>,
  mustKeep: (node: Node) => boolean,
): (node: Node) => boolean {
  const ends = new Map<Node, Node | "several">();
  for (const node of [...order].reverse()) {
    let end: Node | "several" | undefined;
    for (const user of users.get(node) ?? []) {
      const next = mustKeep(user) ? user : (ends.get(user) ?? user);
      end = end === undefined || end === next ? next : "several";
    }
    ends.set(node, end ?? node);
  }
  return (node) => ends.get(node) === "several";
}

/** Work for one element, from what is in memory; what is shared is done once. Stops counting past `longest`. */
function costOf(node: Node, inMemory: (node: Node) => boolean): number {
  const seen = new Set<Node>();
  const open = [node];
  let cost = 0;
  for (let next = open.pop(); next !== undefined && cost <= longest; next = open.pop()) {
    if (seen.has(next) || inMemory(next)) continue;
    seen.add(next);
    cost += ownCost(next);
    open.push(...readInputs(next));
  }
  return cost;
}

function ownCost(node: Node): number {
  if (isFamily(node, "map")) return mapCost(node.primitive);
  // Neighbours that lie apart in memory are fetched one by one
  if (isNode(node, "slice") && Math.abs(at(node.params.steps, -1)) > 1) return 4;
  if (isNode(node, "gather") && isScattered(node)) return 4;
  return isFamily(node, "view") ? 0.5 : 0;
}

const knownScattered = new WeakMap<Node, boolean>();

/** Does `node` read single elements from wherever data say? */
function isScattered(node: Node<"gather">): boolean {
  if (node.params.axis + 1 < at(node.inputs, 0).type.shape.length) return false;
  const indices = at(node.inputs, 1);
  return remember(knownScattered, indices, () => {
    const seen = new Set([indices]);
    for (const each of seen) {
      if (isNode(each, "source")) return true;
      for (const input of each.inputs) seen.add(input);
    }
    return false;
  });
}

function worthKeeping(
  node: Node,
  cost: number,
  usersOf: ReadonlyMap<Node, readonly Node[]>,
  isShared: boolean,
  inMemory: (node: Node) => boolean,
): boolean {
  const users = usersOf.get(node) ?? [];
  if (isFamily(node, "leaf")) return cost > longest;
  // A single number costs nothing to compute again; but each kernel would hold the code
  if (sizeOf(node.type.shape) === 1) return cost > longest || (isShared && cost > cheap && isFamily(node, "map"));
  if (cost > longest) return true;
  if (users.some((user) => isFamily(user, "contract")) && !isDenseView(node, inMemory))
    return users.length > 1 || !isNarrowOperand(node, at(users, 0), inMemory);
  if (isNode(node, "pad") && users.filter((user) => user.primitive === "slice").length >= fewestParts)
    return !isFamily(seenThrough(node), "leaf") || inMemory(seenThrough(node));
  if (!isFamily(node, "view") || node.primitive === "concat")
    if (repeatedCostOf(node, inMemory) > Math.max(mostRepeated, 2 * cost)) return true;
  const readers = readersOf(node, usersOf);
  // A view is as good as what it views, which is kept instead where that is worth it
  if (isFamily(node, "view"))
    return isNode(node, "gather") && isScattered(node) && readers.some((reader) => repeats(reader, node));
  const isRepeated = readers.some((reader) => repeats(reader, node));
  const isOften = isRepeated && readers.some(({ type }) => sizeOf(type.shape) >= often * sizeOf(node.type.shape));
  if (cost <= (isOften ? cheapOften : cheap) || isStepOf(users, node)) return false;
  if (cost > mostRepeated && readers.some((reader) => isNode(reader, "scatter"))) return true;
  return isShared || isRepeated || isGatheredOften(node, users);
}

/** What `node` is a view of. */
function seenThrough(node: Node): Node {
  return isFamily(node, "view") ? seenThrough(at(node.inputs, 0)) : node;
}

/** Who reads `node`, in whatever shape. */
function readersOf(node: Node, usersOf: ReadonlyMap<Node, readonly Node[]>): readonly Node[] {
  const users = usersOf.get(node) ?? [];
  return users.flatMap((user) => (isNode(user, "reshape") ? readersOf(user, usersOf) : [user]));
}

/** Is `node` read by nothing but a map of no more bytes? That is worth keeping rather, if either is. */
function isStepOf([user, ...others]: readonly Node[], node: Node): boolean {
  if (user === undefined || others.length > 0 || !isFamily(user, "map")) return false;
  return bytesOfType(user.type) <= bytesOfType(node.type);
}

/** Do indexed reads, together, read `node` more often than it has elements? */
function isGatheredOften(node: Node, users: readonly Node[]): boolean {
  const reads = users.filter((user) => isNode(user, "gather") && user.inputs[0] === node);
  return reads.length > 1 && reads.reduce((sum, { type }) => sum + sizeOf(type.shape), 0) > sizeOf(node.type.shape);
}

/**
 * Is `node` a float made of integers that take no more than half its memory, as quantized weights are? The product reads
 * those and computes the floats on the way, into packed panels or where they are used. Windows would compute each again and again.
 */
function isNarrowOperand(node: Node, user: Node, inMemory: (node: Node) => boolean): boolean {
  if (!isNode(user, "contract") || user.params.windows.length > 0 || !isFloat(node.type.dtype)) return false;
  const seen = new Set([node]);
  const read = new Set<Node>();
  let cost = 0;
  for (const each of seen) {
    if (inMemory(each)) {
      read.add(each);
      continue;
    }
    cost += ownCost(each);
    for (const input of readInputs(each)) seen.add(input);
  }
  const bytes = [...read].reduce((sum, { type }) => sum + bytesOfType(type), 0);
  const isNarrow = [...read].some(({ type }) => dtypes[type.dtype].kind === "integer" && bytesOf(type.dtype) < 4);
  return isNarrow && cost <= mostInOperand && 2 * bytes <= bytesOfType(node.type);
}

function bytesOfType({ shape, dtype }: TensorType): number {
  return sizeOf(shape) * bytesOf(dtype);
}

/** Views that show elements at other positions. */
const movingViews: ReadonlySet<Primitive> = new Set<Primitive>(["slice", "pad", "concat", "gather", "permuteDims"]);

/**
 * Work for one element where what is read at several positions counts for each of them: in a recursion over halves it doubles from
 * level to level. Stops counting past `longest`; 0 where nothing is read at several positions.
 */
function repeatedCostOf(root: Node, inMemory: (node: Node) => boolean): number {
  if (!readsThroughMovingViews(root, inMemory)) return 0;
  const seen = new Set<string>();
  const open: (readonly [node: Node, views: string])[] = [[root, ""]];
  let cost = 0;
  for (let next = open.pop(); next !== undefined && cost <= longest; next = open.pop()) {
    const [node, views] = next;
    const key = `${node.id}${views}`;
    if (seen.has(key) || inMemory(node)) continue;
    seen.add(key);
    cost += ownCost(node);
    const inside = movingViews.has(node.primitive) ? `${views},${node.id}` : views;
    // Who is pointed with is read where the result is
    const pointing = isNode(node, "gather") ? node.inputs[1] : undefined;
    for (const input of readInputs(node)) open.push([input, input === pointing ? views : inside]);
  }
  return cost;
}

/** Does computing an element of `root` from memory need elements at other positions? */
function readsThroughMovingViews(root: Node, inMemory: (node: Node) => boolean): boolean {
  const seen = new Set([root]);
  for (const node of seen) {
    if (inMemory(node)) continue;
    if (movingViews.has(node.primitive)) return true;
    for (const input of readInputs(node)) seen.add(input);
  }
  return false;
}

/** Is `node` memory seen through a view whose addresses are simple? Contractions read such views directly. */
function isDenseView(node: Node, inMemory: (node: Node) => boolean): boolean {
  let inner = node;
  while (!inMemory(inner)) {
    const isSlice = isNode(inner, "gather") && inner.params.value === null;
    const isSimple =
      inner.primitive === "permuteDims" ||
      inner.primitive === "broadcast" ||
      inner.primitive === "reshape" ||
      inner.primitive === "after";
    if (!isSimple && !isSlice) return false;
    const next = at(inner.inputs, 0);
    if ((inner.primitive === "reshape" || isSlice) && !inMemory(next)) return false;
    inner = next;
  }
  return true;
}

/** Would the reader compute `node` again and again, along axes that stand before its own? */
function repeats(reader: Node, node: Node): boolean {
  if (reader.primitive === "gather") return sizeOf(reader.type.shape) > sizeOf(node.type.shape);
  if (reader.primitive !== "broadcast") return false;
  const from = at(reader.inputs, 0).type.shape;
  const first = reader.type.shape.findIndex((size, axis) => size > 1 && from[axis] === 1);
  return first >= 0 && from.slice(first).some((size) => size > 1);
}
