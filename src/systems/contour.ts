/**
 * Contours of a grid of values as SVG paths, by marching squares: the region where values reach a level, and the line
 * along which they cross it. Values are taken as linear along the edges of each cell.
 */
import { at } from "../support/invariant.ts";

/** Values at the corners of a net of cells: row-major [rows, columns], the first row on top. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly values: ArrayLike<number>;
}

/** A position on the picture in pixels, y downwards. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Size of the picture in pixels that the grid spans from corner to corner. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** One corner of a cell: where it is and how far above the level. */
interface Corner extends Place {
  readonly above: number;
}

/** Path of the region where the grid is at least `level`: filled polygons, neighbouring full cells of a row joined. */
export function regionPath(grid: Grid, level: number, extent: Extent): string {
  const parts: string[] = [];
  for (let row = 0; row < grid.rows - 1; row++) {
    let runStart: Corner | undefined;
    for (let column = 0; column < grid.columns - 1; column++) {
      const corners = cornersOf(grid, { column, row, level, extent });
      const isFull = corners.every((corner) => corner.above >= 0);
      if (isFull) runStart ??= corners[0];
      if (runStart !== undefined && (!isFull || column === grid.columns - 2)) {
        // A run ends at the right edge of a full last cell, or at the left edge of the cell that broke it.
        parts.push(rectangle(runStart, isFull ? corners[2] : corners[3]));
        runStart = undefined;
      }
      if (!isFull) parts.push(polygon(clip(corners)));
    }
  }
  return parts.join("");
}

/** Path of the line where the grid crosses `level`. */
export function crossingPath(grid: Grid, level: number, extent: Extent): string {
  const parts: string[] = [];
  for (let row = 0; row < grid.rows - 1; row++) {
    for (let column = 0; column < grid.columns - 1; column++) {
      const crossings = crossingsOf(cornersOf(grid, { column, row, level, extent }));
      for (let index = 0; index + 1 < crossings.length; index += 2) {
        const [from, to] = [crossings[index], crossings[index + 1]];
        if (from !== undefined && to !== undefined) parts.push(`M${show(from)}L${show(to)}`);
      }
    }
  }
  return parts.join("");
}

type Corners = readonly [Corner, Corner, Corner, Corner];

/** Corners of a cell, clockwise from the top left. */
function cornersOf(
  grid: Grid,
  { column, row, level, extent }: { column: number; row: number; level: number; extent: Extent },
): Corners {
  const corner = (right: number, down: number): Corner => ({
    x: (extent.width * (column + right)) / (grid.columns - 1),
    y: (extent.height * (row + down)) / (grid.rows - 1),
    above: at(grid.values, (row + down) * grid.columns + column + right) - level,
  });
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}

/** The part of a cell where the value is at least the level (Sutherland and Hodgman 1974). */
function clip(corners: Corners): Place[] {
  return corners.flatMap((corner, index) => {
    const next = corners[(index + 1) % 4] ?? corner;
    const kept = corner.above >= 0 ? [corner] : [];
    return corner.above >= 0 === next.above >= 0 ? kept : [...kept, between(corner, next)];
  });
}

function crossingsOf(corners: Corners): Place[] {
  return corners.flatMap((corner, index) => {
    const next = corners[(index + 1) % 4] ?? corner;
    return corner.above >= 0 === next.above >= 0 ? [] : [between(corner, next)];
  });
}

function between(from: Corner, to: Corner): Place {
  const share = from.above / (from.above - to.above);
  return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
}

function rectangle(from: Place, to: Place): string {
  return `M${show(from)}H${short(to.x)}V${short(to.y)}H${short(from.x)}Z`;
}

function polygon(points: readonly Place[]): string {
  return points.length < 3 ? "" : `M${points.map(show).join("L")}Z`;
}

function show({ x, y }: Place): string {
  return `${short(x)} ${short(y)}`;
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}
