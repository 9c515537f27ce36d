/**
 * A plan as words in memory, for the driver: pointer cells (one a slot), argument blocks (one a launch), commands. Only
 * the cells of external slots are ever rewritten.
 */
import { type Command, commandsIn, type Plan } from "../../kernel/plan.ts";
import { commandKinds, commandWords } from "../../render/wasm/driver.ts";
import { at, invariant } from "../../support/invariant.ts";
import { type Chunks, chunksOf, type Grain } from "./chunks.ts";

/** Words to be written at one address, and where among them the commands begin and end. */
export interface CommandList {
  readonly words: Int32Array;
  /** Positions in `words`. The pointer cell of slot `n` is word `n`. */
  readonly start: number;
  readonly end: number;
}

/** How each launch of a plan is cut, and the work of those that helpers are woken for. */
export interface Cut {
  readonly chunks: ReadonlyMap<Command, Chunks>;
  readonly sharedWork: number;
}

/** Cuts the launches of `plan`. */
export function cutLaunches(plan: Plan, grain: Grain): Cut {
  const chunks = new Map<Command, Chunks>();
  let sharedWork = 0;
  const cut = (commands: readonly Command[], times: number): void => {
    for (const command of commands) {
      cut(commandsIn(command), times * timesOf(command));
      if (command.kind !== "kernel") continue;
      const each = chunksOf(at(plan.kernels, command.kernel), command.sizes, grain);
      chunks.set(command, each);
      if (each.wakes) sharedWork += times * each.work;
    }
  };
  cut(plan.commands, 1);
  return { chunks, sharedWork };
}

/** How often what is inside `command` may run. */
function timesOf(command: Command): number {
  if (command.kind === "loop") return command.count;
  return command.kind === "while" ? Number.MAX_SAFE_INTEGER : 1;
}

/** Words that a plan takes in memory. */
export function wordsOf(plan: Plan, cut: Cut): number {
  return plan.slots.length + countWords(plan.commands, cut);
}

/** The words of `plan` when they stand at `address`; `positions` are those of its kernels in the table. Cells are left 0. */
export function commandList(plan: Plan, cut: Cut, address: number, positions: readonly number[]): CommandList {
  const words = new Int32Array(wordsOf(plan, cut));
  const writer: Writer = { cut, address, positions, words, next: plan.slots.length };
  const blocks = new Map<Command, number>();
  writeBlocks(writer, plan.commands, blocks);
  const start = writer.next;
  writeCommands(writer, plan.commands, blocks);
  return { words, start, end: writer.next };
}

interface Writer {
  readonly cut: Cut;
  readonly address: number;
  readonly positions: readonly number[];
  readonly words: Int32Array;
  next: number;
}

function countWords(commands: readonly Command[], cut: Cut): number {
  let words = 0;
  for (const command of commands) {
    const isShared = command.kind === "kernel" && chunksIn(cut, command).isShared;
    words += commandWords[isShared ? "spread" : command.kind];
    if (command.kind === "kernel") words += command.slots.length + command.sizes.length;
    words += countWords(commandsIn(command), cut);
  }
  return words;
}

function chunksIn({ chunks }: Cut, command: Command): Chunks {
  const found = chunks.get(command);
  invariant(found !== undefined, "every launch was cut");
  return found;
}

function addressOf({ address }: Writer, word: number): number {
  return address + 4 * word;
}

function put(writer: Writer, ...values: readonly number[]): void {
  for (const value of values) writer.words[writer.next++] = value;
}

function writeBlocks(writer: Writer, commands: readonly Command[], blocks: Map<Command, number>): void {
  for (const command of commands) {
    writeBlocks(writer, commandsIn(command), blocks);
    if (command.kind !== "kernel") continue;
    blocks.set(command, writer.next);
    put(writer, ...command.slots.map((slot) => addressOf(writer, slot)), ...command.sizes);
  }
}

function writeCommands(writer: Writer, commands: readonly Command[], blocks: ReadonlyMap<Command, number>): void {
  for (const command of commands) {
    switch (command.kind) {
      case "kernel": {
        const { units, chunk, chunks, isShared, wakes } = chunksIn(writer.cut, command);
        const block = addressOf(writer, blocks.get(command) ?? 0);
        put(writer, isShared ? commandKinds.spread : commandKinds.kernel, at(writer.positions, command.kernel), block);
        put(writer, units, chunk, ...(isShared ? [chunks, wakes ? 1 : 0] : []));
        break;
      }
      case "copy":
        put(writer, commandKinds.copy, addressOf(writer, command.from), addressOf(writer, command.to), command.bytes);
        break;
      case "loop":
        put(writer, commandKinds.loop, command.count, addressOf(writer, command.counter));
        writeInner(writer, [command.body], blocks);
        break;
      case "while":
        put(writer, commandKinds.while, addressOf(writer, command.condition));
        writeInner(writer, [command.body], blocks);
        break;
      case "cond":
        put(writer, commandKinds.cond, addressOf(writer, command.predicate));
        writeInner(writer, [command.body, command.otherwise], blocks);
        break;
      default:
        command satisfies never;
    }
  }
}

/** The addresses where lists of commands end, and then the lists, one after the other. */
function writeInner(
  writer: Writer,
  lists: readonly (readonly Command[])[],
  blocks: ReadonlyMap<Command, number>,
): void {
  const ends = lists.map(() => writer.next++);
  lists.forEach((commands, list) => {
    writeCommands(writer, commands, blocks);
    writer.words[at(ends, list)] = addressOf(writer, writer.next);
  });
}
