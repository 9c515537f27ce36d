/**
 * Where each value is computed: once, and in the outermost loop where all it depends on is known. Values that
 * several places need, or that stand outside the loop that needs them, get a name (`let`); the rest stay in place.
 * Buffers and locals get the numbers of the kernel, in order of appearance, so that equal structures are equal.
 */
import type { Expression } from "../kernel/expression.ts";
import type { Statement } from "../kernel/kernel.ts";
import { rareParts } from "../kernel/rareBranch.ts";
import { expressionsOf, inputsOf, mapStatement, visitExpressions } from "../kernel/traverse.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import type { NestContext } from "./nest.ts";
import { Numbers } from "./numbers.ts";

/** A list of statements: the body of a loop or of the kernel. */
interface Block {
  readonly depth: number;
  readonly parent: Block | undefined;
  readonly entries: Entry[];
}

interface Entry {
  readonly statement: Statement;
  /** The body, where the statement is a loop. */
  readonly inner: Block | undefined;
}

/** A place in a block: before entry `position`. */
interface Place {
  readonly block: Block;
  readonly position: number;
}

/** Places the values of one kernel. */
export class Placement {
  readonly #context: NestContext;
  readonly #volatileBuffers: ReadonlySet<number>;
  readonly #earlyBuffers: ReadonlySet<number>;
  readonly #homes = new Map<number, Block>();
  readonly #uses = new Map<Expression, Place[]>();
  readonly #homeOf = new Map<Expression, Block | "pinned">();
  readonly #named = new Map<Expression, number>();
  /** What only rarely wanted work needs: it stays inside that rather than being computed always. */
  readonly #rare = new Set<Expression>();
  readonly #rewritten = new Map<Expression, Expression>();
  readonly #lets = new Map<Block, Map<number, Expression[]>>();
  readonly #buffers = new Numbers();
  readonly #locals = new Numbers();

  /** Loads of `volatileBuffers` stay where they are; those of `earlyBuffers` come before any store of their block. */
  constructor(context: NestContext, volatileBuffers: ReadonlySet<number>, earlyBuffers: ReadonlySet<number>) {
    this.#context = context;
    this.#volatileBuffers = volatileBuffers;
    this.#earlyBuffers = earlyBuffers;
  }

  /** What the buffers of the kernel were called before. */
  get buffers(): readonly number[] {
    return this.#buffers.items;
  }

  /** What its locals were called before. */
  get locals(): readonly number[] {
    return this.#locals.items;
  }

  /** `statements` with `let`s added and uses replaced by names. */
  place(statements: readonly Statement[]): Statement[] {
    const root = this.#blockOf(statements, undefined);
    const expressions = this.#parentsFirst(root);
    this.#findRare(expressions);
    for (const expression of expressions) this.#settle(expression, root);
    return this.#emit(root);
  }

  /** Of `expressions`, users first, those that nothing wants but the rare sides of selects. What statements use is wanted always. */
  #findRare(expressions: readonly Expression[]): void {
    const always = new Set(this.#uses.keys());
    for (const expression of expressions) {
      const parts = rareParts(expression);
      for (const part of parts) this.#rare.add(part);
      if (!always.has(expression)) continue;
      // What the rare side shares with the others, these want
      const wanted = inputsOf(expression);
      for (const input of parts.length > 0 ? wanted.slice(0, -1) : wanted) always.add(input);
    }
    for (const expression of always) this.#rare.delete(expression);
  }

  #blockOf(statements: readonly Statement[], parent: Block | undefined): Block {
    const block: Block = { depth: (parent?.depth ?? -1) + 1, parent, entries: [] };
    for (const statement of statements) {
      // State that a loop replaces is known inside that loop only
      if (statement.kind === "carry" || statement.kind === "update") this.#homes.set(statement.local, block);
      const inner = statement.kind === "loop" ? this.#blockOf(statement.body, block) : undefined;
      if (statement.kind === "loop" && inner !== undefined) this.#homes.set(statement.local, inner);
      block.entries.push({ statement, inner });
    }
    return block;
  }

  /** Every expression, each after all that use it; statements' own uses are noted on the way. */
  #parentsFirst(root: Block): Expression[] {
    const order: Expression[] = [];
    const seen = new Set<Expression>();
    const note = (expression: Expression) => order.push(expression);
    const visitBlock = (block: Block): void => {
      block.entries.forEach(({ statement, inner }, position) => {
        const expressions = expressionsOf(statement);
        visitExpressions(expressions, note, seen);
        for (const expression of expressions) this.#noteUse(expression, { block, position });
        if (inner !== undefined) visitBlock(inner);
      });
    };
    visitBlock(root);
    return order.reverse();
  }

  #noteUse(expression: Expression, place: Place): void {
    // Literals and positions are nowhere computed
    if (expression.kind === "literal" || expression.kind === "local") return;
    const uses = this.#uses.get(expression);
    if (uses === undefined) this.#uses.set(expression, [place]);
    else uses.push(place);
  }

  /** Decides where `expression` is computed; what it is made of is then used there. */
  #settle(expression: Expression, root: Block): void {
    if (expression.kind === "literal" || expression.kind === "size" || expression.kind === "local") return;
    const uses = this.#uses.get(expression) ?? [];
    const home = this.#home(expression, root);
    const isEarly = expression.kind === "load" && this.#earlyBuffers.has(expression.buffer) && home !== "pinned";
    const isRare = this.#rare.has(expression) && !isEarly && expression.kind !== "load";
    const staysInPlace = home === "pinned" || isRare || (!isEarly && uses.length === 1 && at(uses, 0).block === home);
    if (staysInPlace) {
      for (const place of uses.length === 1 ? uses : distinctPlaces(uses))
        for (const input of inputsOf(expression)) this.#noteUse(input, place);
      return;
    }
    const place = this.#placeInHome(home, uses, isEarly);
    this.#named.set(expression, this.#context.newLocal(expression.dtype));
    const lets = remember(this.#lets, home, () => new Map<number, Expression[]>());
    remember(lets, place.position, () => []).push(expression);
    for (const input of inputsOf(expression)) this.#noteUse(input, place);
  }

  /** Before the first entry of `home` that needs the value, itself or in its loops. */
  #placeInHome(home: Block, uses: readonly Place[], isEarly: boolean): Place {
    let first = Math.min(...uses.map((use) => positionIn(home, use)));
    if (isEarly) {
      const store = home.entries.findIndex(({ statement }) => statement.kind === "store");
      if (store >= 0) first = Math.min(first, store);
    }
    return { block: home, position: first };
  }

  /** The block where everything that the expression depends on is known. */
  #home(expression: Expression, root: Block): Block | "pinned" {
    const known = this.#homeOf.get(expression);
    if (known !== undefined) return known;
    let home: Block | "pinned" = root;
    if (expression.kind === "local") home = this.#homes.get(expression.local) ?? root;
    else if (expression.kind === "load" && this.#volatileBuffers.has(expression.buffer)) home = "pinned";
    else {
      for (const input of inputsOf(expression)) {
        const inner = this.#home(input, root);
        if (inner === "pinned") home = "pinned";
        else if (home !== "pinned" && inner.depth > home.depth) home = inner;
      }
    }
    this.#homeOf.set(expression, home);
    return home;
  }

  #emit(block: Block): Statement[] {
    const lets = this.#lets.get(block);
    const use = (expression: Expression) => this.#use(expression);
    const result: Statement[] = [];
    block.entries.forEach(({ statement, inner }, position) => {
      // Settled from users to operands, so operands come last: reversed, each stands before its users
      for (const expression of (lets?.get(position) ?? []).reverse()) {
        const local = this.#locals.of(this.#named.get(expression) ?? -1);
        result.push({ kind: "let", local, value: this.#withInputs(expression) });
      }
      result.push(mapStatement(this.#numbered(statement), use, () => (inner === undefined ? [] : this.#emit(inner))));
    });
    return result;
  }

  #numbered(statement: Statement): Statement {
    if ("local" in statement) return { ...statement, local: this.#locals.of(statement.local) };
    if (statement.kind === "multiply") {
      const [sums, left, right] = statement.buffers;
      return { ...statement, buffers: [this.#buffers.of(sums), this.#buffers.of(left), this.#buffers.of(right)] };
    }
    return "buffer" in statement ? { ...statement, buffer: this.#buffers.of(statement.buffer) } : statement;
  }

  /** The name of a value, or the value itself with names for its parts. */
  #use(expression: Expression): Expression {
    const local = this.#named.get(expression);
    if (local !== undefined) return this.#context.builder.local(this.#locals.of(local), expression.dtype);
    let rewritten = this.#rewritten.get(expression);
    if (rewritten === undefined) this.#rewritten.set(expression, (rewritten = this.#withInputs(expression)));
    return rewritten;
  }

  #withInputs(expression: Expression): Expression {
    const { builder } = this.#context;
    if (expression.kind === "literal") return expression;
    if (expression.kind === "local") return builder.local(this.#locals.of(expression.local), expression.dtype);
    if (expression.kind === "load")
      return builder.load(this.#buffers.of(expression.buffer), expression.dtype, this.#use(expression.index));
    return builder.withInputs(
      expression,
      inputsOf(expression).map((input) => this.#use(input)),
    );
  }
}

/** Places without repeats. */
function distinctPlaces(places: readonly Place[]): Place[] {
  return places.filter(
    ({ block, position }, index) =>
      places.findIndex((other) => other.block === block && other.position === position) === index,
  );
}

/** The position in `home` of the entry that holds `place`. */
function positionIn(home: Block, place: Place): number {
  let { block, position } = place;
  while (block !== home) {
    const parent = block.parent;
    if (parent === undefined) return 0;
    const inner = block;
    position = parent.entries.findIndex((entry) => entry.inner === inner);
    block = parent;
  }
  return position;
}
