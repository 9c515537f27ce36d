/** The model folder of the careful page's system, which any Smilodon opens. Made in the worker: the page has no system. */
import { type FolderFiles, sealFolder } from "../../../../io/modelFolder.ts";
import { femurFolder } from "../../../../systems/femurs/folder.ts";
import type { FemurSystem } from "../../../../systems/femurs/system.ts";
import { type DogTable, type GroupResult, perSpecies } from "../dogSizes.ts";
import { carefulProgram, dogChoices } from "./carefulProgram.ts";

/** The system's model folder, with a model card and the program. */
export async function carefulFolder(
  system: FemurSystem,
  options: DogTable,
  groups: readonly GroupResult[],
): Promise<FolderFiles> {
  const documents = new Map([
    ["README.md", card(options, groups)],
    ["make.ts", carefulProgram(options)],
  ]);
  return sealFolder(await femurFolder(system, documents));
}

/** The model card. */
function card({ dogs }: DogTable, groups: readonly GroupResult[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = groups.map(
    ({ name, count, accuracy, withheld }) =>
      `| ${name} | ${count} | ${percent(accuracy.value)} (${percent(accuracy.lower)} to ${percent(accuracy.upper)}) | ${percent(withheld)} |`,
  );
  return `# Cat or dog, by the femur

Made in Smilodon's playground, from simulated animals: ${perSpecies} cats and ${perSpecies} dogs, ${dogChoices[dogs].words}. Nothing here
holds for real bones.

| group | animals | right answers (95 % interval) | withheld |
| --- | --- | --- | --- |
${rows.join("\n")}

Counted on animals of all sizes that it has not learned from, whether they would get an answer or not.

\`load("careful")\` from \`smilodon/node\` opens this folder, and \`smilodon predict careful bones.csv\` asks it about a table with length_mm and weight_g.
\`make.ts\` trains it again.
`;
}
