/** `smilodon explain RUN PICTURE …`: why pictures got their answers, in words. `features` draws it. */
import { PictureNetwork } from "../../explain/index.ts";
import { decisionInWords } from "../../systems/vision/features/decision.ts";
import { exitCodes } from "../errors.ts";
import { decide, decisionsToJson, openPictures, readFiles } from "../pictureDecisions.ts";
import { defineCommand } from "../schema.ts";

/** Says what led to the answers for picture files. */
export const explain = defineCommand({
  name: "explain",
  summary: "Say which parts of a picture led to its answer.",
  examples: [
    { line: "explain runs/pets whiskers.jpg", does: "the parts that led to the answer, with their shares" },
    { line: "explain runs/pets whiskers.jpg --json", does: "with boxes, methods, residuals and checks, for a program" },
  ],
  arguments: [
    { name: "run", meaning: "Folder of a trained system of pictures.", isRequired: true },
    { name: "picture", meaning: "Picture files.", isRequired: true, isRest: true },
  ],
  options: {},
  async run({ arguments: [folder = "", ...files], values }, { console }) {
    const system = await openPictures(folder);
    const network = new PictureNetwork(system.network, system.input);
    const asked = await readFiles(files, network, system);
    const decisions = await decide(network, asked, { system, pictures: undefined, concepts: undefined, console });
    const { classes } = system.task;
    if (values.json) console.print(JSON.stringify(decisionsToJson(decisions, classes)));
    else for (const { name, decision } of decisions) console.print(`${name}: ${decisionInWords(decision, classes)}`);
    return exitCodes.ok;
  },
});
