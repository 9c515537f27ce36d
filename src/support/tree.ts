/**
 * Trees: plain arrays and plain objects with leaves of any kind, such as the arguments and results of functions
 * that are differentiated, compiled or batched. Whoever asks says what a leaf is; nothing here knows tensors.
 */
import { ArgumentError } from "./errors.ts";
import { at } from "./invariant.ts";

/** Says which values are leaves; everything else has to be an array, a plain object or a branch. */
export type LeafTest<L> = (value: unknown) => value is L;

/** The key of `Branch`. */
export const branch = Symbol("branch of a tree");

/** An object of a class that is part of trees as a plain object is: its own properties are the children. */
export interface Branch {
  /** A name for the class, and how an object of it is made of other children. */
  readonly [branch]: { readonly name: string; make(children: Record<string, unknown>): unknown };
}

/** A tree taken apart: its leaves in order, and how to put others in their place. */
export interface Flattened<L> {
  readonly leaves: readonly L[];
  /** Where each leaf stands, for messages: `[0].weights.bias`. */
  readonly paths: readonly string[];
  /** The same tree with other leaves; `leaves` has as many entries as the tree. */
  rebuild(leaves: readonly unknown[]): unknown;
}

/**
 * Takes `tree` apart. Values that are neither leaf, array nor plain object are kept as they are by `rebuild`.
 * Keys of objects are taken in the order of the alphabet, so that equal trees have equal order.
 */
export function flattenTree<L>(tree: unknown, isLeaf: LeafTest<L>): Flattened<L> {
  const leaves: L[] = [];
  const paths: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (isLeaf(value)) {
      leaves.push(value);
      paths.push(path);
      return;
    }
    for (const [key, child] of entriesOf(value)) visit(child, joinPath(path, key));
  };
  visit(tree, "");
  return { leaves, paths, rebuild: (others) => replaceLeaves(tree, isLeaf, others) };
}

/** The tree with `change` applied to each leaf. */
export function mapTree<L>(
  tree: unknown,
  isLeaf: LeafTest<L>,
  change: (leaf: L, path: string, index: number) => unknown,
): unknown {
  const { leaves, paths, rebuild } = flattenTree(tree, isLeaf);
  return rebuild(leaves.map((leaf, index) => change(leaf, at(paths, index), index)));
}

/**
 * What `prefix` says of each leaf of `tree`: a tree of the same structure that may end earlier, where one value is for
 * all leaves below. @throws ArgumentError where it goes another way than the tree.
 */
export function prefixOf<V, L>(
  what: string,
  prefix: unknown,
  tree: unknown,
  isValue: LeafTest<V>,
  isLeaf: LeafTest<L>,
): V[] {
  const visit = (said: unknown, inner: unknown, path: string): V[] => {
    if (isValue(said)) return flattenTree(inner, isLeaf).leaves.map(() => said);
    const [own, others] = [entriesOf(inner), new Map(entriesOf(said))];
    const isLike = Array.isArray(said) === Array.isArray(inner) && own.length === others.size && !isLeaf(inner);
    if (!isLike || own.some(([key]) => !others.has(key))) {
      const keys = own.map(([key]) => key).join(", ");
      const given = isLeaf(inner) ? "one tensor" : Array.isArray(inner) ? `a list of ${own.length}` : `{ ${keys} }`;
      throw new ArgumentError(`${what}${path} is ${JSON.stringify(said)}, where there is ${given}.`, { path });
    }
    return own.flatMap(([key, child]) => visit(others.get(key), child, joinPath(path, key)));
  };
  return visit(prefix, tree, "");
}

/** A text that two trees share exactly when they have the same structure and the same values that are no leaves. */
export function treeStructure(tree: unknown, isLeaf: (value: unknown) => boolean): string {
  if (isLeaf(tree)) return "*";
  if (Array.isArray(tree)) return `[${tree.map((child) => treeStructure(child, isLeaf)).join(",")}]`;
  if (isPlainObject(tree) || isBranch(tree)) {
    return `${isBranch(tree) ? tree[branch].name : ""}{${entriesOf(tree)
      .map(([key, child]) => `${JSON.stringify(key)}:${treeStructure(child, isLeaf)}`)
      .join(",")}}`;
  }
  return typeof tree === "string" ? JSON.stringify(tree) : String(tree);
}

/** Marks in the lists of `describeTree`: no value of a tree is one of them. */
const marks = { leaf: Symbol("leaf"), list: Symbol("list"), object: Symbol("object") } as const;

/**
 * Appends to `list` what `tree` is without its leaves: its structure and all values that are no leaves, as they are now. Trees are the
 * same where their lists have the same entries.
 */
export function describeTree(tree: unknown, isLeaf: (value: unknown) => boolean, list: unknown[]): void {
  if (isLeaf(tree)) list.push(marks.leaf);
  else if (Array.isArray(tree)) {
    list.push(marks.list, tree.length);
    for (const child of tree) describeTree(child, isLeaf, list);
  } else if (isPlainObject(tree) || isBranch(tree)) {
    const entries = entriesOf(tree);
    list.push(marks.object, isBranch(tree) ? tree[branch].name : "", entries.length);
    for (const [key, child] of entries) {
      list.push(key);
      describeTree(child, isLeaf, list);
    }
  } else list.push(tree);
}

/** Throws an ArgumentError unless both trees have the same structure. */
export function requireSameStructure(
  operation: string,
  expected: unknown,
  given: unknown,
  isLeaf: (value: unknown) => boolean,
): void {
  const [a, b] = [treeStructure(expected, isLeaf), treeStructure(given, isLeaf)];
  if (a !== b)
    throw new ArgumentError(`${operation}: a tree of structure ${a} was expected and ${b} was given (* is a tensor).`, {
      expected: a,
      given: b,
    });
}

function replaceLeaves<L>(tree: unknown, isLeaf: LeafTest<L>, leaves: readonly unknown[]): unknown {
  let next = 0;
  const visit = (value: unknown): unknown => {
    if (isLeaf(value)) return leaves[next++];
    if (Array.isArray(value)) return value.map(visit);
    if (!isPlainObject(value) && !isBranch(value)) return value;
    const children = Object.fromEntries(entriesOf(value).map(([key, child]) => [key, visit(child)]));
    return isBranch(value) ? value[branch].make(children) : children;
  };
  return visit(tree);
}

function entriesOf(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return value.map((child, index) => [index, child]);
  if (!isPlainObject(value) && !isBranch(value)) return [];
  const children: Readonly<Record<string, unknown>> = { ...value };
  return Object.keys(children)
    .sort()
    .map((key) => [key, children[key]]);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && branch in value;
}

function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}
