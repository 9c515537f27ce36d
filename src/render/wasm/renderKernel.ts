/**
 * Kernels as WebAssembly functions: statements and loops. A vector loop is written up to three times (all its lanes,
 * four lanes, one), as far as its iterations may need it. `scalarEmitter.ts` and `vectorEmitter.ts` write the
 * expressions, `renderModule.ts` puts functions into a module.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Kernel, Statement } from "../../kernel/kernel.ts";
import { identityOf } from "../../kernel/meaning.ts";
import { hasRareBranch } from "../../kernel/rareBranch.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { expressionsOf, sharedExpressions, usedBy, visitExpressions } from "../../kernel/traverse.ts";
import { dividedLoops } from "../../kernel/units.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { at, invariant } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import { accumulatedOutside, LaneShapes, runsInVectors, wantedAsScalars, wantedAsVectors } from "../laneShapes.ts";
import { byteLanes, isBytewise, storeBytes } from "./byteLanes.ts";
import { lanesOf, scalarTypes } from "./casts.ts";
import { beginExtreme, isExtreme, lookAt, pushExtreme, vectorsOfExtreme } from "./extremes.ts";
import type { Frame, Lanes, Storage } from "./frame.ts";
import { FunctionWriter } from "./functionWriter.ts";
import { LoopAddresses } from "./loopAddresses.ts";
import { type Loop, loopFacts, mayLeaveOver } from "./loopFacts.ts";
import { reduceLanes } from "./reduceLanes.ts";
import { ScalarEmitter, stores, writeScalar } from "./scalarEmitter.ts";
import { kernelSignature } from "./team.ts";
import { type LoopRange, type UnitRange, UnitRanges } from "./unitRanges.ts";
import { VectorEmitter, widenedInputs } from "./vectorEmitter.ts";
import { repeated } from "./vectorForms.ts";
import { storeLanes } from "./vectorMemory.ts";

/** What a kernel may use of the module around it and of the engine. */
export interface RenderOptions {
  readonly imports: ReadonlyMap<ScalarOp, number>;
  readonly isRelaxed: boolean;
}

/** How often the body of a sum is written in a row, so that its pointers move once for all of them. */
const runsInARow = 4;

/** Registers that searches for the largest or smallest may take; with fewer, they would not be faster. */
const mostForExtremes = 12;

/** Parameters of a kernel's function. */
const [argumentsLocal, beginLocal, endLocal] = [0, 1, 2];

/** The body of the function that runs a range of the units of `kernel`, given the address of its argument block. */
export function renderKernel(kernel: Kernel, { imports, isRelaxed }: RenderOptions): Uint8Array {
  const w = new FunctionWriter(kernelSignature.parameters);
  const { buffers, dtypes } = usedBy(kernel);
  const frame: Frame = {
    kernel,
    w,
    ...readArguments(kernel, w, buffers),
    isWide: [...dtypes].some((dtype) => lanesOf(dtype) !== lanesOf("f32")),
    imports,
    isRelaxed,
    storage: new Map(),
    factsOf: remembered((loop: Loop) => loopFacts(kernel, loop)),
    isRare: remembered(hasRareBranch),
    lanes: undefined,
    addresses: undefined,
  };
  const loops = dividedLoops(kernel.body);
  const ranges = new UnitRanges(w, loops, (loop) => pushExtent(frame, loop));
  const range = loops.length > 0 ? { loops, begin: beginLocal, end: endLocal } : undefined;
  new StatementWriter(frame, ranges).body(kernel.body, range);
  return w.finish();
}

function pushExtent(frame: Frame, { start, stop }: Loop): void {
  const scalars = new ScalarEmitter(frame, new Set());
  scalars.push(stop);
  scalars.push(start);
  frame.w.op("i32.sub");
}

/** `compute`, once for each key. */
function remembered<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => remember(known, key, () => compute(key));
}

/** The argument block holds the addresses of pointer cells, one a buffer, and then the sizes. */
function readArguments(
  kernel: Kernel,
  w: FunctionWriter,
  used: ReadonlySet<number>,
): { pointers: number[]; sizes: number[] } {
  const word = (position: number) => {
    w.get(argumentsLocal);
    w.memory("i32.load", 4 * position);
  };
  const pointers = kernel.buffers.map((_, buffer) => {
    const local = w.local("i32");
    if (!used.has(buffer)) return local;
    word(buffer);
    w.memory("i32.load", 0);
    w.set(local);
    return local;
  });
  const sizes = Array.from({ length: kernel.sizes }, (_, size) => {
    const local = w.local("i32");
    word(kernel.buffers.length + size);
    w.set(local);
    return local;
  });
  return { pointers, sizes };
}

/** A loop's position and bound as wasm locals, how many iterations run at once, and the units that are wanted of it. */
interface Iteration {
  readonly counter: number;
  readonly stop: number;
  readonly iterations: number;
  readonly range?: LoopRange | undefined;
}

/** A loop's position and bound as wasm locals, and how far the position moves on each time. */
interface Repetition {
  readonly counter: number;
  readonly stop: number;
  readonly step: number;
}

class StatementWriter {
  readonly #frame: Frame;
  /** What each statement uses more than once: loops are written out several times. */
  readonly #shared = new Map<Statement, ReadonlySet<Expression>>();
  readonly #ranges: UnitRanges;

  constructor(frame: Frame, ranges: UnitRanges) {
    this.#frame = frame;
    this.#ranges = ranges;
  }

  /** Writes statements, of which `range` may say how much to run; what they declare is given back at the end. */
  body(statements: readonly Statement[], range?: UnitRange): void {
    const { storage } = this.#frame;
    const ranges = range && this.#ranges.sideBySide(range);
    for (const statement of statements) {
      if (statement.kind === "loop") this.#loop(statement, ranges?.get(statement));
      else this.#statement(statement);
    }
    for (const statement of statements) {
      if (statement.kind !== "let" && statement.kind !== "carry") continue;
      this.#release(storage.get(statement.local));
      storage.delete(statement.local);
    }
  }

  #release({ scalar, splat, parts = [] }: Storage = {}): void {
    for (const local of [scalar, splat, ...parts]) if (local !== undefined) this.#frame.w.release(local);
  }

  #statement(statement: Exclude<Statement, Loop>): void {
    switch (statement.kind) {
      case "let":
        return this.#declare(statement, statement.value);
      case "carry":
        return this.#declare(statement, statement.initial);
      case "update":
        return this.#update(statement);
      case "accumulate":
        return this.#accumulate(statement);
      case "store":
        return this.#store(statement);
      case "if":
        return this.#if(statement);
      case "multiply":
        return invariant(false, "the target has tiles");
      default:
        statement satisfies never;
    }
  }

  /** Runs `write` with the writers of one statement, which hold what it uses more than once. */
  #with(statement: Statement, write: (scalars: ScalarEmitter, vectors: VectorEmitter | undefined) => void): void {
    const { lanes } = this.#frame;
    const shared = remember(this.#shared, statement, () => sharedIn(statement, this.#frame.isWide));
    const scalars = new ScalarEmitter(this.#frame, shared);
    const vectors = lanes && new VectorEmitter(this.#frame, lanes, scalars, shared);
    write(scalars, vectors);
    scalars.release();
    vectors?.release();
  }

  #declare(statement: Extract<Statement, { kind: "let" | "carry" }>, value: Expression): void {
    const { w, lanes, storage } = this.#frame;
    const { local } = statement;
    const isState = statement.kind === "carry";
    this.#with(statement, (scalars, vectors) => {
      if (lanes && vectors && lanes.shapes.ofLocal(local) === "varying") {
        const parts = pushParts(lanes, value, vectors).map(() => w.local("v128"));
        setParts(w, parts);
        storage.set(local, { parts });
        return;
      }
      // state may change, so it is held once; a value that only vectors use is held as a vector only
      const isSplat =
        lanes !== undefined && !isState && lanes.shapes.ofLocal(local) === 0 && lanes.wantedAsVectors.has(local);
      const onlySplat = isSplat && !lanes.wantedAsScalars.has(local);
      const scalar = onlySplat ? undefined : w.local(scalarTypes[value.dtype]);
      const splat = isSplat ? w.local("v128") : undefined;
      if (scalar !== undefined) {
        scalars.push(value);
        w.set(scalar);
        storage.set(local, { scalar });
      }
      if (splat === undefined) return;
      if (scalar === undefined) vectors?.pushSplat(value);
      else vectors?.pushSplat({ kind: "local", dtype: value.dtype, local });
      w.set(splat);
      storage.set(local, scalar === undefined ? { splat } : { scalar, splat });
    });
  }

  #update(statement: Extract<Statement, { kind: "update" }>): void {
    const { w, lanes, storage } = this.#frame;
    const { local, value } = statement;
    const { scalar, parts } = storage.get(local) ?? {};
    this.#with(statement, (scalars, vectors) => {
      if (parts && lanes && vectors) {
        pushParts(lanes, value, vectors);
        return setParts(w, parts);
      }
      invariant(scalar !== undefined, `v${local} is carried state`);
      scalars.push(value);
      w.set(scalar);
    });
  }

  #accumulate(statement: Extract<Statement, { kind: "accumulate" }>): void {
    const { w, storage } = this.#frame;
    const { local, op, value } = statement;
    const { scalar, parts, extremes } = storage.get(local) ?? {};
    const { dtype } = value;
    this.#with(statement, (scalars, vectors) => {
      if (extremes && vectors)
        return extremes.forEach((extreme, part) => {
          vectors.push(value, part);
          lookAt(w, extreme);
        });
      if (parts && vectors) {
        parts.forEach((state, part) => vectors.pushCombined(op, dtype, state, value, part));
        return setParts(w, parts);
      }
      invariant(scalar !== undefined, `v${local} is carried state`);
      scalars.pushCombined(op, scalar, value);
      w.set(scalar);
    });
  }

  #store(store: Extract<Statement, { kind: "store" }>): void {
    const { w, lanes } = this.#frame;
    this.#with(store, (scalars, vectors) => {
      if (lanes?.areBytes) return storeBytes(w, store, scalars);
      if (lanes && vectors && lanes.shapes.of(store.index) !== 0)
        return storeLanes(this.#frame, lanes, store, { scalars, vectors });
      const offset = scalars.pushAddress(store);
      scalars.push(store.value);
      w.memory(stores[store.value.dtype], offset);
    });
  }

  #if(statement: Extract<Statement, { kind: "if" }>): void {
    const { w } = this.#frame;
    const { condition, body, otherwise } = statement;
    this.#with(statement, (scalars) => scalars.push(condition));
    w.if(() => this.body(body), otherwise.length === 0 ? undefined : () => this.body(otherwise));
  }

  #loop(loop: Loop, range: LoopRange | undefined): void {
    const { w, lanes } = this.#frame;
    const [counter, stop] = [w.local("i32"), w.local("i32")];
    this.#with(loop, (scalars) => {
      scalars.push(loop.start);
      scalars.push(loop.stop);
    });
    w.set(stop);
    w.set(counter);
    if (range !== undefined) this.#ranges.narrow(range, counter, stop);
    this.#frame.storage.set(loop.local, { scalar: counter });
    const shapes = loop.mode === "vector" && lanes === undefined ? new LaneShapes(loop) : undefined;
    const isVector = shapes !== undefined && runsInVectors(loop, shapes);
    if (isVector) this.#vectorPhases(loop, shapes, counter, stop);
    if (!isVector || mayLeaveOver(loop, 4)) this.#iterate(loop, { counter, stop, iterations: 1, range });
    this.#frame.storage.delete(loop.local);
    w.release(counter);
    w.release(stop);
  }

  /** Runs the body while counter < stop, `iterations` at once. */
  #iterate(
    loop: Loop,
    { counter, stop, iterations, range }: Iteration,
    around: (run: () => void) => void = (run) => run(),
  ): void {
    const { w } = this.#frame;
    const isBelow = () => {
      w.op(counter, stop, "i32.lt_s");
    };
    isBelow();
    w.if(() => {
      around(() => {
        const outer = this.#frame.addresses;
        const scalars = new ScalarEmitter(this.#frame, new Set());
        const addresses = new LoopAddresses(this.#frame, loop, { counter, iterations }, (expression) =>
          scalars.push(expression),
        );
        this.#frame.addresses = addresses;
        const step = loop.step * iterations;
        const isInARow = range === undefined && this.#isSum(loop) && addresses.mayRunInARow(runsInARow);
        if (isInARow) {
          this.#inARow(loop, addresses, { counter, stop, step });
          isBelow();
          w.if(() => this.#repeat(() => this.body(loop.body), addresses, { counter, stop, step }));
        } else {
          const body = () => this.body(loop.body, range && this.#ranges.inside(range, counter));
          this.#repeat(body, addresses, { counter, stop, step });
        }
        addresses.release();
        this.#frame.addresses = outer;
      });
    });
  }

  /** Does `loop` only add up, in all lanes? Then its body is short, and moving its pointers takes a good part of the time. */
  #isSum(loop: Loop): boolean {
    const { lanes } = this.#frame;
    if (lanes === undefined || lanes.count === 4) return false;
    return !isShort(loop) && loop.body.every(({ kind }) => kind === "accumulate" || kind === "let");
  }

  /** Runs the body several times in a row while so many iterations are left. */
  #inARow(loop: Loop, addresses: LoopAddresses, { counter, stop, step }: Repetition): void {
    const { w } = this.#frame;
    const limit = w.local("i32");
    w.get(stop);
    w.i32((runsInARow - 1) * step);
    w.op("i32.sub");
    w.set(limit);
    w.op(counter, limit, "i32.lt_s");
    w.if(() => {
      const body = () => {
        for (let run = 1; run < runsInARow; run++) {
          this.body(loop.body);
          this.#moveOn(counter, step);
          addresses.advancePart();
        }
        this.body(loop.body);
      };
      this.#repeat(body, addresses, { counter, stop: limit, step });
    });
    w.release(limit);
  }

  /** Runs `body` while counter < stop, which holds at first. */
  #repeat(body: () => void, addresses: LoopAddresses, { counter, stop, step }: Repetition): void {
    const { w } = this.#frame;
    w.loop(() => {
      body();
      this.#moveOn(counter, step);
      addresses.advance();
      w.op(counter, stop, "i32.lt_s");
      w.brIf(0);
    });
  }

  #moveOn(counter: number, step: number): void {
    const { w } = this.#frame;
    w.get(counter);
    w.i32(step);
    w.op("i32.add");
    w.set(counter);
  }

  /** The iterations that can run at once: all lanes while there are enough, then four. */
  #vectorPhases(loop: Loop, shapes: LaneShapes, counter: number, stop: number): void {
    const { w } = this.#frame;
    const wanted = { wantedAsVectors: wantedAsVectors(loop, shapes), wantedAsScalars: wantedAsScalars(loop, shapes) };
    const areBytes = isBytewise(loop, shapes);
    const all = areBytes ? byteLanes : loop.lanes;
    for (const count of all > 4 ? [all, 4] : [4]) {
      if (count === 4 && all > 4 && !mayLeaveOver(loop, all)) continue;
      const limit = w.local("i32");
      w.get(stop);
      w.i32(count - 1);
      w.op("i32.sub");
      w.set(limit);
      this.#frame.lanes = { count, areBytes: areBytes && count === all, shapes, local: loop.local, ...wanted };
      this.#iterate(loop, { counter, stop: limit, iterations: count }, (run) => this.#lanewise(loop, count, run));
      this.#frame.lanes = undefined;
      w.release(limit);
    }
  }

  /** Around a vector loop: values from outside as vectors, and partial results of what the lanes accumulate. */
  #lanewise(loop: Loop, count: number, run: () => void): void {
    const { w, storage, lanes, kernel } = this.#frame;
    invariant(lanes !== undefined, "lanes are set in a vector loop");
    const before = new Map(storage);
    const owned: number[] = [];
    for (const local of lanes.wantedAsVectors) {
      const held = storage.get(local);
      if (held?.scalar === undefined || lanes.shapes.isInside(local)) continue;
      const splat = w.local("v128");
      owned.push(splat);
      const scalars = new ScalarEmitter(this.#frame, new Set());
      new VectorEmitter(this.#frame, lanes, scalars, new Set()).pushSplat({
        kind: "local",
        dtype: at(kernel.locals, local),
        local,
      });
      w.set(splat);
      storage.set(local, { ...held, splat });
    }
    const accumulated = accumulatedOutside(loop, lanes.shapes);
    for (const { local, op, value } of accumulated) {
      const parts = Array.from({ length: count / lanesOf(value.dtype) }, () => w.local("v128"));
      if (
        isExtreme(op) &&
        value.dtype === "f32" &&
        accumulated.length * parts.length * vectorsOfExtreme <= mostForExtremes
      ) {
        storage.set(local, { extremes: parts.map(() => beginExtreme(w, op)), parts });
        owned.push(...parts);
        continue;
      }
      for (const part of parts) {
        w.v128(repeated(value.dtype, identityOf(op, value.dtype)));
        w.set(part);
      }
      owned.push(...parts);
      storage.set(local, { parts });
    }
    run();
    for (const { local, op, value } of accumulated) {
      const { parts = [], extremes = [] } = storage.get(local) ?? {};
      extremes.forEach((extreme, part) => {
        pushExtreme(w, extreme);
        w.set(at(parts, part));
      });
      reduceLanes(this.#frame, op, value.dtype, parts);
      this.#addTo(before.get(local), op, value.dtype);
    }
    for (const [local, held] of before) storage.set(local, held);
    for (const local of owned) w.release(local);
  }

  /** state = op(state, the scalar on the stack). */
  #addTo(held: Storage | undefined, op: Extract<Statement, { kind: "accumulate" }>["op"], dtype: Dtype): void {
    const { w } = this.#frame;
    const state = held?.scalar;
    invariant(state !== undefined, "carried state outside is a scalar");
    const result = w.local(scalarTypes[dtype]);
    w.set(result);
    writeScalar(this.#frame, {
      op,
      dtype,
      arity: 2,
      literal: undefined,
      push: (position) => w.get(position === 0 ? state : result),
    });
    w.set(state);
    w.release(result);
  }
}

/** Expressions to be held while a statement is written: used twice, or by both halves of something wider, if there is that. */
function sharedIn(statement: Statement, isWide: boolean): ReadonlySet<Expression> {
  const roots = expressionsOf(statement);
  const shared = new Set(sharedExpressions(roots));
  if (isWide) visitExpressions(roots, (part) => widenedInputs(part).forEach((input) => shared.add(input)));
  return shared;
}

/** Is `loop` over before its body could run several times in a row? */
function isShort({ start, stop, step }: Loop): boolean {
  return start.kind === "literal" && stop.kind === "literal" && stop.value - start.value < runsInARow * step;
}

/** Pushes all parts, so that none is overwritten before all are read; returns their positions. */
function pushParts({ count }: Lanes, value: Expression, vectors: VectorEmitter): number[] {
  const parts = Array.from({ length: count / lanesOf(value.dtype) }, (_, part) => part);
  for (const part of parts) vectors.push(value, part);
  return parts;
}

/** Sets the locals of all parts from the stack, the last part first. */
function setParts(w: FunctionWriter, parts: readonly number[]): void {
  for (const part of [...parts].reverse()) w.set(part);
}
