/** A plan as words in memory, for the driver (`driverSource.ts` says what they are). Only its cells are ever rewritten. */
import { type Command, commandsIn, type Plan } from "../../kernel/plan.ts";
import { at } from "../../support/invariant.ts";
import { commandKinds, commandWords, headerWords } from "./driverSource.ts";
import { type Grain, piecesOf } from "./pieces.ts";

/**
 * The words of `plan`, given the addresses of its kernels; the cells of constants are left 0, that of slot n is word
 * `headerWords` + n.
 */
export function commandList(plan: Plan, grain: Grain, functions: readonly number[]): BigInt64Array<ArrayBuffer> {
  const cells = plan.slots.length;
  const externals = plan.slots.flatMap((slot, cell) => (slot.kind === "external" ? [cell, slot.position] : []));
  const scratch = plan.slots.flatMap((slot, cell) => (slot.kind === "arena" ? [cell, slot.offset] : []));
  const start = headerWords + cells + externals.length + scratch.length;
  const end = start + countWords(plan.commands);
  const words = new BigInt64Array(end);
  const writer: Writer = { plan, grain, functions, words, next: 0 };
  put(writer, cells, externals.length / 2, scratch.length / 2, start, end);
  writer.next += cells;
  put(writer, ...externals, ...scratch);
  writeCommands(writer, plan.commands);
  return words;
}

interface Writer {
  readonly plan: Plan;
  readonly grain: Grain;
  readonly functions: readonly number[];
  readonly words: BigInt64Array<ArrayBuffer>;
  next: number;
}

function countWords(commands: readonly Command[]): number {
  let words = 0;
  for (const command of commands) {
    words += commandWords[command.kind] + countWords(commandsIn(command));
    if (command.kind === "kernel") words += 2 * command.slots.length + Math.ceil(command.sizes.length / 2);
  }
  return words;
}

function put(writer: Writer, ...values: readonly number[]): void {
  for (const value of values) writer.words[writer.next++] = BigInt(value);
}

function writeCommands(writer: Writer, commands: readonly Command[]): void {
  for (const command of commands) {
    switch (command.kind) {
      case "kernel":
        writeKernel(writer, command);
        break;
      case "copy":
        put(writer, commandKinds.copy, command.from, command.to, command.bytes);
        break;
      case "loop":
        put(writer, commandKinds.loop, command.count, command.counter);
        writeInner(writer, [command.body]);
        break;
      case "while":
        put(writer, commandKinds.while, command.condition);
        writeInner(writer, [command.body]);
        break;
      case "cond":
        put(writer, commandKinds.cond, command.predicate);
        writeInner(writer, [command.body, command.otherwise]);
        break;
      default:
        command satisfies never;
    }
  }
}

function writeKernel(writer: Writer, { kernel, slots, sizes }: Extract<Command, { kind: "kernel" }>): void {
  const { plan, grain, functions } = writer;
  const { units, parts, wakes } = piecesOf(at(plan.kernels, kernel), sizes, grain);
  put(writer, commandKinds.kernel, at(functions, kernel), units, parts, wakes ? 1 : 0, slots.length, sizes.length);
  put(writer, ...slots);
  writer.next += slots.length;
  new Int32Array(writer.words.buffer, 8 * writer.next, sizes.length).set(sizes);
  writer.next += Math.ceil(sizes.length / 2);
}

/** The words where lists of commands end, and then the lists, one after the other. */
function writeInner(writer: Writer, lists: readonly (readonly Command[])[]): void {
  const ends = lists.map(() => writer.next++);
  lists.forEach((commands, list) => {
    writeCommands(writer, commands);
    writer.words[at(ends, list)] = BigInt(writer.next);
  });
}
