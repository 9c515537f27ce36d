/** `smilodon demo`, and what `npm start` does: the lecture's first example, once through, in a few seconds. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../support/atomicFile.node.ts";
import { documentsOf } from "../../systems/femurs/documents.ts";
import { saveFemurs } from "../../systems/femurs/folder.node.ts";
import { TrainingDivergedError, TrainingInterruptedError } from "../../systems/femurs/learn.ts";
import { makeReport } from "../../systems/femurs/report/page.ts";
import { animalsToCsv } from "../../systems/femurs/simulate.ts";
import { type Study, studyFemurs } from "../../systems/femurs/study.ts";
import { fileStore } from "../../train/index.node.ts";
import { describeAnswer } from "../answers.ts";
import { unhurried } from "../checkpoints.ts";
import { comparisonTable } from "../comparison.ts";
import type { Console } from "../console.ts";
import { DivergedError, exitCodes, InterruptedError } from "../errors.ts";
import { withLock } from "../runLock.ts";
import { defineCommand, type Surroundings } from "../schema.ts";
import { version } from "../version.ts";

interface Choices {
  readonly out: string;
  readonly seed: number;
  readonly bones: number;
  readonly heldOut: number;
}

/** Cat or dog, by the femur. */
export const demo = defineCommand({
  name: "demo",
  summary: "Learn to tell cats from dogs by the femur, and write a report.",
  isBrief: true,
  examples: [
    { line: "demo", does: "train, compare, answer; writes runs/femurs/" },
    { line: "demo --seed 3 --out runs/other", does: "another table of animals, another folder" },
  ],
  arguments: [],
  options: {
    out: { kind: "text", meaning: "Folder to write.", placeholder: "FOLDER", default: "runs/femurs" },
    seed: {
      kind: "number",
      meaning: "Which animals are drawn, and how weights begin.",
      placeholder: "NUMBER",
      default: 0,
      lowest: 0,
      highest: 4294967290,
      whole: true,
    },
    bones: {
      kind: "number",
      meaning: "How many animals to learn from.",
      placeholder: "COUNT",
      default: 400,
      lowest: 60,
      highest: 100000,
      whole: true,
    },
    "held-out": {
      kind: "number",
      meaning: "How many others to be judged by.",
      placeholder: "COUNT",
      default: 20000,
      lowest: 100,
      highest: 1000000,
      whole: true,
    },
  },
  async run({ values }, surroundings) {
    const { console } = surroundings;
    const choices = { out: values.out, seed: values.seed, bones: values.bones, heldOut: values["held-out"] };
    const begun = performance.now();
    console.say(`Cat or dog, by the thigh bone alone: ${choices.bones} simulated animals to learn from.`);
    const study = await withLock(choices.out, async () => {
      const trained = await train(choices, surroundings);
      console.progress("writing the report", 0.99);
      await writeRun(choices, trained);
      // A finished run does not need them any more.
      await rm(join(choices.out, "checkpoints"), { recursive: true, force: true });
      return trained;
    });
    console.endProgress();
    const seconds = (performance.now() - begun) / 1000;
    if (values.json) console.print(JSON.stringify(toJson(study, choices, seconds), null, 2));
    else show(study, console);
    sayWhatNext(choices, seconds, console);
    return exitCodes.ok;
  },
});

/** Trains with checkpoints beside the run. */
async function train({ out, seed, bones, heldOut }: Choices, { console, signal }: Surroundings): Promise<Study> {
  const folder = join(out, "checkpoints", `seed-${seed}-bones-${bones}`);
  try {
    const study = await studyFemurs({
      seed,
      bones,
      heldOut,
      signal,
      checkpointOf: (stage) => unhurried(fileStore(join(folder, `${stage}.safetensors`)), signal),
      onProgress: (task, done) => console.progress(task, done),
    });
    if (signal.aborted) throw new TrainingInterruptedError("Stopped after training.");
    return study;
  } catch (error) {
    console.endProgress();
    if (error instanceof TrainingDivergedError) throw new DivergedError(error.message);
    if (error instanceof TrainingInterruptedError) {
      throw new InterruptedError(`Stopped. What was learned is in ${folder}; the same command goes on from there.`);
    }
    throw error;
  }
}

async function writeRun({ out, seed }: Choices, study: Study): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const command = `${programName()} predict ${out} --length 105 --weight 11.5`;
  const report = await makeReport(study, { version, date, command });
  const { care, card } = documentsOf(study, { version, date, seed });
  await writeFileAtomic(join(out, "femurs.csv"), animalsToCsv(study.training, study.opinions));
  await writeFileAtomic(join(out, "boundaries.svg"), report.boundaries);
  await writeFileAtomic(join(out, "report.html"), report.page);
  await writeFileAtomic(join(out, "README.md"), card);
  await saveFemurs(out, study.system, care);
}

function show(study: Study, console: Console): void {
  console.print("");
  for (const line of comparisonTable(study, console)) console.print(line);
  for (const { name, answer, reason } of study.shown) {
    console.print("");
    console.print(console.bold(name));
    for (const line of describeAnswer(answer, reason, console)) console.print(line);
  }
}

function sayWhatNext({ out }: Choices, seconds: number, console: Console): void {
  console.say("");
  console.say(`Done in ${seconds.toFixed(1)} s. The animals are simulated; no real bone was measured.`);
  console.say(`  ${join(out, "report.html")}      open it in a browser`);
  console.say(`  ${join(out, "boundaries.svg")}   the three boundaries, with Smilodon`);
  console.say("");
  console.say("Ask about another bone:");
  console.say(`  ${programName()} predict ${out} --length 105 --weight 11.5`);
}

/** How this program was called, so that what is suggested can be typed. */
function programName(): string {
  return process.env["npm_lifecycle_event"] === "start" ? "npm start --" : "smilodon";
}

function toJson(study: Study, { out, seed, bones, heldOut }: Choices, seconds: number) {
  return {
    folder: out,
    seed,
    bones,
    heldOut,
    seconds: Number(seconds.toFixed(2)),
    results: study.results,
    temperature: study.system.temperature,
    sets: study.sets,
    withheld: study.withheld,
    answers: study.shown.map(({ name, answer }) => ({ name, ...answer })),
  };
}
