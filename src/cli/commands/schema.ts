/** `smilodon schema [NAME]`: what `--json` prints, as JSON Schema. */
import { didYouMean } from "../../support/nearestName.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { schemaNames, schemaText } from "../jsonSchemas.ts";
import { defineCommand } from "../schema.ts";

/** Prints one schema, or their names. */
export const schema = defineCommand({
  name: "schema",
  summary: "Show what --json prints, as JSON Schema.",
  examples: [
    { line: "schema train", does: "what train --json ends with" },
    { line: "schema", does: "the names of all of them" },
  ],
  arguments: [{ name: "name", meaning: "Name of a schema." }],
  options: {},
  async run({ arguments: [name], values }, { console }) {
    if (name === undefined) {
      if (values.json) console.print(JSON.stringify(schemaNames));
      else for (const known of schemaNames) console.print(known);
      return exitCodes.ok;
    }
    const known = schemaNames.find((candidate) => candidate === name);
    if (known === undefined)
      throw new UsageError(
        `There is no schema "${name}".${didYouMean(name, schemaNames)}`,
        `Schemas: ${schemaNames.join(", ")}`,
      );
    console.print(schemaText(known).trimEnd());
    return exitCodes.ok;
  },
});
