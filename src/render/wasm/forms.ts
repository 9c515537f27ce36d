/** How an operation is written: what the tables of scalar and vector spellings hold. */
import { invariant } from "../../support/invariant.ts";
import type { FunctionWriter } from "./functionWriter.ts";
import type { Opcode, ValueType } from "./opcodes.ts";

/**
 * `stack`: the operands are on the stack, in `order` where it is not their own. `locals`: they are in locals, since
 * they are used more than once. `import`: a function of JavaScript computes it in f64. `perLane`: there is no vector
 * form, each lane is computed as a scalar. `none`: the operation is not defined on the dtype.
 */
export type Form =
  | { readonly kind: "stack"; readonly write: (w: FunctionWriter) => void; readonly order?: readonly number[] }
  | { readonly kind: "locals"; readonly write: (w: FunctionWriter, operands: readonly number[]) => void }
  | { readonly kind: "import" }
  | { readonly kind: "perLane" }
  | { readonly kind: "none" };

export const none: Form = { kind: "none" };
export const imported: Form = { kind: "import" };
export const perLane: Form = { kind: "perLane" };

/** The operand as it is. */
export const unchanged: Form = { kind: "stack", write: () => {} };

/** Instructions one after the other, on operands on the stack. */
export function op(...opcodes: readonly Opcode[]): Form {
  return { kind: "stack", write: (w) => w.op(...opcodes) };
}

/** `opcode` on operands in another order. */
export function reordered(opcode: Opcode, order: readonly number[]): Form {
  return { kind: "stack", write: (w) => w.op(opcode), order };
}

/** Instructions that use their operands more than once. */
export function sequence(write: (w: FunctionWriter, operands: readonly number[]) => void): Form {
  return { kind: "locals", write };
}

/** `form`, and then what `more` does to its result. */
export function andThen(form: Form, more: (w: FunctionWriter) => void): Form {
  switch (form.kind) {
    case "stack":
      return {
        ...form,
        write: (w: FunctionWriter) => {
          form.write(w);
          more(w);
        },
      };
    case "locals":
      return sequence((w, operands) => {
        form.write(w, operands);
        more(w);
      });
    default:
      return form;
  }
}

/** Writes `form` on operands that `push` puts on the stack by position, of wasm type `typeOf(position)`. */
export function writeForm(
  w: FunctionWriter,
  form: Form,
  count: number,
  push: (position: number) => void,
  typeOf: (position: number) => ValueType,
): void {
  switch (form.kind) {
    case "stack":
      for (let position = 0; position < count; position++) push(form.order?.[position] ?? position);
      return form.write(w);
    case "locals": {
      const operands = Array.from({ length: count }, (_, position) => {
        push(position);
        const local = w.local(typeOf(position));
        w.set(local);
        return local;
      });
      form.write(w, operands);
      for (const local of operands) w.release(local);
      return;
    }
    case "import":
    case "perLane":
    case "none":
      return invariant(false, `a form of kind ${form.kind} is not written by itself`);
    default:
      form satisfies never;
  }
}
