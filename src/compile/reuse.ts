/**
 * What a nest keeps for itself alone lies where its result will: softmax writes the powers of a row where the quotients
 * go, rather than to scratch memory that would have to pass through the caches as well.
 */
import type { Node } from "../graph/node.ts";
import type { Expression } from "../kernel/expression.ts";
import { sameShape } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import { allSteps, loadsIn, type Nest, type NestContext, rewriteSteps, type Step } from "./nest.ts";

type Store = Extract<Step, { kind: "store" }>;

/** `nests` with what each keeps for itself in the memory of its results. `isKept` names what others see, `isFixed` what may hold nothing else. */
export function reuseResults(
  context: NestContext,
  nests: readonly Nest[],
  isKept: (tensor: Node) => boolean,
  isFixed: (tensor: Node) => boolean,
): Nest[] {
  const readers = new Map<Node, number>();
  for (const nest of nests)
    for (const tensor of readBy(context, nest)) readers.set(tensor, (readers.get(tensor) ?? 0) + 1);
  const reused = (nest: Nest): Nest => {
    const read = readBy(context, nest);
    const stores = allSteps(nest.body).filter((step) => step.kind === "store");
    for (const own of stores) {
      if (!read.has(own.tensor) || readers.get(own.tensor) !== 1 || isKept(own.tensor)) continue;
      const result = stores.find(
        ({ tensor }) => !read.has(tensor) && !isFixed(tensor) && fits(context, nest, stores, own.tensor, tensor),
      );
      if (result !== undefined) return reused(replaced(context, nest, own.tensor, result.tensor));
    }
    return nest;
  };
  return nests.map(reused);
}

function readBy(context: NestContext, { body, region }: Nest): ReadonlySet<Node> {
  return new Set([...loadsIn(body).map((load) => context.tensorOf(load.buffer)), ...(region?.inputs ?? [])]);
}

/**
 * May `own` lie where `result` will? Outer iterations must keep to elements of their own, which are the same for both; and
 * inside one, `own` must be complete before the first element of `result` is written, and an element be read no more once
 * that of the result has taken its place.
 */
function fits(context: NestContext, nest: Nest, stores: readonly Store[], own: Node, result: Node): boolean {
  if (own.type.dtype !== result.type.dtype || !sameShape(own.type.shape, result.type.shape)) return false;
  const [first, ...again] = stores.filter(({ tensor }) => tensor === own);
  const [last, ...others] = stores.filter(({ tensor }) => tensor === result);
  if (first === undefined || last === undefined || again.length + others.length > 0) return false;
  const reads = loadsIn(nest.body).filter((load) => context.tensorOf(load.buffer) === own);
  const accesses = [first.indices, last.indices, ...reads.map((load) => context.indicesOf(load))];
  const isApart = nest.axes.every((axis) => {
    const dimension = first.indices.indexOf(context.position(axis));
    return dimension >= 0 && accesses.every((indices) => indices[dimension] === context.position(axis));
  });
  const [start, end] = [first, last].map((store) => nest.body.findIndex((step) => allSteps([step]).includes(store)));
  if (!isApart || start === undefined || end === undefined || start >= end) return false;
  const readsIn = (steps: readonly Step[]) => loadsIn(steps).filter((load) => reads.includes(load));
  if (readsIn([...nest.body.slice(0, start + 1), ...nest.body.slice(end + 1)]).length > 0) return false;
  return isLastRead(context, at(nest.body, end), last, readsIn);
}

/** Does `step`, which holds `last` once for each element, read nothing but the element that `last` is writing, for its value? */
function isLastRead(
  context: NestContext,
  step: Step,
  last: Store,
  readsIn: (steps: readonly Step[]) => readonly Expression[],
): boolean {
  for (const inner of allSteps([step])) {
    if (inner === last) {
      const isSame = (load: Expression) => context.indicesOf(load).every((index, axis) => index === last.indices[axis]);
      if (!readsIn([inner]).every(isSame)) return false;
    } else if (inner.kind === "loop") {
      const repeats = allSteps(inner.body).includes(last) && !last.indices.includes(context.position(inner.axis));
      if (repeats) return false;
    } else if (readsIn([inner]).length > 0) return false;
  }
  return true;
}

function replaced(context: NestContext, nest: Nest, own: Node, result: Node): Nest {
  const body = rewriteSteps(context, nest.body, (leaf) =>
    leaf.kind === "load" && context.tensorOf(leaf.buffer) === own
      ? context.load(result, context.indicesOf(leaf))
      : undefined,
  );
  return { ...nest, body: renamedStores(body, own, result) };
}

function renamedStores(steps: readonly Step[], own: Node, result: Node): Step[] {
  return steps.map((step) => {
    if (step.kind === "loop") return { ...step, body: renamedStores(step.body, own, result) };
    return step.kind === "store" && step.tensor === own ? { ...step, tensor: result } : step;
  });
}
