/**
 * Writes expressions as vectors, one v128 after the other: part 0 holds the first lanes. What all lanes have in common
 * is computed once as a scalar and repeated.
 */
import type { Expression } from "../../kernel/expression.ts";
import { type ReduceOp, type ScalarOp, scalarOps } from "../../kernel/scalarOps.ts";
import { bytesOf, type ComputedDtype, type Dtype } from "../../shape/dtype.ts";
import { at, invariant } from "../../support/invariant.ts";
import { accumulationOf, contractionOf } from "../contraction.ts";
import {
  bitcastVector,
  castVector,
  extractLane,
  heldAs,
  joinLowWords,
  lanesOf,
  replaceLane,
  scalarTypes,
  splat,
  widenMask,
} from "./casts.ts";
import { beginExtreme, lookAt, pushExtreme } from "./extremes.ts";
import { type Form, writeForm } from "./forms.ts";
import type { Frame, Lanes, LaneWriter } from "./frame.ts";
import type { ScalarEmitter } from "./scalarEmitter.ts";
import { writeScalar } from "./scalarEmitter.ts";
import {
  fused,
  relaxedSelect,
  repeated,
  selectOrZero,
  selectZeroOr,
  vectorForms,
  vectorLiteralForm,
} from "./vectorForms.ts";
import { pushLanes } from "./vectorMemory.ts";

/** From so many numbers on the largest is searched for. */
const fewestSearched = 4;

type Apply = Extract<Expression, { kind: "apply" }>;

/** Writes the vectors of one statement inside a vector loop. */
export class VectorEmitter implements LaneWriter {
  readonly #frame: Frame;
  readonly #lanes: Lanes;
  readonly #scalars: ScalarEmitter;
  readonly #shared: ReadonlySet<Expression>;
  readonly #splats = new Map<Expression, number>();
  readonly #parts = new Map<Expression, Map<number, number>>();

  constructor(frame: Frame, lanes: Lanes, scalars: ScalarEmitter, shared: ReadonlySet<Expression>) {
    this.#frame = frame;
    this.#lanes = lanes;
    this.#scalars = scalars;
    this.#shared = shared;
  }

  /** Pushes part `part` of the lanes of `expression`. */
  push(expression: Expression, part: number): void {
    const { w } = this.#frame;
    const shape = this.#lanes.shapes.of(expression);
    if (shape === 0) return this.#splat(expression);
    if (shape !== "varying") return this.#steps(expression, part, shape);
    const known = this.#parts.get(expression)?.get(part);
    if (known !== undefined) return w.get(known);
    this.#compute(expression, part);
    if (expression.kind === "local" || !this.#isShared(expression)) return;
    const local = w.local("v128");
    const parts = this.#parts.get(expression) ?? new Map<number, number>();
    this.#parts.set(expression, parts.set(part, local));
    w.tee(local);
  }

  /** Pushes op(first, second) of one part; `second` is already in locals or pushed by a function. */
  pushCombined(op: ReduceOp, dtype: Dtype, state: number, value: Expression, part: number): void {
    const { w, isRelaxed } = this.#frame;
    const contraction = isRelaxed ? accumulationOf(op, value, this.#shared) : undefined;
    if (contraction !== undefined) {
      this.push(contraction.first, part);
      this.push(contraction.second, part);
      w.get(state);
      return w.op(fused(dtype));
    }
    writeForm(
      w,
      vectorForms[op][heldAs(dtype)],
      2,
      (position) => (position === 0 ? w.get(state) : this.push(value, part)),
      () => "v128",
    );
  }

  /** Ends the statement. */
  release(): void {
    this.#forget(() => true);
  }

  /** Gives back the vectors held in locals that `test` names. */
  #forget(test: (local: number) => boolean): void {
    const { w } = this.#frame;
    const forget = <K>(held: Map<K, number>) => {
      for (const [key, local] of held) {
        if (!test(local)) continue;
        w.release(local);
        held.delete(key);
      }
    };
    forget(this.#splats);
    for (const parts of this.#parts.values()) forget(parts);
  }

  /** Writes code that may not run: what it computes is forgotten afterwards. */
  #forgetting(write: () => void): void {
    const before = new Set([this.#splats, ...this.#parts.values()].flatMap((held) => [...held.values()]));
    this.#scalars.forgetting(write);
    this.#forget((local) => !before.has(local));
  }

  /** Is the vector used again: by another expression, or by the other part of a wider one? */
  #isShared(expression: Expression): boolean {
    return this.#shared.has(expression);
  }

  /** A value that all lanes have. */
  #splat(expression: Expression): void {
    const { w, storage } = this.#frame;
    if (expression.kind === "literal") return w.v128(repeated(expression.dtype, expression.value));
    if (expression.kind === "local") {
      const held = storage.get(expression.local)?.splat;
      if (held !== undefined) return w.get(held);
    }
    const known = this.#splats.get(expression);
    if (known !== undefined) return w.get(known);
    this.pushSplat(expression);
    const local = w.local("v128");
    this.#splats.set(expression, local);
    w.tee(local);
  }

  /** Pushes a value that all lanes have, computed anew. */
  pushSplat(expression: Expression): void {
    const { w } = this.#frame;
    const { dtype } = expression;
    const isWide = bytesOf(dtype) >= 4;
    if (expression.kind === "load" && isWide && !this.#shared.has(expression)) {
      const offset = this.#scalars.pushAddress(expression);
      return w.memory(bytesOf(dtype) === 8 ? "v128.load64_splat" : "v128.load32_splat", offset);
    }
    this.#scalars.push(expression);
    splat(w, dtype);
  }

  /** Numbers that move by `step` from lane to lane. */
  #steps(expression: Expression, part: number, step: number): void {
    const { w } = this.#frame;
    let first = this.#splats.get(expression);
    if (first === undefined) {
      this.#scalars.push(expression);
      splat(w, "i32");
      first = w.local("v128");
      this.#splats.set(expression, first);
      w.tee(first);
    } else {
      w.get(first);
    }
    w.v128(new Uint8Array(Int32Array.from({ length: 4 }, (_, lane) => Math.imul(4 * part + lane, step)).buffer));
    w.op("i32x4.add");
  }

  #compute(expression: Expression, part: number): void {
    const { w, storage } = this.#frame;
    switch (expression.kind) {
      case "local": {
        const parts = storage.get(expression.local)?.parts;
        invariant(parts !== undefined, `v${expression.local} is held`);
        return w.get(at(parts, part));
      }
      case "load":
        return pushLanes(this.#frame, this.#lanes, expression, part, { scalars: this.#scalars, vectors: this });
      case "cast":
        return castVector(w, expression.input.dtype, expression.dtype, part, (source) =>
          this.push(expression.input, source),
        );
      case "bitcast":
        this.push(expression.input, part);
        return bitcastVector(w, expression.input.dtype, expression.dtype);
      case "apply":
        return this.#search(expression, part) ? undefined : this.#apply(expression, part);
      case "literal":
      case "size":
        return invariant(false, `a ${expression.kind} is the same in all lanes`);
      default:
        return expression satisfies never;
    }
  }

  /** Pushes the largest or smallest of many f32, if that is what `expression` asks for. */
  #search(expression: Apply, part: number): boolean {
    const { op, dtype } = expression;
    if (dtype !== "f32" || (op !== "maximum" && op !== "minimum")) return false;
    const { w } = this.#frame;
    const candidates = this.#candidates(expression, op);
    if (candidates.length < fewestSearched) return false;
    const extreme = beginExtreme(w, op);
    for (const candidate of candidates) {
      this.push(candidate, part);
      lookAt(w, extreme);
    }
    pushExtreme(w, extreme);
    return true;
  }

  /** What `expression` chooses from by `op`, and by `op` of what it chooses from. */
  #candidates(expression: Apply, op: ScalarOp): readonly Expression[] {
    return expression.inputs.flatMap((input) => {
      const isChoice = input.kind === "apply" && input.op === op && !this.#isShared(input);
      return isChoice ? this.#candidates(input, op) : [input];
    });
  }

  #apply(expression: Apply, part: number): void {
    const { w } = this.#frame;
    const { op, inputs } = expression;
    const dtype = heldAs(at(inputs, -1).dtype);
    const isWide = lanesOf(dtype) === 2;
    if (this.#contracted(expression, part)) return;
    if (this.#frame.isRare(expression)) return this.#branch(inputs, part, isWide);
    if (isWide && scalarOps[op].result === "bool") {
      for (const half of [2 * part, 2 * part + 1]) this.#write(vectorForms[op][dtype], inputs, half);
      return joinLowWords(w);
    }
    const second = inputs[1];
    const short = second?.kind === "literal" ? vectorLiteralForm(op, dtype, second.value) : undefined;
    if (short !== undefined) return this.#write(short, inputs.slice(0, 1), part);
    const first = inputs[0];
    if (first?.kind === "literal" && "commutative" in scalarOps[op]) {
      const turned = vectorLiteralForm(op, dtype, first.value);
      if (turned !== undefined) return this.#write(turned, inputs.slice(1), part);
    }
    if (op === "select") return this.#write(this.#selectForm(inputs, dtype), inputs, part);
    const form = vectorForms[op][dtype];
    if (form.kind === "perLane") return this.#perLane(op, dtype, inputs, part);
    this.#write(form, inputs, part);
  }

  /** A select that computes its last input only where the condition fails in some lane. */
  #branch(inputs: readonly Expression[], part: number, isWide: boolean): void {
    const { w, isRelaxed } = this.#frame;
    const [result, mask] = [w.local("v128"), w.local("v128")];
    this.push(at(inputs, 1), part);
    w.set(result);
    this.push(at(inputs, 0), isWide ? part >> 1 : part);
    if (isWide) widenMask(w, part);
    w.tee(mask);
    w.op("i32x4.all_true", "i32.eqz");
    w.if(() =>
      this.#forgetting(() => {
        w.get(result);
        this.push(at(inputs, 2), part);
        w.op(mask, isRelaxed ? "i32x4.relaxed_laneselect" : "v128.bitselect");
        w.set(result);
      }),
    );
    w.get(result);
    w.release(result);
    w.release(mask);
  }

  /** How one of two vectors is chosen: where one is zero, the condition masks the other. */
  #selectForm(inputs: readonly Expression[], dtype: ComputedDtype): Form {
    if (isZero(at(inputs, 1))) return selectZeroOr;
    if (isZero(at(inputs, 2))) return selectOrZero;
    return this.#frame.isRelaxed ? relaxedSelect : vectorForms.select[dtype];
  }

  #write(form: Form, inputs: readonly Expression[], part: number): void {
    const { w } = this.#frame;
    const isWide = inputs.some(({ dtype }) => lanesOf(dtype) === 2);
    const push = (position: number) => {
      const input = at(inputs, position);
      if (!isWide || lanesOf(input.dtype) === 2) return this.push(input, part);
      // the condition of a select among numbers of 64 bits
      this.push(input, part >> 1);
      widenMask(w, part);
    };
    const count = form.kind === "stack" ? (form.order?.length ?? inputs.length) : inputs.length;
    writeForm(w, form, count, push, () => "v128");
  }

  /** a·b + c and c − a·b as one instruction, where the engine has it. */
  #contracted(expression: Apply, part: number): boolean {
    const contraction = this.#frame.isRelaxed ? contractionOf(expression, this.#shared) : undefined;
    if (contraction === undefined) return false;
    const { isSubtracted, first, second, other } = contraction;
    for (const operand of [first, second, other]) this.push(operand, part);
    this.#frame.w.op(fused(other.dtype, isSubtracted));
    return true;
  }

  /** Each lane as a scalar, for what has no vector instruction. */
  #perLane(op: ScalarOp, dtype: ComputedDtype, inputs: readonly Expression[], part: number): void {
    const { w } = this.#frame;
    const { shapes } = this.#lanes;
    const operands = inputs.map((input) => {
      const isScalar = shapes.of(input) === 0;
      if (isScalar) this.#scalars.push(input);
      else this.push(input, part);
      const local = w.local(isScalar ? scalarTypes[input.dtype] : "v128");
      w.set(local);
      return { local, isScalar, dtype: input.dtype };
    });
    const second = inputs[1];
    w.v128(repeated("i32", 0));
    for (let lane = 0; lane < lanesOf(dtype); lane++) {
      writeScalar(this.#frame, {
        op,
        dtype,
        arity: inputs.length,
        literal: second?.kind === "literal" ? second.value : undefined,
        push: (position) => {
          const operand = at(operands, position);
          w.get(operand.local);
          if (!operand.isScalar) extractLane(w, operand.dtype, lane);
        },
      });
      replaceLane(w, dtype, lane);
    }
    for (const { local } of operands) w.release(local);
  }
}

function isZero(expression: Expression): boolean {
  return expression.kind === "literal" && Object.is(expression.value, 0);
}

/** Expressions that are wanted again though they stand once: both halves of what is narrower than its use. */
export function widenedInputs(expression: Expression): readonly Expression[] {
  if (lanesOf(expression.dtype) === 4) return [];
  if (expression.kind === "cast") return lanesOf(expression.input.dtype) === 4 ? [expression.input] : [];
  return expression.kind === "apply" && expression.op === "select" ? expression.inputs.slice(0, 1) : [];
}
