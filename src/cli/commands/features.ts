/** `smilodon features RUN`: what a network of pictures looks for, layer by layer, and why single pictures got their answers. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type ImageSet, type PixelStore, selectImages } from "../../data/images/imageSet.ts";
import { sharpDecoder } from "../../data/images/sharpDecoder.node.ts";
import { shuffledOrder } from "../../data/shuffle.ts";
import { costOfExplanation, PictureNetwork, readPictures } from "../../explain/index.ts";
import { folderOnDisk } from "../../io/modelFolder.node.ts";
import { readFolder } from "../../io/modelFolder.ts";
import { DataError } from "../../support/errors.ts";
import { PictureConcepts } from "../../systems/vision/features/concepts.ts";
import { decisionInWords, explainDecision } from "../../systems/vision/features/decision.ts";
import { featurePage, type NamedDecision } from "../../systems/vision/features/page.ts";
import { type FeatureStudy, studyFeatures } from "../../systems/vision/features/study.ts";
import { picturesAt } from "../../systems/vision/find.node.ts";
import { readVision } from "../../systems/vision/folder.ts";
import { createNetwork } from "../../systems/vision/networks/index.ts";
import { networkSchema } from "../../systems/vision/settings.ts";
import type { PictureNetworkSettings, VisionSystem } from "../../systems/vision/system.ts";
import type { Console } from "../console.ts";
import { exitCodes } from "../errors.ts";
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
      meaning: "Folder with a folder of examples for each concept.",
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
    const system = readVision(await readFolder(folderOnDisk(folder)), makeNetwork);
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

/** The run's network, made of settings that a file holds. */
function makeNetwork(settings: PictureNetworkSettings) {
  const read = networkSchema.safeParse(settings);
  if (read.success) return createNetwork(read.data);
  throw new DataError(
    `config.json: the network's settings cannot be read: ${read.error.issues[0]?.message ?? "unknown"}.`,
  );
}

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

/** Explains the answers to picture files. */
async function decide(
  network: PictureNetwork,
  asked: readonly AskedFile[],
  {
    system,
    pictures,
    concepts,
    console,
  }: {
    readonly system: VisionSystem;
    readonly pictures: PixelStore | undefined;
    readonly concepts: PictureConcepts | undefined;
    readonly console: Console;
  },
): Promise<NamedDecision[]> {
  if (asked.length === 0) return [];
  const { most } = costOfExplanation(network, asked.length, { method: "integratedGradients" });
  console.say(
    `Explaining ${asked.length === 1 ? "a picture" : `${asked.length} pictures`}: at most ${most.backward} passes back through the network.`,
  );
  const { input, settings, care } = system;
  const rows = Uint32Array.from({ length: Math.min(4, pictures?.count ?? 0) }, (_, row) => row);
  const others = pictures === undefined ? undefined : await readPictures(network, pictures, rows);
  const drawn = [0, 1].map(() => new PictureNetwork(makeNetwork(settings).eval(), input));
  const decisions: NamedDecision[] = [];
  for (const [index, { name, picture }] of asked.entries()) {
    console.progress(`explaining ${name}`, index / asked.length);
    const decision = await explainDecision(network, picture, {
      temperature: care.temperature,
      drawn,
      others,
      nameOf: concepts === undefined ? undefined : (picture, box) => concepts.nameOfPart(picture, box),
    });
    decisions.push({ name, decision });
  }
  return decisions;
}

/** A picture file as the network takes it. */
interface AskedFile {
  readonly name: string;
  readonly picture: Float32Array;
}

async function readFiles(
  files: readonly string[],
  network: PictureNetwork,
  { input }: VisionSystem,
): Promise<AskedFile[]> {
  if (files.length === 0) return [];
  const decoder = sharpDecoder();
  const asked: AskedFile[] = [];
  for (const file of files) {
    const bytes = await bytesOf(file);
    const pixels = await decoder.decode(bytes, input).catch((error: unknown) => {
      throw error instanceof DataError ? new DataError(`${file}: ${error.message}`, { file }) : error;
    });
    const store = { count: 1, ...input, read: () => Uint8Array.from(pixels) };
    asked.push({ name: basename(file), picture: await readPictures(network, store, [0]) });
  }
  return asked;
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new DataError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { file });
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
    decisions: decisions.map(({ name, decision }) => ({
      name,
      words: decisionInWords(decision, classes),
      answer: classes[decision.answer],
      rather: classes[decision.other],
      probability: decision.probability,
      parts: decision.parts,
      methods: decision.maps.map(({ title, explanation, sanity }) => ({
        title,
        method: explanation.method,
        isExact: explanation.isExact[0] === 1,
        unexplained: explanation.relativeDelta?.[0] ?? null,
        sanity,
      })),
    })),
  };
}
