/**
 * Addresses of one loop: what does not move with it is computed before it, what moves in proportion is a running sum,
 * so that an access inside costs one addition. Engines do neither for WebAssembly.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Sum, Term } from "../../kernel/indexArithmetic.ts";
import { at } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import type { AddressPlan, Frame, PreparedAddresses } from "./frame.ts";
import type { Access, AccessFacts, Loop } from "./loopFacts.ts";

/** Constant offsets up to this size go into the instruction; memory below it is kept free, so that bases cannot wrap. */
export const mostOffset = 1 << 15;

interface Induction {
  readonly local: number;
  /** Bytes that it moves an iteration: a number, or a wasm local. */
  readonly step: { readonly constant: number } | { readonly local: number };
}

/** The prepared addresses of a loop. */
export class LoopAddresses implements PreparedAddresses {
  readonly #frame: Frame;
  readonly #loop: Loop;
  readonly #plans = new Map<Access, AddressPlan>();
  readonly #bases = new Map<string, number>();
  readonly #inductions = new Map<string, Induction>();
  readonly #ids = new Map<Expression, number>();
  readonly #owned: number[] = [];

  /** Writes what comes before the loop; `counter` holds the loop's position, `push` writes a scalar. */
  constructor(frame: Frame, loop: Loop, counter: number, push: (expression: Expression) => void) {
    this.#frame = frame;
    this.#loop = loop;
    const { lanes } = frame;
    for (const facts of frame.factsOf(loop)) {
      if (lanes !== undefined && lanes.shapes.of(facts.access.index) === "varying") continue;
      this.#plans.set(facts.access, this.#plan(facts, { counter, push }));
    }
  }

  planOf(access: Access): AddressPlan | undefined {
    return this.#plans.get(access);
  }

  /** Moves the running sums on by `iterations`. */
  advance(iterations: number): void {
    const { w } = this.#frame;
    for (const { local, step } of this.#inductions.values()) {
      w.get(local);
      if ("local" in step) w.get(step.local);
      else w.i32(step.constant * iterations);
      if ("local" in step && iterations !== 1) {
        w.i32(iterations);
        w.op("i32.mul");
      }
      w.op("i32.add");
      w.set(local);
    }
  }

  release(): void {
    for (const local of this.#owned) this.#frame.w.release(local);
  }

  #plan({ access, bytes, fixed, moving, rest, constant }: AccessFacts, context: PlanContext): AddressPlan {
    const offset = constant * bytes;
    const isOffset = offset >= 0 && offset < mostOffset;
    const base = this.#base(access.buffer, bytes, { constant: isOffset ? 0 : constant, terms: fixed }, context);
    const induction = moving.length === 0 ? undefined : this.#induction(bytes, moving, context);
    return { base, induction, rest, offset: isOffset ? offset : 0 };
  }

  #base(buffer: number, bytes: number, sum: Sum, { push }: PlanContext): number {
    const pointer = at(this.#frame.pointers, buffer);
    if (sum.constant === 0 && sum.terms.length === 0) return pointer;
    const { w } = this.#frame;
    const key = `${buffer} ${sum.constant} ${this.#key(sum.terms)}`;
    return remember(this.#bases, key, () => {
      w.get(pointer);
      pushSum(this.#frame, sum, bytes, push);
      w.op("i32.add");
      return this.#keep();
    });
  }

  #induction(bytes: number, terms: readonly Term[], { counter, push }: PlanContext): number {
    const { w } = this.#frame;
    const key = `${bytes} ${this.#key(terms)}`;
    const known = this.#inductions.get(key);
    if (known !== undefined) return known.local;
    const constant = terms.every(({ factors }) => factors.length === 0)
      ? terms.reduce((sum, term) => sum + term.coefficient, 0)
      : undefined;
    const moved = () => {
      w.op(counter, "i32.mul");
      return this.#keep();
    };
    let induction: Induction;
    if (constant !== undefined) {
      w.i32(constant * bytes);
      induction = { local: moved(), step: { constant: constant * bytes * this.#loop.step } };
    } else {
      pushSum(this.#frame, { constant: 0, terms }, bytes, push);
      const stride = this.#keep();
      w.get(stride);
      const local = moved();
      w.get(stride);
      w.i32(this.#loop.step);
      w.op("i32.mul");
      w.set(stride);
      induction = { local, step: { local: stride } };
    }
    this.#inductions.set(key, induction);
    return induction.local;
  }

  /** Puts the number on the stack in a local that lasts as long as the loop. */
  #keep(): number {
    const local = this.#frame.w.local("i32");
    this.#frame.w.set(local);
    this.#owned.push(local);
    return local;
  }

  #key(terms: readonly Term[]): string {
    return terms
      .map(({ coefficient, factors }) => `${coefficient}*${factors.map((factor) => this.#id(factor)).join("*")}`)
      .join("+");
  }

  #id(factor: Expression): string {
    if (factor.kind === "local") return `v${factor.local}`;
    if (factor.kind === "size") return `s${factor.size}`;
    return `e${remember(this.#ids, factor, () => this.#ids.size)}`;
  }
}

interface PlanContext {
  readonly counter: number;
  readonly push: (expression: Expression) => void;
}

/** Pushes `bytes` times the sum. */
export function pushSum(
  { w }: Frame,
  { constant, terms }: Sum,
  bytes: number,
  push: (expression: Expression) => void,
): void {
  let isFirst = true;
  const plus = () => {
    if (!isFirst) w.op("i32.add");
    isFirst = false;
  };
  for (const { coefficient, factors } of terms) {
    factors.forEach((factor, position) => {
      push(factor);
      if (position > 0) w.op("i32.mul");
    });
    const scale = Math.imul(coefficient, bytes);
    if (factors.length === 0) w.i32(scale);
    else if (scale !== 1) multiplyBy(scale);
    plus();
  }
  if (constant !== 0 || isFirst) {
    w.i32(constant * bytes);
    plus();
  }

  function multiplyBy(scale: number): void {
    const exponent = Math.log2(scale);
    w.i32(Number.isInteger(exponent) ? exponent : scale);
    w.op(Number.isInteger(exponent) ? "i32.shl" : "i32.mul");
  }
}
