/**
 * The driver: a fixed module that walks a command list in memory, so that a whole plan is one call. A command is a row
 * of i32 words, its kind first; buffers stand as addresses of pointer cells, which hold the address of the data.
 */
import { FunctionWriter } from "./functionWriter.ts";
import { ModuleWriter, type Signature } from "./moduleWriter.ts";

/** The first word of each command. The words that follow are listed beside it. */
export const commandKinds = {
  /** Place of the kernel in the table, address of its argument block. */
  kernel: 0,
  /** Pointer cells of source and target, bytes. */
  copy: 1,
  /** Times, pointer cell of the counter, address where the body ends; the body follows. */
  loop: 2,
} as const;

/** Words that a command of each kind takes, without the body of a loop. */
export const commandWords = { kernel: 3, copy: 4, loop: 4 } as const satisfies {
  [Kind in keyof typeof commandKinds]: number;
};

/** Signature of every kernel: the address of its argument block. */
export const kernelSignature: Signature = { parameters: ["i32"], results: [] };

/** The driver's bytes. It exports `run(start, end)`: the addresses of a command list. */
export function renderDriver(): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter(true);
  const kernelType = module.type(kernelSignature);
  module.function({ parameters: ["i32", "i32"], results: [] }, driverBody(kernelType), "run");
  return module.finish();
}

const itself = 0;

function driverBody(kernelType: number): Uint8Array {
  const w = new FunctionWriter(["i32", "i32"]);
  const [here, end] = [0, 1];
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
  const isKind = (kind: number) => {
    word(0);
    w.i32(kind);
    w.op("i32.eq");
  };
  w.block(() => {
    w.loop(() => {
      w.op(here, end, "i32.ge_u");
      w.brIf(1);
      isKind(commandKinds.kernel);
      w.if(
        () => {
          word(2);
          word(1);
          w.callIndirect(kernelType);
          advance(commandWords.kernel);
        },
        () => {
          isKind(commandKinds.copy);
          w.if(
            () => {
              pointedTo(w, () => word(2));
              pointedTo(w, () => word(1));
              word(3);
              w.memoryCopy();
              advance(commandWords.copy);
            },
            () => emitLoop(w, word, { here }),
          );
        },
      );
      w.br(0);
    });
  });
  return w.finish();
}

function emitLoop(w: FunctionWriter, word: (position: number) => void, { here }: { here: number }): void {
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
