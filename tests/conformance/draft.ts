/** A short way to write kernels in tests: locals, buffers and sizes get their numbers as they are made. */
import { ExpressionBuilder } from "../../src/kernel/builder.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import type { Access, Kernel, KernelBuffer, LoopMode, Statement } from "../../src/kernel/kernel.ts";
import type { ReduceOp, ScalarOp } from "../../src/kernel/scalarOps.ts";
import type { Dtype } from "../../src/shape/dtype.ts";

export interface LoopOptions {
  readonly start?: Expression;
  readonly step?: number;
  readonly mode?: LoopMode;
  readonly lanes?: number;
}

export class Draft {
  readonly e = new ExpressionBuilder();
  readonly #locals: Dtype[] = [];
  readonly #buffers: KernelBuffer[] = [];
  #sizes = 0;

  buffer(dtype: Dtype, access: Access): number {
    return this.#buffers.push({ dtype, access }) - 1;
  }

  size(): Expression {
    return this.e.size(this.#sizes++);
  }

  load(buffer: number, index: Expression): Expression {
    const dtype = this.#buffers[buffer]?.dtype ?? "f32";
    return this.e.load(buffer, dtype, index);
  }

  store(buffer: number, index: Expression, value: Expression): Statement {
    return { kind: "store", buffer, index, value };
  }

  let(value: Expression): [Statement, Expression] {
    const [number, local] = this.local(value.dtype);
    return [{ kind: "let", local: number, value }, local];
  }

  carry(initial: Expression): {
    declare: Statement;
    value: Expression;
    update: (value: Expression) => Statement;
    accumulate: (op: ReduceOp, value: Expression) => Statement;
  } {
    const [local, value] = this.local(initial.dtype);
    return {
      declare: { kind: "carry", local, initial },
      value,
      update: (next) => ({ kind: "update", local, value: next }),
      accumulate: (op, next) => ({ kind: "accumulate", local, op, value: next }),
    };
  }

  /** A loop from 0, or `start`, to `stop`; given lanes it is a vector loop. */
  loop(
    stop: Expression,
    body: (position: Expression) => readonly Statement[],
    { start = this.e.index(0), step = 1, mode, lanes = 1 }: LoopOptions = {},
  ): Statement {
    const [local, position] = this.local("i32");
    return {
      kind: "loop",
      local,
      start,
      stop,
      step,
      mode: mode ?? (lanes > 1 ? "vector" : "serial"),
      lanes,
      body: body(position),
    };
  }

  if(condition: Expression, body: readonly Statement[], otherwise: readonly Statement[] = []): Statement {
    return { kind: "if", condition, body, otherwise };
  }

  /** `op` on expressions and i32 numbers. */
  i(op: ScalarOp, ...inputs: readonly (Expression | number)[]): Expression {
    return this.e.apply(op, ...inputs.map((input) => (typeof input === "number" ? this.e.index(input) : input)));
  }

  local(dtype: Dtype): [number, Expression] {
    const local = this.#locals.push(dtype) - 1;
    return [local, this.e.local(local, dtype)];
  }

  kernel(name: string, body: readonly Statement[]): Kernel {
    return { name, buffers: this.#buffers, sizes: this.#sizes, locals: this.#locals, body };
  }
}
