/** Shapes: lists of sizes, and the arithmetic on them that graph and tensor share. Nothing here holds data. */
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";

/** Sizes of the axes of a tensor, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** `[2, 3]`, as messages show a shape. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Number of elements in `shape`. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Are the shapes equal, size by size? */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/**
 * The shape that `shapes` broadcast to: aligned at the last axis, sizes equal or 1.
 * @throws ShapeError naming `operation`, the shapes and the axis where they differ.
 */
export function broadcastShapes(operation: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const target = rank - shape.length + axis;
      const size = at(shape, axis);
      const known = at(result, target);
      if (size === known || size === 1) continue;
      if (known !== 1) {
        throw new ShapeError(
          `${operation}: shapes ${shapes.map(showShape).join(" and ")} do not broadcast: sizes ${known} and ${size} ` +
            `meet at axis ${target - rank}. Axes are aligned at the last one and must be equal or 1.`,
          { operation, shapes, axis: target - rank },
        );
      }
      result[target] = size;
    }
  }
  return result;
}

/**
 * `axis` as a position in 0 … rank − 1; negative axes count from the end.
 * @throws ShapeError naming the axis and the rank.
 */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  const position = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || position < 0 || position >= rank) {
    const range = rank === 0 ? "a scalar has no axes" : `axes run from ${-rank} to ${rank - 1}`;
    throw new ShapeError(`${operation}: there is no axis ${axis} in a tensor of rank ${rank}; ${range}.`, {
      axis,
      rank,
    });
  }
  return position;
}

/** `axes` as sorted positions without repeats; `undefined` means all of them. */
export function normalizeAxes(operation: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = typeof axes === "number" ? [axes] : axes;
  if (!Array.isArray(list))
    throw new ShapeError(`${operation}: axes are a whole number or a list of them, not ${JSON.stringify(axes)}.`, {
      axes,
    });
  const positions = list.map((axis) => normalizeAxis(operation, axis, rank)).sort((a, b) => a - b);
  positions.forEach((axis, index) => {
    if (axis === positions[index - 1]) {
      throw new ShapeError(`${operation}: axis ${axis} is named twice in [${list.join(", ")}].`, { axes: list, rank });
    }
  });
  return positions;
}

/**
 * Checks that `shape` is a list of whole sizes of zero or more, small enough to index.
 * @throws ShapeError naming the size that is not.
 */
export function checkShape(operation: string, shape: Shape): Shape {
  if (!Array.isArray(shape))
    throw new ShapeError(`${operation}: ${String(shape)} is no shape. Give a list of sizes, such as [2, 3].`, {
      shape,
    });
  shape.forEach((size, axis) => {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new ShapeError(
        `${operation}: size ${size} at axis ${axis} of ${showShape(shape)} is not a whole number of zero or more.`,
        { shape, axis },
      );
    }
  });
  if (sizeOf(shape) > 2 ** 31 - 1) {
    throw new ShapeError(
      `${operation}: ${showShape(shape)} has ${sizeOf(shape)} elements; a tensor holds at most 2147483647.`,
      { shape },
    );
  }
  return shape;
}

/** `offset`, no further out than just beside a matrix of `shape`. @throws ArgumentError where it is no whole number. */
export function diagonalOf(operation: string, offset: number, shape: Shape): number {
  if (!Number.isInteger(offset))
    throw new ArgumentError(
      `${operation}: offset ${offset} is no diagonal of ${showShape(shape)}; give a whole number, 0 for the main one.`,
      { offset, shape },
    );
  return Math.max(-at(shape, 0), Math.min(offset, at(shape, 1)));
}
