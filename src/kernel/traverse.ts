/** Walks over expressions and statements: the only place that knows which parts each kind has. */

import type { Dtype } from "../shape/dtype.ts";
import type { Expression } from "./expression.ts";
import type { Kernel, OfProduct, Statement } from "./kernel.ts";

const none: readonly Expression[] = [];

/** The expressions that `expression` is made of, in order of evaluation. */
export function inputsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "size":
    case "local":
      return none;
    case "load":
      return [expression.index];
    case "apply":
      return expression.inputs;
    case "cast":
    case "bitcast":
      return [expression.input];
    default:
      return expression satisfies never;
  }
}

/** The expressions that a statement evaluates itself; those of its bodies are not among them. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case "let":
    case "update":
    case "accumulate":
      return [statement.value];
    case "carry":
      return [statement.initial];
    case "loop":
      return [statement.start, statement.stop];
    case "store":
      return [statement.index, statement.value];
    case "multiply":
      return [...statement.indices, ...statement.apart, ...statement.steps.flat()];
    case "if":
      return [statement.condition];
    default:
      return statement satisfies never;
  }
}

/** The statement lists inside a statement. */
export function bodiesOf(statement: Statement): readonly (readonly Statement[])[] {
  if (statement.kind === "loop") return [statement.body];
  return statement.kind === "if" ? [statement.body, statement.otherwise] : [];
}

/** `statement` with `change` applied to the expressions that it evaluates itself, and `body` to its bodies. */
export function mapStatement(
  statement: Statement,
  change: (expression: Expression) => Expression,
  body: (body: readonly Statement[]) => readonly Statement[],
): Statement {
  switch (statement.kind) {
    case "let":
    case "update":
    case "accumulate":
      return { ...statement, value: change(statement.value) };
    case "carry":
      return { ...statement, initial: change(statement.initial) };
    case "loop":
      return { ...statement, start: change(statement.start), stop: change(statement.stop), body: body(statement.body) };
    case "store":
      return { ...statement, index: change(statement.index), value: change(statement.value) };
    case "multiply": {
      const all = ([first, second, third]: OfProduct<Expression>) =>
        [change(first), change(second), change(third)] as const;
      const { indices, apart, steps } = statement;
      return { ...statement, indices: all(indices), apart: all(apart), steps: steps.map(all) };
    }
    case "if":
      return {
        ...statement,
        condition: change(statement.condition),
        body: body(statement.body),
        otherwise: body(statement.otherwise),
      };
    default:
      return statement satisfies never;
  }
}

/** Visits each distinct expression below `roots` once, inputs before what uses them. */
export function visitExpressions(
  roots: readonly Expression[],
  visit: (expression: Expression) => void,
  seen = new Set<Expression>(),
): void {
  // By position: engines that have not optimized this yet make an object for each step of an iterator
  for (let position = 0; position < roots.length; position++) {
    const root = roots[position];
    if (root === undefined || seen.has(root)) continue;
    seen.add(root);
    if (root.kind === "apply") visitExpressions(root.inputs, visit, seen);
    else if (root.kind !== "literal" && root.kind !== "local") visitExpressions(inputsOf(root), visit, seen);
    visit(root);
  }
}

/** Visits every statement of `body` and of the bodies inside, in order, a statement before its bodies. */
export function visitStatements(body: readonly Statement[], visit: (statement: Statement) => void): void {
  body.forEach((statement) => {
    visit(statement);
    if (statement.kind === "loop") visitStatements(statement.body, visit);
    else if (statement.kind === "if") for (const inner of bodiesOf(statement)) visitStatements(inner, visit);
  });
}

/** Expressions below `roots` that are used more than once there and take work to compute, inputs before what uses them. */
export function sharedExpressions(roots: readonly Expression[]): readonly Expression[] {
  const seen = new Set<Expression>();
  const seenAgain = new Set<Expression>();
  const order: Expression[] = [];
  const look = (expressions: readonly Expression[]): void => {
    expressions.forEach((expression) => {
      if (expression.kind === "literal" || expression.kind === "local" || expression.kind === "size") return;
      if (seen.has(expression)) {
        seenAgain.add(expression);
        return;
      }
      seen.add(expression);
      look(inputsOf(expression));
      order.push(expression);
    });
  };
  look(roots);
  return seenAgain.size === 0 ? [] : order.filter((expression) => seenAgain.has(expression));
}

/** Buffers that the kernel's statements read or write, by position, and the dtypes of all values in it. */
export function usedBy(kernel: Kernel): {
  readonly buffers: ReadonlySet<number>;
  readonly dtypes: ReadonlySet<Dtype>;
} {
  const buffers = new Set<number>();
  const dtypes = new Set<Dtype>();
  const seen = new Set<Expression>();
  const look = (part: Expression): void => {
    dtypes.add(part.dtype);
    if (part.kind === "load") buffers.add(part.buffer);
  };
  visitStatements(kernel.body, (statement) => {
    if (statement.kind === "store") buffers.add(statement.buffer);
    if (statement.kind === "multiply") for (const buffer of statement.buffers) buffers.add(buffer);
    visitExpressions(expressionsOf(statement), look, seen);
  });
  return { buffers, dtypes };
}
