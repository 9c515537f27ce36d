/**
 * Builds expressions, each distinct one once: equal expressions are the same object, so sharing is identity.
 * Folds constants and drops what changes nothing on the way. Everything that makes kernels uses this.
 */
import { computedIn, type Dtype, isFloat } from "../shape/dtype.ts";
import { at, invariant } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import type { Expression } from "./expression.ts";
import { convert, evaluate, reinterpret, roundTo } from "./meaning.ts";
import { type ScalarOp, scalarOps } from "./scalarOps.ts";

/** What is known by one key after the other: expressions are found without making texts of them. */
type Known<K> = Map<K, Expression>;

/** Makes expressions of one kernel. */
export class ExpressionBuilder {
  readonly #ids = new Map<Expression, number>();
  readonly #sizes: Known<number> = new Map();
  readonly #indices: Known<number> = new Map();
  readonly #literals = new Map<Dtype, Known<number | "-0">>();
  readonly #locals = new Map<Dtype, Known<number>>();
  readonly #loads = new Map<Dtype, Map<number, Known<Expression>>>();
  readonly #casts = new Map<Dtype, Known<Expression>>();
  readonly #bitcasts = new Map<Dtype, Known<Expression>>();
  readonly #unary = new Map<ScalarOp, Known<Expression>>();
  readonly #binary = new Map<ScalarOp, Map<Expression, Known<Expression>>>();
  readonly #selects = new Map<Expression, Map<Expression, Known<Expression>>>();

  /** A number that is the same for all expressions equal to this one, and another for all others. */
  id(expression: Expression): number {
    return remember(this.#ids, expression, () => this.#ids.size);
  }

  literal(dtype: Dtype, value: number): Expression {
    const rounded = roundTo(dtype, value);
    // Maps take 0 and −0 for the same key
    const key = Object.is(rounded, -0) ? "-0" : rounded;
    const known = below(this.#literals, dtype);
    let literal = known.get(key);
    if (literal === undefined) known.set(key, (literal = { kind: "literal", dtype, value: rounded }));
    return literal;
  }

  /** An i32 literal: an index, an extent, a stride. */
  index(value: number): Expression {
    let index = this.#indices.get(value);
    if (index === undefined) this.#indices.set(value, (index = this.literal("i32", value)));
    return index;
  }

  size(size: number): Expression {
    return remember(this.#sizes, size, () => ({ kind: "size", dtype: "i32", size }));
  }

  local(local: number, dtype: Dtype): Expression {
    const known = below(this.#locals, dtype);
    let result = known.get(local);
    if (result === undefined) known.set(local, (result = { kind: "local", dtype, local }));
    return result;
  }

  load(buffer: number, dtype: Dtype, index: Expression): Expression {
    const known = below(below(this.#loads, dtype), buffer);
    return remember(known, index, () => ({ kind: "load", dtype, buffer, index }));
  }

  cast(dtype: Dtype, input: Expression): Expression {
    if (input.dtype === dtype) return input;
    if (input.kind === "literal" && input.dtype !== "i64")
      return this.literal(dtype, Number(convert(input.dtype, dtype, input.value)));
    if (input.kind === "cast" && isStepBetween(input.input.dtype, input.dtype, dtype))
      return this.cast(dtype, input.input);
    // what was only widened to be computed with and is stored as it was
    if (input.kind === "cast" && input.input.dtype === dtype && computedIn(dtype) === input.dtype) return input.input;
    return remember(below(this.#casts, dtype), input, () => ({ kind: "cast", dtype, input }));
  }

  bitcast(dtype: Dtype, input: Expression): Expression {
    if (input.dtype === dtype) return input;
    if (input.kind === "bitcast" && input.dtype !== "bool") return this.bitcast(dtype, input.input);
    if (input.kind === "literal" && input.dtype !== "i64" && dtype !== "i64") {
      const value = Number(reinterpret(input.dtype, dtype, input.value));
      // a literal has no room for the bits of a NaN
      if (!Number.isNaN(value) && !Number.isNaN(input.value)) return this.literal(dtype, value);
    }
    return remember(below(this.#bitcasts, dtype), input, () => ({ kind: "bitcast", dtype, input }));
  }

  /** `expression`, which this builder made, of other `inputs`, in the order of `inputsOf`. */
  withInputs(expression: Expression, inputs: readonly Expression[]): Expression {
    switch (expression.kind) {
      case "literal":
      case "size":
      case "local":
        return expression;
      case "load":
        return inputs[0] === expression.index
          ? expression
          : this.load(expression.buffer, expression.dtype, at(inputs, 0));
      case "apply":
        return isSameList(inputs, expression.inputs) ? expression : this.#applied(expression.op, inputs);
      case "cast":
        return this.cast(expression.dtype, at(inputs, 0));
      case "bitcast":
        return this.bitcast(expression.dtype, at(inputs, 0));
      default:
        return expression satisfies never;
    }
  }

  apply(op: ScalarOp, ...inputs: readonly Expression[]): Expression {
    return this.#applied(op, inputs);
  }

  /** `apply`: what it gives is known by its inputs, simpler expressions included. */
  #applied(op: ScalarOp, inputs: readonly Expression[]): Expression {
    const a = inputs[0];
    const b = inputs[1];
    const c = inputs[2];
    if (a === undefined) invariant(false, "an operation has inputs");
    const known =
      b === undefined
        ? below(this.#unary, op)
        : below(c === undefined ? below(this.#binary, op) : below(this.#selects, b), a);
    const last = c ?? b ?? a;
    let result = known.get(last);
    if (result === undefined) {
      const dtype = scalarOps[op].result === "bool" ? "bool" : last.dtype;
      result = this.#simplify(op, inputs, dtype) ?? { kind: "apply", dtype, op, inputs };
      known.set(last, result);
    }
    return result;
  }

  /** `op` of inputs of any dtype, computed in the one that kernels compute in and rounded to that of the inputs. */
  map(op: ScalarOp, ...inputs: readonly Expression[]): Expression {
    const { dtype } = at(inputs, -1);
    if (op === "select" || computedIn(dtype) === dtype) return this.apply(op, ...inputs);
    const result = this.apply(op, ...inputs.map((input) => this.cast(computedIn(input.dtype), input)));
    return scalarOps[op].result === "bool" ? result : this.cast(dtype, result);
  }

  #simplify(op: ScalarOp, inputs: readonly Expression[], dtype: Dtype): Expression | undefined {
    const a = inputs[0];
    const b = inputs[1];
    const c = inputs[2];
    // doubles cannot hold every i64
    const isConstant =
      a?.kind === "literal" &&
      at(inputs, -1).dtype !== "i64" &&
      (b === undefined || b.kind === "literal") &&
      (c === undefined || c.kind === "literal");
    if (isConstant) return this.literal(dtype, evaluate(op, a.dtype, inputs.map(literalValue)));
    if (c !== undefined) {
      if (a?.kind === "literal") return a.value ? b : c;
      return b === c ? b : undefined;
    }
    if (a === undefined) return undefined;
    if (b !== undefined) return a.kind === "literal" || b.kind === "literal" ? this.#simplifyPair(op, a, b) : undefined;
    // −(−x) and not not x
    const isUndone = (op === "negative" || op === "not") && a.kind === "apply" && a.op === op;
    return isUndone ? a.inputs[0] : undefined;
  }

  #simplifyPair(op: ScalarOp, a: Expression, b: Expression): Expression | undefined {
    const whole = !isFloat(a.dtype);
    switch (op) {
      case "add":
        // x + (−0) is x for every float; x + 0 is not when x is −0
        if (isLiteral(a, whole ? 0 : -0)) return b;
        if (isLiteral(b, whole ? 0 : -0)) return a;
        return whole && a.dtype !== "i64" && b.kind === "literal" ? this.#addLiteral(a, b.value) : undefined;
      case "subtract":
        return isLiteral(b, 0) ? a : undefined;
      case "multiply":
        if (isLiteral(a, 1)) return b;
        if (isLiteral(b, 1)) return a;
        if (whole && (isLiteral(a, 0) || isLiteral(b, 0))) return this.literal(a.dtype, 0);
        return undefined;
      case "divide":
        return isLiteral(b, 1) ? a : undefined;
      case "power":
        return isLiteral(b, 1) ? a : undefined;
      case "quotient":
        return whole && isLiteral(b, 1) ? a : undefined;
      case "remainder":
        return whole && isLiteral(b, 1) ? this.literal(a.dtype, 0) : undefined;
      case "and":
        return a.dtype === "bool" ? absorb(a, b, 1, 0) : undefined;
      case "or":
        return a.dtype === "bool" ? absorb(a, b, 0, 1) : undefined;
      default:
        return undefined;
    }
  }

  /** (x + 1) + 2 as x + 3. */
  #addLiteral(a: Expression, value: number): Expression | undefined {
    if (a.kind !== "apply" || a.op !== "add") return undefined;
    const [x, constant] = a.inputs;
    if (x === undefined || constant?.kind !== "literal") return undefined;
    return this.apply("add", x, this.literal(a.dtype, constant.value + value));
  }
}

/** What each dtype converts to without a change of value; itself apart. */
const widened: { readonly [D in Dtype]: readonly Dtype[] } = {
  bool: ["u8", "i32", "u32", "f32", "f64"],
  u8: ["i32", "u32", "f32", "f64"],
  i32: ["f64"],
  u32: ["f64"],
  f32: ["f64"],
  f64: [],
  i8: [],
  i16: [],
  i64: [],
  f16: [],
  bf16: [],
};

/** Is the conversion from `from` over `through` to `to` that from `from` to `to`? Floats saturate where integers wrap. */
function isStepBetween(from: Dtype, through: Dtype, to: Dtype): boolean {
  if (computedIn(to) !== to) return false;
  const isAlike = isFloat(from) === isFloat(through) || isFloat(to) || to === "bool";
  return isAlike && widened[from].includes(through);
}

/** The map at `key`, made where there is none. */
function below<K, V extends Map<unknown, unknown>>(outer: Map<K, V>, key: K): V {
  let inner = outer.get(key);
  if (inner === undefined) outer.set(key, (inner = new Map() as V));
  return inner;
}

function isSameList(a: readonly Expression[], b: readonly Expression[]): boolean {
  for (let position = 0; position < b.length; position++) if (a[position] !== b[position]) return false;
  return true;
}

function literalValue(expression: Expression): number {
  return expression.kind === "literal" ? expression.value : Number.NaN;
}

function isLiteral(expression: Expression, value: number): boolean {
  return expression.kind === "literal" && Object.is(expression.value, value);
}

/** For `and` and `or` of bools: `neutral` gives the other operand, `zero` gives itself. */
function absorb(a: Expression, b: Expression, neutral: number, zero: number): Expression | undefined {
  for (const [x, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (isLiteral(x, neutral)) return other;
    if (isLiteral(x, zero)) return x;
  }
  return undefined;
}
