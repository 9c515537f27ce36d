/**
 * In which order launches run, where what they read leaves a choice: each time the one that leaves the least memory in
 * use, so that a weight's gradient is taken when its operands are there, and not after all others have been kept for it.
 */
import type { Node } from "../graph/node.ts";
import { invariant } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import type { Launch } from "./finish.ts";

/** A launch that has not run yet. */
interface Pending {
  readonly launch: Launch;
  readonly position: number;
  readonly users: Pending[];
  /** How many have to run before. */
  missing: number;
  /** By how many bytes the memory in use will have changed when it has run. */
  growth: number;
}

/** `launches`, each after those that `needs` names. `bytesOf` a tensor are those that it takes until it is read last. */
export function orderLaunches(
  launches: readonly Launch[],
  needs: (launch: Launch) => readonly Launch[],
  bytesOf: (tensor: Node) => number,
): Launch[] {
  const pending = new Map(
    launches.map((launch, position): [Launch, Pending] => [
      launch,
      { launch, position, users: [], missing: 0, growth: 0 },
    ]),
  );
  for (const [launch, user] of pending) {
    for (const needed of new Set(needs(launch))) {
      pending.get(needed)?.users.push(user);
      user.missing++;
    }
  }
  const readers = readersOf(pending.values(), bytesOf);
  const ready = new Set([...pending.values()].filter(({ missing }) => missing === 0));
  const ordered: Launch[] = [];
  while (ready.size > 0) {
    const next = [...ready].reduce((best, each) => (isBetter(each, best) ? each : best));
    ready.delete(next);
    ordered.push(next.launch);
    for (const tensor of next.launch.reads) {
      readers.get(tensor)?.delete(next);
      expectLast(readers.get(tensor), bytesOf(tensor));
    }
    for (const user of next.users) if (--user.missing === 0) ready.add(user);
  }
  invariant(ordered.length === launches.length, "no launches wait for each other");
  return ordered;
}

/** Who will read each tensor; the growth of each launch is known afterwards. */
function readersOf(pending: Iterable<Pending>, bytesOf: (tensor: Node) => number): Map<Node, Set<Pending>> {
  const readers = new Map<Node, Set<Pending>>();
  for (const each of pending) {
    for (const tensor of each.launch.writes) each.growth += bytesOf(tensor);
    for (const tensor of each.launch.reads) remember(readers, tensor, () => new Set()).add(each);
  }
  for (const [tensor, set] of readers) expectLast(set, bytesOf(tensor));
  return readers;
}

/** The only one left to read a tensor will give its memory back. */
function expectLast(readers: ReadonlySet<Pending> | undefined, bytes: number): void {
  if (readers?.size === 1) for (const last of readers) last.growth -= bytes;
}

function isBetter(a: Pending, b: Pending): boolean {
  if (isEarly(a) !== isEarly(b)) return isEarly(b);
  return a.growth < b.growth || (a.growth === b.growth && a.position < b.position);
}

/** Would its result only lie there, because all that use it wait for something else as well? */
function isEarly({ growth, users }: Pending): boolean {
  return growth > 0 && users.length > 0 && users.every((user) => user.missing > 1);
}
