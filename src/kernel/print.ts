/**
 * Kernels and plans as text: compact, unambiguous and always the same for the same structure, so that tests can
 * hold it, people can read it, and caches can use it as a key. `b0` is a buffer, `s0` a size, `v0` a local; a value
 * used twice in one statement is named where it first stands: `(t0: b0[v0] - v1) * t0`.
 */
import type { Dtype } from "../shape/dtype.ts";
import type { Expression } from "./expression.ts";
import type { Kernel, Statement } from "./kernel.ts";
import type { Command, Plan, Slot } from "./plan.ts";
import type { ScalarOp } from "./scalarOps.ts";
import { expressionsOf, sharedExpressions } from "./traverse.ts";

/** The kernel as text, its name first. */
export function printKernel(kernel: Kernel): string {
  const buffers = kernel.buffers.map(({ dtype, access }, buffer) => `b${buffer}: ${access} ${dtype}`).join(", ");
  const sizes = Array.from({ length: kernel.sizes }, (_, size) => `, s${size}`).join("");
  const lines = kernel.body.flatMap((statement) => statementLines(kernel, statement));
  return [`kernel ${kernel.name} (${buffers}${sizes})`, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** The plan as text: its kernels, then its memory, then its commands. */
export function printPlan(plan: Plan): string {
  return [
    ...plan.kernels.map((kernel, position) => `k${position}: ${printKernel(kernel)}`),
    `memory: ${plan.externals} external, ${plan.arenaBytes} bytes of scratch`,
    ...plan.slots.map((slot, position) => `  m${position}: ${slotText(slot)}`),
    "commands:",
    ...plan.commands.flatMap((command) => commandLines(plan, command)).map((line) => `  ${line}`),
  ].join("\n");
}

/** One expression as text. */
export function printExpression(expression: Expression): string {
  return new ExpressionPrinter([expression]).print(expression);
}

function statementLines(kernel: Kernel, statement: Statement): string[] {
  const printer = new ExpressionPrinter(expressionsOf(statement));
  const show = (expression: Expression) => printer.print(expression);
  const inside = (body: readonly Statement[]) =>
    body.flatMap((inner) => statementLines(kernel, inner)).map((line) => `  ${line}`);
  const declared = (local: number) => `v${local}: ${kernel.locals[local] ?? "undeclared"}`;
  switch (statement.kind) {
    case "let":
      return [`let ${declared(statement.local)} = ${show(statement.value)}`];
    case "carry":
      return [`carry ${declared(statement.local)} = ${show(statement.initial)}`];
    case "update":
      return [`v${statement.local} = ${show(statement.value)}`];
    case "accumulate":
      return [`v${statement.local} ${spelling[statement.op]}= ${show(statement.value)}`];
    case "loop": {
      const step = statement.step === 1 ? "" : ` step ${statement.step}`;
      const mode =
        statement.mode === "serial"
          ? ""
          : statement.mode === "vector"
            ? ` vector ${statement.lanes}${statement.multiple === undefined ? "" : ` multiple ${statement.multiple}`}`
            : ` ${statement.mode}`;
      return [
        `loop v${statement.local} = ${show(statement.start)} .. ${show(statement.stop)}${step}${mode}`,
        ...inside(statement.body),
      ];
    }
    case "store":
      return [
        `b${statement.buffer}[${show(statement.index)}] = ${show(statement.value)}${statement.ahead === undefined ? "" : ` ahead ${statement.ahead}`}`,
      ];
    case "multiply": {
      const { buffers, indices, apart, steps, rows, columns, isFirst, bytes } = statement;
      const [sums, left, right] = indices.map(
        (index, operand) => `b${buffers[operand]}[${show(index)} by ${apart.map(show)[operand]}]`,
      );
      const loops = steps.map((step) => ` ${step.map(show).join(" by ")}`);
      return [
        `${sums} ${isFirst ? "=" : "+="} ${left} * ${right} tiles ${bytes === undefined ? "" : `of ${bytes.join(" by ")} `}${rows} x ${columns} steps${loops}`,
      ];
    }
    case "if": {
      const otherwise = statement.otherwise.length === 0 ? [] : ["else", ...inside(statement.otherwise)];
      return [`if ${show(statement.condition)}`, ...inside(statement.body), ...otherwise];
    }
    default:
      return statement satisfies never;
  }
}

/** Prints the expressions of one statement, naming what they share. */
class ExpressionPrinter {
  readonly #shared: ReadonlySet<Expression>;
  readonly #names = new Map<Expression, string>();

  constructor(roots: readonly Expression[]) {
    this.#shared = new Set(sharedExpressions(roots));
  }

  print(expression: Expression): string {
    if (!this.#shared.has(expression)) return this.#text(expression);
    const known = this.#names.get(expression);
    if (known !== undefined) return known;
    // the number is taken first, so that names count up as a reader meets them
    const name = `t${this.#names.size}`;
    this.#names.set(expression, name);
    return `(${name}: ${unwrap(this.#text(expression))})`;
  }

  #text(expression: Expression): string {
    switch (expression.kind) {
      case "literal":
        return literalText(expression.dtype, expression.value);
      case "size":
        return `s${expression.size}`;
      case "local":
        return `v${expression.local}`;
      case "load":
        return `b${expression.buffer}[${unwrap(this.print(expression.index))}]`;
      case "apply":
        return applyText(
          expression.op,
          expression.inputs.map((input) => this.print(input)),
        );
      case "cast":
        return `${expression.dtype}(${unwrap(this.print(expression.input))})`;
      case "bitcast":
        return `bits<${expression.dtype}>(${unwrap(this.print(expression.input))})`;
      default:
        return expression satisfies never;
    }
  }
}

function applyText(op: ScalarOp, inputs: readonly string[]): string {
  const symbol = spelling[op];
  if (/^[a-z]/.test(symbol) || inputs.length !== 2) return `${symbol}(${inputs.map(unwrap).join(", ")})`;
  return `(${inputs.join(` ${symbol} `)})`;
}

/** `text` without parentheses that enclose all of it. */
function unwrap(text: string): string {
  if (!text.startsWith("(") || /^\(t\d+: /.test(text)) return text;
  let depth = 0;
  for (let position = 0; position < text.length; position++) {
    if (text[position] === "(") depth++;
    if (text[position] === ")") depth--;
    if (depth === 0 && position < text.length - 1) return text;
  }
  return text.slice(1, -1);
}

const suffixes: { readonly [D in Dtype]: string } = {
  bool: "",
  u8: "b",
  i8: "i8",
  i16: "i16",
  i32: "",
  u32: "u",
  i64: "l",
  f16: "h",
  bf16: "bf",
  f32: "f",
  f64: "d",
};

function literalText(dtype: Dtype, value: number): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  return `${Object.is(value, -0) ? "-0" : value}${suffixes[dtype]}`;
}

const spelling: { readonly [Op in ScalarOp]: string } = {
  negative: "negative",
  abs: "abs",
  sign: "sign",
  floor: "floor",
  ceil: "ceil",
  round: "round",
  sqrt: "sqrt",
  exp: "exp",
  expm1: "expm1",
  log: "log",
  log1p: "log1p",
  sin: "sin",
  cos: "cos",
  tanh: "tanh",
  sigmoid: "sigmoid",
  erf: "erf",
  erfc: "erfc",
  not: "not",
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  quotient: "//",
  remainder: "%",
  power: "**",
  maximum: "max",
  minimum: "min",
  equal: "==",
  less: "<",
  lessEqual: "<=",
  and: "&",
  or: "|",
  xor: "^",
  shiftLeft: "<<",
  shiftRight: ">>",
  select: "select",
};

function slotText(slot: Slot): string {
  switch (slot.kind) {
    case "external":
      return `external ${slot.position}, ${slot.bytes} bytes`;
    case "arena":
      return `scratch at ${slot.offset}, ${slot.bytes} bytes`;
    case "constant":
      return `constant, ${slot.bytes} bytes`;
    default:
      return slot satisfies never;
  }
}

function commandLines(plan: Plan, command: Command): string[] {
  switch (command.kind) {
    case "kernel": {
      const slots = command.slots.map((slot) => `m${slot}`);
      const name = plan.kernels[command.kernel]?.name ?? "missing";
      return [`k${command.kernel} ${name}(${[...slots, ...command.sizes].join(", ")})  ${command.label}`.trimEnd()];
    }
    case "copy":
      return [`copy m${command.from} to m${command.to}, ${command.bytes} bytes`];
    case "loop":
      return [`loop ${command.count} times, counter m${command.counter}`, ...indented(plan, command.body)];
    case "while":
      return [`while m${command.condition}`, ...indented(plan, command.body)];
    case "cond":
      return [
        `if m${command.predicate}`,
        ...indented(plan, command.body),
        "else",
        ...indented(plan, command.otherwise),
      ];
    default:
      return command satisfies never;
  }
}

function indented(plan: Plan, commands: readonly Command[]): string[] {
  return commands.flatMap((inner) => commandLines(plan, inner)).map((line) => `  ${line}`);
}
