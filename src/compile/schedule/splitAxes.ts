/**
 * A loop that counts through what a reshape put together, as two loops: an axis of 128 positions that is 4 heads of 32 in
 * memory would otherwise be taken apart by a division at each element, and no vector could be read.
 */
import type { Expression } from "../../kernel/expression.ts";
import { visitExpressions } from "../../kernel/traverse.ts";
import { coefficientOf } from "../affine.ts";
import { type Axis, allSteps, expressionsOf, type Nest, type NestContext, rewriteSteps, type Step } from "../nest.ts";

/** `nest` with axes and loops split where addresses take their positions apart. Inner loops of fewer than `fewest` positions are not made. */
export function splitAxes(context: NestContext, nest: Nest, fewest: number): Nest {
  const divided = divisionsIn(nest.body);
  if (divided.length === 0) return nest;
  const splits = new Map<Axis, readonly [Axis, Axis]>();
  const halve = (axis: Axis): readonly [Axis, Axis] | undefined => {
    const size = divisorOf(divided, axis);
    if (size === undefined || size < fewest) return undefined;
    const halves = [context.newAxis(axis.extent / size), context.newAxis(size)] as const;
    splits.set(axis, halves);
    return halves;
  };
  const axes = nest.axes.flatMap((axis) => halve(axis) ?? [axis]);
  const body = nest.body.map((step) => splitLoops(step, halve));
  if (splits.size === 0) return nest;
  return splitAxes(context, { ...nest, axes, body: positionsIn(context, body, splits) }, fewest);
}

/** Quotients and remainders by numbers, of positions. */
function divisionsIn(steps: readonly Step[]): readonly Division[] {
  const found: Division[] = [];
  visitExpressions(allSteps(steps).flatMap(expressionsOf), (expression) => {
    const division = divisionOf(expression);
    if (division !== undefined) found.push(division);
  });
  return found;
}

interface Division {
  readonly isQuotient: boolean;
  readonly value: Expression;
  readonly divisor: number;
}

function divisionOf(expression: Expression): Division | undefined {
  if (expression.kind !== "apply" || expression.dtype !== "i32") return undefined;
  if (expression.op !== "quotient" && expression.op !== "remainder") return undefined;
  const [value, divisor] = expression.inputs;
  if (value === undefined || divisor?.kind !== "literal") return undefined;
  return { isQuotient: expression.op === "quotient", value, divisor: divisor.value };
}

/** The smallest number of neighbours of `axis` that divisions keep together. */
function divisorOf(divisions: readonly Division[], axis: Axis): number | undefined {
  let least: number | undefined;
  for (const { value, divisor } of divisions) {
    const coefficient = coefficientOf(value, axis.local);
    if (coefficient === undefined || coefficient <= 0 || divisor % coefficient !== 0) continue;
    const size = divisor / coefficient;
    if (size > 1 && size < axis.extent && axis.extent % size === 0 && size < (least ?? Infinity)) least = size;
  }
  return least;
}

function splitLoops(step: Step, halve: (axis: Axis) => readonly [Axis, Axis] | undefined): Step {
  if (step.kind !== "loop") return step;
  const body = step.body.map((inner) => splitLoops(inner, halve));
  const halves = step.ordered ? undefined : halve(step.axis);
  if (halves === undefined) return { ...step, body };
  const [outer, inner] = halves;
  return { ...step, axis: outer, body: [{ ...step, axis: inner, body }] };
}

/** `steps` with positions in axes that were split put together from their halves, and divisions as far as they vanish then. */
function positionsIn(
  context: NestContext,
  steps: readonly Step[],
  splits: ReadonlyMap<Axis, readonly [Axis, Axis]>,
): Step[] {
  const { arithmetic } = context;
  const places = new Map<number, Expression>();
  for (const [axis, [outer, inner]] of splits) {
    const place = arithmetic.sum([
      [context.position(outer), inner.extent],
      [context.position(inner), 1],
    ]);
    places.set(axis.local, place);
  }
  const replace = (expression: Expression): Expression | undefined => {
    if (expression.kind === "local") return places.get(expression.local);
    const division = divisionOf(expression);
    if (division === undefined) return undefined;
    const value = arithmetic.sum([[inner(division.value), 1]]);
    return division.isQuotient
      ? arithmetic.quotient(value, division.divisor)
      : arithmetic.remainder(value, division.divisor);
  };
  const inner = context.rewriter(replace);
  return rewriteSteps(context, steps, replace);
}
