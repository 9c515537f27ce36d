/**
 * Loops cut where what they ask changes: the borders of an image and what lies inside get loops of their own, in which nothing is
 * asked any more, so that neighbours are read as neighbours. And a choice between two elements of one tensor becomes one element
 * at a position that is chosen, where that belongs to an outer loop. `schedule.ts` gives the loops their lanes.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { inputsOf, visitExpressions } from "../../kernel/traverse.ts";
import { sizeOf } from "../../shape/shape.ts";
import { affineOf, dependsOn } from "../affine.ts";
import { type Axis, expressionsOf, type Nest, type NestContext, nestLoops, rewriteSteps, type Step } from "../nest.ts";

/** Rows from which on loops for the borders of each are worth it. */
const fewestRows = 8;
/** Positions inside below which a row is all border. */
const fewestInside = 8;
/** Most loops that a row is cut into, and most parts of expressions in all of them. */
const mostPieces = 6;
const mostParts = 2000;

/** `nest` with its innermost loops cut where conditions on their positions change, if they are long. */
export function cutLoops(context: NestContext, nest: Nest): Nest {
  const axis = nest.axes.at(-1);
  const outer = nest.axes.slice(0, -1);
  const isMap = nest.body.every(({ kind }) => kind === "store");
  if (axis !== undefined && isMap && sizeOf(outer.map(({ extent }) => extent)) >= fewestRows) {
    const loops = piecesOf(context, axis, nest.body);
    return loops === undefined ? nest : { ...nest, axes: outer, body: loops };
  }
  return isMap ? nest : { ...nest, body: nest.body.flatMap((step) => cutInside(context, step)) };
}

/** `step` with the innermost loops in it cut; those that keep an order stay. */
function cutInside(context: NestContext, step: Step): readonly Step[] {
  if (step.kind !== "loop") return [step];
  const isInnermost = step.body.every(({ kind }) => kind === "store" || kind === "accumulate");
  if (!isInnermost) return [{ ...step, body: step.body.flatMap((inner) => cutInside(context, inner)) }];
  return (step.ordered ? undefined : piecesOf(context, step.axis, step.body)) ?? [step];
}

/** Loops that together run `body` at all positions of `axis`, each between two borders; undefined where one loop is better. */
function piecesOf(context: NestContext, axis: Axis, body: readonly Step[]): readonly Step[] | undefined {
  if (axis.extent < fewestInside) return undefined;
  const { borders, parts } = bordersIn(context, body, axis);
  if (borders.length === 0 || borders.length >= mostPieces || parts * (borders.length + 1) > mostParts)
    return undefined;
  const pieces = [...borders, axis.extent].map((end, index) => ({ start: borders[index - 1] ?? 0, end }));
  const inside = Math.max(...pieces.map(({ start, end }) => end - start));
  if (inside < fewestInside || 2 * inside < axis.extent) return undefined;
  return pieces.flatMap(({ start, end }) => piece(context, body, axis, start, end));
}

/** Positions in `axis`, in order, at which conditions on nothing else change, and how many parts there are to all expressions. */
function bordersIn(
  context: NestContext,
  body: readonly Step[],
  axis: Axis,
): { readonly borders: readonly number[]; readonly parts: number } {
  const borders = new Set<number>();
  let parts = 0;
  visitExpressions(body.flatMap(expressionsOf), (expression) => {
    parts++;
    const difference = expression.kind === "apply" && differenceOf(context, expression.op, expression.inputs);
    if (!difference) return;
    const { constant, terms } = affineOf(difference);
    const [[atom, step = 0] = [], ...others] = terms;
    if (atom?.kind !== "local" || atom.local !== axis.local || others.length > 0) return;
    // The first position at which step · position + constant is no longer negative, or is so from there on
    const border = step > 0 ? Math.ceil(-constant / step) : Math.floor(-constant / step) + 1;
    if (border > 0 && border < axis.extent) borders.add(border);
  });
  return { borders: [...borders].sort((a, b) => a - b), parts };
}

const comparing: ReadonlySet<ScalarOp> = new Set<ScalarOp>(["less", "lessEqual", "minimum", "maximum"]);

/** The number whose sign decides what `op` of positions gives. */
function differenceOf(
  { arithmetic }: NestContext,
  op: ScalarOp,
  [a, b]: readonly Expression[],
): Expression | undefined {
  if (!comparing.has(op) || a?.dtype !== "i32" || b === undefined) return undefined;
  const sides = [
    [a, 1],
    [b, -1],
  ] as const;
  return arithmetic.sum(sides, op === "lessEqual" ? -1 : 0);
}

/** `body` at the positions of `axis` from `start` up to `end`. */
function piece(context: NestContext, body: readonly Step[], axis: Axis, start: number, end: number): readonly Step[] {
  const own = context.newAxis(end - start);
  const place = context.arithmetic.sum([[context.position(own), 1]], start);
  const replace = (expression: Expression): Expression | undefined => {
    if (expression.kind === "local") return expression.local === axis.local ? place : undefined;
    if (expression.kind !== "apply") return undefined;
    const inputs = expression.inputs.map(visit);
    const result = expression.op === "select" ? chosen(context, inputs, own) : decided(context, expression.op, inputs);
    return result ?? undefined;
  };
  const visit = context.rewriter(replace);
  return nestLoops([own], rewriteSteps(context, body, replace));
}

/** A choice between elements of one tensor, if it is the same at all positions of `axis`, as an element of it. */
function chosen(context: NestContext, [condition, a, b]: readonly Expression[], axis: Axis): Expression | undefined {
  if (condition === undefined || a?.kind !== "load" || b?.kind !== "load" || a.buffer !== b.buffer) return undefined;
  if (condition.kind === "literal" || dependsOn(condition, axis.local)) return undefined;
  const others = context.indicesOf(b);
  const indices = context.indicesOf(a).map((index, position) => {
    const other = others[position] ?? index;
    if (index === other) return index;
    const depends = dependsOn(index, axis.local) || dependsOn(other, axis.local);
    return depends ? undefined : context.builder.apply("select", condition, index, other);
  });
  const known = indices.filter((index) => index !== undefined);
  return known.length === indices.length ? context.load(context.tensorOf(a.buffer), known) : undefined;
}

/** `op` of positions, where it decides the same way at all of them. */
function decided(context: NestContext, op: ScalarOp, inputs: readonly Expression[]): Expression | undefined {
  const difference = differenceOf(context, op, inputs);
  if (difference === undefined || !inputs.every((input) => isPlace(context, input))) return undefined;
  const [low, high] = context.arithmetic.rangeOf(difference);
  const isChoice = op === "minimum" || op === "maximum";
  const isBefore = high < 0 || (isChoice && high === 0);
  if (!isBefore && low < 0) return undefined;
  return isChoice ? inputs[(op === "minimum") === isBefore ? 0 : 1] : context.builder.literal("bool", isBefore ? 1 : 0);
}

/** Is `index`, with all that it is made of, a number that i32 has at all positions, so that nothing wraps around? */
function isPlace(context: NestContext, index: Expression): boolean {
  const [low, high] = context.arithmetic.rangeOf(index);
  if (low < -(2 ** 31) || high >= 2 ** 31) return false;
  return [...affineOf(index).terms.keys()].every((atom) => inputsOf(atom).every((input) => isPlace(context, input)));
}
