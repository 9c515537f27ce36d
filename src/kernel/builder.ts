/**
 * Builds expressions, each distinct one once: equal expressions are the same object, so sharing is identity.
 * Folds constants and drops what changes nothing on the way. Everything that makes kernels uses this.
 */
import { type Dtype, isFloat } from "../shape/dtype.ts";
import { at } from "../support/invariant.ts";
import type { Expression } from "./expression.ts";
import { convert, evaluate, roundTo } from "./meaning.ts";
import { type ScalarOp, scalarOps } from "./scalarOps.ts";

/** Makes expressions of one kernel. */
export class ExpressionBuilder {
  readonly #known = new Map<string, Expression>();
  readonly #ids = new Map<Expression, number>();

  #intern(key: string, make: () => Expression): Expression {
    let expression = this.#known.get(key);
    if (expression === undefined) {
      expression = make();
      this.#known.set(key, expression);
      this.#ids.set(expression, this.#ids.size);
    }
    return expression;
  }

  /** A number that is the same for all expressions equal to this one; expressions of other builders are taken in. */
  id(expression: Expression): number {
    const known = this.#ids.get(expression);
    if (known === undefined)
      throw new Error("Smilodon broke its own promise: an expression stays with the builder that made it.");
    return known;
  }

  literal(dtype: Dtype, value: number): Expression {
    const rounded = roundTo(dtype, value);
    const name = Object.is(rounded, -0) ? "-0" : String(rounded);
    return this.#intern(`literal ${dtype} ${name}`, () => ({ kind: "literal", dtype, value: rounded }));
  }

  /** An i32 literal: an index, an extent, a stride. */
  index(value: number): Expression {
    return this.literal("i32", value);
  }

  size(size: number): Expression {
    return this.#intern(`size ${size}`, () => ({ kind: "size", dtype: "i32", size }));
  }

  local(local: number, dtype: Dtype): Expression {
    return this.#intern(`local ${local} ${dtype}`, () => ({ kind: "local", dtype, local }));
  }

  load(buffer: number, dtype: Dtype, index: Expression): Expression {
    return this.#intern(`load ${buffer} ${dtype} ${this.id(index)}`, () => ({ kind: "load", dtype, buffer, index }));
  }

  cast(dtype: Dtype, input: Expression): Expression {
    if (input.dtype === dtype) return input;
    if (input.kind === "literal") return this.literal(dtype, convert(input.dtype, dtype, input.value));
    return this.#intern(`cast ${dtype} ${this.id(input)}`, () => ({ kind: "cast", dtype, input }));
  }

  bitcast(dtype: Dtype, input: Expression): Expression {
    if (input.dtype === dtype) return input;
    return this.#intern(`bitcast ${dtype} ${this.id(input)}`, () => ({ kind: "bitcast", dtype, input }));
  }

  /** `expression` made of other `inputs`, in the order of `inputsOf`. */
  withInputs(expression: Expression, inputs: readonly Expression[]): Expression {
    switch (expression.kind) {
      case "literal":
      case "size":
      case "local":
        return expression;
      case "load":
        return this.load(expression.buffer, expression.dtype, at(inputs, 0));
      case "apply":
        return this.apply(expression.op, ...inputs);
      case "cast":
        return this.cast(expression.dtype, at(inputs, 0));
      case "bitcast":
        return this.bitcast(expression.dtype, at(inputs, 0));
      default:
        return expression satisfies never;
    }
  }

  apply(op: ScalarOp, ...inputs: readonly Expression[]): Expression {
    const dtype = scalarOps[op].result === "bool" ? "bool" : at(inputs, inputs.length - 1).dtype;
    const simpler = this.#simplify(op, inputs);
    if (simpler !== undefined) return simpler;
    const key = `${op} ${inputs.map((input) => this.id(input)).join(" ")}`;
    return this.#intern(key, () => ({ kind: "apply", dtype, op, inputs: [...inputs] }));
  }

  #simplify(op: ScalarOp, inputs: readonly Expression[]): Expression | undefined {
    const dtype = scalarOps[op].result === "bool" ? "bool" : at(inputs, inputs.length - 1).dtype;
    const values = inputs.map((input) => (input.kind === "literal" ? input.value : undefined));
    if (values.every((value) => value !== undefined)) {
      return this.literal(dtype, evaluate(op, at(inputs, 0).dtype, values));
    }
    const [a, b, c] = inputs;
    if (op === "select" && a?.kind === "literal") return a.value ? b : c;
    if (op === "select" && b !== undefined && b === c) return b;
    if (a === undefined || b === undefined || c !== undefined) return undefined;
    return this.#simplifyPair(op, a, b);
  }

  #simplifyPair(op: ScalarOp, a: Expression, b: Expression): Expression | undefined {
    const whole = !isFloat(a.dtype);
    switch (op) {
      case "add":
        // x + (−0) is x for every float; x + 0 is not when x is −0
        if (isLiteral(a, whole ? 0 : -0)) return b;
        if (isLiteral(b, whole ? 0 : -0)) return a;
        return whole && b.kind === "literal" ? this.#addLiteral(a, b.value) : undefined;
      case "subtract":
        return isLiteral(b, 0) ? a : undefined;
      case "multiply":
        if (isLiteral(a, 1)) return b;
        if (isLiteral(b, 1)) return a;
        if (whole && (isLiteral(a, 0) || isLiteral(b, 0))) return this.literal(a.dtype, 0);
        return undefined;
      case "divide":
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
