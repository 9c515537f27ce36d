/** `smilodon features RUN`: what a network of pictures looks for, layer by layer, and why single pictures got their answers. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type ImageSet, selectImages } from "../../data/images/imageSet.ts";
import { shuffledOrder } from "../../data/shuffle.ts";
import { PictureNetwork } from "../../explain/index.ts";
import { PictureConcepts } from "../../systems/vision/features/concepts.ts";
import { decisionInWords } from "../../systems/vision/features/decision.ts";
import { featurePage, type NamedDecision } from "../../systems/vision/features/page.ts";
import { type FeatureStudy, studyFeatures } from "../../systems/vision/features/study.ts";
import { picturesAt } from "../../systems/vision/find.node.ts";
import type { VisionSystem } from "../../systems/vision/system.ts";
import { exitCodes } from "../errors.ts";
import { decide, decisionsToJson, openPictures, readFiles } from "../pictureDecisions.ts";
import { defineCommand } from "../schema.ts";
import { version } from "../version.ts";

/** Real pictures that are looked through at most. */
const mostPictures = 1000;

/** Writes RUN/features. */
export const features = defineCommand({
  name: "features",
  summary: "Show what a network of pictures looks for, layer by layer, and why pictures got their answers.",
  examples: [
    {
      line: "features runs/pets",
      does: "runs/pets/features/index.html: filters, and pictures that units were asked to draw",
    },
    { line: "features runs/pets pets", does: "with the parts of real pictures to which units answer" },
    { line: "features runs/pets pets --picture whiskers.jpg", does: "with what led to the answer for one picture" },
    {
      line: "features runs/pets pets --concepts parts",
      does: "names units after folders of examples: parts/ear, parts/nose",
    },
  ],
  arguments: [
    { name: "run", meaning: "Folder of a trained system of pictures.", isRequired: true },
    { name: "pictures", meaning: "Pictures to look through: what train takes. Without, no real patches are shown." },
  ],
  options: {
    picture: { kind: "list", meaning: "Explain the answer to this picture.", placeholder: "FILE" },
    concepts: {
      kind: "optional",
      meaning: "Folder with a folder of examples for each concept, 16 pictures or more in all.",
      placeholder: "FOLDER",
    },
    units: {
      kind: "number",
      meaning: "Units shown of each layer.",
      placeholder: "N",
      default: 12,
      lowest: 1,
      whole: true,
    },
    steps: {
      kind: "number",
      meaning: "Steps in which units draw.",
      placeholder: "N",
      default: 160,
      lowest: 1,
      whole: true,
    },
    seed: {
      kind: "number",
      meaning: "Decides noise and which pictures are looked through.",
      placeholder: "N",
      default: 0,
      lowest: 0,
      whole: true,
    },
  },
  async run({ arguments: [folder = "", place], values }, { console, signal }) {
    const system = await openPictures(folder);
    const network = new PictureNetwork(system.network, system.input);
    // What cannot be read is said before anything takes long
    const asked = await readFiles(values.picture, network, system);
    const onProgress = (task: string, done: number) => console.progress(task, done);
    const set =
      place === undefined ? undefined : await readSet(place, system, { seed: values.seed, signal, onProgress });
    const examples =
      values.concepts === undefined
        ? undefined
        : await readSet(values.concepts, system, { seed: 0, signal, onProgress });
    const concepts = examples === undefined ? undefined : await PictureConcepts.learn(network, examples);
    const study = await studyFeatures(network, {
      classes: system.task.classes,
      pictures: set?.pixels,
      units: values.units,
      steps: values.steps,
      seed: values.seed,
      nameOf: (stage, unit) => concepts?.nameOfUnit(stage, unit),
      onProgress: (task, done) => {
        signal.throwIfAborted();
        onProgress(task, done);
      },
    });
    const decisions = await decide(network, asked, { system, pictures: set?.pixels, concepts, console });
    const command = ["smilodon features", folder, ...(place === undefined ? [] : [place])].join(" ");
    const making = { version, date: new Date().toISOString().slice(0, 10), command };
    const { classes } = system.task;
    const title = basename(folder);
    const files = await featurePage({ network, title, classes, study, decisions, pictures: set?.pixels, making });
    const out = join(folder, "features");
    await mkdir(out, { recursive: true });
    for (const [name, content] of files) await writeFile(join(out, name), content);
    if (values.json) console.print(JSON.stringify(toJson(out, study, decisions, classes)));
    else {
      for (const { name, decision } of decisions) console.print(`${name}: ${decisionInWords(decision, classes)}`);
      console.say(`${join(out, "index.html")} shows ${study.stages.map((stage) => stage.name).join(", ")}.`);
    }
    return exitCodes.ok;
  },
});

interface Reading {
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (task: string, done: number) => void;
}

/** Pictures of a place as the network takes them, some of them where there are many. */
async function readSet(
  place: string,
  { input }: VisionSystem,
  { seed, signal, onProgress }: Reading,
): Promise<ImageSet> {
  const found = await picturesAt(place, { signal });
  const cacheFolder = await mkdtemp(join(tmpdir(), "smilodon-features-"));
  try {
    await using given = await found.read(input, { cacheFolder, onProgress });
    const { set } = given;
    const rows = shuffledOrder(set.pixels.count, seed, "sample").slice(0, mostPictures).sort();
    const { height, width, channels } = set.pixels;
    const pixels = await set.pixels.read(rows);
    const size = height * width * channels;
    // In memory: the cache goes when this function ends
    const read = (some: ArrayLike<number>) => {
      const chosen = new Uint8Array(some.length * size);
      Array.from(some).forEach((row, index) => chosen.set(pixels.subarray(row * size, (row + 1) * size), index * size));
      return chosen;
    };
    return { ...selectImages(set, rows), pixels: { count: rows.length, height, width, channels, read } };
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
}

function toJson(
  out: string,
  study: FeatureStudy,
  decisions: readonly NamedDecision[],
  classes: readonly string[],
): unknown {
  return {
    folder: out,
    stages: study.stages.map(({ name, units, rows, columns, field, shown }) => ({
      name,
      units,
      rows,
      columns,
      field,
      shown: shown.map(({ unit, name: concept, activation, strongest, activeShare }) => ({
        unit,
        concept,
        activation,
        strongest,
        activeShare,
      })),
    })),
    decisions: decisionsToJson(decisions, classes),
  };
}
