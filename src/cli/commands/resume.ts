/** `smilodon resume RUN`: goes on with a training that was stopped or killed, to the same numbers. */
import { DataError } from "../../support/errors.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { defineCommand, type Surroundings } from "../schema.ts";
import { trainBeliefInto } from "../train/belief.ts";
import { beliefToJson, showBelief } from "../train/beliefCard.ts";
import { type BeliefSettings, beliefSeenFromHere } from "../train/beliefSettings.ts";
import { pictureResultsToJson, showPictureResults } from "../train/pictureResults.ts";
import { type PictureSettings, picturesSeenFromHere } from "../train/pictureSettings.ts";
import { trainPicturesInto } from "../train/pictures.ts";
import { hashFile, type RunFile, readRunFile } from "../train/record.ts";
import { resultsToJson, showResults } from "../train/results.ts";
import { trainInto } from "../train/run.ts";
import { seenFromHere, type TrainSettings } from "../train/settings.ts";

/** Goes on where a run was stopped. */
export const resume = defineCommand({
  name: "resume",
  summary: "Go on with a training that was stopped or killed.",
  examples: [{ line: "resume runs/adult", does: "from its last checkpoint, to the same numbers bit for bit" }],
  arguments: [{ name: "run", meaning: "Folder of the run.", isRequired: true }],
  options: {},
  async run({ arguments: [folder = ""], values }, surroundings) {
    const { console } = surroundings;
    const record = await readRunFile(folder);
    if (record === undefined)
      throw new DataError(
        `${folder}: there is no run.json. Is this the folder of a run? A demo goes on when its command is given again.`,
      );
    if (record.status === "finished") {
      console.say(`${folder} is finished: there is nothing to go on with.`);
      if (values.json) console.print(JSON.stringify({ run: folder, status: "finished" }));
      return exitCodes.ok;
    }
    if ("kind" in record.settings) {
      const how = { json: values.json, expected: record.data.file };
      return record.settings.kind === "pictures"
        ? goOnWithPictures(folder, record.settings, how, surroundings)
        : goOnWithoutLabels(folder, record.settings, how, surroundings);
    }
    const settings = seenFromHere(folder, record.settings);
    await checkData(settings, record);
    const { study, rows, seconds } = await trainInto(folder, settings, surroundings);
    if (values.json) console.print(JSON.stringify(resultsToJson(study, { run: folder, rows, seconds })));
    else showResults(study, console);
    console.say(`\nDone in ${seconds.toFixed(1)} s.`);
    return exitCodes.ok;
  },
});

async function goOnWithPictures(
  folder: string,
  asked: PictureSettings,
  { json, expected }: { readonly json: boolean; readonly expected: string },
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { console } = surroundings;
  const settings = picturesSeenFromHere(folder, asked);
  const { study, seconds } = await trainPicturesInto(folder, settings, surroundings, { expected });
  if (json) console.print(JSON.stringify(pictureResultsToJson(study, { run: folder, seconds })));
  else showPictureResults(study, console);
  console.say(`\nDone in ${seconds.toFixed(1)} s.`);
  return exitCodes.ok;
}

async function goOnWithoutLabels(
  run: string,
  asked: BeliefSettings,
  { json, expected }: { readonly json: boolean; readonly expected: string },
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { console } = surroundings;
  const { study, seconds } = await trainBeliefInto(run, beliefSeenFromHere(run, asked), surroundings, expected);
  if (json) console.print(JSON.stringify(beliefToJson(study, { run, seconds })));
  else showBelief(study, { run, seconds }, console);
  return exitCodes.ok;
}

/** @throws DataError where a table is not the one that training began with. */
async function checkData({ file, test }: TrainSettings, { data }: RunFile): Promise<void> {
  for (const [path, hash] of [
    [file, data.file],
    [test, data.test],
  ] as const) {
    if (path === null || (await hashFile(path)) === hash) continue;
    throw new DataError(`${path} has changed since training began. Train again, with another --out.`, { path });
  }
}
