/** What tensors become where they meet, asked for by itself: their common dtype, their common shape, a tensor of anything. */

import { type Dtype, dtypes } from "../shape/dtype.ts";
import { zeros } from "./creation.ts";
import { castNode, commonDtype, commonShape, expandNode, type Operand } from "./operands.ts";
import { Tensor, type TensorLike, type TensorOptions, tensor } from "./tensor.ts";

/**
 * The dtype that operations give these operands: tensors, dtypes, and JavaScript numbers, which take that of the others.
 * @throws DtypeError where a number is outside the range of the others' dtype.
 *
 * @example
 * ```ts
 * import { ones, resultType } from "smilodon";
 * console.log(resultType("u8", "i8"), resultType(ones([2], { dtype: "i32" }), 0.5)); // i16 f32
 * ```
 */
export function resultType(...operands: readonly (Operand | Dtype)[]): Dtype {
  return commonDtype(
    "resultType",
    operands.map((operand) => (isDtypeName(operand) ? zeros([], { dtype: operand }) : operand)),
  );
}

function isDtypeName(operand: Operand | Dtype): operand is Dtype {
  return typeof operand === "string" && Object.hasOwn(dtypes, operand);
}

/**
 * The tensors, broadcast to the one shape that they have together.
 * @throws ShapeError where they have none.
 *
 * @example
 * ```ts
 * import { broadcastArrays, ones } from "smilodon";
 * console.log(broadcastArrays(ones([3, 1]), ones([4])).map((each) => each.shape)); // [[3, 4], [3, 4]]
 * ```
 */
export function broadcastArrays(...tensors: readonly Tensor[]): Tensor[] {
  const shape = commonShape("broadcastArrays", tensors);
  return tensors.map((each) => new Tensor(expandNode(each.node, shape)));
}

/**
 * A tensor of anything: tensors as they are, or as `dtype`; numbers and arrays as `tensor` has them.
 *
 * @example
 * ```ts
 * import { asarray, ones } from "smilodon";
 * const x = ones([2]);
 * console.log(asarray(x) === x, asarray([1, 2], { dtype: "i32" }).dtype); // true i32
 * ```
 */
export function asarray(value: TensorLike, options: TensorOptions = {}): Tensor {
  if (!(value instanceof Tensor)) return tensor(value, options);
  return options.dtype === undefined ? value : new Tensor(castNode(value.node, options.dtype));
}
