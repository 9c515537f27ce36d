/** One line about the device, where the machine has a better one than the one that is everywhere. */
import "../runtime/registry.node.ts";
import { listenToChoice, setDevice } from "../runtime/registry.ts";
import type { Console } from "./console.ts";
import type { Command } from "./schema.ts";

/** Says which device was chosen, once it is: not where somebody named it, nor where it is the usual one. */
export function noticeDevice(console: Console, { isBrief = false }: Command): void {
  if (isBrief && !process.env.SMILODON_DEVICE) setDevice("wasm");
  listenToChoice(({ name, facts = [] }) => {
    if (name !== "wasm") console.say(`Runs on the ${name} device (${facts[0]}); SMILODON_DEVICE=wasm does without it.`);
  });
}
