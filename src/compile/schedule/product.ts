/**
 * A contraction's nest taken apart: what is multiplied, what is summed, and which axes belong to which factor.
 * `pack.ts` decides with it how the operands are laid out.
 */
import { isNode } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { coefficientOf, dependsOn } from "../affine.ts";
import { type Axis, loadsIn, type Nest, type NestContext, type Step } from "../nest.ts";
import { storeAddress, walkAsOne } from "./axes.ts";

type Carry = Step & { readonly kind: "carry" };

/** One of the two factors, and the axes of the result that it alone depends on and that tiles walk, outermost first. */
export interface Factor {
  readonly value: Expression;
  /** Axes that a tile walks as one: every access of the rest of the body moves through them evenly. */
  readonly tiled: readonly Axis[];
  /** Other axes of the result that the factor depends on. */
  readonly outer: readonly Axis[];
}

/** A sum of products with tiles in sight. */
export interface Product {
  readonly carry: Carry;
  readonly summed: readonly Axis[];
  /** The factor that rows of a tile share a vector of, and the one that its columns share. */
  readonly columns: Factor;
  readonly rows: Factor;
  /** Axes that no tile walks. */
  readonly outer: readonly Axis[];
  /** What is done with the result. */
  readonly stores: readonly Step[];
}

/**
 * `nest` as a product whose columns are neighbours in memory, or undefined where it is none. A tile walks axes that its factor
 * walks evenly too, if those alone fill tiles of `width` well.
 */
export function productOf(context: NestContext, nest: Nest, width: number): Product | undefined {
  const [carry, ...rest] = nest.body;
  if (carry?.kind !== "carry") return undefined;
  const summed: Axis[] = [];
  let inner: Step | undefined = rest[0];
  while (inner?.kind === "loop") {
    summed.push(inner.axis);
    inner = inner.body.length === 1 ? inner.body[0] : undefined;
  }
  const stores = rest.slice(1);
  if (summed.length === 0 || inner?.kind !== "accumulate" || inner.op !== "add") return undefined;
  if (inner.value.kind !== "apply" || inner.value.op !== "multiply") return undefined;
  const [left, right] = [at(inner.value.inputs, 0), at(inner.value.inputs, 1)];
  const [leftAlone, rightAlone] = [aloneIn(nest, left, right), aloneIn(nest, right, left)];
  const lane = nest.axes.find((axis) => movesByOne(context, stores, axis));
  if (lane === undefined) return undefined;
  const isLeft = leftAlone.includes(lane);
  if (!isLeft && !rightAlone.includes(lane)) return undefined;
  const longest = [...(isLeft ? rightAlone : leftAlone)].sort((a, b) => b.extent - a.extent)[0];
  const together = (axis: Axis, alone: readonly Axis[], value: Expression) => {
    const even = runAround(context, nest, [...stores, reading(value)], axis, alone);
    return fillsTiles(extentOf(even), width) ? even : runAround(context, nest, stores, axis, alone);
  };
  const columns = isLeft ? together(lane, leftAlone, left) : together(lane, rightAlone, right);
  const rowsAlone = isLeft ? rightAlone : leftAlone;
  const rows = longest === undefined ? [] : together(longest, rowsAlone, isLeft ? right : left);
  const outer = nest.axes.filter((axis) => !columns.includes(axis) && !rows.includes(axis));
  const factor = (value: Expression, tiled: readonly Axis[]): Factor => {
    return { value, tiled, outer: outer.filter((axis) => dependsOn(value, axis.local)) };
  };
  return {
    carry,
    summed,
    columns: factor(isLeft ? left : right, columns),
    rows: factor(isLeft ? right : left, rows),
    outer,
    stores,
  };
}

/** Do tiles of `width` that overlap at the end cover `extent` with little work done twice? */
export function fillsTiles(extent: number, width: number): boolean {
  return extent >= width && Math.ceil(extent / width) * width <= 1.4 * extent;
}

/** A step that does nothing but read `value`. */
export function reading(value: Expression): Step {
  return { kind: "carry", local: -1, initial: value };
}

/** Axes that `value` depends on and `other` does not. */
function aloneIn(nest: Nest, value: Expression, other: Expression): readonly Axis[] {
  return nest.axes.filter((axis) => dependsOn(value, axis.local) && !dependsOn(other, axis.local));
}

function movesByOne(context: NestContext, stores: readonly Step[], axis: Axis): boolean {
  return stores.every((step) => step.kind === "store" && coefficientOf(storeAddress(context, step), axis.local) === 1);
}

/** The longest run of neighbours of `axis` among `alone` that `stores` walk as one. */
function runAround(
  context: NestContext,
  nest: Nest,
  stores: readonly Step[],
  axis: Axis,
  alone: readonly Axis[],
): readonly Axis[] {
  let [first, last] = [nest.axes.indexOf(axis), nest.axes.indexOf(axis)];
  const joins = (outer: Axis | undefined, inner: Axis | undefined) =>
    outer !== undefined &&
    inner !== undefined &&
    alone.includes(outer) &&
    alone.includes(inner) &&
    walkAsOne(context, stores, outer, inner);
  while (joins(nest.axes[first - 1], nest.axes[first])) first--;
  while (joins(nest.axes[last], nest.axes[last + 1])) last++;
  return nest.axes.slice(first, last + 1);
}

/** How a factor that is nothing but an element of a tensor moves through memory. */
export interface Strides {
  /** From one column or row of a tile to the next. */
  readonly tiled: number;
  /** From one step of the sum to the next; undefined where the summed axes do not move as one. */
  readonly summed: number | undefined;
}

/** The strides of a factor, or undefined where it is more than an element or moves unevenly through a tile. */
export function stridesInPlace(
  context: NestContext,
  { value, tiled }: Factor,
  summed: readonly Axis[],
): Strides | undefined {
  if (value.kind !== "load") return undefined;
  const strides = [...tiled, ...summed].map((axis) => coefficientOf(value.index, axis.local));
  const across = tiled.length === 0 ? 0 : strides[tiled.length - 1];
  if (strides.includes(undefined) || across === undefined || !walkEvenly(context, value, tiled)) return undefined;
  return { tiled: across, summed: walkEvenly(context, value, summed) ? strides.at(-1) : undefined };
}

/** Does `value` move through `axes` as if they were one? */
export function walkEvenly(context: NestContext, value: Expression, axes: readonly Axis[]): boolean {
  return axes.every((axis, index) => index === 0 || walkAsOne(context, [reading(value)], at(axes, index - 1), axis));
}

/** Are neighbours along `axis` neighbours in memory? */
export function areNeighbours(value: Expression, axis: Axis): boolean {
  const loads = loadsIn([reading(value)]);
  return loads.length > 0 && loads.every((load) => [0, 1].includes(coefficientOf(load.index, axis.local) ?? -1));
}

/** Positions in all of `axes`. */
export function extentOf(axes: readonly Axis[]): number {
  return sizeOf(axes.map((axis) => axis.extent));
}

/** Says where the axes of a tile are: the last one walks for all. */
export function place(
  context: NestContext,
  places: Map<number, Expression>,
  axes: readonly Axis[],
  start: Expression,
  inner: Axis,
): void {
  const last = axes.at(-1);
  if (last === undefined) return;
  for (const axis of axes) places.set(axis.local, context.builder.index(0));
  const element = context.arithmetic.sum([
    [start, 1],
    [context.position(inner), 1],
  ]);
  places.set(last.local, element);
}

/** Do windows slide in `nest`: is what one step of the sum reads read again by the next, a little further on? */
export function slides({ computes }: Nest): boolean {
  return computes.some((node) => isNode(node, "contract") && node.params.windows.length > 0);
}
