/**
 * The definition of what kernels mean: each expression and statement becomes a function that does, in plain
 * TypeScript, what `kernel/kernel.ts` says, one iteration after the other. Numbers are those of `kernel/meaning.ts`.
 */

import type { Expression } from "../../kernel/expression.ts";
import { type Byte, type Kernel, type Statement, type TileProduct, termsIn, tileTerms } from "../../kernel/kernel.ts";
import { convert, meaningOf, reinterpret, toWide } from "../../kernel/meaning.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { expressionsOf, sharedExpressions } from "../../kernel/traverse.ts";
import { wideMeanings } from "../../kernel/wideMeaning.ts";
import type { Dtype, StoredData } from "../../shape/dtype.ts";
import { readElement, type Scalar, writeElement } from "../../shape/elements.ts";
import { at, invariant } from "../../support/invariant.ts";

/** What a launch works on: views of its buffers, and its sizes. */
export interface Launch {
  readonly buffers: readonly StoredData[];
  readonly sizes: readonly number[];
}

/** Makes the function that runs `kernel` on the buffers and sizes of a launch. */
export function interpretKernel(kernel: Kernel): (launch: Launch) => void {
  return new Interpretation(kernel).run();
}

type Value = () => Scalar;
type Action = () => void;

class Interpretation {
  readonly #kernel: Kernel;
  readonly #locals: Scalar[];
  /** Values that the present statement uses more than once. */
  readonly #shared: Scalar[] = [];
  #launch: Launch = { buffers: [], sizes: [] };

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#locals = kernel.locals.map(() => 0);
  }

  run(): (launch: Launch) => void {
    const body = this.#body(this.#kernel.body);
    return (launch) => {
      this.#launch = launch;
      body();
    };
  }

  #body(statements: readonly Statement[]): Action {
    const actions = statements.map((statement) => this.#statement(statement));
    return () => {
      for (const action of actions) action();
    };
  }

  #statement(statement: Statement): Action {
    if (statement.kind === "multiply") return this.#multiply(statement);
    const [prepare, first, second] = this.#values(expressionsOf(statement));
    const act = this.#action(statement, first, second);
    return prepare === undefined
      ? act
      : () => {
          prepare();
          act();
        };
  }

  #multiply({ buffers, indices, apart, steps, rows, columns, isFirst, bytes }: TileProduct): Action {
    const none: ReadonlyMap<Expression, number> = new Map();
    const number = (expression: Expression) => {
      const value = this.#value(expression, none);
      return () => Number(value());
    };
    const [start, distance, loops] = [indices.map(number), apart.map(number), steps.map((step) => step.map(number))];
    const read = (operand: number, position: number): number => {
      const buffer = at(buffers, operand);
      return Number(readElement(at(this.#kernel.buffers, buffer).dtype, this.#elements(buffer, position), position));
    };
    /** The term in the lower or the upper half of a word. */
    const half = (word: number, isUpper: boolean) =>
      Number(reinterpret("i32", "f32", isUpper ? word & 0xffff0000 : word << 16));
    /** Σ of four terms, in words of bytes; the sum stays below 2⁵³ for any that memory holds. */
    const four = (left: number, right: number): number => {
      let result = 0;
      for (let shift = 0; shift < 32; shift += 8)
        result += byteIn(left, shift, bytes?.[0]) * byteIn(right, shift, bytes?.[1]);
      return result;
    };
    const terms = termsIn(this.#kernel, buffers[1]);
    /** Σ over all steps from loop `depth` on, of one row and column. */
    const sum = (depth: number, left: number, right: number, pairs: number): number => {
      let result = 0;
      const [count, onLeft, onRight] = loops[depth] ?? [];
      for (let step = 0; step < (count?.() ?? 0); step++) {
        const [l, r] = [left + step * (onLeft?.() ?? 0), right + step * (onRight?.() ?? 0)];
        result += sum(depth + 1, l, r, pairs);
      }
      if (count !== undefined) return result;
      if (bytes !== undefined) {
        for (let word = 0; word < tileTerms / 2; word++)
          result += four(read(1, left + word), read(2, right + word * pairs));
        return result;
      }
      for (let term = 0; term < tileTerms; term++) {
        const isUpper = term % 2 === 1;
        const first = terms === 1 ? read(1, left + term) : half(read(1, left + (term >> 1)), isUpper);
        result += first * half(read(2, right + (term >> 1) * pairs), isUpper);
      }
      return result;
    };
    return () => {
      const [sums = 0, left = 0, right = 0] = start.map((each) => each());
      const [sumsApart = 0, leftApart = 0, pairs = 0] = distance.map((each) => each());
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const position = sums + row * sumsApart + column;
          const before = isFirst ? 0 : read(0, position);
          const added = sum(0, left + row * leftApart, right + column, pairs);
          const [dtype, value] =
            bytes === undefined ? (["f32", before + added] as const) : (["i32", (before + added) | 0] as const);
          writeElement(dtype, this.#elements(buffers[0], position), position, value);
        }
      }
    };
  }

  #action(statement: Exclude<Statement, TileProduct>, first: Value, second: Value): Action {
    const locals = this.#locals;
    switch (statement.kind) {
      case "let":
      case "carry":
      case "update":
        return () => {
          locals[statement.local] = first();
        };
      case "accumulate": {
        const combine = combination(statement.op, statement.value.dtype, [() => at(locals, statement.local), first]);
        return () => {
          locals[statement.local] = combine();
        };
      }
      case "store": {
        const { dtype } = statement.value;
        return () => {
          const position = Number(first());
          writeElement(dtype, this.#elements(statement.buffer, position), position, second());
        };
      }
      case "if": {
        const [body, otherwise] = [this.#body(statement.body), this.#body(statement.otherwise)];
        return () => (first() !== 0 ? body() : otherwise());
      }
      case "loop":
        return this.#loop(statement, first, second);
      default:
        return statement satisfies never;
    }
  }

  #loop({ local, step, body }: Extract<Statement, { kind: "loop" }>, start: Value, stop: Value): Action {
    const run = this.#body(body);
    return () => {
      const end = stop();
      for (let position = Number(start()); position < end; position += step) {
        this.#locals[local] = position;
        run();
      }
    };
  }

  /** The functions of a statement's expressions, after one that computes what they share, if anything. */
  #values(expressions: readonly Expression[]): [Action | undefined, Value, Value] {
    const known = new Map<Expression, number>();
    const actions = sharedExpressions(expressions).map((expression): Action => {
      const compute = this.#value(expression, known);
      const place = known.size;
      known.set(expression, place);
      return () => {
        this.#shared[place] = compute();
      };
    });
    const [first = nothing, second = nothing] = expressions.map((expression) => this.#value(expression, known));
    const prepare = () => {
      for (const action of actions) action();
    };
    return [actions.length === 0 ? undefined : prepare, first, second];
  }

  #value(expression: Expression, known: ReadonlyMap<Expression, number>): Value {
    const place = known.get(expression);
    if (place !== undefined) return () => at(this.#shared, place);
    switch (expression.kind) {
      case "literal": {
        const value = expression.dtype === "i64" ? toWide(expression.value) : expression.value;
        return () => value;
      }
      case "size":
        return () => at(this.#launch.sizes, expression.size);
      case "local":
        return () => at(this.#locals, expression.local);
      case "load":
        return this.#load(expression, this.#value(expression.index, known));
      case "cast": {
        const [input, from] = [this.#value(expression.input, known), expression.input.dtype];
        return () => convert(from, expression.dtype, input());
      }
      case "bitcast": {
        const [input, from] = [this.#value(expression.input, known), expression.input.dtype];
        return () => reinterpret(from, expression.dtype, input());
      }
      case "apply":
        return combination(
          expression.op,
          at(expression.inputs, -1).dtype,
          expression.inputs.map((input) => this.#value(input, known)),
        );
      default:
        return expression satisfies never;
    }
  }

  #load({ buffer, dtype }: Extract<Expression, { kind: "load" }>, index: Value): Value {
    return () => {
      const position = Number(index());
      return readElement(dtype, this.#elements(buffer, position), position);
    };
  }

  /** The elements of a buffer, once it is clear that `position` is one of them. */
  #elements(buffer: number, position: number): StoredData {
    const elements = at(this.#launch.buffers, buffer);
    if (position < 0 || position >= elements.length) {
      invariant(
        false,
        `kernel ${this.#kernel.name} stays inside b${buffer}, which has ${elements.length} elements, at index ${position}`,
      );
    }
    return elements;
  }
}

const nothing: Value = () => 0;

/** `op` of `values`, whose dtype is `dtype` (for `select`, that of the last two). */
function combination(op: ScalarOp, dtype: Dtype, values: readonly Value[]): Value {
  const [a = nothing, b = nothing, c = nothing] = values;
  if (dtype === "i64") {
    const meaning = wideMeanings[op];
    return () => meaning(BigInt(a()), BigInt(b()), BigInt(c()));
  }
  const meaning = meaningOf(op, dtype);
  if (values.length === 1) return () => meaning(Number(a()), 0, 0);
  if (values.length === 2) return () => meaning(Number(a()), Number(b()), 0);
  return () => meaning(Number(a()), Number(b()), Number(c()));
}

/** The byte of `word` that begins at bit `shift`. */
function byteIn(word: number, shift: number, kind: Byte = "u8"): number {
  return kind === "i8" ? (word << (24 - shift)) >> 24 : (word >>> shift) & 0xff;
}
