/**
 * What stands around a tensor that continues it: mirrored, repeated, or its last element again. Each side is runs of
 * the tensor itself, forwards or backwards, so that all of it is a view and derivatives are sums of slices.
 */
import { node } from "../../graph/node.ts";
import { checkShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { broadcastTo } from "../manipulate.ts";
import { mapTensor, whence } from "../operands.ts";
import { Tensor } from "../tensor.ts";

/** How a tensor goes on beyond its ends. */
export type Continuation = "reflect" | "symmetric" | "replicate" | "circular";

/** Elements start, start + step, …, so many of them. */
interface Run {
  readonly start: number;
  readonly step: 1 | 0 | -1;
  readonly count: number;
}

/** The run of an axis of `size` that begins at a position outside it. */
const continuations: { readonly [C in Continuation]: (position: number, size: number) => Run } = {
  reflect: (position, size) => {
    if (size === 1) return { start: 0, step: 0, count: Infinity };
    const turn = size - 1;
    const place = modulo(position, 2 * turn);
    return place < turn
      ? { start: place, step: 1, count: turn - place }
      : { start: 2 * turn - place, step: -1, count: 2 * turn - place };
  },
  symmetric: (position, size) => {
    const place = modulo(position, 2 * size);
    return place < size
      ? { start: place, step: 1, count: size - place }
      : { start: 2 * size - 1 - place, step: -1, count: 2 * size - place };
  },
  replicate: (position, size) =>
    position < 0 ? { start: 0, step: 0, count: -position } : { start: size - 1, step: 0, count: Infinity },
  circular: (position, size) => {
    const place = modulo(position, size);
    return { start: place, step: 1, count: size - place };
  },
};

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}

/** x with `low` and `high` elements more along each axis, as `mode` continues it; the inner axes first. */
export function continued(x: Tensor, low: readonly number[], high: readonly number[], mode: Continuation): Tensor {
  if (!Object.hasOwn(continuations, mode))
    throw new ArgumentError(
      `pad: mode is ${JSON.stringify(mode)}; it has to be one of constant, ${Object.keys(continuations).join(", ")}.`,
      { mode },
    );
  const areCounts = [...low, ...high].every((count) => Number.isInteger(count) && count >= 0);
  if (!areCounts || low.length !== x.rank)
    throw new ShapeError(
      `pad: widths [${low.join(", ")}] and [${high.join(", ")}] do not fit ${showShape(x.shape)}.${whence([x])}`,
      { shape: x.shape, low, high },
    );
  checkShape(
    "pad",
    x.shape.map((size, axis) => size + at(low, axis) + at(high, axis)),
  );
  return x.shape.reduceRight((inner, _, axis) => along(inner, axis, at(low, axis), at(high, axis), mode), x);
}

function along(x: Tensor, axis: number, low: number, high: number, mode: Continuation): Tensor {
  if (low === 0 && high === 0) return x;
  const size = at(x.shape, axis);
  if (size === 0)
    throw new ShapeError(`pad: axis ${axis} of ${showShape(x.shape)} has no elements to continue.${whence([x])}`, {
      shape: x.shape,
      axis,
    });
  const runsFrom = (start: number, end: number): Tensor[] => {
    const pieces: Tensor[] = [];
    for (let position = start; position < end; ) {
      const run = continuations[mode](position, size);
      const count = Math.min(run.count, end - position);
      pieces.push(runOf(x, axis, { ...run, count }));
      position += count;
    }
    return pieces;
  };
  const pieces = [...runsFrom(-low, 0), x, ...runsFrom(size, size + high)];
  return new Tensor(
    node(
      "concat",
      pieces.map((piece) => piece.node),
      { axis },
    ),
  );
}

function runOf(x: Tensor, axis: number, { start, step, count }: Run): Tensor {
  const length = step === 0 ? 1 : count;
  const part = mapTensor("slice", x, {
    starts: x.shape.map((_, each) => (each === axis ? start : 0)),
    steps: x.shape.map((_, each) => (each === axis && step !== 0 ? step : 1)),
    shape: x.shape.with(axis, length),
  });
  return step === 0 ? broadcastTo(part, x.shape.with(axis, count)) : part;
}
