/**
 * Addresses of one loop: what does not move with it is computed before it, what moves in proportion is a pointer of its
 * own that moves on with the loop, so that an access inside computes nothing. Engines do neither for WebAssembly.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Sum, Term } from "../../kernel/indexArithmetic.ts";
import { at } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import type { AddressPlan, Frame, PreparedAddresses } from "./frame.ts";
import type { Access, AccessFacts, Loop } from "./loopFacts.ts";

/** Constant offsets up to this size go into the instruction; memory below it is kept free, so that bases cannot wrap. */
export const mostOffset = 1 << 15;

/** How far addresses move from one run of the body to the next: a number of bytes, or a wasm local that holds it. */
type Step = { readonly constant: number } | { readonly local: number };

/** The prepared addresses of a loop. */
export class LoopAddresses implements PreparedAddresses {
  readonly #frame: Frame;
  /** Positions that the loop moves on by with each run of its body. */
  readonly #stride: number;
  readonly #counter: number;
  readonly #push: (expression: Expression) => void;
  readonly #plans = new Map<Access, AddressPlan>();
  readonly #bases = new Map<string, number>();
  readonly #steps = new Map<string, { readonly position: number; readonly step: Step }>();
  /** Running sums, by base and step. */
  readonly #moving = new Map<string, { readonly pointer: number; readonly step: Step }>();
  readonly #ids = new Map<Expression, number>();
  readonly #owned: number[] = [];
  /** Runs of the body that pointers are behind, where it is written several times in a row. */
  #ahead = 0;

  /**
   * Writes what comes before a loop that runs `iterations` at once; `counter` holds the loop's position, `push` writes a
   * scalar.
   */
  constructor(
    frame: Frame,
    loop: Loop,
    { counter, iterations }: { readonly counter: number; readonly iterations: number },
    push: (expression: Expression) => void,
  ) {
    this.#frame = frame;
    this.#stride = loop.step * iterations;
    this.#counter = counter;
    this.#push = push;
    const { lanes } = frame;
    for (const facts of frame.factsOf(loop)) {
      if (lanes !== undefined && lanes.shapes.of(facts.access.index) === "varying") continue;
      this.#plans.set(facts.access, this.#plan(facts));
    }
  }

  planOf(access: Access): AddressPlan | undefined {
    const plan = this.#plans.get(access);
    const step = this.#ahead === 0 || plan === undefined ? undefined : this.#stepOf(plan.pointer);
    return plan && step !== undefined ? { ...plan, offset: plan.offset + this.#ahead * step } : plan;
  }

  /** Moves the running sums on. */
  advance(): void {
    const { w } = this.#frame;
    for (const { pointer, step } of this.#moving.values()) {
      w.get(pointer);
      if ("local" in step) w.get(step.local);
      else w.i32(step.constant * (this.#ahead + 1));
      w.op("i32.add");
      w.set(pointer);
    }
    this.#ahead = 0;
  }

  /** Moves on to the next of several runs of the body in a row: what moves by a constant waits for `advance`. */
  advancePart(): void {
    const { w } = this.#frame;
    for (const { pointer, step } of this.#moving.values()) {
      if (!("local" in step)) continue;
      w.op(pointer, step.local, "i32.add");
      w.set(pointer);
    }
    this.#ahead++;
  }

  /** Are there pointers that `runs` of the body in a row share, and none that would get too far behind? */
  mayRunInARow(runs: number): boolean {
    const steps = [...this.#moving.values()].flatMap(({ step }) => ("local" in step ? [] : [step.constant]));
    return steps.length > 1 && steps.every((step) => step >= 0 && runs * step <= mostOffset / 4);
  }

  /** By how many bytes a pointer moves on, where that is a constant. */
  #stepOf(pointer: number): number | undefined {
    for (const moving of this.#moving.values())
      if (moving.pointer === pointer) return "local" in moving.step ? undefined : moving.step.constant;
    return undefined;
  }

  release(): void {
    for (const local of this.#owned) this.#frame.w.release(local);
  }

  #plan({ access, bytes, fixed, moving, rest, constant }: AccessFacts): AddressPlan {
    const offset = constant * bytes;
    const isOffset = offset >= 0 && offset < mostOffset;
    const base = this.#base(access.buffer, bytes, { constant: isOffset ? 0 : constant, terms: fixed });
    const pointer = moving.length === 0 ? base : this.#pointer(base, bytes, moving);
    return { pointer, rest, offset: isOffset ? offset : 0 };
  }

  #base(buffer: number, bytes: number, sum: Sum): number {
    const pointer = at(this.#frame.pointers, buffer);
    if (sum.constant === 0 && sum.terms.length === 0) return pointer;
    const { w } = this.#frame;
    const key = `${buffer} ${sum.constant} ${this.#key(sum.terms)}`;
    return remember(this.#bases, key, () => {
      w.get(pointer);
      pushSum(this.#frame, sum, bytes, this.#push);
      w.op("i32.add");
      return this.#keep();
    });
  }

  /** A pointer that starts at base + position · terms and moves with the loop. */
  #pointer(base: number, bytes: number, terms: readonly Term[]): number {
    const { w } = this.#frame;
    const key = `${bytes} ${this.#key(terms)}`;
    const { position, step } = remember(this.#steps, key, () => this.#step(bytes, terms));
    const moved = remember(this.#moving, `${base} ${key}`, () => {
      w.get(base);
      w.op(position, "i32.add");
      return { pointer: this.#keep(), step };
    });
    return moved.pointer;
  }

  /** Where the loop starts, in bytes from position 0, and how far it moves. */
  #step(bytes: number, terms: readonly Term[]): { position: number; step: Step } {
    const { w } = this.#frame;
    if (terms.every(({ factors }) => factors.length === 0)) {
      const constant = bytes * terms.reduce((sum, term) => sum + term.coefficient, 0);
      w.i32(constant);
      w.op(this.#counter, "i32.mul");
      return { position: this.#keep(), step: { constant: constant * this.#stride } };
    }
    pushSum(this.#frame, { constant: 0, terms }, bytes, this.#push);
    const distance = this.#keep();
    w.op(distance, this.#counter, "i32.mul");
    const position = this.#keep();
    if (this.#stride === 1) return { position, step: { local: distance } };
    w.get(distance);
    w.i32(this.#stride);
    w.op("i32.mul");
    return { position, step: { local: this.#keep() } };
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
