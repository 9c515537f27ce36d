/**
 * Statements and loops as C. A vector loop is written up to twice: with all its lanes, and, where iterations may be left over,
 * with one vector of which only the first lanes count. `scalarWriter.ts` and `vectorWriter.ts` write the expressions.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Statement, TileProduct } from "../../kernel/kernel.ts";
import { identityOf } from "../../kernel/meaning.ts";
import { expressionsOf, sharedExpressions, visitExpressions, visitStatements } from "../../kernel/traverse.ts";
import { at, invariant } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import { accumulatedOutside, LaneShapes, runsInVectors } from "../laneShapes.ts";
import { vectorBytesOf } from "./features.ts";
import { forms } from "./forms.ts";
import type { Frame, Lanes, Loop, Storage } from "./frame.ts";
import { ScalarWriter } from "./scalarWriter.ts";
import { writeTileProduct } from "./tileProduct.ts";
import { type TurnedRows, turnedLanes, turnedRowsIn } from "./turnedRows.ts";
import { laneBytes, literal, operatedAs, splat, storedAs, typeName } from "./types.ts";
import type { LoopRange, UnitRange, UnitRanges } from "./unitRanges.ts";
import { VectorWriter } from "./vectorWriter.ts";

/** The bounds of a loop as names in C, and the units that are wanted of it. */
interface Bounds {
  readonly counter: string;
  readonly start: string;
  readonly stop: string;
  readonly range: LoopRange | undefined;
}

export class StatementWriter {
  readonly #frame: Frame;
  readonly #ranges: UnitRanges;
  /** What each statement uses more than once: loops are written out several times. */
  readonly #shared = new Map<Statement, ReadonlySet<Expression>>();

  constructor(frame: Frame, ranges: UnitRanges) {
    this.#frame = frame;
    this.#ranges = ranges;
  }

  /** Writes statements, of which `range` may say how much to run. */
  body(statements: readonly Statement[], range?: UnitRange): void {
    const ranges = range && this.#ranges.sideBySide(range);
    for (const statement of statements) {
      if (statement.kind === "loop") this.#loop(statement, ranges?.get(statement));
      else this.#statement(statement);
    }
  }

  #statement(statement: Exclude<Statement, Loop>): void {
    switch (statement.kind) {
      case "let":
        return this.#declare(statement, statement.value);
      case "carry":
        return this.#declare(statement, statement.initial);
      case "update":
        return this.#change(statement, statement.value, (vectors, _, value, part) => vectors.value(value, part));
      case "accumulate":
        return this.#change(statement, statement.value, (vectors, state, value, part, lanesMeet) =>
          vectors.combined(statement.op, state, value, part, lanesMeet),
        );
      case "store":
        return this.#store(statement);
      case "multiply":
        return this.#multiply(statement);
      case "if":
        return this.#if(statement);
      default:
        statement satisfies never;
    }
  }

  /** The writers of one statement, which hold what it uses more than once. */
  #writers(statement: Statement): { scalars: ScalarWriter; vectors: VectorWriter | undefined } {
    const { lanes } = this.#frame;
    const shared = remember(this.#shared, statement, () => new Set(sharedExpressions(expressionsOf(statement))));
    const scalars = new ScalarWriter(this.#frame, shared);
    return { scalars, vectors: lanes && new VectorWriter(this.#frame, lanes, scalars, shared) };
  }

  #declare(statement: Extract<Statement, { kind: "let" | "carry" }>, value: Expression): void {
    const { lanes, storage } = this.#frame;
    const { local } = statement;
    const { scalars, vectors } = this.#writers(statement);
    const isState = statement.kind === "carry";
    const constant = isState ? "" : "const ";
    const name = this.#frame.newName(`v${local}`);
    if (lanes && vectors && lanes.shapes.ofLocal(local) === "varying") {
      const names = Array.from({ length: lanes.parts }, (_, part) => `${name}_${part}`);
      names.forEach((each, part) =>
        this.#frame.line(`${constant}${typeName(value.dtype, lanes.width)} ${each} = ${vectors.value(value, part)};`),
      );
      storage.set(local, { kind: "parts", names });
      return;
    }
    const isPosition = value.dtype === "i32" && !isState;
    const type = isPosition ? "ix" : typeName(value.dtype, 1);
    this.#frame.line(`${constant}${type} ${name} = ${isPosition ? scalars.position(value) : scalars.value(value)};`);
    storage.set(local, { kind: isPosition ? "position" : "scalar", name });
  }

  /** Gives carried state its new value: in vectors, what `next` makes of each part. */
  #change(
    statement: Extract<Statement, { kind: "update" | "accumulate" }>,
    value: Expression,
    next: (vectors: VectorWriter, state: string, value: Expression, part: number, lanesMeet: boolean) => string,
  ): void {
    const held = this.#frame.storage.get(statement.local);
    const { scalars, vectors } = this.#writers(statement);
    if (held?.kind === "parts") {
      invariant(vectors, "state of every lane is changed in a vector loop");
      const parts = this.#frame.lanes?.parts ?? 0;
      held.names
        .slice(0, parts)
        .forEach((name, part) =>
          this.#frame.line(`${name} = ${next(vectors, name, value, part, held.lanesMeet === true)};`),
        );
      return;
    }
    invariant(held?.kind === "scalar", `v${statement.local} is carried state`);
    const text = statement.kind === "update" ? scalars.value(value) : scalars.combined(statement.op, held.name, value);
    this.#frame.line(`${held.name} = ${text};`);
  }

  #store(store: Extract<Statement, { kind: "store" }>): void {
    const { lanes } = this.#frame;
    const { scalars, vectors } = this.#writers(store);
    if (lanes && vectors && lanes.shapes.of(store.index) !== 0) return vectors.store(store);
    const { dtype } = store.value;
    const element = `d${store.buffer}[${scalars.position(store.index)}]`;
    // Too far on is harmless: a hint touches nothing
    if (store.ahead !== undefined) this.#frame.line(`__builtin_prefetch(&${element} + ${store.ahead});`);
    this.#frame.line(`${element} = (m_${storedAs[dtype]})${scalars.value(store.value)};`);
  }

  #multiply(product: TileProduct): void {
    invariant(this.#frame.features.tiles, "only targets with tiles are given products of them");
    const { scalars } = this.#writers(product);
    this.#frame.block("", () => writeTileProduct(this.#frame, scalars, product));
  }

  #if(statement: Extract<Statement, { kind: "if" }>): void {
    const { condition, body, otherwise } = statement;
    const test = this.#frame.name("b1", this.#writers(statement).scalars.value(condition));
    this.#frame.block(`if (${test})`, () => this.body(body));
    if (otherwise.length > 0) this.#frame.block("else", () => this.body(otherwise));
  }

  #loop(loop: Loop, range: LoopRange | undefined): void {
    this.#frame.block("", () => {
      const { scalars } = this.#writers(loop);
      const start = this.#frame.name("ix", scalars.position(loop.start));
      const stop = this.#frame.name("ix", scalars.position(loop.stop));
      const narrowed = range === undefined ? { start, stop } : this.#ranges.narrow(range, start, stop);
      const counter = this.#frame.newName(`v${loop.local}`);
      this.#frame.line(`ix ${counter} = ${narrowed.start};`);
      this.#frame.storage.set(loop.local, { kind: "position", name: counter });
      const shapes = loop.mode === "vector" && this.#frame.lanes === undefined ? new LaneShapes(loop) : undefined;
      const width = shapes && runsInVectors(loop, shapes) ? this.#widthOf(loop, shapes) : 1;
      const turned = range === undefined ? turnedRowsIn(loop, this.#frame.lanes, this.#frame) : undefined;
      if (turned !== undefined) this.#turnRows(loop, turned, counter, narrowed.stop);
      if (shapes !== undefined && width > 1) this.#vectors(loop, shapes, width, counter, narrowed.stop);
      else this.#scalars(loop, { counter, start, stop: narrowed.stop, range });
    });
  }

  /** Lanes of one vector in `loop`: as many as fit of the widest numbers that differ from lane to lane. */
  #widthOf(loop: Loop, shapes: LaneShapes): number {
    let bytes = 4;
    const seen = new Set<Expression>();
    visitStatements(loop.body, (statement) => {
      // one number for all lanes is stored as a vector too
      if (statement.kind === "store") bytes = Math.max(bytes, laneBytes(statement.value.dtype));
      visitExpressions(
        expressionsOf(statement),
        (part) => {
          if (shapes.of(part) === "varying") bytes = Math.max(bytes, laneBytes(part.dtype));
        },
        seen,
      );
    });
    for (const { value } of accumulatedOutside(loop, shapes)) bytes = Math.max(bytes, laneBytes(value.dtype));
    return Math.min(loop.lanes, vectorBytesOf[this.#frame.features.isa] / bytes);
  }

  #scalars(loop: Loop, { counter, start, stop, range }: Bounds): void {
    this.#frame.block(`for (; ${counter} < ${stop}; ${counter} += ${loop.step})`, () =>
      this.body(loop.body, range && this.#ranges.inside(range, start, counter)),
    );
  }

  /** The steps of `loop` that fill blocks of rows and lanes; `counter` stands at the first that is left. */
  #turnRows(loop: Loop, { store, load }: TurnedRows, counter: string, stop: string): void {
    const { storage } = this.#frame;
    const header = `for (; ${counter} < ${stop} - ${turnedLanes - 1}; ${counter} += ${turnedLanes})`;
    this.#frame.block(header, () => {
      const { scalars, vectors } = this.#writers(store);
      invariant(vectors, "rows are turned in a vector loop");
      const from = this.#frame.name("ix", scalars.position(store.index));
      const step = storage.get(loop.local);
      storage.set(loop.local, { kind: "position", name: `(${counter} + 1)` });
      const next = this.#frame.name("ix", this.#writers(store).scalars.position(store.index));
      if (step !== undefined) storage.set(loop.local, step);
      const parts = this.#frame.lanes?.parts ?? 0;
      for (let part = 0; part < parts; part++) {
        const to = `d${store.buffer} + ${from} + ${part * turnedLanes}`;
        const rows = vectors.value(load.index, part);
        this.#frame.line(`turnRows_f32x${turnedLanes}(${to}, ${next} - ${from}, d${load.buffer}, ${rows});`);
      }
    });
  }

  /** The iterations of a vector loop: all lanes while there are enough, then what is left over. */
  #vectors(loop: Loop, shapes: LaneShapes, width: number, counter: string, stop: string): void {
    this.#frame.widths.add(width);
    const all: Lanes = { width, parts: loop.lanes / width, shapes, some: undefined };
    this.#partialResults(loop, all, `${counter} < ${stop}`, () => {
      if (mayFill(loop, loop.lanes)) this.#iterate(loop, all, `${counter} < ${stop} - ${loop.lanes - 1}`, counter);
      if (!mayLeaveOver(loop, loop.lanes)) return;
      const one = { ...all, parts: 1 };
      if (!mayLeaveOver(loop, width)) return this.#iterate(loop, one, `${counter} < ${stop}`, counter);
      const some = this.#frame.newName("n");
      this.#iterate(loop, { ...one, some }, `${counter} < ${stop}`, counter, () =>
        this.#frame.line(`const ix ${some} = ${stop} - ${counter} < ${width} ? ${stop} - ${counter} : ${width};`),
      );
    });
  }

  #iterate(loop: Loop, lanes: Lanes, test: string, counter: string, prepare: () => void = () => {}): void {
    this.#frame.block(`for (; ${test}; ${counter} += ${lanes.width * lanes.parts})`, () => {
      prepare();
      this.#frame.lanes = lanes;
      this.body(loop.body);
      this.#frame.lanes = undefined;
    });
  }

  /** Around a vector loop: vectors for what its lanes accumulate, brought together at the end. */
  #partialResults(loop: Loop, { width, parts, shapes }: Lanes, test: string, run: () => void): void {
    const { storage } = this.#frame;
    const accumulated = accumulatedOutside(loop, shapes);
    if (accumulated.length === 0) return run();
    this.#frame.block(`if (${test})`, () => {
      const before = accumulated.map(({ local, op, value }): [number, Storage | undefined, readonly string[]] => {
        const type = typeName(value.dtype, width);
        const identity = splat(value.dtype, width, literal(value.dtype, identityOf(op, value.dtype)));
        const names = Array.from({ length: parts }, () => this.#frame.newName(`p${local}`));
        for (const name of names) this.#frame.line(`${type} ${name} = ${identity};`);
        const held = storage.get(local);
        storage.set(local, { kind: "parts", names, lanesMeet: true });
        return [local, held, names];
      });
      run();
      accumulated.forEach(({ op, value }, index) => {
        const [local, held, names] = at(before, index);
        invariant(held?.kind === "scalar", `v${local} is a scalar outside`);
        storage.set(local, held);
        const row = forms[op][operatedAs(value.dtype)];
        const type = typeName(value.dtype, width);
        for (let half = names.length / 2; half >= 1; half /= 2)
          for (let part = 0; part < half; part++) {
            const [first, second] = [at(names, part), at(names, part + half)];
            this.#frame.line(`${first} = ${row(type, [first, second])};`);
          }
        const whole = `reduce_${op}_${type}(${at(names, 0)})`;
        this.#frame.line(`${held.name} = ${row(typeName(value.dtype, 1), [held.name, whole])};`);
      });
    });
  }
}

/** May `count` iterations ever run at once? */
function mayFill({ start, stop }: Loop, count: number): boolean {
  return start.kind !== "literal" || stop.kind !== "literal" || stop.value - start.value >= count;
}

/** May iterations be left over when `count` run at once? */
function mayLeaveOver({ start, stop, multiple = 1 }: Loop, count: number): boolean {
  const isWritten = start.kind === "literal" && stop.kind === "literal";
  return (isWritten ? stop.value - start.value : multiple) % count !== 0;
}
