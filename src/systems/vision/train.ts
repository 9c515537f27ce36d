/**
 * From pictures to a system that answers, and to the study of how well: checks, division, training, calibration, figures on
 * pictures that were held out. How a network is chosen and learns stands in the recipe that it is given.
 */
import { fitConformal } from "../../audit/conformal.ts";
import { fitFeatureScope } from "../../audit/featureScope.ts";
import { measureGroups } from "../../audit/groups.ts";
import { checkPictures, type PictureChecks } from "../../audit/pictureChecks.ts";
import { applyTemperature, fitTemperature } from "../../audit/temperature.ts";
import { type ImageSet, selectImages } from "../../data/images/imageSet.ts";
import { shuffledOrder } from "../../data/shuffle.ts";
import { hashOf } from "../../io/modelFolder.ts";
import { at } from "../../support/invariant.ts";
import type { CheckpointStore, EpochRecord, FitCallback } from "../../train/index.ts";
import { type ClassAnswers, likeliest } from "../answers.ts";
import { classMetrics, shareMetric } from "../metrics.ts";
import { type Division, dividePictures } from "./division.ts";
import { findPictures } from "./findings.ts";
import type { GivenPictures } from "./given.ts";
import { type PictureOutputs, PictureReader } from "./outputs.ts";
import { lookForShortcut } from "./shortcuts.ts";
import type { ClassStudy, HeldOutPictures, SettingReason, VisionStudy } from "./study.ts";
import type { PictureSurvey } from "./survey.ts";
import type { PictureInput, PictureNetwork, PictureNetworkSettings, VisionCare, VisionSystem } from "./system.ts";
import { answersFrom } from "./use.ts";
import { findWarnings } from "./warnings.ts";

/** What a training of a network may be told besides. */
export interface RecipeHooks {
  readonly checkpoint?: CheckpointStore | undefined;
  readonly onProgress?: ((task: string, done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly callbacks?: readonly FitCallback[] | undefined;
}

/** A network that has learned. */
export interface LearnedNetwork {
  readonly network: PictureNetwork;
  readonly history: readonly EpochRecord[];
}

/** A network, and how it learns: chosen for the set before it is decoded. */
export interface PictureRecipe {
  readonly settings: PictureNetworkSettings;
  readonly input: PictureInput;
  readonly reasons: readonly SettingReason[];
  /** @throws TrainingInterruptedError after the signal, with the checkpoint saved; TrainingDivergedError. */
  learn(set: ImageSet, hooks: RecipeHooks): Promise<LearnedNetwork>;
}

/** Choices of `trainPictures`. */
export interface TrainPicturesOptions extends RecipeHooks {
  readonly recipe: PictureRecipe;
  readonly survey: PictureSurvey;
  /** Of the division. Default 0. */
  readonly seed?: number | undefined;
  /** For the record. */
  readonly source?: string | undefined;
  readonly version?: string | undefined;
  readonly from?: string | undefined;
  /** The checks and the hash of the pictures, where they were made before. */
  readonly looked?: LookedPictures | undefined;
}

/** What was seen of pictures before training. */
export interface LookedPictures {
  readonly checks: PictureChecks;
  readonly dataHash: string;
}

/** Share of sets that may miss the truth. */
const setAlpha = 0.1;
/** Pictures that the scope compares with. */
const mostReferences = 1024;

/** Looks at all pictures once: copies, brightness, and a hash of pixels and labels. */
export async function lookAtPictures(
  { set }: Pick<GivenPictures, "set">,
  onProgress?: (task: string, done: number) => void,
): Promise<LookedPictures> {
  const checks = await checkPictures(set, (done, total) => onProgress?.("looking at the pictures", done / total));
  const content = JSON.stringify([set.classes, [...set.labels], [...checks.checksums]]);
  return { checks, dataHash: await hashOf(content) };
}

/**
 * Learns to tell the classes of `given` apart.
 * @throws DataError where there are too few pictures or one class alone; what the recipe throws.
 */
export async function trainPictures(given: GivenPictures, options: TrainPicturesOptions): Promise<VisionStudy> {
  const began = performance.now();
  const { recipe, survey, seed = 0, source = "pictures", version = "", onProgress } = options;
  const { set } = given;
  const { checks, dataHash } = options.looked ?? (await lookAtPictures(given, onProgress));
  const division = dividePictures(given, checks, seed);
  const { network, history } = await recipe.learn(selectImages(set, division.learn), {
    ...options,
    onProgress: (task, done) => onProgress?.(task, 0.9 * done),
  });
  network.eval();
  onProgress?.("measuring", 0.9);
  const asked = await askAll({ network, recipe }, set, { division, seed });
  const care = fitVisionCare(asked, set);
  const pictures = division.learn.length;
  const system: VisionSystem = {
    task: { target: given.target, classes: set.classes },
    input: recipe.input,
    settings: recipe.settings,
    network,
    care,
    origin: { pictures, seed, version, source, dataHash, from: options.from },
  };
  const answers = answersFrom(system, asked.measured);
  const heldOut = heldOutOf(set, division, answers);
  onProgress?.("looking at the answers", 0.97);
  const { checksums: _, ...found } = checks;
  const shortcut = await lookForShortcut(network, set, { rows: division.measure, seed });
  const study = {
    system,
    survey,
    split: {
      train: pictures,
      calibration: division.calibrate.length,
      heldOut: division.measure.length,
      how: division.how,
    },
    ...figuresOf(heldOut, { set, division }),
    heldOut,
    checks: found,
    damaged: set.failures,
    findings: await findPictures({ set, answers, heldOut, checks: found }),
    groups: groupsOf(given, heldOut, answers),
    settings: recipe.reasons,
    history,
    shortcut,
    sections: [],
  };
  const warnings = findWarnings({ given, division, checks, heldOut, shortcut });
  return { ...study, warnings, seconds: (performance.now() - began) / 1000 };
}

interface Asked {
  readonly measured: PictureOutputs;
  readonly calibration: PictureOutputs;
  readonly calibrationRows: Uint32Array;
  readonly references: PictureOutputs;
}

async function askAll(
  { network, recipe }: { readonly network: PictureNetwork; readonly recipe: PictureRecipe },
  set: ImageSet,
  { division, seed }: { readonly division: Division; readonly seed: number },
): Promise<Asked> {
  const reader = new PictureReader(network, recipe.input);
  const read = (rows: Uint32Array) => reader.read(selectImages(set, rows).pixels);
  const { learn, calibrate, measure } = division;
  const order = shuffledOrder(learn.length, seed, "sample").subarray(0, mostReferences);
  return {
    calibration: await read(calibrate),
    calibrationRows: calibrate,
    measured: await read(measure),
    references: await read(Uint32Array.from(order, (place) => at(learn, place)).sort()),
  };
}

/** Fits what answers are trusted by, on pictures that the network did not learn from. */
function fitVisionCare({ calibration, calibrationRows, references }: Asked, set: ImageSet): VisionCare {
  const classes = set.classes.length;
  const labels = Float64Array.from(calibrationRows, (row) => at(set.labels, row));
  // One picture whose class nobody knows: few that are all right make nobody sure without end
  const temperature = fitTemperature({ logits: calibration.scores, labels, classes }, { doubt: 1 });
  const probabilities = applyTemperature(calibration.scores, classes, temperature);
  return {
    temperature,
    sets: fitConformal({ probabilities, labels, classes }, setAlpha),
    scope: fitFeatureScope(
      { width: references.width, values: references.features },
      { width: calibration.width, values: calibration.features },
    ),
  };
}

function heldOutOf(set: ImageSet, { measure }: Division, answers: ClassAnswers): HeldOutPictures {
  const { probabilities, sets, inScope, distances } = answers;
  return {
    rows: measure,
    names: Array.from(measure, (row) => at(set.names, row)),
    truth: Int32Array.from(measure, (row) => at(set.labels, row)),
    probabilities,
    sets,
    inScope,
    distances,
  };
}

/** Figures of held-out answers; classes that are known from the pictures that were learned from. */
function figuresOf(
  heldOut: HeldOutPictures,
  { set, division }: { readonly set: ImageSet; readonly division: Division },
): Pick<VisionStudy, "metrics" | "majority" | "classes" | "confusion"> {
  const { truth, probabilities, sets } = heldOut;
  const classes = set.classes.length;
  const answers = { classes: set.classes, probabilities };
  const counts = new Float64Array(classes);
  for (const row of division.learn) counts[at(set.labels, row)] = at(counts, at(set.labels, row)) + 1;
  const shares = counts.map((count) => (count + 1) / (division.learn.length + classes));
  const constant = Float64Array.from({ length: truth.length * classes }, (_, cell) => at(shares, cell % classes));
  const confusion = set.classes.map(() => new Array<number>(classes).fill(0));
  let covered = 0;
  const coveredOf = new Float64Array(classes);
  truth.forEach((label, row) => {
    const line = at(confusion, label);
    const answer = likeliest(answers, row);
    line[answer] = at(line, answer) + 1;
    covered += at(sets, row * classes + label);
    coveredOf[label] = at(coveredOf, label) + at(sets, row * classes + label);
  });
  return {
    metrics: {
      ...classMetrics({ probabilities, labels: truth, classes }),
      coverage: shareMetric(covered, truth.length),
    },
    majority: classMetrics({ probabilities: constant, labels: truth, classes }),
    confusion,
    classes: set.classes.map((name, label) => classStudy({ name, label, confusion, covered: at(coveredOf, label) })),
  };
}

function classStudy({
  name,
  label,
  confusion,
  covered,
}: {
  readonly name: string;
  readonly label: number;
  readonly confusion: readonly (readonly number[])[];
  readonly covered: number;
}): ClassStudy {
  const count = at(confusion, label).reduce((sum, value) => sum + value, 0);
  const called = confusion.reduce((sum, line) => sum + at(line, label), 0);
  const right = at(at(confusion, label), label);
  return {
    name,
    count,
    recall: count === 0 ? undefined : shareMetric(right, count),
    precision: called === 0 ? undefined : shareMetric(right, called),
    coverage: count === 0 ? undefined : shareMetric(covered, count),
  };
}

function groupsOf(
  { groups }: GivenPictures,
  { rows, truth, probabilities, inScope }: HeldOutPictures,
  answers: ClassAnswers,
): VisionStudy["groups"] {
  if (groups.length === 0) return undefined;
  const columns = groups.map(({ name, values }) => ({ name, values: Array.from(rows, (row) => at(values, row)) }));
  const decisions = Array.from(rows, (_, row) => likeliest(answers, row));
  return measureGroups(columns, { truths: truth, decisions, classes: answers.classes, probabilities, inScope });
}
