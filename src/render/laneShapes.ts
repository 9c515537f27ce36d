/**
 * What the lanes of a vector loop see: for each value, whether all lanes have the same, or numbers a fixed step apart,
 * or anything. Decides before a line is written whether a loop can run in vectors.
 */
import type { Expression } from "../kernel/expression.ts";
import type { Statement } from "../kernel/kernel.ts";
import { expressionsOf, inputsOf, visitStatements } from "../kernel/traverse.ts";

/** How a value differs from lane to lane: by this number (0: not at all), or in no simple way. */
export type LaneShape = number | "varying";

type Loop = Extract<Statement, { kind: "loop" }>;

/** The shapes of all values inside one vector loop. Locals declared outside are the same in all lanes. */
export class LaneShapes {
  readonly #locals = new Map<number, LaneShape>();
  #known = new Map<Expression, LaneShape>();

  constructor(loop: Loop) {
    this.#locals.set(loop.local, 1);
    // carried state may turn from uniform to varying by what is assigned later: repeat until nothing changes
    while (this.#assign(loop.body)) this.#known = new Map();
  }

  of(expression: Expression): LaneShape {
    if (expression.kind === "literal") return 0;
    const known = this.#known.get(expression);
    if (known !== undefined) return known;
    const shape = this.#compute(expression);
    this.#known.set(expression, shape);
    return shape;
  }

  ofLocal(local: number): LaneShape {
    return this.#locals.get(local) ?? 0;
  }

  /** Is `local` declared inside the loop? */
  isInside(local: number): boolean {
    return this.#locals.has(local);
  }

  #assign(body: readonly Statement[]): boolean {
    let changed = false;
    const set = (local: number, shape: LaneShape) => {
      const before = this.#locals.get(local);
      if (before === shape || before === "varying") return;
      this.#locals.set(local, before === undefined ? shape : "varying");
      changed = true;
    };
    visitStatements(body, (statement) => {
      if (statement.kind === "let") set(statement.local, this.of(statement.value));
      if (statement.kind === "carry") set(statement.local, this.of(statement.initial));
      if (statement.kind === "loop") set(statement.local, 0);
      // state from outside keeps its place there: its lanes are brought together after the loop
      if (statement.kind === "update" && this.isInside(statement.local)) set(statement.local, this.of(statement.value));
      if (statement.kind === "accumulate" && this.isInside(statement.local) && this.of(statement.value) !== 0)
        set(statement.local, "varying");
    });
    return changed;
  }

  #compute(expression: Expression): LaneShape {
    if (expression.kind === "local") return this.ofLocal(expression.local);
    let isSame = true;
    for (const input of inputsOf(expression)) if (this.of(input) !== 0) isSame = false;
    if (isSame) return 0;
    if (expression.kind !== "apply" || expression.dtype !== "i32") return "varying";
    const [a, b] = expression.inputs.map((input) => this.of(input));
    if (a === "varying" || b === "varying" || a === undefined) return "varying";
    if (expression.op === "negative") return -a | 0;
    if (b === undefined) return "varying";
    if (expression.op === "add") return (a + b) | 0;
    if (expression.op === "subtract") return (a - b) | 0;
    if (expression.op !== "multiply") return "varying";
    const [x, y] = expression.inputs;
    if (x?.kind === "literal") return Math.imul(x.value, b);
    return y?.kind === "literal" ? Math.imul(y.value, a) : "varying";
  }
}

/**
 * Can the lanes of `loop` run together? Not where they take different ways through an if, run an inner loop differently
 * often, or store different values to one element.
 */
export function runsInVectors(loop: Loop, shapes: LaneShapes): boolean {
  let runs = loop.lanes >= 4;
  const differs = (expression: Expression) => shapes.of(expression) !== 0;
  visitStatements(loop.body, (statement) => {
    if (statement.kind === "if" && differs(statement.condition)) runs = false;
    if (statement.kind === "loop" && (differs(statement.start) || differs(statement.stop))) runs = false;
    if (statement.kind === "store" && !differs(statement.index) && differs(statement.value)) runs = false;
  });
  return runs;
}

/** Locals that something varying uses directly: they are wanted as vectors, though all lanes have the same. */
export function wantedAsVectors(loop: Loop, shapes: LaneShapes): ReadonlySet<number> {
  const wanted = new Set<number>();
  const want = (expression: Expression | undefined) => {
    if (expression?.kind === "local" && shapes.of(expression) === 0) wanted.add(expression.local);
  };
  const seen = new Set<Expression>();
  const look = (expression: Expression): void => {
    if (seen.has(expression) || shapes.of(expression) !== "varying") return;
    seen.add(expression);
    if (expression.kind !== "load") inputsOf(expression).forEach(want);
    inputsOf(expression).forEach(look);
  };
  visitStatements(loop.body, (statement) => {
    expressionsOf(statement).forEach(look);
    if (statement.kind === "store" && shapes.of(statement.index) !== 0) want(statement.value);
    if (statement.kind === "accumulate" && isVectorState(statement.local, shapes)) want(statement.value);
    if (statement.kind === "carry" && isVectorState(statement.local, shapes)) want(statement.initial);
  });
  return wanted;
}

function isVectorState(local: number, shapes: LaneShapes): boolean {
  return !shapes.isInside(local) || shapes.ofLocal(local) === "varying";
}

/** Locals that are wanted as scalars: in addresses, in conditions, in what all lanes have in common. */
export function wantedAsScalars(loop: Loop, shapes: LaneShapes): ReadonlySet<number> {
  const wanted = new Set<number>();
  const seen = new Set<Expression>();
  const look = (expression: Expression, isScalar: boolean): void => {
    if (expression.kind === "local") {
      if (isScalar) wanted.add(expression.local);
      return;
    }
    if (seen.has(expression)) return;
    seen.add(expression);
    const inside = expression.kind === "load" || shapes.of(expression) !== "varying";
    for (const input of inputsOf(expression)) look(input, inside);
  };
  visitStatements(loop.body, (statement) => {
    const [first, second] = expressionsOf(statement);
    const isVector =
      (statement.kind === "store" && shapes.of(statement.index) !== 0) ||
      ((statement.kind === "accumulate" || statement.kind === "carry" || statement.kind === "update") &&
        isVectorState(statement.local, shapes));
    if (first !== undefined) look(first, statement.kind === "store" || !isVector);
    if (second !== undefined) look(second, !isVector);
  });
  return wanted;
}

/** Carried state from outside that the lanes of `loop` accumulate into, with the operation. */
export function accumulatedOutside(
  loop: Loop,
  shapes: LaneShapes,
): readonly Extract<Statement, { kind: "accumulate" }>[] {
  const found = new Map<number, Extract<Statement, { kind: "accumulate" }>>();
  visitStatements(loop.body, (statement) => {
    if (statement.kind === "accumulate" && !shapes.isInside(statement.local)) found.set(statement.local, statement);
  });
  return [...found.values()];
}
