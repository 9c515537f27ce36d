/** Operations along one axis, as operations on the rows of a matrix. */
import { node } from "../../graph/node.ts";
import { normalizeAxis, sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { moveAxis, reshape } from "../../tensor/manipulate.ts";
import { explaining } from "../../tensor/operands.ts";
import { requireTensor, Tensor } from "../../tensor/tensor.ts";

/** A tensor as rows along one of its axes. */
export interface Rows {
  /** [rows, length] */
  readonly rows: Tensor;
  /** Number of elements along the axis. */
  readonly length: number;
  /** A result with as many rows, [rows, any length], with its columns along the axis. */
  readonly restore: (rows: Tensor) => Tensor;
  /** A result with one number for each row, [rows]: the axis vanishes, or has size 1 where it is kept. */
  readonly restoreReduced: (results: Tensor, isKept: boolean) => Tensor;
}

/** `x` as rows along `axis`. @throws ArgumentError where x is no tensor, ShapeError where it has no such axis. */
export function rowsAlong(operation: string, x: Tensor, axis: number): Rows {
  requireTensor(operation, "x", x);
  const position = explaining(operation, [x], () => normalizeAxis(operation, axis, x.rank));
  const length = at(x.shape, position);
  const others = x.shape.toSpliced(position, 1);
  const restore = (rows: Tensor) => moveAxis(reshape(rows, [...others, at(rows.shape, 1)]), -1, position);
  return {
    rows: reshape(moveAxis(x, position, -1), [sizeOf(others), length]),
    length,
    restore,
    restoreReduced: (results, isKept) => reshape(results, isKept ? x.shape.with(position, 1) : others),
  };
}

/** The elements of each row, [rows, length], at positions that are known to exist, i32 [rows, any length]. */
export function gatherRows(rows: Tensor, positions: Tensor): Tensor {
  return new Tensor(node("gather", [rows.node, positions.node], { axis: 1, batch: 1, value: null }));
}
