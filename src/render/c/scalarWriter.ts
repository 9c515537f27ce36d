/**
 * Writes expressions as C scalars, those that a statement uses more than once under a name. Inside a vector loop it writes what
 * all lanes have in common, and the first lane of what moves by a fixed step. Positions are written as whole numbers
 * of the size of an address, which do not wrap: compilers move those along with their loops.
 */
import type { Expression } from "../../kernel/expression.ts";
import { hasRareBranch } from "../../kernel/rareBranch.ts";
import type { ReduceOp } from "../../kernel/scalarOps.ts";
import { at, invariant } from "../../support/invariant.ts";
import { accumulationOf, contractionOf } from "../contraction.ts";
import { bitcastText, castText } from "./casts.ts";
import { forms, literalForm } from "./forms.ts";
import type { Frame } from "./frame.ts";
import { literal, operatedAs, typeName } from "./types.ts";

type Apply = Extract<Expression, { kind: "apply" }>;

/** Operations on i32 that mean the same on whole numbers that do not wrap, as long as the result is an i32. */
const ringOps: ReadonlyMap<string, string> = new Map([
  ["add", "+"],
  ["subtract", "-"],
  ["multiply", "*"],
]);

/** Writes the scalars of one statement. */
export class ScalarWriter {
  readonly #frame: Frame;
  readonly #shared: ReadonlySet<Expression>;
  readonly #values = new Map<Expression, string>();
  readonly #positions = new Map<Expression, string>();

  /** `shared` are the expressions that the statement uses more than once. */
  constructor(frame: Frame, shared: ReadonlySet<Expression>) {
    this.#frame = frame;
    this.#shared = shared;
  }

  /** The value of `expression`. */
  value(expression: Expression): string {
    if (isRing(expression)) return `((i32)${this.position(expression)})`;
    const known = this.#values.get(expression);
    if (known !== undefined) return known;
    const text = this.#compute(expression);
    if (!this.#shared.has(expression)) return text;
    const name = this.#frame.name(typeName(expression.dtype, 1), text);
    this.#values.set(expression, name);
    return name;
  }

  /** The value of an i32 `expression` as a position. */
  position(expression: Expression): string {
    const known = this.#positions.get(expression);
    if (known !== undefined) return known;
    const text = this.#position(expression);
    if (!this.#shared.has(expression) || !isRing(expression)) return text;
    const name = this.#frame.name("ix", text);
    this.#positions.set(expression, name);
    return name;
  }

  /** op(state, value) of a scalar `state`. */
  combined(op: ReduceOp, state: string, value: Expression): string {
    const type = typeName(value.dtype, 1);
    const contraction = this.#frame.features.fma ? accumulationOf(op, value, this.#shared) : undefined;
    if (contraction !== undefined)
      return `fma_${type}(${this.value(contraction.first)}, ${this.value(contraction.second)}, ${state})`;
    return forms[op][operatedAs(value.dtype)](type, [state, this.value(value)]);
  }

  /** Writes code that may not run: what it computes is forgotten afterwards. */
  forgetting(write: () => void): void {
    const before = [new Set(this.#values.keys()), new Set(this.#positions.keys())] as const;
    write();
    [this.#values, this.#positions].forEach((known, side) => {
      for (const key of [...known.keys()]) if (!at(before, side).has(key)) known.delete(key);
    });
  }

  #position(expression: Expression): string {
    switch (expression.kind) {
      case "literal":
        return `(ix)${literal("i32", expression.value)}`;
      case "size":
        return `s${expression.size}`;
      case "local": {
        const held = this.#frame.storage.get(expression.local);
        invariant(held !== undefined && held.kind !== "parts", `v${expression.local} is the same in all lanes`);
        return held.kind === "position" ? held.name : `(ix)${held.name}`;
      }
      case "apply": {
        const operator = ringOps.get(expression.op);
        const [a, b] = expression.inputs;
        if (operator !== undefined && a !== undefined && b !== undefined)
          return `(${this.position(a)} ${operator} ${this.position(b)})`;
        return `(ix)${this.value(expression)}`;
      }
      default:
        return `(ix)${this.value(expression)}`;
    }
  }

  #compute(expression: Expression): string {
    switch (expression.kind) {
      case "literal":
        return literal(expression.dtype, expression.value);
      case "size":
        return `(i32)s${expression.size}`;
      case "local": {
        const held = this.#frame.storage.get(expression.local);
        invariant(held !== undefined && held.kind !== "parts", `v${expression.local} is the same in all lanes`);
        return held.kind === "position" ? `((i32)${held.name})` : held.name;
      }
      case "load": {
        const element = `d${expression.buffer}[${this.position(expression.index)}]`;
        return expression.dtype === "bool" ? `(${element} != 0)` : `((${typeName(expression.dtype, 1)})${element})`;
      }
      case "cast":
        return castText(expression.input.dtype, expression.dtype, 1, this.value(expression.input));
      case "bitcast":
        return bitcastText(expression.input.dtype, expression.dtype, 1, this.value(expression.input));
      case "apply":
        return this.#apply(expression);
      default:
        return expression satisfies never;
    }
  }

  #apply(expression: Apply): string {
    const { op, inputs, dtype } = expression;
    const contraction = this.#frame.features.fma ? contractionOf(expression, this.#shared) : undefined;
    if (contraction !== undefined) {
      const { isSubtracted, first, second, other } = contraction;
      const [a, b, c] = [first, second, other].map((part) => this.value(part));
      return `${isSubtracted ? "fnma" : "fma"}_${typeName(dtype, 1)}(${a}, ${b}, ${c})`;
    }
    if (hasRareBranch(expression)) return this.#branch(inputs);
    const operand = at(inputs, -1);
    const [type, operated] = [typeName(operand.dtype, 1), operatedAs(operand.dtype)];
    const second = inputs.length === 2 ? inputs[1] : undefined;
    const short = second?.kind === "literal" ? literalForm(op, operated, second.value, 1) : undefined;
    if (short !== undefined) return short(type, [this.value(at(inputs, 0))]);
    return forms[op][operated](
      type,
      inputs.map((input) => this.value(input)),
    );
  }

  /** A select that computes its last input only where the condition fails. */
  #branch([condition, usual, rare]: readonly Expression[]): string {
    invariant(condition && usual && rare, "a select has three inputs");
    const result = this.#frame.newName("t");
    this.#frame.line(`${typeName(usual.dtype, 1)} ${result} = ${this.value(usual)};`);
    const test = this.value(condition);
    this.#frame.block(`if (!${test})`, () =>
      this.forgetting(() => this.#frame.line(`${result} = ${this.value(rare)};`)),
    );
    return result;
  }
}

/** Is `expression` a sum or product of positions? */
function isRing(expression: Expression): boolean {
  return expression.kind === "apply" && expression.dtype === "i32" && ringOps.has(expression.op);
}
