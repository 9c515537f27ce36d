/**
 * Random kernels, well typed and shrinkable: fast-check makes recipes (trees of small numbers), which are read as
 * statements and expressions of whatever fits the place. Only exact operations, so that results have to be equal.
 */
import fc from "fast-check";
import type { Device } from "../../src/device/device.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import type { Kernel, Statement } from "../../src/kernel/kernel.ts";
import { isDefined, type ReduceOp, type ScalarOp, scalarOps, transcendentalOps } from "../../src/kernel/scalarOps.ts";
import { verifyKernel } from "../../src/kernel/verify.ts";
import { bytesOf, computedIn, type Dtype, isFloat, type StoredData } from "../../src/shape/dtype.ts";
import { expectSame } from "./compare.ts";
import { Draft } from "./draft.ts";
import { testOn } from "./rehearsal.ts";
import { samples } from "./samples.ts";

/** A tree of choices. */
interface Recipe {
  readonly choice: number;
  readonly inputs: readonly Recipe[];
}

const recipes = fc.letrec<{ recipe: Recipe }>((tie) => ({
  recipe: fc.record({
    choice: fc.nat({ max: 5000 }),
    inputs: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constant<Recipe[]>([]),
      fc.array(tie("recipe"), { minLength: 1, maxLength: 3 }),
    ),
  }),
})).recipe;

const programs = fc.record({
  statements: fc.array(fc.record({ choice: fc.nat({ max: 5000 }), first: recipes, second: recipes }), {
    minLength: 1,
    maxLength: 7,
  }),
  lanes: fc.constantFrom(1, 4, 8, 16),
  rows: fc.nat({ max: 3 }),
  columns: fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 31, 33),
});

type Program = typeof programs extends fc.Arbitrary<infer T> ? T : never;

export function randomConformance(device: Device, available: readonly Dtype[], mayContract: boolean): void {
  const runs = process.env.SMILODON_TESTS === "quick" ? 60 : process.env.SMILODON_TESTS === "all" ? 3000 : 400;
  testOn(device, "random kernels are the same as the interpreter has them", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { kernel, buffers, sizes } = new RandomKernel(program, available, mayContract).make();
        verifyKernel(kernel);
        expectSame(device, kernel, buffers, sizes);
      }),
      { numRuns: runs, seed: 20260101 },
    );
  });
}

interface Value {
  readonly expression: Expression;
  /** Set for carried state. */
  readonly update?: (value: Expression) => Statement;
}

class RandomKernel {
  readonly #d = new Draft();
  readonly #program: Program;
  readonly #dtypes: readonly Dtype[];
  readonly #mayContract: boolean;
  readonly #inputs = new Map<Dtype, number>();
  readonly #outputs = new Map<Dtype, number>();
  readonly #rows: Expression;
  readonly #columns: Expression;
  /** Values in scope. */
  #scope: Value[] = [];
  /** The index of this iteration's own elements. */
  #own: Expression;
  #column: Expression;

  constructor(program: Program, dtypes: readonly Dtype[], mayContract: boolean) {
    this.#program = program;
    this.#dtypes = dtypes;
    this.#mayContract = mayContract;
    for (const dtype of dtypes) this.#inputs.set(dtype, this.#d.buffer(dtype, "read"));
    for (const dtype of dtypes) this.#outputs.set(dtype, this.#d.buffer(dtype, "readwrite"));
    this.#rows = this.#d.size();
    this.#columns = this.#d.size();
    this.#own = this.#d.e.index(0);
    this.#column = this.#own;
  }

  make(): { kernel: Kernel; buffers: StoredData[]; sizes: number[] } {
    const { lanes, rows, columns } = this.#program;
    const d = this.#d;
    // state outside the vector loop, into which its lanes accumulate
    const computed = this.#dtypes.filter((dtype) => computedIn(dtype) === dtype);
    const sums = computed.map((dtype) => ({ dtype, op: reduceOp(dtype), carry: d.carry(d.e.literal(dtype, 1)) }));
    const walk = d.loop(this.#rows, (row) => [
      d.loop(
        this.#columns,
        (column) => {
          this.#column = column;
          this.#own = d.i("add", d.i("multiply", row, this.#columns), column);
          this.#scope = [{ expression: row }, { expression: column }];
          const body = this.#statements(this.#program.statements, 2);
          const last = sums.map(({ dtype, op, carry }) =>
            carry.accumulate(op, this.#expression(dtype, { choice: 3, inputs: [] })),
          );
          return [...body, ...last];
        },
        { lanes },
      ),
    ]);
    const kernel = d.kernel("random", [
      ...sums.map(({ carry }) => carry.declare),
      walk,
      ...sums.map(({ dtype, carry }) =>
        d.store(this.#outputs.get(dtype) ?? 0, d.i("multiply", this.#rows, this.#columns), carry.value),
      ),
    ]);
    const room = rows * columns + 1;
    const buffers = [
      ...this.#dtypes.map((dtype, shift) => samples(dtype, 3 * room + 40, shift)),
      ...this.#dtypes.map((dtype) => samples(dtype, room, 2)),
    ];
    return { kernel, buffers, sizes: [rows, columns] };
  }

  #statements(list: Program["statements"], depth: number): Statement[] {
    const before = this.#scope.length;
    const statements = list.flatMap(({ choice, first, second }) => this.#statement(choice, first, second, depth));
    this.#scope = this.#scope.slice(0, before);
    return statements;
  }

  #statement(choice: number, first: Recipe, second: Recipe, depth: number): Statement[] {
    const d = this.#d;
    const dtype = this.#pick(this.#dtypes, choice >> 3);
    const inner = () =>
      this.#statements(
        second.inputs.map((input) => ({
          choice: input.choice,
          first: input,
          second: { choice: 0, inputs: input.inputs },
        })),
        depth - 1,
      );
    switch (choice % (depth > 0 ? 8 : 5)) {
      case 0:
      case 1: {
        const [declare, local] = d.let(this.#expression(dtype, first));
        this.#scope.push({ expression: local });
        return [declare];
      }
      case 2: {
        const carry = d.carry(this.#expression(dtype, first));
        this.#scope.push({ expression: carry.value, update: carry.update });
        return [carry.declare];
      }
      case 3: {
        const state = this.#scope.filter(({ update }) => update !== undefined).at(choice % 3 === 0 ? -1 : 0);
        return state?.update === undefined ? [] : [state.update(this.#expression(state.expression.dtype, first))];
      }
      case 4:
        return [d.store(this.#outputs.get(dtype) ?? 0, this.#own, this.#expression(dtype, first))];
      case 5: {
        const before = this.#scope;
        const loop = d.loop(
          d.e.index(second.choice % 4),
          (position) => {
            this.#scope = [...before, { expression: position }];
            return inner();
          },
          { step: 1 + (choice % 2) },
        );
        this.#scope = before;
        return [loop];
      }
      case 6:
        return [d.if(this.#expression("bool", first), inner(), [])];
      default:
        return [
          d.if(
            this.#expression("bool", first),
            inner(),
            this.#statements([{ choice: second.choice, first, second }], 0),
          ),
        ];
    }
  }

  /** An expression of `dtype`; without inputs it is a leaf. */
  #expression(dtype: Dtype, { choice, inputs }: Recipe): Expression {
    if (inputs.length === 0) return this.#leaf(dtype, choice);
    const [a, b = a, c = b] = inputs;
    if (a === undefined || b === undefined || c === undefined) return this.#leaf(dtype, choice);
    const d = this.#d;
    const part = (input: Recipe, other = dtype) => this.#expression(other, input);
    const kind = choice % 8;
    if (kind === 0) return d.e.cast(dtype, part(a, this.#pick(this.#dtypes, choice >> 3)));
    if (kind === 1) return d.e.apply("select", part(a, "bool"), part(b), part(c));
    if (kind === 2 && dtype === "bool") {
      const compared = this.#pick(this.#dtypes, choice >> 5);
      return d.e.apply(
        this.#pick(["equal", "less", "lessEqual"] as const, choice >> 3),
        part(a, computedIn(compared)),
        part(b, computedIn(compared)),
      );
    }
    // bits of NaN differ from machine to machine, so floats come from bits but bits not from floats
    if (kind === 3)
      return d.e.bitcast(
        dtype,
        part(
          a,
          this.#pick(
            this.#dtypes.filter((from) => !isFloat(from) && bytesOf(from) === bytesOf(dtype)),
            choice >> 3,
            dtype,
          ),
        ),
      );
    if (kind === 4) return d.load(this.#inputs.get(dtype) ?? 0, this.#index(choice >> 3, a));
    const op = this.#pick(this.#opsOf(dtype), choice >> 3, "select");
    if (op === "select") return d.e.apply(op, part(a, "bool"), part(b), part(c));
    return d.e.apply(op, ...[part(a), part(b), part(c)].slice(0, scalarOps[op].arity));
  }

  /** A place of the input that exists, whatever `recipe` comes to. */
  #index(choice: number, recipe: Recipe): Expression {
    const d = this.#d;
    const forms = [
      () => this.#own,
      () => this.#column,
      () => d.i("add", this.#column, 5),
      () => d.i("multiply", this.#own, 2),
      () => d.i("subtract", d.i("subtract", this.#columns, 1), this.#column),
      () => d.i("add", d.i("multiply", this.#column, d.i("minimum", this.#rows, 1)), 3),
      () => d.i("remainder", this.#expression("i32", recipe), 37),
    ];
    return this.#pick(forms, choice)();
  }

  #leaf(dtype: Dtype, choice: number): Expression {
    const known = this.#scope.filter(({ expression }) => expression.dtype === dtype);
    const pick = choice % (known.length + 3);
    const value = known[pick - 3];
    if (value !== undefined) return value.expression;
    const literals = [0, 1, 2, -1, 0.5, 3, -7, 100, 1e6];
    if (pick === 0) return this.#d.e.literal(dtype, this.#pick(literals, choice));
    return this.#d.load(this.#inputs.get(dtype) ?? 0, pick === 1 ? this.#own : this.#column);
  }

  #opsOf(dtype: Dtype): ScalarOp[] {
    return Object.keys(scalarOps).filter((name): name is ScalarOp => {
      if (!(name in scalarOps)) return false;
      const op = name as ScalarOp;
      if (op === "select" || transcendentalOps.has(op) || !isDefined(op, dtype)) return false;
      if (this.#mayContract && op === "multiply" && isFloat(dtype)) return false;
      return scalarOps[op].result === "same" || dtype === "bool";
    });
  }

  #pick<T>(list: readonly T[], choice: number, otherwise?: T): T {
    const item = list[choice % Math.max(1, list.length)] ?? otherwise;
    if (item === undefined) throw new Error("there is something to choose from");
    return item;
  }
}

/** A reduction whose result does not depend on the order. */
function reduceOp(dtype: Dtype): ReduceOp {
  return isFloat(dtype) ? "maximum" : dtype === "bool" ? "xor" : "add";
}
