/** Training on pictures: what `train` does with a folder of them. job.ts has what all trainings do. */
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../../support/errors.ts";
import { chooseInput, usualSettings } from "../../systems/vision/choosing.ts";
import { picturesAt } from "../../systems/vision/find.node.ts";
import type { GivenPictures } from "../../systems/vision/given.ts";
import { TrainingDivergedError, TrainingInterruptedError } from "../../systems/vision/learn.ts";
import { loadImageModel } from "../../systems/vision/opening.node.ts";
import { recipeOf } from "../../systems/vision/recipe.ts";
import { networkSchema } from "../../systems/vision/settings.ts";
import type { VisionStudy } from "../../systems/vision/study.ts";
import type { PictureSurvey } from "../../systems/vision/survey.ts";
import type { PictureInput, VisionSystem } from "../../systems/vision/system.ts";
import { type LookedPictures, lookAtPictures, trainPictures } from "../../systems/vision/train.ts";
import { fileStore, tensorBoard } from "../../train/index.node.ts";
import { unhurried } from "../checkpoints.ts";
import { DivergedError, InterruptedError } from "../errors.ts";
import { programName } from "../programName.ts";
import type { Surroundings } from "../schema.ts";
import { checkInterrupted } from "../tableRows.ts";
import { version } from "../version.ts";
import { type Place, runJob, type TrainJob, type TrainListeners } from "./job.ts";
import { writePictureRun } from "./pictureDocuments.ts";
import { type PictureSettings, picturesSeenFrom } from "./pictureSettings.ts";
import { figuresOf } from "./results.ts";

/** What came of a training on pictures. */
export interface TrainedPictures {
  readonly study: VisionStudy;
  readonly seconds: number;
}

/** What changes nothing of what is learned. */
export interface PictureListeners extends TrainListeners {
  /** The hash of the pictures that the run began with; others are refused. */
  readonly expected?: string | undefined;
}

/** Trains by `settings` into `folder`; goes on where the same training was stopped before. */
export async function trainPicturesInto(
  folder: string,
  settings: PictureSettings,
  surroundings: Surroundings,
  listeners: PictureListeners = {},
): Promise<TrainedPictures> {
  const cacheFolder = join(folder, "checkpoints", "pictures");
  const prepare = async () => {
    try {
      return await pictureJob(folder, settings, surroundings, { ...listeners, cacheFolder });
    } catch (error) {
      if (error instanceof DataError) await rm(join(folder, "checkpoints"), { recursive: true, force: true });
      throw error;
    }
  };
  const { result, seconds } = await runJob(folder, prepare, surroundings);
  return { study: result, seconds };
}

async function pictureJob(
  folder: string,
  settings: PictureSettings,
  surroundings: Surroundings,
  { expected, cacheFolder, ...listeners }: PictureListeners & { readonly cacheFolder: string },
): Promise<TrainJob<VisionStudy>> {
  const { console, signal } = surroundings;
  const { file, target, groups, size, scale, seed } = settings;
  const onProgress = (task: string, done: number) => {
    checkInterrupted(signal, "Stopped before training began.");
    console.progress(task, done);
  };
  const from = settings.from === null ? undefined : (await loadImageModel(settings.from)).parts;
  const found = await picturesAt(file, { target: target ?? undefined, groups, signal, onProgress });
  const chosen = from === undefined ? chooseInput(found, { size: size ?? undefined, scale }) : inputOf(from, settings);
  const onDamage = settings.onCorrupt === "error" ? "throw" : "skip";
  const given = await told(() => found.read(chosen.input, { onDamage, cacheFolder, onProgress }));
  const looked = await lookAtPictures(given, onProgress);
  console.endProgress();
  if (expected !== undefined && looked.dataHash !== expected)
    throw new DataError(`${file} has changed since training began. Train again, with another --out.`, { file });
  sayDamaged(given, surroundings);
  const scene = { settings, given, looked, survey: found.survey, chosen, from };
  return {
    asked: { settings: picturesSeenFrom(folder, settings), data: { file: looked.dataHash, test: null } },
    command: `train ${basename(file)}`,
    settings,
    seed,
    async train(place) {
      const study = await learn(scene, place, { surroundings, listeners });
      await given[Symbol.asyncDispose]();
      console.progress("writing the report", 0.99);
      await writePictureRun(place, study, settings);
      return study;
    },
    figures: ({ metrics }) => figuresOf(metrics),
  };
}

/** The input of a network that is gone on from is what it has learned to see. */
function inputOf({ input }: VisionSystem, { size }: PictureSettings) {
  if (size !== null && size !== input.width)
    throw new DataError(
      `--size ${size}: the network that is gone on from takes pictures of ${input.width}×${input.height}. Leave out --size.`,
    );
  const reason = {
    name: "size",
    value: `${input.width}×${input.height}`,
    reason: "what the network gone on from takes",
  };
  return { input, reason };
}

/** Words of the library as words of the command line. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(error.message.replace('with onDamage: "skip"', "with --on-corrupt skip"), error.facts);
  }
}

/** Damaged files by name, a few of them, and how many there are. */
function sayDamaged({ set: { failures } }: GivenPictures, { console }: Surroundings): void {
  for (const { name, reason } of failures.slice(0, 5)) console.say(`left out: ${name}: ${reason}`);
  if (failures.length > 5)
    console.say(`left out: ${(failures.length - 5).toLocaleString("en-US")} more that cannot be read`);
}

interface Scene {
  readonly settings: PictureSettings;
  readonly given: GivenPictures;
  readonly looked: LookedPictures;
  readonly survey: PictureSurvey;
  readonly chosen: { readonly input: PictureInput; readonly reason: VisionStudy["settings"][number] };
  readonly from: VisionSystem | undefined;
}

async function learn(
  { settings, given, looked, survey, chosen, from }: Scene,
  { folder, checkpoints }: Place,
  { surroundings, listeners }: { readonly surroundings: Surroundings; readonly listeners: TrainListeners },
): Promise<VisionStudy> {
  const { console, signal } = surroundings;
  const { seed, minutes, file } = settings;
  const facts = { pictures: given.set.pixels.count, classes: given.set.classes.length, input: chosen.input };
  const network = settings.network ?? undefined;
  const usual = usualSettings(facts, { network, epochs: settings.epochs ?? undefined, scale: settings.scale });
  const recipe = recipeOf({
    settings: from === undefined ? usual.settings : continuedSettings(usual.settings, from, settings),
    reasons: [chosen.reason, ...usual.reasons],
    fit: chosen.input.fit,
    seed,
    minutes: minutes ?? undefined,
    from,
  });
  const { tensorboard } = listeners;
  try {
    const study = await trainPictures(given, {
      recipe,
      survey,
      looked,
      seed,
      source: basename(file.replace(/\/+$/, "")),
      version,
      from: settings.from === null ? undefined : basename(settings.from),
      checkpoint: unhurried(fileStore(join(checkpoints, "network.safetensors")), signal),
      callbacks: tensorboard === undefined ? [] : [tensorBoard(tensorboard)],
      onProgress: (task, done) => console.progress(task, done),
      signal,
    });
    if (signal.aborted) throw new TrainingInterruptedError("Stopped after training.");
    return study;
  } catch (error) {
    console.endProgress();
    if (error instanceof TrainingDivergedError) throw new DivergedError(error.message);
    if (error instanceof TrainingInterruptedError)
      throw new InterruptedError(`Stopped. What was learned is kept; to go on: ${programName()} resume ${folder}`);
    throw error;
  }
}

type UsualSettings = ReturnType<typeof usualSettings>["settings"];

/** The network that is gone on from, with as many classes as there are now, learned at a tenth of the rate. */
function continuedSettings(usual: UsualSettings, from: VisionSystem, { network }: PictureSettings): UsualSettings {
  const { classes } = usual.network;
  const kept = network === null || network === from.settings.network;
  return {
    network: kept ? { ...networkSchema.parse(from.settings), classes } : usual.network,
    training: { ...usual.training, learningRate: usual.training.learningRate / 10 },
  };
}
