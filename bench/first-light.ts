/**
 * `npm run bench -- first-light [--json]`: the whole way once. Every row of the issue "First light", each with
 * its bar. Takes a few minutes; nothing else should run meanwhile.
 */
import { measureBundle } from "../tools/bundle.ts";
import { femurRows } from "./firstLight/femurs.ts";
import { freshStart } from "./firstLight/fresh.ts";
import { kernelCount, stepOverhead } from "./firstLight/step.ts";
import { emitRows, ownRow, type Row } from "./harness/row.ts";

const json = process.argv.includes("--json");
const only = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));

const measurements: readonly { readonly ids: readonly string[]; readonly measure: () => Promise<readonly Row[]> }[] = [
  { ids: ["step-overhead"], measure: async () => [await stepOverhead()] },
  { ids: ["kernels"], measure: async () => [kernelCount()] },
  {
    ids: ["core-size"],
    measure: async () => [
      ownRow("first-light", "core-size", (await measureBundle()).compressed / 1000, "kB", "lower", 100),
    ],
  },
  { ids: ["femur-accuracy", "femur-scope", "femur-withheld", "femur-calibration"], measure: femurRows },
  { ids: ["fresh-start"], measure: async () => freshStart() },
];

for (const { ids, measure } of measurements) {
  if (only.length > 0 && !ids.some((id) => only.includes(id))) continue;
  process.stderr.write(`measuring ${ids.join(", ")} …\n`);
  emitRows(await measure(), json);
}
