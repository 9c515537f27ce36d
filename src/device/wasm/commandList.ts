/**
 * A plan as words in memory, for the driver: pointer cells (one a slot), argument blocks (one a launch), commands. Only
 * the cells of external slots are ever rewritten.
 */
import type { Command, Plan } from "../../kernel/plan.ts";
import { commandKinds, commandWords } from "../../render/wasm/driver.ts";
import { at } from "../../support/invariant.ts";

/** Words to be written at one address, and where among them the commands begin and end. */
export interface CommandList {
  readonly words: Int32Array;
  /** Positions in `words`. The pointer cell of slot `n` is word `n`. */
  readonly start: number;
  readonly end: number;
}

/** Words that a plan takes in memory. */
export function wordsOf(plan: Plan): number {
  return plan.slots.length + countWords(plan, plan.commands);
}

/** The words of `plan` when they stand at `address`; `positions` are those of its kernels in the table. Cells are left 0. */
export function commandList(plan: Plan, address: number, positions: readonly number[]): CommandList {
  const words = new Int32Array(wordsOf(plan));
  const writer: Writer = { plan, address, positions, words, next: plan.slots.length };
  const blocks = new Map<Command, number>();
  writeBlocks(writer, plan.commands, blocks);
  const start = writer.next;
  writeCommands(writer, plan.commands, blocks);
  return { words, start, end: writer.next };
}

interface Writer {
  readonly plan: Plan;
  readonly address: number;
  readonly positions: readonly number[];
  readonly words: Int32Array;
  next: number;
}

function countWords(plan: Plan, commands: readonly Command[]): number {
  let words = 0;
  for (const command of commands) {
    words += commandWords[command.kind];
    if (command.kind === "kernel") words += command.slots.length + command.sizes.length;
    if (command.kind === "loop") words += countWords(plan, command.body);
  }
  return words;
}

function addressOf({ address }: Writer, word: number): number {
  return address + 4 * word;
}

function put(writer: Writer, ...values: readonly number[]): void {
  for (const value of values) writer.words[writer.next++] = value;
}

function writeBlocks(writer: Writer, commands: readonly Command[], blocks: Map<Command, number>): void {
  for (const command of commands) {
    if (command.kind === "loop") writeBlocks(writer, command.body, blocks);
    if (command.kind !== "kernel") continue;
    blocks.set(command, writer.next);
    put(writer, ...command.slots.map((slot) => addressOf(writer, slot)), ...command.sizes);
  }
}

function writeCommands(writer: Writer, commands: readonly Command[], blocks: ReadonlyMap<Command, number>): void {
  for (const command of commands) {
    switch (command.kind) {
      case "kernel":
        put(
          writer,
          commandKinds.kernel,
          at(writer.positions, command.kernel),
          addressOf(writer, blocks.get(command) ?? 0),
        );
        break;
      case "copy":
        put(writer, commandKinds.copy, addressOf(writer, command.from), addressOf(writer, command.to), command.bytes);
        break;
      case "loop": {
        put(writer, commandKinds.loop, command.count, addressOf(writer, command.counter));
        const end = writer.next++;
        writeCommands(writer, command.body, blocks);
        writer.words[end] = addressOf(writer, writer.next);
        break;
      }
      default:
        command satisfies never;
    }
  }
}
