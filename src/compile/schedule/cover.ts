/** How tiles of one width cover a direction of any extent: the last one is moved back until it ends at the border. */
import type { Expression } from "../../kernel/expression.ts";
import { sizeOf } from "../../shape/shape.ts";
import type { NestContext } from "../nest.ts";

/** Tiles of one width along one direction; the last one may overlap the one before. */
export interface Cover {
  readonly extent: number;
  readonly width: number;
  readonly count: number;
}

/** Tiles of `width` over `extent`. */
export function cover(extent: number, width: number): Cover {
  return { extent, width, count: Math.ceil(extent / width) };
}

/** Do the tiles not overlap: is each element in one? */
export function isDivided({ extent, width }: Cover): boolean {
  return extent % width === 0;
}

/** The largest divisor of `count` that is `most` or less. */
export function largestDivisor(count: number, most: number): number {
  for (let divisor = Math.min(most, count); divisor > 1; divisor--) if (count % divisor === 0) return divisor;
  return 1;
}

/** The height of tiles that covers `rows` with the least work, where a tile costs its rows and about one more. */
export function bestHeight(rows: number, most: number, isExact: boolean): number | undefined {
  let best: { height: number; cost: number } | undefined;
  for (let height = Math.min(most, rows); height > 1; height--) {
    const cost = Math.ceil(rows / height) * (height + 1);
    if ((!isExact || rows % height === 0) && cost < (best?.cost ?? Infinity)) best = { height, cost };
  }
  return best?.height;
}

/** Where tile number `tile` begins. */
export function startOf(context: NestContext, { extent, width }: Cover, tile: Expression): Expression {
  const start = context.arithmetic.sum([[tile, width]]);
  if (extent % width === 0) return start;
  return context.builder.apply("minimum", start, context.builder.index(extent - width));
}

/** The positions in loops of `extents` whose iterations are numbered through. */
export function split(context: NestContext, number: Expression, extents: readonly number[]): Expression[] {
  let stride = sizeOf(extents);
  let rest = number;
  return extents.map((extent) => {
    stride /= extent;
    if (extent === 1) return context.builder.index(0);
    const position = context.arithmetic.quotient(rest, stride);
    rest = context.arithmetic.remainder(rest, stride);
    return position;
  });
}
