/**
 * What a loop does to the addresses inside it: which parts of each index stay as they are, which move in proportion,
 * which move otherwise. Found once a loop, however often the loop is written out.
 */
import type { Expression } from "../../kernel/expression.ts";
import { sumOf, type Term } from "../../kernel/indexArithmetic.ts";
import type { Kernel, Statement } from "../../kernel/kernel.ts";
import { bodiesOf, expressionsOf, inputsOf, visitExpressions, visitStatements } from "../../kernel/traverse.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";

/** A loop statement. */
export type Loop = Extract<Statement, { kind: "loop" }>;

/** A load, or a store statement: whoever needs an address. */
export type Access = Extract<Expression, { kind: "load" }> | Extract<Statement, { kind: "store" }>;

/** An index taken apart: fixed + position · moving + rest + constant. */
export interface AccessFacts {
  readonly access: Access;
  readonly bytes: number;
  readonly fixed: readonly Term[];
  readonly moving: readonly Term[];
  readonly rest: readonly Term[];
  readonly constant: number;
}

/** May iterations be left over when `count` run at once? */
export function mayLeaveOver({ start, stop, multiple = 1 }: Loop, count: number): boolean {
  const isWritten = start.kind === "literal" && stop.kind === "literal";
  return (isWritten ? stop.value - start.value : multiple) % count !== 0;
}

/** The accesses of a loop's own statements; those of loops inside belong to them. */
export function loopFacts(kernel: Kernel, loop: Loop): readonly AccessFacts[] {
  const carries = remember(knownCarries, kernel, () => carriesOf(kernel));
  const changed = changedIn(loop);
  const isInvariant = stability((local) => !changed.has(local));
  const definitions = indexDefinitions(
    loop,
    stability((local) => !carries.has(local)),
  );
  const isCounter = (factor: Expression) => factor.kind === "local" && factor.local === loop.local;
  return [...accessesOf(loop.body)].map((access) => {
    const [fixed, moving, rest]: [Term[], Term[], Term[]] = [[], [], []];
    const { terms, constant } = sumOf(access.index, (local) => definitions.get(local));
    for (const term of terms) {
      const others = term.factors.filter((factor) => !isCounter(factor));
      const isProportional = others.every(isInvariant) && term.factors.length - others.length <= 1;
      if (!isProportional) rest.push(term);
      else if (others.length === term.factors.length) fixed.push(term);
      else moving.push({ coefficient: term.coefficient, factors: others });
    }
    const bytes = bytesOf(at(kernel.buffers, access.buffer).dtype);
    return { access, bytes, fixed, moving, rest, constant };
  });
}

const knownCarries = new WeakMap<Kernel, ReadonlySet<number>>();

function carriesOf(kernel: Kernel): ReadonlySet<number> {
  const carries = new Set<number>();
  visitStatements(kernel.body, (statement) => statement.kind === "carry" && carries.add(statement.local));
  return carries;
}

/** Tells whether an expression is the same wherever its locals are in scope: no loads, no locals but those accepted. */
function stability(accepts: (local: number) => boolean): (expression: Expression) => boolean {
  const known = new Map<Expression, boolean>();
  const isStable = (expression: Expression): boolean => {
    if (expression.kind === "local") return accepts(expression.local);
    if (expression.kind === "load") return false;
    const inputs = inputsOf(expression);
    if (inputs.length === 0) return true;
    return remember(known, expression, () => inputs.every(isStable));
  };
  return isStable;
}

/** Locals that a loop declares or changes. */
function changedIn(loop: Loop): ReadonlySet<number> {
  const changed = new Set([loop.local]);
  visitStatements(loop.body, (statement) => {
    if ("local" in statement) changed.add(statement.local);
  });
  return changed;
}

/** Values of the i32 `let`s of a loop's own statements, as far as they may stand for their names. */
function indexDefinitions(loop: Loop, isStable: (expression: Expression) => boolean): ReadonlyMap<number, Expression> {
  const definitions = new Map<number, Expression>();
  ownStatements(loop.body, (statement) => {
    if (statement.kind === "let" && statement.value.dtype === "i32" && isStable(statement.value))
      definitions.set(statement.local, statement.value);
  });
  return definitions;
}

function accessesOf(body: readonly Statement[]): ReadonlySet<Access> {
  const found = new Set<Access>();
  const seen = new Set<Expression>();
  ownStatements(body, (statement) => {
    visitExpressions(expressionsOf(statement), (part) => part.kind === "load" && found.add(part), seen);
    if (statement.kind === "store") found.add(statement);
  });
  return found;
}

function ownStatements(body: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const statement of body) {
    visit(statement);
    if (statement.kind === "if") for (const inner of bodiesOf(statement)) ownStatements(inner, visit);
  }
}
