/**
 * Arithmetic on f32 expressions, in few words: what the approximations beside this file are written in. Nothing here
 * depends on whether a target rounds a·b + c once or twice.
 */
import type { ExpressionBuilder } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";

/** An expression, or a number that stands for a literal of the dtype of its neighbour. */
export type Operand = Expression | number;

/** Bit patterns of f32. */
export const signBit = -(2 ** 31);
export const mantissaBits = 0x7fffff;
/** √½ as bits: splitting numbers there keeps mantissas between √½ and √2. */
export const rootHalfBits = 0x3f3504f3;
export const smallestNormal = 2 ** -126;

/** Makes f32 and i32 expressions; those of f64 that need no constants of f32 as well. */
export class Single {
  readonly #builder: ExpressionBuilder;

  constructor(builder: ExpressionBuilder) {
    this.#builder = builder;
  }

  /** `op` on operands of one dtype; numbers take the dtype of the first expression among the values. */
  apply(op: ScalarOp, ...operands: readonly Operand[]): Expression {
    const values = op === "select" ? operands.slice(1) : operands;
    const dtype = values.find((operand) => typeof operand !== "number")?.dtype ?? "f32";
    return this.#builder.apply(
      op,
      ...operands.map((operand) => (typeof operand === "number" ? this.#builder.literal(dtype, operand) : operand)),
    );
  }

  add(a: Operand, b: Operand): Expression {
    return this.apply("add", a, b);
  }

  subtract(a: Operand, b: Operand): Expression {
    return this.apply("subtract", a, b);
  }

  multiply(a: Operand, b: Operand): Expression {
    return this.apply("multiply", a, b);
  }

  divide(a: Operand, b: Operand): Expression {
    return this.apply("divide", a, b);
  }

  less(a: Operand, b: Operand): Expression {
    return this.apply("less", a, b);
  }

  equal(a: Operand, b: Operand): Expression {
    return this.apply("equal", a, b);
  }

  select(condition: Expression, a: Operand, b: Operand): Expression {
    return this.apply("select", condition, a, b);
  }

  abs(a: Expression): Expression {
    return this.apply("abs", a);
  }

  /** `a` no smaller than `lowest` and no larger than `highest`; NaN stays. */
  clamp(a: Expression, lowest: number, highest: number): Expression {
    return this.apply("minimum", this.apply("maximum", a, lowest), highest);
  }

  /** Coefficients in rising order. */
  polynomial(x: Expression, coefficients: readonly number[]): Expression {
    const [last = 0, ...rest] = [...coefficients].reverse();
    return rest.reduce<Expression>(
      (sum, coefficient) => this.add(this.multiply(sum, x), coefficient),
      this.#builder.literal("f32", last),
    );
  }

  /** The bits of an f32 as i32, of an f64 as i64. */
  bits(a: Expression): Expression {
    return this.#builder.bitcast(a.dtype === "f64" ? "i64" : "i32", a);
  }

  /** The float that `bits` gave. */
  ofBits(a: Expression): Expression {
    return this.#builder.bitcast(a.dtype === "i64" ? "f64" : "f32", a);
  }

  toWhole(a: Expression): Expression {
    return this.#builder.cast("i32", a);
  }

  toSingle(a: Expression): Expression {
    return this.#builder.cast("f32", a);
  }

  toDouble(a: Expression): Expression {
    return this.#builder.cast("f64", a);
  }

  toUnsigned(a: Expression): Expression {
    return this.#builder.cast("u32", a);
  }

  /** 2^(n − 127) for whole n between 1 and 254, given as i32 (its last nine bits count): the exponent as it is stored. */
  power(n: Expression): Expression {
    return this.ofBits(this.apply("shiftLeft", n, 23));
  }

  /** `magnitude`, which is not negative or has that sign already, with the sign of `sign`. */
  withSignOf(magnitude: Expression, sign: Expression): Expression {
    const bit = sign.dtype === "f64" ? -(2 ** 63) : signBit;
    return this.ofBits(this.apply("or", this.bits(magnitude), this.apply("and", this.bits(sign), bit)));
  }

  /** The first 12 bits of `a`: products of two such numbers are exact. */
  head(a: Expression): Expression {
    return this.ofBits(this.apply("and", this.bits(a), ~0xfff));
  }

  whole(value: number): Expression {
    return this.#builder.literal("i32", value);
  }

  u32(value: number): Expression {
    return this.#builder.literal("u32", value);
  }
}
