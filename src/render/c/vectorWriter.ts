/**
 * Writes expressions as vectors, one part of the lanes after the other: part 0 holds the first. What all lanes have in common is
 * written once as a scalar and repeated.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Statement } from "../../kernel/kernel.ts";
import { hasRareBranch } from "../../kernel/rareBranch.ts";
import { type ReduceOp, scalarOps } from "../../kernel/scalarOps.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { at, invariant } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import { accumulationOf, contractionOf } from "../contraction.ts";
import { bitcastText, castText } from "./casts.ts";
import { forms, literalForm } from "./forms.ts";
import type { Frame, Lanes } from "./frame.ts";
import type { ScalarWriter } from "./scalarWriter.ts";
import { operatedAs, splat, storedAs, typeName } from "./types.ts";

type Apply = Extract<Expression, { kind: "apply" }>;
type Load = Extract<Expression, { kind: "load" }>;

/** Writes the vectors of one statement inside a vector loop. */
export class VectorWriter {
  readonly #frame: Frame;
  readonly #lanes: Lanes;
  readonly #scalars: ScalarWriter;
  readonly #shared: ReadonlySet<Expression>;
  readonly #known = new Map<Expression, Map<number, string>>();

  constructor(frame: Frame, lanes: Lanes, scalars: ScalarWriter, shared: ReadonlySet<Expression>) {
    this.#frame = frame;
    this.#lanes = lanes;
    this.#scalars = scalars;
    this.#shared = shared;
  }

  /** Part `part` of the lanes of `expression`. */
  value(expression: Expression, part: number): string {
    const shape = this.#lanes.shapes.of(expression);
    if (shape === 0) return splat(expression.dtype, this.#lanes.width, this.#scalars.value(expression));
    if (shape !== "varying") return this.#steps(expression, part, shape);
    const parts = remember(this.#known, expression, () => new Map<number, string>());
    const known = parts.get(part);
    if (known !== undefined) return known;
    const text = this.#compute(expression, part);
    if (!this.#shared.has(expression)) return text;
    const name = this.#frame.name(typeName(expression.dtype, this.#lanes.width), text);
    parts.set(part, name);
    return name;
  }

  /** op(state, value) of one part; where lanes meet in the end, state is kept as it was in those that do not count. */
  combined(op: ReduceOp, state: string, value: Expression, part: number, lanesMeet: boolean): string {
    const { width, some } = this.#lanes;
    const type = typeName(value.dtype, width);
    const contraction = this.#frame.features.fma ? accumulationOf(op, value, this.#shared) : undefined;
    const result =
      contraction !== undefined
        ? `fma_${type}(${this.value(contraction.first, part)}, ${this.value(contraction.second, part)}, ${state})`
        : forms[op][operatedAs(value.dtype)](type, [state, this.value(value, part)]);
    return some === undefined || !lanesMeet ? result : `select_${type}(first_b${width}(${some}), ${result}, ${state})`;
  }

  /** Writes all lanes of a store whose index differs from lane to lane. */
  store({ buffer, index, value }: Extract<Statement, { kind: "store" }>): void {
    const { parts, shapes } = this.#lanes;
    const stride = shapes.of(index);
    for (let part = 0; part < parts; part++) {
      const lanes = this.value(value, part);
      const operands =
        stride === 1
          ? [this.#pointer(buffer, index, part), lanes]
          : [...this.#places(buffer, index, stride, part), lanes];
      this.#frame.line(`${this.#access(stride === 1 ? "store" : "scatter", value.dtype, operands)};`);
    }
  }

  #access(name: string, dtype: Dtype, operands: readonly string[]): string {
    const { width, some } = this.#lanes;
    const [suffix, rest] = some === undefined ? ["", []] : ["Some", [some]];
    return `${name}${suffix}_${storedAs[dtype]}x${width}(${[...operands, ...rest].join(", ")})`;
  }

  /** Where the first lane of a part of neighbours is. */
  #pointer(buffer: number, index: Expression, part: number): string {
    const pointer = `d${buffer} + ${this.#scalars.position(index)}`;
    return part === 0 ? pointer : `${pointer} + ${part * this.#lanes.width}`;
  }

  /** A pointer, and how far from it the elements of a part are. */
  #places(buffer: number, index: Expression, stride: number | "varying", part: number): [string, string] {
    if (stride === "varying") return [`d${buffer}`, this.value(index, part)];
    return [`d${buffer} + ${this.#scalars.position(index)}`, this.#multiples(stride, part)];
  }

  /** Lane numbers times `step`. */
  #multiples(step: number, part: number): string {
    const { width } = this.#lanes;
    const numbers = Array.from({ length: width }, (_, lane) => Math.imul(part * width + lane, step));
    return `(i32x${width}){ ${numbers.join(", ")} }`;
  }

  /** Numbers that move by `step` from lane to lane. */
  #steps(expression: Expression, part: number, step: number): string {
    const first = splat("i32", this.#lanes.width, this.#scalars.value(expression));
    return `(${first} + ${this.#multiples(step, part)})`;
  }

  #compute(expression: Expression, part: number): string {
    const { width } = this.#lanes;
    switch (expression.kind) {
      case "local": {
        const held = this.#frame.storage.get(expression.local);
        invariant(held?.kind === "parts", `v${expression.local} is held in vectors`);
        return at(held.names, part);
      }
      case "load":
        return this.#load(expression, part);
      case "cast":
        return castText(expression.input.dtype, expression.dtype, width, this.value(expression.input, part));
      case "bitcast":
        return bitcastText(expression.input.dtype, expression.dtype, width, this.value(expression.input, part));
      case "apply":
        return this.#apply(expression, part);
      case "literal":
      case "size":
        return invariant(false, `a ${expression.kind} is the same in all lanes`) as never;
      default:
        return expression satisfies never;
    }
  }

  #load({ buffer, index, dtype }: Load, part: number): string {
    const stride = this.#lanes.shapes.of(index);
    if (stride === 1) return this.#access("load", dtype, [this.#pointer(buffer, index, part)]);
    return this.#access("gather", dtype, this.#places(buffer, index, stride, part));
  }

  #apply(expression: Apply, part: number): string {
    const { width } = this.#lanes;
    const { op, inputs, dtype } = expression;
    const contraction = this.#frame.features.fma ? contractionOf(expression, this.#shared) : undefined;
    if (contraction !== undefined) {
      const { isSubtracted, first, second, other } = contraction;
      const [a, b, c] = [first, second, other].map((input) => this.value(input, part));
      return `${isSubtracted ? "fnma" : "fma"}_${typeName(dtype, width)}(${a}, ${b}, ${c})`;
    }
    if (hasRareBranch(expression)) return this.#branch(inputs, part);
    const operand = at(inputs, -1);
    const [type, operated] = [typeName(operand.dtype, width), operatedAs(operand.dtype)];
    const [first, second] = inputs.length === 2 ? inputs : [];
    if (op === "divide" && dtype === "f32" && this.#frame.features.fma && first && second) {
      if (this.#lanes.shapes.of(second) === 0) return this.#divideAll(this.value(first, part), second);
    }
    if (second?.kind === "literal") {
      const short = literalForm(op, operated, second.value, width);
      if (short !== undefined) return short(type, [this.value(at(inputs, 0), part)]);
    }
    if (first?.kind === "literal" && "commutative" in scalarOps[op]) {
      const turned = literalForm(op, operated, first.value, width);
      if (turned !== undefined) return turned(type, [this.value(at(inputs, 1), part)]);
    }
    return forms[op][operated](
      type,
      inputs.map((input) => this.value(input, part)),
    );
  }

  /** Every lane divided by the same number. */
  #divideAll(lanes: string, divisor: Expression): string {
    const { width } = this.#lanes;
    const number =
      divisor.kind === "local" ? this.#scalars.value(divisor) : this.#frame.name("f32", this.#scalars.value(divisor));
    return `divideAll_f32x${width}(${lanes}, ${number}, 1 / ${number})`;
  }

  /** A select that computes its last input only where the condition fails in some lane. */
  #branch([condition, usual, rare]: readonly Expression[], part: number): string {
    invariant(condition && usual && rare, "a select has three inputs");
    const { width } = this.#lanes;
    const type = typeName(usual.dtype, width);
    const result = this.#frame.newName("t");
    this.#frame.line(`${type} ${result} = ${this.value(usual, part)};`);
    const mask = this.#frame.name(`b${width}`, this.value(condition, part));
    this.#frame.block(`if (!all_b${width}(${mask}))`, () =>
      this.#forgetting(() =>
        this.#frame.line(`${result} = select_${type}(${mask}, ${result}, ${this.value(rare, part)});`),
      ),
    );
    return result;
  }

  /** Writes code that may not run: what it computes is forgotten afterwards. */
  #forgetting(write: () => void): void {
    const before = new Map([...this.#known].map(([key, parts]) => [key, new Map(parts)]));
    this.#scalars.forgetting(write);
    this.#known.clear();
    for (const [key, parts] of before) this.#known.set(key, parts);
  }
}
