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
  /** Greater for groups that were settled later. */
  readonly number: number;
  /** Greater than that of every group whose results it reads. */
  level: number;
}

/** `nests`, each after those it reads, merged; stores that nobody reads are dropped. `isOutput` tensors are kept. */
export function fuseNests(context: NestContext, nests: readonly Nest[], isOutput: (tensor: Node) => boolean): Nest[] {
  const settled = new Settled(context);
  for (const nest of nests) settled.add(nest);
  return withoutUnread(context, inOrder(settled.groups), isOutput);
}

/** Groups that were merged as far as possible. Large programs have too many of them to look through all for each new one. */
class Settled {
  readonly groups = new Set<Group>();
  readonly #context: NestContext;
  readonly #readers = new Map<Node, Set<Group>>();
  readonly #writers = new Map<Node, Set<Group>>();
  #made = 0;

  constructor(context: NestContext) {
    this.#context = context;
  }

  /** Adds the group of `nest`, merged with as many others as possible, the latest first. */
  add(nest: Nest): void {
    let current = this.#groupOf(nest);
    let others = this.#related(current);
    for (let other = others.pop(); other !== undefined; other = others.pop()) {
      if (!this.#mayMeet(other, current)) continue;
      const merged = reads(other, current)
        ? mergeNests(this.#context, current.nest, other.nest)
        : mergeNests(this.#context, other.nest, current.nest);
      if (merged === undefined) continue;
      this.#remove(other);
      current = this.#groupOf(merged);
      others = this.#related(current);
    }
    this.groups.add(current);
    for (const tensor of current.reads) remember(this.#readers, tensor, () => new Set()).add(current);
    for (const tensor of current.writes) remember(this.#writers, tensor, () => new Set()).add(current);
    this.#raiseAfter(current);
  }

  #groupOf(nest: Nest): Group {
    const effects = effectsOf(this.#context, nest);
    let level = 0;
    for (const tensor of effects.reads)
      for (const writer of this.#writers.get(tensor) ?? []) level = Math.max(level, writer.level + 1);
    return { nest, ...effects, number: this.#made++, level };
  }

  #remove(group: Group): void {
    this.groups.delete(group);
    for (const tensor of group.reads) this.#readers.get(tensor)?.delete(group);
    for (const tensor of group.writes) this.#writers.get(tensor)?.delete(group);
  }

  /** Groups that read what `group` writes or reads, or write what it reads; the latest last. */
  #related(group: Group): Group[] {
    const related = new Set<Group>();
    for (const tensor of group.writes) for (const reader of this.#readers.get(tensor) ?? []) related.add(reader);
    for (const tensor of group.reads) {
      for (const reader of this.#readers.get(tensor) ?? []) related.add(reader);
      for (const writer of this.#writers.get(tensor) ?? []) related.add(writer);
    }
    return [...related].sort((a, b) => a.number - b.number);
  }

  /** Gives the groups after `group` levels above its own. */
  #raiseAfter(group: Group): void {
    const open = [group];
    for (let low = open.pop(); low !== undefined; low = open.pop()) {
      for (const tensor of low.writes) {
        for (const reader of this.#readers.get(tensor) ?? []) {
          if (reader.level > low.level) continue;
          reader.level = low.level + 1;
          open.push(reader);
        }
      }
    }
  }

  /** Does no third group stand between the two, which would have to run in their middle? */
  #mayMeet(a: Group, b: Group): boolean {
    return !this.#reachesThrough(a, b) && !this.#reachesThrough(b, a);
  }

  /** Is there a path from `from` to `to` over other groups? Levels grow along it. */
  #reachesThrough(from: Group, to: Group): boolean {
    const seen = new Set([from, to]);
    const open = [from];
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      if (group !== from && reads(to, group)) return true;
      for (const tensor of group.writes) {
        for (const next of this.#readers.get(tensor) ?? []) {
          if (next.level >= to.level || seen.has(next)) continue;
          seen.add(next);
          open.push(next);
        }
      }
    }
    return false;
  }
}

/** What `nest` reads of others, and what it writes. */
function effectsOf(context: NestContext, nest: Nest): Pick<Group, "reads" | "writes"> {
  const { region } = nest;
  if (region !== undefined) return { writes: new Set(region.results.values()), reads: new Set(region.inputs) };
  const writes = new Set<Node>();
  for (const step of allSteps(nest.body)) if (step.kind === "store") writes.add(step.tensor);
  const reads = new Set<Node>();
  for (const load of loadsIn(nest.body)) reads.add(context.tensorOf(load.buffer));
  for (const tensor of nest.waits) reads.add(tensor);
  return { writes, reads: reads.difference(writes) };
}

/** Does `reader` read what `writer` writes? */
function reads(reader: Group, writer: Group): boolean {
  return !writer.writes.isDisjointFrom(reader.reads);
}

/** Groups so that each stands after those it reads. */
function inOrder(groups: Iterable<Group>): Group[] {
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
