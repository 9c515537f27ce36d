/** The commands of one plan as part of another. */
import type { Kernel } from "../../kernel/kernel.ts";
import type { Command, Plan } from "../../kernel/plan.ts";
import { at } from "../../support/invariant.ts";

/** The commands of `plan` with its slots at `slots`; `place` gives the number that a kernel has in the plan around. */
export function inlineCommands(
  plan: Plan,
  slots: readonly number[],
  place: (kernel: Kernel) => number,
): readonly Command[] {
  const slot = (own: number) => at(slots, own);
  const inlineAll = (commands: readonly Command[]): readonly Command[] => commands.flatMap(inline);
  const inline = (command: Command): Command | [] => {
    switch (command.kind) {
      case "kernel":
        return { ...command, kernel: place(at(plan.kernels, command.kernel)), slots: command.slots.map(slot) };
      case "copy": {
        const [from, to] = [slot(command.from), slot(command.to)];
        // State that a step leaves as it is
        return from === to ? [] : { ...command, from, to };
      }
      case "loop":
        return { ...command, counter: slot(command.counter), body: inlineAll(command.body) };
      case "while":
        return { ...command, condition: slot(command.condition), body: inlineAll(command.body) };
      case "cond":
        return {
          ...command,
          predicate: slot(command.predicate),
          body: inlineAll(command.body),
          otherwise: inlineAll(command.otherwise),
        };
      default:
        return command satisfies never;
    }
  };
  return inlineAll(plan.commands);
}

/** Every slot that `command` touches, also inside. */
export function slotsIn(command: Command): readonly number[] {
  switch (command.kind) {
    case "kernel":
      return command.slots;
    case "copy":
      return [command.from, command.to];
    case "loop":
      return [command.counter, ...command.body.flatMap(slotsIn)];
    case "while":
      return [command.condition, ...command.body.flatMap(slotsIn)];
    case "cond":
      return [command.predicate, ...command.body.flatMap(slotsIn), ...command.otherwise.flatMap(slotsIn)];
    default:
      return command satisfies never;
  }
}
