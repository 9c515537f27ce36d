/** `smilodon help [COMMAND]`. */
import { exitCodes } from "../errors.ts";
import { helpOn, helpOnAll } from "../help.ts";
import { findCommand } from "../run.ts";
import { defineCommand } from "../schema.ts";

/** Shows what there is, or one command. */
export const help = defineCommand({
  name: "help",
  summary: "Show the commands, or one of them.",
  examples: [{ line: "help predict", does: "what predict can do" }],
  arguments: [{ name: "command", meaning: "The command to explain." }],
  options: {},
  async run({ arguments: [name] }, { console, commands }) {
    console.print(name === undefined ? helpOnAll(commands, console) : helpOn(findCommand(name, commands), console));
    return exitCodes.ok;
  },
});
