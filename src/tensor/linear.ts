/**
 * Linear functions: products of vectors, matrices and stacks of them. All are the one primitive `contract`: axes
 * get names, names that both operands share and the result lacks are summed. A batch axis that is broadcast is
 * simply a name that the operand lacks, so nothing is copied. `einsum.ts` lets users write the names.
 */
import { node, withOneOrigin } from "../graph/node.ts";
import { computedIn } from "../shape/dtype.ts";
import { broadcastShapes, normalizeAxis, type Shape, showShape } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { attachMethods } from "./methods.ts";
import { castNode, commonDtype, commonShape, expandNode, explaining, toNumber, whence } from "./operands.ts";
import type { MatmulShape, Multiplies, ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<S extends ShapeType> {
    /** {@link matmul} */
    matmul<A extends ShapeType, B extends ShapeType>(
      this: Tensor<A>,
      other: Tensor<B> & Multiplies<A, B>,
    ): Tensor<MatmulShape<A, B>>;
    /** {@link outer} */
    outer(other: Tensor): Tensor;
    /** {@link vecdot} */
    vecdot(other: Tensor, axis?: number): Tensor;
    /** {@link tensordot} */
    tensordot(other: Tensor, axes?: TensordotAxes): Tensor;
  }
}

/** A tensor with a name for each of its axes, for `contractNamed`. */
export interface NamedOperand {
  readonly tensor: Tensor;
  readonly names: readonly number[];
}

/**
 * The sum of products over all names that `output` lacks. Dtypes promote; booleans count as i32; sums are
 * accumulated in the common dtype, those of f16 and bf16 in f32.
 */
export function contractNamed(
  operation: string,
  left: NamedOperand,
  right: NamedOperand,
  output: readonly number[],
): Tensor {
  const operands = [left.tensor, right.tensor];
  const dtype = toNumber(commonDtype(operation, operands));
  const [a, b] = [summedAlone(left, right, output), summedAlone(right, left, output)];
  const params = { left: a.names, right: b.names, output, windows: [], accumulate: computedIn(dtype), dtype };
  return explaining(
    operation,
    operands,
    () => new Tensor(node("contract", [castNode(a.tensor.node, dtype), castNode(b.tensor.node, dtype)], params)),
  );
}

/** Axes that neither the other operand nor the output names are summed at once: they only scale the rest. */
function summedAlone({ tensor, names }: NamedOperand, other: NamedOperand, output: readonly number[]): NamedOperand {
  const isNeeded = (name: number) => other.names.includes(name) || output.includes(name);
  const alone = names.flatMap((name, axis) => (isNeeded(name) ? [] : [axis]));
  return alone.length === 0 ? { tensor, names } : { tensor: tensor.sum(alone), names: names.filter(isNeeded) };
}

/**
 * The matrix product over the last axis of `a` and the second to last of `b`. A vector stands for a row on the left
 * and a column on the right, and its axis vanishes. Axes before the last two are batch axes and broadcast.
 * @throws ShapeError naming both shapes where the sizes differ.
 *
 * @example
 * ```ts
 * import { matmul, tensor } from "smilodon";
 * const a = tensor([[1, 2], [3, 4]]);
 * console.log(await matmul(a, a).toArray(), await matmul(a, tensor([1, 1])).toArray()); // [[7, 10], [15, 22]] [3, 7]
 * ```
 */
export function matmul<A extends ShapeType, B extends ShapeType>(
  a: Tensor<A>,
  b: Tensor<B> & Multiplies<A, B>,
): Tensor<MatmulShape<A, B>>;
export function matmul(a: Tensor, b: Tensor): Tensor {
  return withOneOrigin(() => {
    if (a.rank === 0 || b.rank === 0)
      throw new ShapeError(
        `matmul: shapes ${showShape(a.shape)} and ${showShape(b.shape)}: a scalar has no axis to sum over. Use multiply.${whence([a, b])}`,
        { shapes: [a.shape, b.shape] },
      );
    const inner = [at(a.shape, -1), at(b.shape, b.rank === 1 ? 0 : -2)];
    if (inner[0] !== inner[1]) {
      const side = b.rank === 1 ? "the axis" : `axis ${b.rank - 2}`;
      throw new ShapeError(
        `matmul: shapes ${showShape(a.shape)} and ${showShape(b.shape)} do not fit: the sum runs over axis ${a.rank - 1} of the left (size ${inner[0]}) and ` +
          `${side} of the right (size ${inner[1]}), which have to be equal. ${matmulAdvice(a.shape, b.shape)}${whence([a, b])}`,
        { shapes: [a.shape, b.shape], sizes: inner },
      );
    }
    const batch = commonBatch(a, b);
    const [rows, columns, summed] = [batch.length, batch.length + 1, batch.length + 2];
    const left = nameBatch(a, a.rank === 1 ? [summed] : [rows, summed], batch);
    const right = nameBatch(b, b.rank === 1 ? [summed] : [summed, columns], batch);
    const output = [...batch.keys(), ...(a.rank === 1 ? [] : [rows]), ...(b.rank === 1 ? [] : [columns])];
    return contractNamed("matmul", left, right, output);
  });
}

function matmulAdvice(a: Shape, b: Shape): string {
  if (b.length >= 2 && at(a, -1) === at(b, -1)) return "The right one fits when transposed: b.matrixTranspose().";
  if (a.length >= 2 && at(a, -2) === at(b, b.length === 1 ? 0 : -2))
    return "The left one fits when transposed: a.matrixTranspose().";
  return "";
}

/** The batch shape that both broadcast to. */
function commonBatch(a: Tensor, b: Tensor): Shape {
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (left.length === 0 || right.length === 0) return left.length === 0 ? right : left;
  return explaining("matmul", [a, b], () => broadcastShapes("matmul (batch axes)", left, right));
}

/** Names the batch axes of `tensor` by their place in `batch`; axes of size 1 that are broadcast lose axis and name. */
function nameBatch(tensor: Tensor, matrixNames: readonly number[], batch: Shape): NamedOperand {
  const own = tensor.rank - matrixNames.length;
  const places = Array.from({ length: own }, (_, axis) => batch.length - own + axis);
  const isRepeated = places.map((place, axis) => tensor.shape[axis] === 1 && batch[place] !== 1);
  const shape = tensor.shape.filter((_, axis) => isRepeated[axis] !== true);
  return {
    tensor: shape.length === tensor.rank ? tensor : new Tensor(node("reshape", [tensor.node], { shape })),
    names: [...places.filter((_, axis) => isRepeated[axis] !== true), ...matrixNames],
  };
}

/**
 * All products of an element of vector `a` with one of vector `b`.
 * @throws ShapeError unless both have one axis.
 *
 * @example
 * ```ts
 * import { outer, tensor } from "smilodon";
 * console.log(await outer(tensor([1, 2]), tensor([3, 4])).toArray()); // [[3, 4], [6, 8]]
 * ```
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  return withOneOrigin(() => {
    if (a.rank !== 1 || b.rank !== 1)
      throw new ShapeError(
        `outer: shapes ${showShape(a.shape)} and ${showShape(b.shape)}: both have to be vectors. Use tensordot(a, b, 0) for more axes.${whence([a, b])}`,
        { shapes: [a.shape, b.shape] },
      );
    return contractNamed("outer", { tensor: a, names: [0] }, { tensor: b, names: [1] }, [0, 1]);
  });
}

/**
 * Scalar products of the vectors along `axis` (the last by default); the other axes broadcast.
 *
 * @example
 * ```ts
 * import { tensor, vecdot } from "smilodon";
 * console.log(await vecdot(tensor([[1, 2], [3, 4]]), tensor([1, 10])).toArray()); // [21, 43]
 * ```
 */
export function vecdot(a: Tensor, b: Tensor, axis = -1): Tensor {
  return withOneOrigin(() => {
    const operands = [a, b];
    const shape = commonShape("vecdot", operands);
    const summed = explaining("vecdot", operands, () => normalizeAxis("vecdot", axis, shape.length));
    const named = (tensor: Tensor): NamedOperand => {
      const missing = shape.length - tensor.rank;
      const kept = tensor.shape.flatMap((size, each) => (size === shape[missing + each] ? [each] : []));
      return {
        tensor: new Tensor(node("reshape", [tensor.node], { shape: kept.map((each) => at(tensor.shape, each)) })),
        names: kept.map((each) => missing + each),
      };
    };
    const [left, right] = [named(a), named(b)];
    if (![...left.names, ...right.names].includes(summed))
      return new Tensor(expandNode(a.multiply(b).node, shape)).sum(summed);
    return contractNamed(
      "vecdot",
      left,
      right,
      [...shape.keys()].filter((each) => each !== summed),
    );
  });
}

/** How many last axes of the left meet first axes of the right, or which axes of each meet. */
export type TensordotAxes = number | readonly [left: readonly number[], right: readonly number[]];

/**
 * The sum of products over pairs of axes; the axes that are left follow each other, those of `a` first.
 * @throws ShapeError where sizes that meet differ.
 *
 * @example
 * ```ts
 * import { ones, tensordot } from "smilodon";
 * console.log(tensordot(ones([2, 3, 4]), ones([3, 4, 5])).shape); // [2, 5]
 * console.log(tensordot(ones([2, 3]), ones([3, 2]), [[0], [1]]).shape); // [3, 3]
 * ```
 */
export function tensordot(a: Tensor, b: Tensor, axes: TensordotAxes = 2): Tensor {
  if (typeof axes !== "number" && !(Array.isArray(axes) && axes.length === 2 && axes.every(Array.isArray)))
    throw new ArgumentError(
      `tensordot: axes are ${JSON.stringify(axes)}; give how many, or two lists, such as [[1], [0]].`,
      { axes },
    );
  if (typeof axes === "number" && !(Number.isInteger(axes) && axes >= 0 && axes <= Math.min(a.rank, b.rank)))
    throw new ShapeError(
      `tensordot: ${axes} axes of ${showShape(a.shape)} and ${showShape(b.shape)}; it has to be a whole number from 0 to the smaller rank.`,
      { axes },
    );
  return withOneOrigin(() => {
    const [left, right] =
      typeof axes === "number"
        ? [
            Array.from({ length: axes }, (_, index) => a.rank - axes + index),
            Array.from({ length: axes }, (_, index) => index),
          ]
        : axes;
    const normalize = (tensor: Tensor, list: readonly number[]) =>
      explaining("tensordot", [tensor], () => list.map((axis) => normalizeAxis("tensordot", axis, tensor.rank)));
    const [leftAxes, rightAxes] = [normalize(a, left), normalize(b, right)];
    if (leftAxes.length !== rightAxes.length)
      throw new ShapeError(
        `tensordot: ${leftAxes.length} axes of the left and ${rightAxes.length} of the right do not pair.`,
        { left, right },
      );
    leftAxes.forEach((axis, index) => {
      const other = at(rightAxes, index);
      if (a.shape[axis] === b.shape[other]) return;
      throw new ShapeError(
        `tensordot: shapes ${showShape(a.shape)} and ${showShape(b.shape)}: axis ${axis} of the left (size ${a.shape[axis]}) meets axis ${other} of the right (size ${b.shape[other]}).${whence([a, b])}`,
        { shapes: [a.shape, b.shape] },
      );
    });
    const leftNames = a.shape.map((_, axis) => axis);
    const rightNames = b.shape.map((_, axis) =>
      rightAxes.includes(axis) ? at(leftAxes, rightAxes.indexOf(axis)) : a.rank + axis,
    );
    const output = [
      ...leftNames.filter((axis) => !leftAxes.includes(axis)),
      ...rightNames.filter((name) => name >= a.rank),
    ];
    return contractNamed("tensordot", { tensor: a, names: leftNames }, { tensor: b, names: rightNames }, output);
  });
}

attachMethods({ matmul, outer, vecdot, tensordot });
