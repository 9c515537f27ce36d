/** The baseline that learns nothing: the nearest training bones vote. A network that cannot match it is not needed. */
import { at } from "../../support/invariant.ts";

/** Training rows with their labels, 0 or 1. */
export interface Neighbours {
  /** Row-major [n, columns]. */
  readonly rows: Float64Array;
  readonly columns: number;
  readonly labels: ArrayLike<number>;
  /** How many vote; odd, so that there are no ties. */
  readonly voters: number;
}

/** Share of the nearest training rows that are of class 1, for each of `rows` (row-major, the same columns). */
export function voteOfNeighbours(known: Neighbours, rows: Float64Array): Float64Array {
  const votes = new Float64Array(rows.length / known.columns);
  for (let row = 0; row < votes.length; row++) {
    const point = rows.subarray(row * known.columns, (row + 1) * known.columns);
    votes[row] = nearest(known, point).reduce((sum, position) => sum + at(known.labels, position), 0) / known.voters;
  }
  return votes;
}

/** Positions of the nearest training rows, nearest first; the earlier row wins a tie. */
export function nearest({ rows, columns, voters }: Neighbours, point: ArrayLike<number>): number[] {
  const found: { position: number; square: number }[] = [];
  for (let position = 0; position * columns < rows.length; position++) {
    let square = 0;
    for (let column = 0; column < columns; column++)
      square += (at(rows, position * columns + column) - at(point, column)) ** 2;
    if (found.length === voters && square >= at(found, -1).square) continue;
    const place = found.findIndex((other) => square < other.square);
    found.splice(place === -1 ? found.length : place, 0, { position, square });
    if (found.length > voters) found.pop();
  }
  return found.map(({ position }) => position);
}
