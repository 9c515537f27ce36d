/** Training without labels: what `train --model deep-belief` does with a folder of pictures. job.ts has what all trainings do. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { openImageFolder } from "../../data/images/imageFolder.node.ts";
import type { ImageSet } from "../../data/images/imageSet.ts";
import { openImages } from "../../data/images/openImages.ts";
import { sharpDecoder } from "../../data/images/sharpDecoder.node.ts";
import { writeFileAtomic } from "../../support/atomicFile.node.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { saveDeepBelief } from "../../systems/deepBelief/opening.node.ts";
import { type FilterSnapshot, makeReport } from "../../systems/deepBelief/report.ts";
import {
  greyPictures,
  type Lesson,
  recipes,
  type TrainOptions,
  type TrainProgress,
  trainObjects,
  trainScenes,
} from "../../systems/deepBelief/train.ts";
import { whitenPictures } from "../../systems/deepBelief/whitening.ts";
import type { Scale } from "../../systems/vision/chooseSettings.ts";
import { seed as setSeed } from "../../tensor/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { fileStore } from "../../train/index.node.ts";
import { unhurried } from "../checkpoints.ts";
import { DivergedError, InterruptedError } from "../errors.ts";
import { programName } from "../programName.ts";
import type { Surroundings } from "../schema.ts";
import { checkInterrupted } from "../tableRows.ts";
import { beliefCard } from "./beliefCard.ts";
import { type BeliefSettings, beliefSeenFrom } from "./beliefSettings.ts";
import type { BeliefStudy, LearnedLayer } from "./beliefStudy.ts";
import { type Place, runJob, type TrainJob } from "./job.ts";

/** What a scale means. */
interface Extent {
  /** Side of pictures. */
  readonly side: number;
  readonly layers: 1 | 3;
  readonly lessons: readonly Partial<Lesson>[];
}

/** Seconds; two minutes on two cores for edges; edges, parts and wholes. */
const extents: Readonly<Record<Scale, Extent>> = {
  tiny: { side: 96, layers: 1, lessons: [{ steps: 40, batch: 2 }] },
  small: { side: 200, layers: 1, lessons: [] },
  full: { side: 95, layers: 3, lessons: [] },
};

/** Pictures that the report fills in, and layers by name. */
const [fewPictures, layerNames] = [6, ["edges", "parts", "wholes"]] as const;

/** Trains by `settings` into `folder`; goes on where the same training was stopped before. */
export async function trainBeliefInto(
  folder: string,
  settings: BeliefSettings,
  surroundings: Surroundings,
  expected?: string,
): Promise<{ readonly study: BeliefStudy; readonly seconds: number }> {
  const prepare = () => beliefJob(folder, settings, surroundings, expected);
  const { result, seconds } = await runJob(folder, prepare, surroundings);
  return { study: result, seconds };
}

async function beliefJob(
  folder: string,
  settings: BeliefSettings,
  surroundings: Surroundings,
  expected: string | undefined,
): Promise<TrainJob<BeliefStudy>> {
  const { console, signal } = surroundings;
  const extent = extents[settings.scale];
  const side = settings.size ?? extent.side;
  const set = await readPictures(settings, side, surroundings);
  const pictures = await greyPictures(set);
  checkInterrupted(signal, "Stopped before training began.");
  const hash = await hashOf(pictures);
  if (expected !== undefined && hash !== expected)
    throw new DataError(`${settings.file} has changed since training began. Train again, with another --out.`, {
      file: settings.file,
    });
  return {
    asked: { settings: beliefSeenFrom(folder, settings), data: { file: hash, test: null } },
    command: `train ${basename(settings.file)} --model deep-belief`,
    settings,
    seed: settings.seed,
    async train(place) {
      const learned = await learn(place, pictures, { settings, extent }, surroundings);
      const shown = whitenPictures(pictures.slice([0, fewPictures])).expandDims(1);
      const study = { ...learned, pictures: set.pixels.count, size: side, damaged: set.failures, shown };
      console.progress("writing the report", 0.99);
      await write(place, study, settings);
      return study;
    },
    figures: ({ layers }) => Object.fromEntries(layers.map(({ error }, index) => [`error${index + 1}`, error])),
  };
}

/** Nobody asks for labels here, but a set has some: whatever folders the pictures lie in, they are of one kind. */
async function readPictures(
  { file, onCorrupt }: BeliefSettings,
  side: number,
  { console }: Surroundings,
): Promise<ImageSet> {
  const source = await openImageFolder(file);
  const pictures = async function* (skip?: number) {
    let done = skip ?? 0;
    for await (const picture of source.pictures(skip)) {
      console.progress("reading pictures", done++ / Math.max(1, source.count ?? done));
      yield { ...picture, label: "picture" };
    }
  };
  const options = { decoder: sharpDecoder(), width: side, height: side, channels: 1 as const };
  const onDamage = onCorrupt === "error" ? "throw" : "skip";
  const set = await openImages({ ...source, pictures }, { ...options, onDamage });
  console.endProgress();
  for (const { name, reason } of set.failures.slice(0, 5)) console.say(`left out: ${name}: ${reason}`);
  if (set.failures.length > 5) console.say(`left out: ${set.failures.length - 5} more that cannot be read`);
  return set;
}

async function hashOf(pictures: Tensor): Promise<string> {
  const values = await pictures.data();
  return createHash("sha256")
    .update(JSON.stringify(pictures.shape))
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

interface Plan {
  readonly settings: BeliefSettings;
  readonly extent: Extent;
}

async function learn(
  { folder, checkpoints }: Place,
  pictures: Tensor,
  { settings, extent }: Plan,
  surroundings: Surroundings,
): Promise<Pick<BeliefStudy, "network" | "layers" | "forming">> {
  const { console, signal } = surroundings;
  const watch = new Watch(folder, extent, surroundings);
  const seconds = settings.minutes === null ? {} : { seconds: (settings.minutes * 60) / extent.layers };
  const options: TrainOptions = {
    signal,
    every: Math.max(1, Math.floor(stepsOf(extent, 0) / 40)),
    lessons: Array.from({ length: extent.layers }, (_, index) => ({ ...extent.lessons[index], ...seconds })),
    checkpointOf: (layer) => unhurried(fileStore(join(checkpoints, `layer${layer + 1}.safetensors`)), signal),
    onProgress: (progress) => watch.look(progress),
  };
  setSeed(settings.seed);
  const scenes = await trainScenes(pictures, options);
  const network = extent.layers === 1 || signal.aborted ? scenes : await trainObjects(scenes, pictures, options);
  console.endProgress();
  if (signal.aborted)
    throw new InterruptedError(`Stopped. What was learned is kept; to go on: ${programName()} resume ${folder}`);
  return { network, layers: watch.layers(), forming: watch.forming };
}

function stepsOf({ lessons }: Extent, layer: number): number {
  return lessons[layer]?.steps ?? at([recipes.scenes, recipes.parts, recipes.wholes], layer).lesson.steps;
}

/** Milliseconds between two reports while training goes on. */
const reportInterval = 10_000;

/** Looks at the filters while they form: says how far each layer is, and writes report.html now and then. */
class Watch {
  readonly forming: FilterSnapshot[] = [];
  readonly #learned = new Map<number, LearnedLayer>();
  readonly #folder: string;
  readonly #extent: Extent;
  readonly #surroundings: Surroundings;
  #written = Date.now();

  constructor(folder: string, extent: Extent, surroundings: Surroundings) {
    this.#folder = folder;
    this.#extent = extent;
    this.#surroundings = surroundings;
  }

  layers(): LearnedLayer[] {
    return [...this.#learned.values()];
  }

  /** @throws DivergedError where numbers are no numbers any more. */
  async look({ layer, step, error, active, network }: TrainProgress): Promise<void> {
    const { console, signal } = this.#surroundings;
    if (!Number.isFinite(error))
      throw new DivergedError(`Layer ${layer + 1} diverged at step ${step + 1}: its filters are no numbers any more.`);
    const { groups, kernel } = at(network.layers, layer).settings;
    this.#learned.set(layer, { groups, kernel, steps: step + 1, error, active });
    const whole = stepsOf(this.#extent, layer);
    const words = `layer ${layer + 1} (${layerNames[layer]}): error ${error.toPrecision(3)}, ${(100 * active).toFixed(1)} % of units on`;
    console.progress(words, (layer + (step + 1) / whole) / this.#extent.layers);
    const last = this.forming.at(-1)?.step ?? -1;
    if (layer === 0 && (step + 1 >= 2 * (last + 1) || step + 1 === whole)) {
      const filters = network.projectFilters(0);
      await filters.data();
      this.forming.push({ step, filters });
    }
    if (signal.aborted || Date.now() - this.#written < reportInterval) return;
    this.#written = Date.now();
    const title = `Layer ${layer + 1}, step ${step + 1} of ${whole}`;
    await writeFileAtomic(
      join(this.#folder, "report.html"),
      await makeReport({ title, network, forming: this.forming }),
    );
  }
}

async function write({ folder, started }: Place, study: BeliefStudy, settings: BeliefSettings): Promise<void> {
  const title = `What ${basename(settings.file.replace(/\/+$/, ""))} looks like to a network`;
  const { network, forming, shown } = study;
  const report = await makeReport({ title, network, pictures: shown, forming });
  const documents = new Map([
    ["report.html", report],
    ["README.md", beliefCard(study, settings, started.slice(0, 10))],
  ]);
  await saveDeepBelief(folder, network, documents);
}
