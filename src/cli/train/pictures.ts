/** Training on pictures: what `train` does with a folder of them. job.ts has what all trainings do. */
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../../support/errors.ts";
import {
  type ChosenInput,
  type ChosenTraining,
  chooseInput,
  chooseTraining,
  type PictureChoices,
} from "../../systems/vision/chooseSettings.ts";
import { picturesAt } from "../../systems/vision/find.node.ts";
import type { FoundPictures } from "../../systems/vision/found.ts";
import type { GivenPictures } from "../../systems/vision/given.ts";
import { TrainingDivergedError, TrainingInterruptedError } from "../../systems/vision/learn.ts";
import { loadImageModel } from "../../systems/vision/opening.node.ts";
import { recipeOf } from "../../systems/vision/recipe.ts";
import { networkSchema, readNetworkSettings } from "../../systems/vision/settings.ts";
import { mostPictures } from "../../systems/vision/share.ts";
import type { SettingReason, VisionStudy } from "../../systems/vision/study.ts";
import type { PictureSurvey } from "../../systems/vision/survey.ts";
import type { VisionSystem } from "../../systems/vision/system.ts";
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
  const chosen = from === undefined ? inputFor(found, { size: size ?? undefined, scale }) : inputOf(from, settings);
  const onDamage = settings.onCorrupt === "error" ? "throw" : "skip";
  const most = mostPictures[scale];
  const given = await told(() => found.read(chosen.input, { most, onDamage, cacheFolder, onProgress }));
  const looked = await lookAtPictures(given, onProgress);
  console.endProgress();
  if (expected !== undefined && looked.dataHash !== expected)
    throw new DataError(`${file} has changed since training began. Train again, with another --out.`, { file });
  sayDamaged(given, surroundings);
  for (const { value, reason } of shareReasons(given, settings)) console.say(`took ${value} pictures: ${reason}`);
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

/** What a new network sees: pictures that have one size and cannot have another are taken as they are. */
function inputFor({ survey, fixed }: FoundPictures, choices: PictureChoices): ChosenInput {
  if (fixed === undefined) {
    const [width, height] = [survey.width.median, survey.height.median];
    return chooseInput({ channels: survey.isGrey ? 1 : 3, width, height }, choices);
  }
  const value = `${fixed.width}×${fixed.height}`;
  return {
    input: { ...fixed, fit: "cover" },
    reasons: [{ name: "size", value, reason: "the size that the pictures have" }],
  };
}

/** The input of a network that is gone on from is what it has learned to see. */
function inputOf({ input }: VisionSystem, { size }: PictureSettings): ChosenInput {
  if (size !== null && size !== input.width)
    throw new DataError(
      `--size ${size}: the network that is gone on from takes pictures of ${input.width}×${input.height}. Leave out --size.`,
    );
  const reason = {
    name: "size",
    value: `${input.width}×${input.height}`,
    reason: "what the network gone on from takes",
  };
  return { input, reasons: [reason] };
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
  readonly chosen: ChosenInput;
  readonly from: VisionSystem | undefined;
}

async function learn(
  { settings, given, looked, survey, chosen, from }: Scene,
  { folder, checkpoints }: Place,
  { surroundings, listeners }: { readonly surroundings: Surroundings; readonly listeners: TrainListeners },
): Promise<VisionStudy> {
  const { console, signal } = surroundings;
  const { seed, minutes, file } = settings;
  const { pixels, classes } = given.set;
  // What is grey is letters and digits more often than not
  const facts = { count: pixels.count, classes: classes.length, areSigns: pixels.channels === 1 };
  const usual = chooseTraining(facts, chosen.input, {
    network: settings.network ?? undefined,
    epochs: settings.epochs ?? undefined,
    minutes: minutes ?? undefined,
    scale: settings.scale,
  });
  const recipe = recipeOf({
    settings: from === undefined ? usual.settings : continuedSettings(usual.settings, from, settings),
    reasons: [...shareReasons(given, settings), ...chosen.reasons, ...usual.reasons],
    fit: chosen.input.fit,
    seed,
    milliseconds: usual.milliseconds,
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

/** Why some of the pictures alone were taken, where that is so. */
function shareReasons({ set, outOf }: GivenPictures, { scale }: PictureSettings): SettingReason[] {
  if (outOf === undefined) return [];
  const [count, all] = [set.pixels.count, outOf].map((number) => number.toLocaleString("en-US"));
  const reason = `${scale} is for seconds: a share of each class; small takes all`;
  return [{ name: "pictures", value: `${count} of ${all}`, reason }];
}

type UsualSettings = ChosenTraining["settings"];

/** The network that is gone on from, with as many classes as there are now, learned at a tenth of the rate. */
function continuedSettings(usual: UsualSettings, from: VisionSystem, { network }: PictureSettings): UsualSettings {
  const { classes } = usual.network;
  const kept = network === null || network === from.settings.network;
  return {
    network: kept ? readNetworkSettings({ ...networkSchema.parse(from.settings), classes }) : usual.network,
    training: { ...usual.training, learningRate: usual.training.learningRate / 10 },
  };
}
