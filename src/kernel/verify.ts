/**
 * Checks that a plan keeps its promises before a device runs it: every position exists, kernels get the slots and
 * sizes they ask for, nothing writes to constants, and accesses whose range is known stay inside their slots.
 * `verifyKernel.ts` has the rules of a single kernel.
 */
import { bytesOf } from "../shape/dtype.ts";
import { at, invariant } from "../support/invariant.ts";
import { indexRanges, numberOf } from "./indexRanges.ts";
import type { Kernel } from "./kernel.ts";
import type { Command, Plan, Slot } from "./plan.ts";
import { visitStatements } from "./traverse.ts";
import { verifyKernel } from "./verifyKernel.ts";

export { verifyKernel };

/** Scratch buffers start at multiples of this many bytes. */
export const arenaAlignment = 16;

/** @throws Error naming the command, kernel or slot that breaks a rule. */
export function verifyPlan(plan: Plan): void {
  for (const kernel of plan.kernels) verifyKernel(kernel);
  plan.slots.forEach((slot, position) => verifySlot(plan, slot, position));
  for (const command of plan.commands) verifyCommand(plan, command);
}

function check(condition: unknown, rule: () => string): asserts condition {
  if (!condition) invariant(false, `plan: ${rule()}`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function verifySlot(plan: Plan, slot: Slot, position: number): void {
  check(isCount(slot.bytes), () => `slot m${position} has a size of zero or more bytes, not ${slot.bytes}`);
  switch (slot.kind) {
    case "external":
      return check(
        isCount(slot.position) && slot.position < plan.externals,
        () => `external ${slot.position} of slot m${position} is one of ${plan.externals}`,
      );
    case "arena":
      check(
        isCount(slot.offset) && slot.offset % arenaAlignment === 0,
        () => `slot m${position} starts at a multiple of ${arenaAlignment}, not at ${slot.offset}`,
      );
      return check(
        slot.offset + slot.bytes <= plan.arenaBytes,
        () => `slot m${position} ends at ${slot.offset + slot.bytes}, inside ${plan.arenaBytes} bytes of scratch`,
      );
    case "constant":
      return check(
        slot.data.length === slot.bytes,
        () => `slot m${position} has ${slot.bytes} bytes and ${slot.data.length} bytes of data`,
      );
    default:
      slot satisfies never;
  }
}

function slotOf(plan: Plan, position: number, who: string): Slot {
  const slot = plan.slots[position];
  check(slot !== undefined, () => `${who} uses slot m${position} of ${plan.slots.length}`);
  return slot;
}

function verifyCommand(plan: Plan, command: Command): void {
  switch (command.kind) {
    case "kernel":
      return verifyLaunch(plan, command);
    case "copy": {
      check(isCount(command.bytes), () => `a copy of ${command.bytes} bytes`);
      const [from, to] = [slotOf(plan, command.from, "a copy"), slotOf(plan, command.to, "a copy")];
      check(to.kind !== "constant", () => `a copy writes to the constant m${command.to}`);
      return check(command.bytes <= from.bytes && command.bytes <= to.bytes, () => {
        return `a copy of ${command.bytes} bytes fits m${command.from} (${from.bytes}) and m${command.to} (${to.bytes})`;
      });
    }
    case "loop": {
      check(isCount(command.count) && command.count < 2 ** 31, () => `a loop runs ${command.count} times`);
      const counter = slotOf(plan, command.counter, "a loop");
      check(
        counter.kind !== "constant" && counter.bytes >= 4,
        () => `the counter of a loop is a writable i32, not m${command.counter}`,
      );
      return verifyCommands(plan, command.body);
    }
    case "while":
      verifyFlag(plan, command.condition, "a while");
      return verifyCommands(plan, command.body);
    case "cond":
      verifyFlag(plan, command.predicate, "a cond");
      verifyCommands(plan, command.body);
      return verifyCommands(plan, command.otherwise);
    default:
      command satisfies never;
  }
}

function verifyCommands(plan: Plan, commands: readonly Command[]): void {
  for (const command of commands) verifyCommand(plan, command);
}

function verifyFlag(plan: Plan, position: number, who: string): void {
  check(slotOf(plan, position, who).bytes >= 1, () => `${who} reads a bool, not the empty slot m${position}`);
}

function verifyLaunch(plan: Plan, command: Extract<Command, { kind: "kernel" }>): void {
  const kernel = plan.kernels[command.kernel];
  check(
    kernel !== undefined,
    () => `command ${command.label} runs kernel k${command.kernel} of ${plan.kernels.length}`,
  );
  const who = `kernel ${kernel.name} (${command.label})`;
  check(
    command.slots.length === kernel.buffers.length,
    () => `${who} takes ${kernel.buffers.length} buffers, not ${command.slots.length}`,
  );
  check(command.sizes.length === kernel.sizes, () => `${who} takes ${kernel.sizes} sizes, not ${command.sizes.length}`);
  command.sizes.forEach((size, position) =>
    check((size | 0) === size, () => `${who} has a size s${position} that is i32, not ${size}`),
  );
  command.slots.forEach((position, buffer) => {
    const slot = slotOf(plan, position, who);
    const { access } = at(kernel.buffers, buffer);
    check(access === "read" || slot.kind !== "constant", () => `${who} writes to the constant m${position}`);
  });
  verifyMultiples(kernel, command.sizes, who);
  verifyRanges(plan, kernel, command, who);
}

function verifyMultiples(kernel: Kernel, sizes: readonly number[], who: string): void {
  visitStatements(kernel.body, (statement) => {
    if (statement.kind !== "loop" || statement.multiple === undefined) return;
    const { local, multiple } = statement;
    const [start, stop] = [numberOf(statement.start, sizes), numberOf(statement.stop, sizes)];
    check(start !== undefined && stop !== undefined && (stop - start) % multiple === 0, () => {
      return `${who} runs loop v${local} from ${start} to ${stop}, which is no multiple of ${multiple}`;
    });
  });
}

function verifyRanges(plan: Plan, kernel: Kernel, command: Extract<Command, { kind: "kernel" }>, who: string): void {
  for (const { buffer, lowest, highest } of indexRanges(kernel, command.sizes)) {
    const slot = at(plan.slots, at(command.slots, buffer));
    const elements = Math.floor(slot.bytes / bytesOf(at(kernel.buffers, buffer).dtype));
    check(lowest >= 0 && highest < elements, () => {
      return `${who} uses elements ${lowest} to ${highest} of b${buffer}, and slot m${command.slots[buffer]} has ${elements}`;
    });
  }
}
