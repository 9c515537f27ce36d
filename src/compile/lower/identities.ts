/** The value that a reduction starts from, for each dtype. */
import type { ExpressionBuilder } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import { type ReduceOp, scalarOps } from "../../kernel/scalarOps.ts";
import type { Dtype } from "../../shape/dtype.ts";

const lowest: { readonly [D in Dtype]: number } = {
  bool: 0,
  u8: 0,
  i32: -(2 ** 31),
  u32: 0,
  f32: -Infinity,
  f64: -Infinity,
};
const highest: { readonly [D in Dtype]: number } = {
  bool: 1,
  u8: 255,
  i32: 2 ** 31 - 1,
  u32: 2 ** 32 - 1,
  f32: Infinity,
  f64: Infinity,
};
const allBits: { readonly [D in Dtype]: number } = { ...highest, i32: -1 };

/** The value that changes nothing under `op`. */
export function reduceIdentity(builder: ExpressionBuilder, op: ReduceOp, dtype: Dtype): Expression {
  const { identity } = scalarOps[op];
  switch (identity) {
    case 0:
    case 1:
      return builder.literal(dtype, identity);
    case "lowest":
      return builder.literal(dtype, lowest[dtype]);
    case "highest":
      return builder.literal(dtype, highest[dtype]);
    case "allBits":
      return builder.literal(dtype, allBits[dtype]);
    default:
      return identity satisfies never;
  }
}
