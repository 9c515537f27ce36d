/** Putting tensors together along an axis, and taking them apart again. */
import { node } from "../graph/node.ts";
import { type Dtype, isFloat } from "../shape/dtype.ts";
import { normalizeAxis, showShape } from "../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { full } from "./creation.ts";
import { expandDims, squeeze } from "./manipulate.ts";
import { attachMethods } from "./methods.ts";
import { castNode, commonDtype, explaining, whence } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { slice } from "./slice.ts";
import { Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link split} */
    split(parts: number | readonly number[], axis?: number): Tensor[];
    /** {@link unstack} */
    unstack(axis?: number): Tensor[];
    /** {@link oneHot} */
    oneHot(classes: number, options?: OneHotOptions): Tensor;
  }
}

/**
 * The tensors one after the other along `axis` (the first by default); dtypes promote.
 * @throws ShapeError where other axes differ, ArgumentError where there are no tensors.
 *
 * @example
 * ```ts
 * import { concat, tensor } from "smilodon";
 * console.log(await concat([tensor([1, 2]), tensor([3])]).toArray()); // [1, 2, 3]
 * ```
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first, ...others] = tensors;
  if (first === undefined) throw new ArgumentError("concat: there are no tensors to put together.");
  const dtype = commonDtype("concat", tensors);
  return explaining("concat", tensors, () => {
    const position = normalizeAxis("concat", axis, first.rank);
    const nodes = tensors.map((each) => castNode(each.node, dtype));
    return others.length === 0 ? new Tensor(at(nodes, 0)) : new Tensor(node("concat", nodes, { axis: position }));
  });
}

/**
 * Tensors of one shape along a new axis (the first by default); dtypes promote.
 * @throws ShapeError where the shapes differ, ArgumentError where there are no tensors.
 *
 * @example
 * ```ts
 * import { stack, tensor } from "smilodon";
 * console.log(await stack([tensor([1, 2]), tensor([3, 4])], 1).toArray()); // [[1, 3], [2, 4]]
 * ```
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new ArgumentError("stack: there are no tensors to put together.");
  for (const each of tensors) {
    if (showShape(each.shape) === showShape(first.shape)) continue;
    throw new ShapeError(
      `stack: shapes ${showShape(first.shape)} and ${showShape(each.shape)} differ; stacked tensors need one shape.${whence([first, each])}`,
      { shapes: tensors.map(({ shape }) => shape) },
    );
  }
  const position = explaining("stack", tensors, () => normalizeAxis("stack", axis, first.rank + 1));
  return concat(
    tensors.map((each) => expandDims(each, position)),
    position,
  );
}

/**
 * x cut along `axis` (the first by default) into a number of equal parts, or into parts of the sizes listed.
 * @throws ShapeError where the axis does not divide so.
 *
 * @example
 * ```ts
 * import { split, tensor } from "smilodon";
 * const [a, b] = split(tensor([1, 2, 3]), [1, 2]);
 * console.log(await a?.toArray(), await b?.toArray()); // [1] [2, 3]
 * ```
 */
export function split(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const position = explaining("split", [x], () => normalizeAxis("split", axis, x.rank));
  const size = at(x.shape, position);
  const isEven = typeof parts === "number" && Number.isInteger(parts) && parts > 0 && size % parts === 0;
  const sizes = typeof parts !== "number" ? parts : isEven ? new Array<number>(parts).fill(size / parts) : [-1];
  const total = sizes.reduce((sum, each) => sum + each, 0);
  if (total !== size || sizes.some((each) => !Number.isInteger(each) || each < 0)) {
    const wanted = typeof parts === "number" ? `${parts} equal parts` : `parts of [${parts.join(", ")}]`;
    throw new ShapeError(
      `split: axis ${position} of ${showShape(x.shape)} has size ${size} and does not divide into ${wanted}.${whence([x])}`,
      { shape: x.shape, axis: position, parts },
    );
  }
  let start = 0;
  return sizes.map((each) => {
    start += each;
    return slice(x, ...new Array<null>(position).fill(null), [start - each, start]);
  });
}

/**
 * The slices of x along `axis` (the first by default), which they no longer have.
 *
 * @example
 * ```ts
 * import { tensor, unstack } from "smilodon";
 * const [first] = unstack(tensor([[1, 2], [3, 4]]));
 * console.log(await first?.toArray()); // [1, 2]
 * ```
 */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  const position = explaining("unstack", [x], () => normalizeAxis("unstack", axis, x.rank));
  const size = at(x.shape, position);
  return size === 0 ? [] : split(x, size, position).map((part) => squeeze(part, position));
}

/** What `oneHot` may be told. */
export interface OneHotOptions {
  /** Element type of the result. Default f32. */
  readonly dtype?: Dtype;
  /** Where in the result the axis of the classes stands. Default the last. */
  readonly axis?: number;
  /** What stands at the position. Default 1. */
  readonly on?: number;
  /** What stands elsewhere. Default 0. */
  readonly off?: number;
}

/**
 * A new axis of size `classes` with a 1 at the position that the integer says, zeros elsewhere (only zeros
 * where it is outside 0 … classes − 1: negative positions do not count from the end, as in ONNX they do). Other values than 1 and 0
 * are `on` and `off`.
 * @throws DtypeError for floats, ShapeError where there is no such axis.
 *
 * @example
 * ```ts
 * import { oneHot, tensor } from "smilodon";
 * console.log(await oneHot(tensor([1, 0], { dtype: "i32" }), 3).toArray()); // [[0, 1, 0], [1, 0, 0]]
 * console.log(await oneHot(tensor([1], { dtype: "i32" }), 2, { axis: 0, on: 5, off: -1 }).toArray()); // [[-1], [5]]
 * ```
 */
export function oneHot(
  x: Tensor,
  classes: number,
  { dtype = "f32", axis = -1, on = 1, off = 0 }: OneHotOptions = {},
): Tensor {
  if (isFloat(x.dtype))
    throw new DtypeError(
      `oneHot: positions have to be integers and are ${x.dtype}. Convert with astype("i32").${whence([x])}`,
      { dtype: x.dtype },
    );
  const position = explaining("oneHot", [x], () => normalizeAxis("oneHot", axis, x.rank + 1));
  const shape = [classes, ...new Array<number>(x.rank - position).fill(1)];
  const positions = new Tensor(node("iota", [], { shape, axis: 0, dtype: x.dtype === "bool" ? "i32" : x.dtype }));
  const isHot = expandDims(x, position).equal(positions);
  if (on === 1 && off === 0) return isHot.astype(dtype);
  return isHot.where(full([], on, { dtype }), full([], off, { dtype }));
}

attachMethods({ split, unstack, oneHot });
