/**
 * Checks that a kernel keeps the rules of the kernel language: types, declarations, effects, loop modes. A failure
 * is a defect of the pass that made it; the text names the kernel and the rule. `verify.ts` checks whole plans.
 */
import { bytesOf, type Dtype, dtypes } from "../shape/dtype.ts";
import { at, invariant } from "../support/invariant.ts";
import type { Expression } from "./expression.ts";
import { type Kernel, type Statement, type TileProduct, tileRows } from "./kernel.ts";
import { roundTo } from "./meaning.ts";
import { printExpression } from "./print.ts";
import { isDefined, type ReduceOp, type ScalarTraits, scalarOps } from "./scalarOps.ts";
import { bodiesOf, expressionsOf, inputsOf } from "./traverse.ts";

/** @throws Error naming the kernel and the rule that it breaks. */
export function verifyKernel(kernel: Kernel): void {
  new KernelVerifier(kernel).verify();
}

/** The loops around a statement, as far as rules depend on them. */
interface Surroundings {
  readonly insideVector: boolean;
  /** Carries declared outside of the innermost vector loop, which may only be accumulated into there. */
  readonly outerOfVector: ReadonlySet<number>;
  /** Carries declared outside of the innermost parallel loop, which may not be changed there. */
  readonly outerOfParallel: ReadonlySet<number>;
}

const nowhere: ReadonlySet<number> = new Set();

class KernelVerifier {
  readonly #kernel: Kernel;
  readonly #typed = new Set<Expression>();
  readonly #localsRead = new Map<Expression, ReadonlySet<number>>();
  readonly #declared = new Set<number>();
  /** Locals in scope here; the value tells which are carried state. */
  readonly #scope = new Map<number, "value" | "carry">();
  /** The operation of each carry that a vector loop accumulates into. */
  readonly #accumulated = new Map<number, ReduceOp>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  verify(): void {
    this.#body(this.#kernel.body, { insideVector: false, outerOfVector: nowhere, outerOfParallel: nowhere });
  }

  #check(condition: unknown, rule: () => string): asserts condition {
    if (!condition) invariant(false, `kernel ${this.#kernel.name}: ${rule()}`);
  }

  #body(body: readonly Statement[], around: Surroundings): void {
    const before = new Set(this.#scope.keys());
    for (const statement of body) this.#statement(statement, around);
    for (const local of [...this.#scope.keys()]) if (!before.has(local)) this.#scope.delete(local);
  }

  #statement(statement: Statement, around: Surroundings): void {
    for (const expression of expressionsOf(statement)) this.#expression(expression);
    switch (statement.kind) {
      case "let":
        return this.#declare(statement.local, statement.value.dtype, "value");
      case "carry":
        return this.#declare(statement.local, statement.initial.dtype, "carry");
      case "update":
        return this.#update(statement, around);
      case "accumulate":
        return this.#accumulate(statement, around);
      case "store":
        return this.#store(statement);
      case "multiply":
        return this.#multiply(statement);
      case "if":
        this.#check(
          statement.condition.dtype === "bool",
          () => `the condition of an if is bool, not ${statement.condition.dtype}`,
        );
        for (const inner of bodiesOf(statement)) this.#body(inner, around);
        return;
      case "loop":
        return this.#loop(statement, around);
      default:
        statement satisfies never;
    }
  }

  #declare(local: number, dtype: Dtype, role: "value" | "carry"): void {
    const declared = this.#kernel.locals[local];
    this.#check(declared !== undefined, () => `v${local} is one of the ${this.#kernel.locals.length} locals`);
    this.#check(declared === dtype, () => `v${local} is declared ${declared} and is given ${dtype}`);
    this.#check(!this.#declared.has(local), () => `v${local} is declared once`);
    this.#declared.add(local);
    this.#scope.set(local, role);
  }

  /** A change of carried state, which must be in scope and of the value's dtype. */
  #change(local: number, dtype: Dtype, around: Surroundings): void {
    this.#check(this.#scope.get(local) === "carry", () => `v${local} is changed, so it is a carry in scope`);
    const declared = this.#kernel.locals[local];
    this.#check(declared === dtype, () => `v${local} holds ${declared} and is given ${dtype}`);
    this.#check(
      !around.outerOfParallel.has(local),
      () => `v${local} belongs outside a parallel loop, whose iterations cannot share it`,
    );
  }

  #update({ local, value }: Extract<Statement, { kind: "update" }>, around: Surroundings): void {
    this.#change(local, value.dtype, around);
    this.#check(
      !around.outerOfVector.has(local),
      () => `v${local} belongs outside a vector loop, which may only accumulate into it`,
    );
  }

  #accumulate({ local, op, value }: Extract<Statement, { kind: "accumulate" }>, around: Surroundings): void {
    this.#change(local, value.dtype, around);
    const traits: ScalarTraits = scalarOps[op];
    this.#check(traits.identity !== undefined, () => `${op} has an identity, so it can accumulate`);
    this.#check(isDefined(op, value.dtype), () => `${op} is defined on ${value.dtype}`);
    if (!around.outerOfVector.has(local)) return;
    const known = this.#accumulated.get(local) ?? op;
    this.#check(
      known === op,
      () => `v${local} is accumulated by one operation in a vector loop, not by ${known} and ${op}`,
    );
    this.#accumulated.set(local, op);
  }

  #store({ buffer, index, value }: Extract<Statement, { kind: "store" }>): void {
    const declared = this.#kernel.buffers[buffer];
    this.#check(declared !== undefined, () => `b${buffer} is one of the ${this.#kernel.buffers.length} buffers`);
    this.#check(declared.access !== "read", () => `b${buffer} is stored to, so its access is not "read"`);
    this.#check(declared.dtype === value.dtype, () => `b${buffer} holds ${declared.dtype} and is given ${value.dtype}`);
    this.#check(index.dtype === "i32", () => `an index is i32, not ${index.dtype}`);
  }

  #multiply(product: TileProduct): void {
    const dtypesOfProduct =
      product.bytes === undefined ? [["f32"], ["bf16", "u32"], ["u32"]] : [["i32"], ["u32"], ["u32"]];
    product.buffers.forEach((buffer, operand) => {
      const declared = this.#kernel.buffers[buffer];
      const isHeld = declared !== undefined && at(dtypesOfProduct, operand).includes(declared.dtype);
      this.#check(isHeld, () => `b${buffer} of a product of tiles holds ${at(dtypesOfProduct, operand).join(" or ")}`);
      const isKept = operand === 0 || declared?.access !== "write";
      this.#check(isKept && (operand > 0 || declared?.access !== "read"), () => {
        return `b${buffer} of a product of tiles has the access "${declared?.access}"`;
      });
    });
    const isWhole = [product.rows, product.columns].every((size) => size === tileRows || size === 2 * tileRows);
    this.#check(isWhole, () => `a product has one tile or two each way, not ${product.rows} by ${product.columns}`);
    const positions = expressionsOf(product);
    this.#check(
      positions.every(({ dtype }) => dtype === "i32"),
      () => "a product of tiles is placed by i32",
    );
  }

  #loop(loop: Extract<Statement, { kind: "loop" }>, around: Surroundings): void {
    this.#check(loop.start.dtype === "i32" && loop.stop.dtype === "i32", () => `loop v${loop.local} runs over i32`);
    this.#check(
      Number.isInteger(loop.step) && loop.step >= 1,
      () => `loop v${loop.local} has a whole step of 1 or more, not ${loop.step}`,
    );
    const isVector = loop.mode === "vector";
    this.#check(!(isVector && around.insideVector), () => `vector loop v${loop.local} does not stand inside another`);
    const power = Number.isInteger(Math.log2(loop.lanes)) && loop.lanes >= 1;
    this.#check(isVector ? power && loop.step === 1 : loop.lanes === 1, () => {
      return `loop v${loop.local} has ${isVector ? "step 1 and a power of two of lanes" : "one lane"}, not step ${loop.step} and ${loop.lanes}`;
    });
    const { multiple = 1 } = loop;
    this.#check(Number.isInteger(loop.lanes / multiple), () => {
      return `loop v${loop.local} of ${loop.lanes} lanes has a multiple that divides them, not ${multiple}`;
    });
    const carries = new Set([...this.#scope].filter(([, role]) => role === "carry").map(([local]) => local));
    const outer = new Set(this.#scope.keys());
    this.#declare(loop.local, "i32", "value");
    this.#body(loop.body, {
      insideVector: around.insideVector || isVector,
      outerOfVector: isVector ? carries : around.outerOfVector,
      outerOfParallel: loop.mode === "parallel" ? carries : around.outerOfParallel,
    });
    for (const local of [...this.#scope.keys()]) if (!outer.has(local)) this.#scope.delete(local);
    if (isVector) this.#accumulatedIsNotRead(loop);
    if (isVector) this.#accumulated.clear();
  }

  /** State that the lanes of a vector loop accumulate into has no value until the loop is over. */
  #accumulatedIsNotRead(loop: Statement): void {
    if (this.#accumulated.size === 0) return;
    for (const body of bodiesOf(loop)) {
      for (const statement of body) {
        for (const local of this.#accumulated.keys()) {
          const reads = expressionsOf(statement).some((expression) => this.#reads(expression).has(local));
          this.#check(!reads, () => `v${local} is accumulated by the lanes of a vector loop, so it is not read inside`);
        }
        this.#accumulatedIsNotRead(statement);
      }
    }
  }

  #expression(expression: Expression): void {
    this.#type(expression);
    for (const local of this.#reads(expression)) {
      this.#check(this.#scope.has(local), () => `v${local} is declared before it is read, in a body around`);
    }
  }

  #reads(expression: Expression): ReadonlySet<number> {
    const known = this.#localsRead.get(expression);
    if (known !== undefined) return known;
    const reads = new Set<number>();
    if (expression.kind === "local") reads.add(expression.local);
    for (const input of inputsOf(expression)) for (const local of this.#reads(input)) reads.add(local);
    this.#localsRead.set(expression, reads);
    return reads;
  }

  #type(expression: Expression): void {
    if (this.#typed.has(expression)) return;
    this.#typed.add(expression);
    for (const input of inputsOf(expression)) this.#type(input);
    this.#check(Object.hasOwn(dtypes, expression.dtype), () => `${expression.dtype} is a dtype`);
    const problem = this.#problemOf(expression);
    this.#check(problem === undefined, () => `${problem} in ${printExpression(expression).slice(0, 200)}`);
  }

  #problemOf(expression: Expression): string | undefined {
    const { dtype } = expression;
    switch (expression.kind) {
      case "literal":
        return Object.is(roundTo(dtype, expression.value), expression.value)
          ? undefined
          : `${dtype} cannot hold ${expression.value}`;
      case "size":
        return isPosition(expression.size, this.#kernel.sizes) && dtype === "i32"
          ? undefined
          : `there is no i32 size s${expression.size}`;
      case "local":
        return this.#kernel.locals[expression.local] === dtype
          ? undefined
          : `v${expression.local} is not a local of ${dtype}`;
      case "load":
        return loadProblem(this.#kernel, expression);
      case "apply":
        return applyProblem(expression);
      case "cast":
        return undefined;
      case "bitcast":
        return bytesOf(expression.input.dtype) === bytesOf(dtype)
          ? undefined
          : `${expression.input.dtype} and ${dtype} differ in size`;
      default:
        return expression satisfies never;
    }
  }
}

function isPosition(position: number, count: number): boolean {
  return Number.isInteger(position) && position >= 0 && position < count;
}

function loadProblem(
  kernel: Kernel,
  { buffer, dtype, index }: Extract<Expression, { kind: "load" }>,
): string | undefined {
  const declared = kernel.buffers[buffer];
  if (declared === undefined) return `there is no buffer b${buffer}`;
  if (declared.access === "write") return `b${buffer} is loaded from, though its access is "write"`;
  if (declared.dtype !== dtype) return `b${buffer} holds ${declared.dtype}, not ${dtype}`;
  return index.dtype === "i32" ? undefined : `an index is i32, not ${index.dtype}`;
}

function applyProblem({ op, inputs, dtype }: Extract<Expression, { kind: "apply" }>): string | undefined {
  const { arity, result }: ScalarTraits = scalarOps[op];
  if (inputs.length !== arity) return `${op} takes ${arity} inputs, not ${inputs.length}`;
  const values = op === "select" ? inputs.slice(1) : inputs;
  if (op === "select" && inputs[0]?.dtype !== "bool")
    return `the condition of a select is bool, not ${inputs[0]?.dtype}`;
  const operand = values[0]?.dtype ?? dtype;
  if (values.some((value) => value.dtype !== operand))
    return `${op} is given ${values.map((value) => value.dtype).join(" and ")}`;
  if (!isDefined(op, operand)) return `${op} is not defined on ${operand}`;
  const expected = result === "bool" ? "bool" : operand;
  return dtype === expected ? undefined : `${op} of ${operand} gives ${expected}, not ${dtype}`;
}
