/**
 * The driver: a fixed module that walks a command list in memory, so that a whole plan is one call. A command is a row
 * of i32 words, its kind first; buffers stand as addresses of pointer cells, which hold the address of the data.
 */
import { FunctionWriter } from "./functionWriter.ts";
import { ModuleWriter } from "./moduleWriter.ts";
import { addTeam, control, type TeamFunctions } from "./team.ts";

/** The first word of each command. The words that follow are listed beside it. */
export const commandKinds = {
  /** Place of the kernel in the table, address of its argument block, units, units in a chunk. */
  kernel: 0,
  /** Pointer cells of source and target, bytes. */
  copy: 1,
  /** Times, pointer cell of the counter, address where the body ends; the body follows. */
  loop: 2,
  /** A kernel that all threads share: as `kernel`, then the number of chunks, and whether it is worth waking helpers for. */
  spread: 3,
  /** Pointer cell of the condition, address where the body ends; the body follows. */
  while: 4,
  /** Pointer cell of the predicate, addresses where the first and the second branch end; both follow. */
  cond: 5,
} as const;

/** Kinds of commands. */
export type CommandKind = keyof typeof commandKinds;
const allCommandKinds = Object.keys(commandKinds) as readonly CommandKind[];

/** Words that a command of each kind takes, without the commands inside it. */
export const commandWords = { kernel: 5, copy: 4, loop: 4, spread: 7, while: 3, cond: 4 } as const satisfies {
  [Kind in CommandKind]: number;
};

/** How the driver's memory is. */
export interface DriverOptions {
  readonly isShared: boolean;
}

/**
 * The driver's bytes. It exports `run(start, end, modules)`: the addresses of a command list, and how many modules a thread
 * must have to run its kernels; and what `team.ts` adds.
 */
export function renderDriver({ isShared }: DriverOptions): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter({ usesTable: true, isShared });
  const team = addTeam(module);
  const itself = module.nextFunction;
  module.function({ parameters: ["i32", "i32", "i32"], results: [] }, driverBody(itself, team), "run");
  return module.finish();
}

const [here, end, modules] = [0, 1, 2];

function driverBody(itself: number, team: TeamFunctions): Uint8Array {
  const w = new FunctionWriter(["i32", "i32", "i32"]);
  const word = (position: number) => {
    w.get(here);
    w.memory("i32.load", 4 * position);
  };
  const advance = (words: number) => {
    w.get(here);
    w.i32(4 * words);
    w.op("i32.add");
    w.set(here);
  };
  const writers: { readonly [Kind in CommandKind]: () => void } = {
    kernel: () => {
      for (let position = 1; position < commandWords.kernel; position++) word(position);
      w.call(team.runAlone);
      advance(commandWords.kernel);
    },
    copy: () => {
      pointedTo(w, () => word(2));
      pointedTo(w, () => word(1));
      word(3);
      w.memoryCopy();
      advance(commandWords.copy);
    },
    loop: () => emitLoop(w, word, itself),
    spread: () => {
      emitSpread(w, word, team);
      advance(commandWords.spread);
    },
    while: () => emitWhile(w, word, itself),
    cond: () => emitCond(w, word, itself),
  };
  w.block(() => {
    w.loop(() => {
      w.op(here, end, "i32.ge_u");
      w.brIf(1);
      for (const kind of allCommandKinds) {
        word(0);
        w.i32(commandKinds[kind]);
        w.op("i32.eq");
        w.if(() => {
          writers[kind]();
          w.br(1);
        });
      }
      w.op("unreachable");
    });
  });
  return w.finish();
}

function emitSpread(w: FunctionWriter, word: (position: number) => void, team: TeamFunctions): void {
  const push = (count: number) => {
    for (let position = 1; position <= count; position++) word(position);
  };
  w.i32(0);
  w.atomic("i32.atomic.load", control.helpers);
  w.if(
    () => {
      push(5);
      w.get(modules);
      word(6);
      w.call(team.runTogether);
    },
    () => {
      push(4);
      w.call(team.runAlone);
    },
  );
}

function emitLoop(w: FunctionWriter, word: (position: number) => void, itself: number): void {
  const [count, body] = [w.local("i32"), w.local("i32")];
  w.get(here);
  w.i32(4 * commandWords.loop);
  w.op("i32.add");
  w.set(body);
  w.i32(0);
  w.set(count);
  w.block(() => {
    w.loop(() => {
      w.get(count);
      word(1);
      w.op("i32.ge_u");
      w.brIf(1);
      pointedTo(w, () => word(2));
      w.get(count);
      w.memory("i32.store", 0);
      w.get(body);
      word(3);
      w.get(modules);
      w.call(itself);
      w.get(count);
      w.i32(1);
      w.op("i32.add");
      w.set(count);
      w.br(0);
    });
  });
  word(3);
  w.set(here);
}

function emitWhile(w: FunctionWriter, word: (position: number) => void, itself: number): void {
  w.block(() => {
    w.loop(() => {
      pointedTo(w, () => word(1));
      w.memory("i32.load8_u", 0);
      w.op("i32.eqz");
      w.brIf(1);
      w.get(here);
      w.i32(4 * commandWords.while);
      w.op("i32.add");
      word(2);
      w.get(modules);
      w.call(itself);
      w.br(0);
    });
  });
  word(2);
  w.set(here);
}

function emitCond(w: FunctionWriter, word: (position: number) => void, itself: number): void {
  pointedTo(w, () => word(1));
  w.memory("i32.load8_u", 0);
  w.if(
    () => {
      w.get(here);
      w.i32(4 * commandWords.cond);
      w.op("i32.add");
      word(2);
      w.get(modules);
      w.call(itself);
    },
    () => {
      word(2);
      word(3);
      w.get(modules);
      w.call(itself);
    },
  );
  word(3);
  w.set(here);
}

function pointedTo(w: FunctionWriter, cell: () => void): void {
  cell();
  w.memory("i32.load", 0);
}

/** The smallest module that uses relaxed multiply-add: engines that validate it can run it. */
export function relaxedProbe(): Uint8Array<ArrayBuffer> {
  const w = new FunctionWriter(["v128"]);
  const value = 0;
  for (let operand = 0; operand < 3; operand++) w.get(value);
  w.op("f32x4.relaxed_madd");
  const module = new ModuleWriter();
  module.function({ parameters: ["v128"], results: ["v128"] }, w.finish(), "probe");
  return module.finish();
}
