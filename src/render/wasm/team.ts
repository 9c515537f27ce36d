/**
 * How threads share the work of one command. The thread that walks the command list offers a kernel in chunks of units;
 * it and its helpers take chunks until none is left, and nobody waits for a helper that is late. `driver.ts` has the list,
 * `device/wasm/team.ts` the threads.
 */
import { invariant } from "../../support/invariant.ts";
import { FunctionWriter } from "./functionWriter.ts";
import type { ModuleWriter, Signature } from "./moduleWriter.ts";
import type { AtomicOpcode } from "./opcodes.ts";

/**
 * Words in the first page of memory, which nothing else uses, each on a cache line of its own where several threads write it.
 * `ticket` holds two: below, how many chunks are left to take; above, how many modules a thread must have to take one. One
 * exchange judges both, so a chunk is only ever taken by a thread that has its kernel, however late that thread looks.
 */
export const control = {
  ticket: 1024,
  /** Chunks of the present offer that have not been finished. */
  pending: 1152,
  /** Five words: the kernel's place in the table, argument block, units, units in a chunk. */
  offer: 1280,
  /** Helpers that are not asked for go to sleep on this word, and add themselves to `sleeping`. */
  wake: 1408,
  sleeping: 1536,
  /** Is the thread that made the offer asleep, waiting for `pending`? */
  callerSleeps: 1664,
  /** Modules of kernels made so far. A helper that has fewer leaves `serve` to fetch them. */
  published: 1792,
  /** How many helpers may take chunks. */
  helpers: 1920,
  /** Bytes of a helper's error message, and the message. */
  failure: 2048,
  /** Two words a thread: chunks it has taken, and whether it is in one. */
  threads: 4096,
} as const;

/** Bytes between the words of two threads, and how many threads there are words for. */
export const threadStride = 64;
export const mostThreads = 256;

/** Signature of every kernel: the address of its argument block, and the range of units to run. */
export const kernelSignature: Signature = { parameters: ["i32", "i32", "i32"], results: [] };

/** Reads of a shared word before a thread goes to sleep: some tens of microseconds for helpers, a few for the caller. */
const helperSpins = 30_000;
const callerSpins = 4_000;

/** Numbers of the functions that the driver calls. */
export interface TeamFunctions {
  /** (place, block, units, chunk): runs a kernel on this thread alone, chunk after chunk. */
  readonly runAlone: number;
  /** (place, block, units, chunk, chunks, modules, wakes): offers a kernel to all threads and returns when it has run. */
  readonly runTogether: number;
}

const alone: Signature = { parameters: ["i32", "i32", "i32", "i32"], results: [] };
const together: Signature = { parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"], results: [] };
const ofThread: Signature = { parameters: ["i32", "i32"], results: [] };
const nothing: Signature = { parameters: [], results: [] };

/**
 * Adds the functions of a team to the driver. Exports `serve(modules, thread)`, which helpers run between messages, and for
 * threads whose kernel failed `finish()` (a helper's chunk counts as done) and `abandon()` (the caller takes its offer back).
 */
export function addTeam(module: ModuleWriter): TeamFunctions {
  const kernelType = module.type(kernelSignature);
  const finish = module.function(nothing, build(nothing, writeFinish), "finish");
  const settle = module.function(nothing, build(nothing, writeSettle));
  const work = module.function(
    ofThread,
    build(ofThread, (w) => writeWork(w, kernelType, finish)),
  );
  module.function(
    ofThread,
    build(ofThread, (w) => writeServe(w, work)),
    "serve",
  );
  module.function(
    nothing,
    build(nothing, (w) => writeAbandon(w, settle)),
    "abandon",
  );
  return {
    runAlone: module.function(
      alone,
      build(alone, (w) => writeAlone(w, kernelType)),
    ),
    runTogether: module.function(
      together,
      build(together, (w) => writeTogether(w, work, settle)),
    ),
  };
}

function build({ parameters }: Signature, write: (w: FunctionWriter) => void): Uint8Array {
  const w = new FunctionWriter(parameters);
  write(w);
  return w.finish();
}

/** An atomic access to a word of `control`; `operands` stand on the stack above its address. */
function shared(w: FunctionWriter, opcode: AtomicOpcode, word: number, operands: () => void = () => undefined): void {
  w.i32(0);
  operands();
  w.atomic(opcode, word);
}

/** A word of the present offer, which stays as it is while a chunk of it is not finished. */
function offered(w: FunctionWriter, position: number): void {
  w.i32(0);
  w.memory("i32.load", control.offer + 4 * position);
}

/** Runs units `begin` … `begin + chunk` of a kernel, as far as there are so many. */
function callChunk(
  w: FunctionWriter,
  kernelType: number,
  begin: number,
  of: { place: () => void; block: () => void; units: () => void; chunk: () => void },
): void {
  const end = w.local("i32");
  w.get(begin);
  of.chunk();
  w.op("i32.add");
  w.set(end);
  of.block();
  w.get(begin);
  w.get(end);
  of.units();
  w.get(end);
  of.units();
  w.op("i32.lt_u", "select");
  of.place();
  w.callIndirect(kernelType);
}

/** (place, block, units, chunk) */
function writeAlone(w: FunctionWriter, kernelType: number): void {
  const [place, block, units, chunk] = [0, 1, 2, 3].map((parameter) => () => w.get(parameter));
  invariant(place && block && units && chunk, "there are four parameters");
  const begin = w.local("i32");
  w.block(() => {
    w.loop(() => {
      w.get(begin);
      units();
      w.op("i32.ge_u");
      w.brIf(1);
      callChunk(w, kernelType, begin, { place, block, units, chunk });
      w.get(begin);
      chunk();
      w.op("i32.add");
      w.set(begin);
      w.br(0);
    });
  });
}

/** (place, block, units, chunk, chunks, modules, wakes) */
function writeTogether(w: FunctionWriter, work: number, settle: number): void {
  const [chunks, modules, wakes] = [4, 5, 6];
  for (let word = 0; word < 4; word++) {
    w.i32(0);
    w.get(word);
    w.memory("i32.store", control.offer + 4 * word);
  }
  shared(w, "i32.atomic.store", control.pending, () => w.get(chunks));
  shared(w, "i64.atomic.store", control.ticket, () => {
    w.op(modules, "i64.extend_i32_u");
    w.i64(32);
    w.op("i64.shl", chunks, "i64.extend_i32_u", "i64.or");
  });
  w.get(wakes);
  w.if(() => {
    shared(w, "i32.atomic.load", control.sleeping);
    w.if(() => writeWake(w));
  });
  w.get(modules);
  w.i32(0);
  w.call(work);
  w.call(settle);
}

/** A count that is too high costs one needless call; it is never too low. */
function writeWake(w: FunctionWriter): void {
  shared(w, "i32.atomic.rmw.xchg", control.sleeping, () => w.i32(0));
  w.op("drop");
  shared(w, "i32.atomic.rmw.add", control.wake, () => w.i32(1));
  w.op("drop");
  shared(w, "memory.atomic.notify", control.wake, () => w.i32(-1));
  w.op("drop");
}

/** (modules, thread): takes chunks until none is left that this thread can run. */
function writeWork(w: FunctionWriter, kernelType: number, finish: number): void {
  const [modules, thread] = [0, 1];
  const [ticket, own, begin] = [w.local("i64"), w.local("i32"), w.local("i32")];
  const count = (word: number, value: () => void) => {
    w.get(own);
    value();
    w.memory("i32.store", control.threads + 4 * word);
  };
  w.get(thread);
  w.i32(threadStride);
  w.op("i32.mul");
  w.set(own);
  w.block(() => {
    w.loop(() => {
      shared(w, "i64.atomic.load", control.ticket);
      w.tee(ticket);
      w.op("i32.wrap_i64", "i32.eqz");
      w.brIf(1);
      w.op(modules, ticket);
      w.i64(32);
      w.op("i64.shr_u", "i32.wrap_i64", "i32.lt_u");
      w.brIf(1);
      shared(w, "i64.atomic.rmw.cmpxchg", control.ticket, () => {
        w.op(ticket, ticket);
        w.i64(1);
        w.op("i64.sub");
      });
      w.op(ticket, "i64.ne");
      w.brIf(0);
      w.op(ticket, "i32.wrap_i64");
      w.i32(1);
      w.op("i32.sub");
      offered(w, 3);
      w.op("i32.mul");
      w.set(begin);
      count(0, () => {
        w.get(own);
        w.memory("i32.load", control.threads);
        w.i32(1);
        w.op("i32.add");
      });
      count(1, () => w.i32(1));
      const [place, block, units, chunk] = [0, 1, 2, 3].map((position) => () => offered(w, position));
      invariant(place && block && units && chunk, "an offer has four words");
      callChunk(w, kernelType, begin, { place, block, units, chunk });
      count(1, () => w.i32(0));
      w.call(finish);
      w.br(0);
    });
  });
}

/** One chunk is done: the caller is woken by the last one, if it sleeps. */
function writeFinish(w: FunctionWriter): void {
  shared(w, "i32.atomic.rmw.sub", control.pending, () => w.i32(1));
  w.i32(1);
  w.op("i32.eq");
  w.if(() => {
    shared(w, "i32.atomic.load", control.callerSleeps);
    w.if(() => {
      shared(w, "memory.atomic.notify", control.pending, () => w.i32(1));
      w.op("drop");
    });
  });
}

/** The caller waits until every chunk has been finished: awake for a moment, then asleep. */
function writeSettle(w: FunctionWriter): void {
  const [spins, left] = [w.local("i32"), w.local("i32")];
  w.loop(() => {
    w.i32(callerSpins);
    w.set(spins);
    w.loop(() => {
      shared(w, "i32.atomic.load", control.pending);
      w.op("i32.eqz");
      w.if(() => w.op("return"));
      countDown(w, spins);
      w.brIf(0);
    });
    shared(w, "i32.atomic.store", control.callerSleeps, () => w.i32(1));
    shared(w, "i32.atomic.load", control.pending);
    w.tee(left);
    w.if(() => {
      shared(w, "memory.atomic.wait32", control.pending, () => {
        w.get(left);
        w.i64(-1);
      });
      w.op("drop");
    });
    shared(w, "i32.atomic.store", control.callerSleeps, () => w.i32(0));
    w.br(0);
  });
}

/** (modules, thread): helps until there are modules to fetch. */
function writeServe(w: FunctionWriter, work: number): void {
  const [modules, thread] = [0, 1];
  const [spins, seen] = [w.local("i32"), w.local("i32")];
  const hasMail = () => {
    shared(w, "i32.atomic.load", control.published);
    w.op(modules, "i32.ne");
  };
  const mayHelp = () => {
    w.get(thread);
    shared(w, "i32.atomic.load", control.helpers);
    w.op("i32.le_u");
  };
  const isWanted = () => {
    mayHelp();
    shared(w, "i64.atomic.load", control.ticket);
    w.op("i32.wrap_i64");
    w.i32(0);
    w.op("i32.ne", "i32.and");
    hasMail();
    w.op("i32.or");
  };
  w.loop(() => {
    hasMail();
    w.if(() => w.op("return"));
    mayHelp();
    w.if(() => {
      w.op(modules, thread);
      w.call(work);
    });
    w.i32(helperSpins);
    w.set(spins);
    w.loop(() => {
      isWanted();
      w.brIf(1);
      countDown(w, spins);
      w.brIf(0);
    });
    shared(w, "i32.atomic.rmw.add", control.sleeping, () => w.i32(1));
    w.op("drop");
    shared(w, "i32.atomic.load", control.wake);
    w.set(seen);
    isWanted();
    w.brIf(0);
    shared(w, "memory.atomic.wait32", control.wake, () => {
      w.get(seen);
      w.i64(-1);
    });
    w.op("drop");
    w.br(0);
  });
}

/** Pushes what is left of `counter` after one more round. */
function countDown(w: FunctionWriter, counter: number): void {
  w.get(counter);
  w.i32(1);
  w.op("i32.sub");
  w.tee(counter);
}

/** Nobody takes another chunk; those that helpers are in are waited for. */
function writeAbandon(w: FunctionWriter, settle: number): void {
  const busy = control.threads + 4;
  shared(w, "i32.atomic.rmw.sub", control.pending, () => {
    shared(w, "i64.atomic.rmw.xchg", control.ticket, () => w.i64(0));
    w.op("i32.wrap_i64");
    w.i32(0);
    w.memory("i32.load", busy);
    w.op("i32.add");
  });
  w.op("drop");
  w.i32(0);
  w.i32(0);
  w.memory("i32.store", busy);
  w.call(settle);
}
