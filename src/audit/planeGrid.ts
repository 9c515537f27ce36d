/**
 * Nearest points in the plane for millions of places: a grid whose cells each know the points that can be among the
 * nearest of any place in them, about a dozen of hundreds. The answer is that of a search over all points. For scope.ts.
 */
import { at } from "../support/invariant.ts";

/** Cells along each axis. */
const cellsAcross = 64;

/** How far the grid reaches beyond the points, as a share of their extent; further out are rows that are withheld. */
const margin = 0.25;

/** Rectangles are taken for larger by this share of a cell, so that no rounding loses a point. */
const slack = 1e-6;

/** Cells find their candidates when a place in them is first asked for. */
export class PlaneGrid {
  readonly #points: Float64Array;
  readonly #neighbours: number;
  readonly #left: number;
  readonly #bottom: number;
  readonly #width: number;
  readonly #height: number;
  readonly #cells: (Float64Array | undefined)[] = new Array<undefined>(cellsAcross ** 2).fill(undefined);

  /** For the `neighbours` nearest of `points`, [n, 2]. */
  constructor(points: Float64Array, neighbours: number) {
    this.#points = points;
    this.#neighbours = neighbours;
    [this.#left, this.#width] = axisOf(points, 0);
    [this.#bottom, this.#height] = axisOf(points, 1);
  }

  /** Points, [m, 2], with all the nearest of (x, y) among them; undefined outside of the grid. */
  candidates(x: number, y: number): Float64Array | undefined {
    const column = Math.floor((x - this.#left) / this.#width);
    const row = Math.floor((y - this.#bottom) / this.#height);
    // Written so that NaN, from points without extent, is outside
    if (!(column >= 0 && column < cellsAcross && row >= 0 && row < cellsAcross)) return undefined;
    return this.#cells[row * cellsAcross + column] ?? this.#fill(column, row);
  }

  /** A point is left out where so many others are surely nearer, wherever in the cell the place is. */
  #fill(column: number, row: number): Float64Array {
    const points = this.#points;
    const [left, right] = boundsOf(this.#left, this.#width, column);
    const [bottom, top] = boundsOf(this.#bottom, this.#height, row);
    const least = new Float64Array(points.length / 2);
    const most = new Float64Array(least.length);
    const nearest = new Float64Array(this.#neighbours).fill(Number.POSITIVE_INFINITY);
    for (let point = 0; point < least.length; point++) {
      const x = points[2 * point] ?? 0;
      const y = points[2 * point + 1] ?? 0;
      least[point] = Math.max(left - x, 0, x - right) ** 2 + Math.max(bottom - y, 0, y - top) ** 2;
      const furthest = Math.max(x - left, right - x) ** 2 + Math.max(y - bottom, top - y) ** 2;
      most[point] = furthest;
      if (furthest < (nearest[nearest.length - 1] ?? 0)) insertAscending(nearest, furthest);
    }
    const limit = at(nearest, -1);
    const kept: number[] = [];
    for (let point = 0; point < least.length; point++) if ((least[point] ?? 0) <= limit) kept.push(point);
    // The nearest first: then most of the others are dismissed at a glance
    kept.sort((a, b) => at(most, a) - at(most, b));
    const found = Float64Array.from(kept.flatMap((point) => [at(points, 2 * point), at(points, 2 * point + 1)]));
    this.#cells[row * cellsAcross + column] = found;
    return found;
  }
}

/** Where the grid begins along an axis, and how wide its cells are. */
function axisOf(points: Float64Array, axis: number): [start: number, width: number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let index = axis; index < points.length; index += 2) {
    lowest = Math.min(lowest, at(points, index));
    highest = Math.max(highest, at(points, index));
  }
  const extent = highest - lowest;
  return [lowest - margin * extent, ((1 + 2 * margin) * extent) / cellsAcross];
}

function boundsOf(start: number, width: number, cell: number): [low: number, high: number] {
  return [start + (cell - slack) * width, start + (cell + 1 + slack) * width];
}

/** Puts `value`, which is below the last of the ascending `values`, in its place; the last falls out. */
export function insertAscending(values: Float64Array, value: number): void {
  let place = values.length - 1;
  for (; place > 0 && value < (values[place - 1] ?? 0); place--) values[place] = values[place - 1] ?? 0;
  values[place] = value;
}
