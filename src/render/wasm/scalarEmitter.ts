/**
 * Writes expressions as scalars, each distinct one of a statement once. Inside a vector loop it writes what all lanes
 * have in common, and the first lane of what moves by a fixed step.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { ReduceOp, ScalarOp } from "../../kernel/scalarOps.ts";
import { bytesOf, type Dtype } from "../../shape/dtype.ts";
import { at, invariant } from "../../support/invariant.ts";
import { accumulationOf, type Contraction, contractionOf } from "../contraction.ts";
import { bitcastScalar, castScalar, extractLane, heldAs, pushLiteral, scalarTypes, splat } from "./casts.ts";
import { writeForm } from "./forms.ts";
import type { Frame } from "./frame.ts";
import { mostOffset, pushSum } from "./loopAddresses.ts";
import type { Access } from "./loopFacts.ts";
import type { Opcode } from "./opcodes.ts";
import { scalarForms, scalarLiteralForm } from "./scalarForms.ts";
import { fused, repeated } from "./vectorForms.ts";

/** Instruction that loads a scalar of each dtype. */
export const loads: { readonly [D in Dtype]: Opcode } = {
  bool: "i32.load8_u",
  u8: "i32.load8_u",
  i8: "i32.load8_s",
  i16: "i32.load16_s",
  i32: "i32.load",
  u32: "i32.load",
  i64: "i64.load",
  f16: "i32.load16_s",
  bf16: "i32.load16_s",
  f32: "f32.load",
  f64: "f64.load",
};

/** Instruction that stores a scalar of each dtype. */
export const stores: { readonly [D in Dtype]: Opcode } = {
  bool: "i32.store8",
  u8: "i32.store8",
  i8: "i32.store8",
  i16: "i32.store16",
  i32: "i32.store",
  u32: "i32.store",
  i64: "i64.store",
  f16: "i32.store16",
  bf16: "i32.store16",
  f32: "f32.store",
  f64: "f64.store",
};

/** Writes the scalars of one statement. */
export class ScalarEmitter {
  readonly #frame: Frame;
  readonly #shared: ReadonlySet<Expression>;
  readonly #known = new Map<Expression, number>();

  /** `shared` are the expressions that the statement uses more than once. */
  constructor(frame: Frame, shared: ReadonlySet<Expression>) {
    this.#frame = frame;
    this.#shared = shared;
  }

  /** Pushes the value of `expression`. */
  push(expression: Expression): void {
    const { w } = this.#frame;
    const known = this.#known.get(expression);
    if (known !== undefined) return w.get(known);
    this.#compute(expression);
    if (!this.#shared.has(expression)) return;
    const local = w.local(scalarTypes[expression.dtype]);
    this.#known.set(expression, local);
    w.tee(local);
  }

  /** Pushes the address that `access` reads or writes; returns the constant to add to it. */
  pushAddress(access: Access): number {
    const { w, kernel, pointers, addresses } = this.#frame;
    const bytes = bytesOf(at(kernel.buffers, access.buffer).dtype);
    const push = (expression: Expression) => this.push(expression);
    const plan = addresses?.planOf(access);
    if (plan !== undefined) {
      w.get(plan.pointer);
      if (plan.rest.length === 0) return plan.offset;
      pushSum(this.#frame, { constant: 0, terms: plan.rest }, bytes, push);
      w.op("i32.add");
      return plan.offset;
    }
    const [index, constant] = withoutConstant(access.index, bytes);
    w.get(at(pointers, access.buffer));
    if (index === undefined) return constant;
    this.push(index);
    if (bytes > 1) {
      w.i32(Math.log2(bytes));
      w.op("i32.shl");
    }
    w.op("i32.add");
    return constant;
  }

  /** Pushes op(state, value) of a scalar `state`. */
  pushCombined(op: ReduceOp, state: number, value: Expression): void {
    const { w, isRelaxed } = this.#frame;
    const contraction = isRelaxed ? accumulationOf(op, value, this.#shared) : undefined;
    if (contraction === undefined) {
      const push = (position: number) => (position === 0 ? w.get(state) : this.push(value));
      return writeScalar(this.#frame, { op, dtype: value.dtype, arity: 2, literal: undefined, push });
    }
    this.#pushWide(contraction.first);
    this.#pushWide(contraction.second);
    w.get(state);
    splat(w, value.dtype);
    w.op(fused(value.dtype));
    extractLane(w, value.dtype, 0);
  }

  /** Writes code that may not run: what it computes is forgotten afterwards. */
  forgetting(write: () => void): void {
    const before = new Set(this.#known.keys());
    write();
    for (const [expression, local] of this.#known) {
      if (before.has(expression)) continue;
      this.#frame.w.release(local);
      this.#known.delete(expression);
    }
  }

  /** Ends the statement. */
  release(): void {
    for (const local of this.#known.values()) this.#frame.w.release(local);
    this.#known.clear();
  }

  #compute(expression: Expression): void {
    const { w, sizes } = this.#frame;
    switch (expression.kind) {
      case "literal":
        return pushLiteral(w, expression.dtype, expression.value);
      case "size":
        return w.get(at(sizes, expression.size));
      case "local":
        return this.#local(expression.local, expression.dtype);
      case "load": {
        const offset = this.pushAddress(expression);
        w.memory(loads[expression.dtype], offset);
        if (expression.dtype === "bool") castScalar(w, "u8", "bool");
        return;
      }
      case "cast":
        this.push(expression.input);
        return castScalar(w, expression.input.dtype, expression.dtype);
      case "bitcast":
        this.push(expression.input);
        return bitcastScalar(w, expression.input.dtype, expression.dtype);
      case "apply": {
        const { op, inputs } = expression;
        const contraction = this.#contraction(expression);
        if (contraction !== undefined) {
          this.#contract(contraction);
          return extractLane(w, expression.dtype, 0);
        }
        if (this.#frame.isRare(expression)) return this.#branch(inputs);
        const second = inputs[1];
        return writeScalar(this.#frame, {
          op,
          dtype: at(inputs, -1).dtype,
          arity: inputs.length,
          literal: second?.kind === "literal" ? second.value : undefined,
          push: (position) => this.push(at(inputs, position)),
        });
      }
      default:
        return expression satisfies never;
    }
  }

  #contraction(expression: Expression): Contraction | undefined {
    return this.#frame.isRelaxed ? contractionOf(expression, this.#shared) : undefined;
  }

  /** Pushes a vector with a·b + c or c − a·b in its first lane: there are no such instructions on scalars. */
  #contract({ isSubtracted, first, second, other }: Contraction): void {
    for (const operand of [first, second, other]) this.#pushWide(operand);
    this.#frame.w.op(fused(other.dtype, isSubtracted));
  }

  /** Pushes a vector with the value of `expression` in its first lane. */
  #pushWide(expression: Expression): void {
    const { w } = this.#frame;
    if (expression.kind === "literal") return w.v128(repeated(expression.dtype, expression.value));
    const contraction = this.#shared.has(expression) ? undefined : this.#contraction(expression);
    if (contraction !== undefined) return this.#contract(contraction);
    this.push(expression);
    splat(w, expression.dtype);
  }

  /** A select that computes its last input only where the condition fails. */
  #branch(inputs: readonly Expression[]): void {
    const { w } = this.#frame;
    const usual = at(inputs, 1);
    const result = w.local(scalarTypes[usual.dtype]);
    this.push(usual);
    w.set(result);
    this.push(at(inputs, 0));
    w.op("i32.eqz");
    w.if(() =>
      this.forgetting(() => {
        this.push(at(inputs, 2));
        w.set(result);
      }),
    );
    w.get(result);
    w.release(result);
  }

  #local(local: number, dtype: Dtype): void {
    const { w, storage } = this.#frame;
    const { scalar, splat } = storage.get(local) ?? {};
    if (scalar !== undefined) return w.get(scalar);
    invariant(splat !== undefined, `v${local} is held`);
    w.get(splat);
    extractLane(w, dtype, 0);
  }
}

/** A scalar operation whose operands `push` puts on the stack. */
export interface ScalarApplication {
  readonly op: ScalarOp;
  /** Of the operands; of the values, for `select`. */
  readonly dtype: Dtype;
  readonly arity: number;
  /** The second operand, where it is known. */
  readonly literal: number | undefined;
  readonly push: (position: number) => void;
}

/** Writes a scalar operation. */
export function writeScalar({ w, imports }: Frame, { op, dtype, arity, literal, push }: ScalarApplication): void {
  const held = heldAs(dtype);
  const short = literal === undefined ? undefined : scalarLiteralForm(op, held, literal);
  const form = short ?? scalarForms[op][held];
  if (form.kind === "import") {
    for (let position = 0; position < arity; position++) {
      push(position);
      castScalar(w, dtype, "f64");
    }
    const callee = imports.get(op);
    invariant(callee !== undefined, `${op} is imported`);
    w.call(callee);
    return castScalar(w, "f64", dtype);
  }
  const typeOf = (position: number) => scalarTypes[op === "select" && position === 0 ? "bool" : dtype];
  writeForm(w, form, short === undefined ? arity : 1, push, typeOf);
}

/** `index` without a constant that an instruction can hold, and that constant in bytes. */
function withoutConstant(index: Expression, bytes: number): [Expression | undefined, number] {
  const isSmall = (value: number) => value >= 0 && value * bytes < mostOffset;
  if (index.kind === "literal" && isSmall(index.value)) return [undefined, index.value * bytes];
  if (index.kind === "apply" && index.op === "add") {
    const [base, constant] = index.inputs;
    if (base !== undefined && constant?.kind === "literal" && isSmall(constant.value))
      return [base, constant.value * bytes];
  }
  return [index, 0];
}
