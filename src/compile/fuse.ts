/**
 * Merges nests as far as that saves passes over memory: chains into one kernel, rows with several reductions
 * into one kernel, updates into the contraction that feeds them. Order is kept: a nest never runs before one
 * that it reads.
 */
import type { Node } from "../graph/node.ts";
import { remember } from "../support/remember.ts";
import { mergeNests } from "./mergeNests.ts";
import { allSteps, loadsIn, type Nest, type NestContext, type Step } from "./nest.ts";

/** A nest with what it reads and writes. */
interface Group {
  readonly nest: Nest;
  readonly reads: ReadonlySet<Node>;
  readonly writes: ReadonlySet<Node>;
}

/** `nests`, each after those it reads, merged; stores that nobody reads are dropped. `isOutput` tensors are kept. */
export function fuseNests(context: NestContext, nests: readonly Nest[], isOutput: (tensor: Node) => boolean): Nest[] {
  let groups: Group[] = [];
  const readers: Readers = new Map();
  for (const nest of nests) groups = settle(context, groups, groupOf(context, nest), readers);
  return withoutUnread(context, inOrder(groups), isOutput);
}

/** Who reads a tensor, of the groups that are settled: large programs have too many groups to look through for each. */
type Readers = Map<Node, Set<Group>>;

/** Adds `group`, merged with as many of `groups` as possible. */
function settle(context: NestContext, groups: readonly Group[], group: Group, readers: Readers): Group[] {
  const rest = [...groups];
  let current = group;
  for (let index = rest.length - 1; index >= 0; index--) {
    const other = rest[index];
    if (other === undefined || !mayMeet(readers, other, current)) continue;
    const merged = reads(other, current)
      ? mergeNests(context, current.nest, other.nest)
      : mergeNests(context, other.nest, current.nest);
    if (merged === undefined) continue;
    rest.splice(index, 1);
    for (const tensor of other.reads) readers.get(tensor)?.delete(other);
    current = groupOf(context, merged);
    index = rest.length;
  }
  for (const tensor of current.reads) remember(readers, tensor, () => new Set()).add(current);
  return [...rest, current];
}

function groupOf(context: NestContext, nest: Nest): Group {
  const { region } = nest;
  if (region !== undefined) return { nest, writes: new Set(region.results.values()), reads: new Set(region.inputs) };
  const writes = new Set<Node>();
  for (const step of allSteps(nest.body)) if (step.kind === "store") writes.add(step.tensor);
  const loads = loadsIn(nest.body).map((load) => context.tensorOf(load.buffer));
  return { nest, writes, reads: new Set([...loads, ...nest.waits].filter((tensor) => !writes.has(tensor))) };
}

/** Does `reader` read what `writer` writes? */
function reads(reader: Group, writer: Group): boolean {
  return !writer.writes.isDisjointFrom(reader.reads);
}

/** Are the two related, and does no third group stand between them, which would have to run in their middle? */
function mayMeet(readers: Readers, a: Group, b: Group): boolean {
  const related = reads(a, b) || reads(b, a) || !a.reads.isDisjointFrom(b.reads);
  return related && !reachesThrough(readers, a, b) && !reachesThrough(readers, b, a);
}

/** Is there a path from `from` to `to` over other groups? */
function reachesThrough(readers: Readers, from: Group, to: Group): boolean {
  const seen = new Set([from, to]);
  const open = [from];
  for (let group = open.pop(); group !== undefined; group = open.pop()) {
    if (group !== from && reads(to, group)) return true;
    for (const tensor of group.writes) {
      for (const next of readers.get(tensor) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
  }
  return false;
}

/** Groups so that each stands after those it reads. */
function inOrder(groups: readonly Group[]): Group[] {
  const writer = new Map<Node, Group>();
  for (const group of groups) for (const tensor of group.writes) writer.set(tensor, group);
  const ordered = new Set<Group>();
  const visit = (group: Group): void => {
    if (ordered.has(group)) return;
    for (const tensor of group.reads) {
      const needed = writer.get(tensor);
      if (needed !== undefined) visit(needed);
    }
    ordered.add(group);
  };
  for (const group of groups) visit(group);
  return [...ordered];
}

function withoutUnread(context: NestContext, groups: readonly Group[], isOutput: (tensor: Node) => boolean): Nest[] {
  const read = new Set(
    groups.flatMap(({ nest: { body, region } }) => [
      ...loadsIn(body).map((load) => context.tensorOf(load.buffer)),
      ...(region?.inputs ?? []),
    ]),
  );
  const keep = (steps: readonly Step[]): Step[] =>
    steps.flatMap((step): Step[] => {
      if (step.kind === "store") return isOutput(step.tensor) || read.has(step.tensor) ? [step] : [];
      if (step.kind !== "loop") return [step];
      const body = keep(step.body);
      return body.length > 0 ? [{ ...step, body }] : [];
    });
  return groups.map(({ nest }) => ({ ...nest, body: keep(nest.body) }));
}
