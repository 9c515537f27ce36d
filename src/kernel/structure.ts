/** What makes two kernels the same piece of code: the key under which devices keep them. */
import { remember } from "../support/remember.ts";
import type { Expression } from "./expression.ts";
import type { Kernel, Statement } from "./kernel.ts";
import { inputsOf } from "./traverse.ts";

const known = new WeakMap<Kernel, string>();

/** A text that is equal for kernels that compute the same in the same way, whatever their names. */
export function structureOf(kernel: Kernel): string {
  return remember(known, kernel, () => describe(kernel));
}

/** Takes `structure` for what `structureOf(kernel)` is, where the two were kept together. */
export function knowStructure(kernel: Kernel, structure: string): void {
  known.set(kernel, structure);
}

function describe({ buffers, sizes, locals, body }: Kernel): string {
  const lines = [buffers.map(({ dtype, access }) => `${dtype} ${access}`).join(), `${sizes}`, locals.join()];
  // What is shared is written once: written out, shared expressions would grow without bound
  const numbers = new Map<Expression, number>();
  const numberOf = (expression: Expression): number => {
    let number = numbers.get(expression);
    if (number === undefined) {
      let inputs = "";
      for (const input of inputsOf(expression)) inputs += ` ${numberOf(input)}`;
      number = lines.push(ownText(expression) + inputs);
      numbers.set(expression, number);
    }
    return number;
  };
  const textOf = (part: Expression | number | string | boolean) =>
    typeof part === "object" ? `#${numberOf(part)}` : `${part}`;
  const write = (statement: Statement): void => {
    const parts: string[] = [];
    const bodies: (readonly Statement[])[] = [];
    for (const [name, value] of Object.entries(statement)) {
      if (name === "body" || name === "otherwise") bodies.push(value);
      else if (Array.isArray(value)) parts.push(`${name} ${value.flat().map(textOf)} of ${value.length}`);
      else parts.push(`${name} ${textOf(value)}`);
    }
    lines.push(parts.join());
    for (const inner of bodies) {
      lines.push("{");
      inner.forEach(write);
      lines.push("}");
    }
  };
  body.forEach(write);
  return lines.join("\n");
}

/** What an expression is besides its inputs. */
function ownText(expression: Expression): string {
  const { kind, dtype } = expression;
  switch (kind) {
    case "literal":
      return `${dtype} ${Object.is(expression.value, -0) ? "-0" : expression.value}`;
    case "size":
      return `size ${expression.size}`;
    case "local":
      return `${dtype} local ${expression.local}`;
    case "load":
      return `${dtype} load ${expression.buffer}`;
    case "apply":
      return `${dtype} ${expression.op}`;
    case "cast":
    case "bitcast":
      return `${dtype} ${kind}`;
    default:
      return kind satisfies never;
  }
}
