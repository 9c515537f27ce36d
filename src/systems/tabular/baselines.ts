/** What simpler models make of the same rows: the majority or mean, a linear model, nearest neighbours. */
import { applyTemperature } from "../../audit/temperature.ts";
import { at } from "../../support/invariant.ts";
import { classMetrics, numberMetrics } from "../metrics.ts";
import { type Fitted, pick } from "./fitModel.ts";
import { type LearnOptions, learn, type Rows } from "./learn.ts";
import { answerByNeighbours, evenly, neighbourCount, neighbourLimits } from "./neighbours.ts";
import { TabularNetwork } from "./network.ts";
import { outputsOf } from "./outputs.ts";
import type { TabularSettings } from "./settings.ts";
import type { BaselineStudy, Metrics } from "./study.ts";
import type { TabularTask } from "./system.ts";
import { predictionsOf } from "./task.ts";

/** Held-out rows, encoded, and what is true of them. */
export interface HeldOutRows {
  readonly rows: Float32Array;
  readonly truth: Float64Array;
}

/** All baselines on `heldOut`, having learned from what the network had. */
export async function measureBaselines(
  fitted: Fitted,
  heldOut: HeldOutRows,
  { isFast, ...options }: LearnOptions & { readonly isFast: boolean },
): Promise<BaselineStudy[]> {
  return [
    measureSimplest(fitted, heldOut),
    await measureLinear(fitted, heldOut, { isFast, ...options }),
    measureNeighbours(fitted, heldOut, neighbourLimits[isFast ? "fast" : "usual"]),
  ];
}

/** Says of how many rows a model is, where it is not of all. */
function sampleOf({ isSample, all }: Fitted): string {
  return isSample === true ? `, of ${all.targets.length} rows drawn from all` : "";
}

function measureSimplest(fitted: Fitted, { truth }: HeldOutRows): BaselineStudy {
  const { model, all } = fitted;
  const { task } = model;
  const sample = sampleOf(fitted);
  if (task.kind === "regression") {
    const learned = predictionsOf(task, all.targets);
    const mean = learned.reduce((sum, value) => sum + value / learned.length, 0);
    const metrics = numberMetrics(new Float64Array(truth.length).fill(mean), truth);
    return { name: "mean", what: `the mean of the training rows, always${sample}`, metrics };
  }
  const classes = task.classes.length;
  const shares = new Float64Array(classes);
  for (const label of all.targets) shares[label] = at(shares, label) + 1 / all.targets.length;
  const probabilities = Float64Array.from({ length: truth.length * classes }, (_, index) =>
    at(shares, index % classes),
  );
  const metrics = classMetrics({ probabilities, labels: truth, classes });
  return { name: "majority", what: `the most frequent class, always${sample}`, metrics };
}

/** The same network without hidden layers and pieces, trained in the same way. */
async function measureLinear(
  fitted: Fitted,
  heldOut: HeldOutRows,
  { isFast, ...options }: LearnOptions & { readonly isFast: boolean },
): Promise<BaselineStudy> {
  const { model, all } = fitted;
  const { settings, task, origin } = model;
  const linear: TabularSettings = {
    network: {
      ...settings.network,
      numbers: [],
      pieces: [],
      networks: 1,
      members: 1,
      isShared: true,
      depth: 0,
      dropout: 0,
    },
    training: {
      ...settings.training,
      parts: 0,
      weightDecay: 0.01,
      ...linearTraining(settings, all, isFast),
    },
  };
  const rows = Uint32Array.from(all.targets.keys());
  const isAside = (row: number): boolean => row % 10 === 9 && all.targets.length >= 100;
  const lesson = {
    training: pick(
      all,
      rows.filter((row) => !isAside(row)),
    ),
    validation: pick(
      all,
      rows.filter((row) => isAside(row) || all.targets.length < 100),
    ),
    settings: linear,
    pieces: noPieces,
    seed: origin.seed,
  };
  const { network } = await learn(lesson, options);
  const whole = new TabularNetwork(linear.network).eval();
  at(whole.networks, 0).loadStateDictionary(network.stateDictionary());
  const outputs = await outputsOf(whole, heldOut.rows, settings.network);
  const what = task.kind === "regression" ? "a linear model" : "a linear model (logistic regression)";
  return { name: "linear", what: what + sampleOf(fitted), metrics: metricsOf(task, outputs, heldOut.truth) };
}

/** Numbers as they are. */
const noPieces = { counts: [], from: new Float32Array(0), inverse: new Float32Array(0) };

/** How a linear model gets to where it stays; in fewer, larger steps where seconds count. */
function linearTraining({ training }: TabularSettings, { targets }: Rows, isFast: boolean) {
  const isShort = isFast && targets.length > 10_000;
  const batchSize = isShort ? 4 * training.batchSize : training.batchSize;
  const steps = Math.max(1, Math.floor(targets.length / batchSize));
  const epochs = Math.max(isShort ? 4 : 5, Math.min(60, Math.round((isShort ? 100 : 2000) / steps)));
  return { batchSize, learningRate: isShort ? 0.03 : 0.01, epochs, patience: epochs };
}

/** Figures of logits, or of standardized outputs. */
export function metricsOf(task: TabularTask, outputs: ArrayLike<number>, truth: Float64Array): Metrics {
  if (task.kind === "regression") return numberMetrics(predictionsOf(task, outputs), truth);
  const classes = task.classes.length;
  return classMetrics({ probabilities: applyTemperature(outputs, classes, 1), labels: truth, classes });
}

function measureNeighbours(
  { model, all }: Fitted,
  heldOut: HeldOutRows,
  most: { readonly known: number; readonly asked: number },
): BaselineStudy {
  const { task, settings } = model;
  const { outputs } = settings.network;
  const known = pick(all, evenly(all.targets.length, most.known));
  const asked = evenly(heldOut.truth.length, most.asked);
  const chosen = pick({ rows: heldOut.rows, targets: new Float32Array(heldOut.truth.length) }, asked);
  const answers = answerByNeighbours(known, chosen.rows, outputs);
  const truth = Float64Array.from(asked, (row) => at(heldOut.truth, row));
  const isSample = known.targets.length < all.targets.length || truth.length < heldOut.truth.length;
  const sample = isSample ? `, of ${known.targets.length} rows, asked about ${truth.length}` : "";
  const metrics =
    task.kind === "regression"
      ? numberMetrics(predictionsOf(task, answers), truth)
      : classMetrics({ probabilities: smoothed(answers, outputs), labels: truth, classes: outputs });
  return { name: "neighbours", what: `the ${neighbourCount} most similar training rows${sample}`, metrics };
}

/** One more neighbour that is of each class alike: no class is impossible because few were asked. */
function smoothed(shares: Float64Array, classes: number): Float64Array {
  return shares.map((share) => (share * neighbourCount + 1 / classes) / (neighbourCount + 1));
}
