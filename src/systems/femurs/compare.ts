/**
 * How good are the three models? Each is asked about the same held-out bones, beside a baseline that learns nothing and
 * the rule that cannot be beaten. Shares come with intervals, because counted shares without them say too much.
 */
import { brierScore, expectedCalibrationError } from "../../audit/calibration.ts";
import { type Share, wilsonInterval } from "../../audit/intervals.ts";
import { binaryPredictions } from "../../audit/predictions.ts";
import { at } from "../../support/invariant.ts";
import { bestProbabilities } from "./bestRule.ts";
import { featuresOf } from "./features.ts";
import { type ModelName, modelNames } from "./models.ts";
import { voteOfNeighbours } from "./nearestNeighbours.ts";
import { outputsOf } from "./outputs.ts";
import type { Animals } from "./simulate.ts";
import type { FemurSystem } from "./system.ts";

/** Training bones that vote in the baseline. */
export const voters = 15;

/** Everything that can be compared, in the order of the table. */
export const contestants = ["neighbours", ...modelNames, "best"] as const;

/** One of them. */
export type Contestant = (typeof contestants)[number];

/** How one of them did. */
export interface Result {
  readonly name: Contestant;
  /** Share of right answers with its 95 % Wilson interval. */
  readonly accuracy: Share;
  /** Calibration error in 15 equal-width bins, and Brier score; undefined for the line, which gives no probability. */
  readonly calibrationError: number | undefined;
  readonly brier: number | undefined;
}

/** Asks all contestants about `heldOut`; `training` is what the system learned from, for the neighbours. */
export async function compareModels(system: FemurSystem, training: Animals, heldOut: Animals): Promise<Result[]> {
  const results: Result[] = [];
  for (const name of contestants) {
    const probabilities = await probabilitiesBy(name, { system, training, heldOut });
    results.push(measure(name, probabilities, heldOut.labels));
  }
  return results;
}

/** Probability of a dog for every held-out bone; the line's output is cut to 0 … 1. */
async function probabilitiesBy(
  name: Contestant,
  { system, training, heldOut }: { system: FemurSystem; training: Animals; heldOut: Animals },
): Promise<Float64Array> {
  if (name === "best") return bestProbabilities(heldOut);
  const rows = featuresOf(heldOut, system.standardization);
  if (name !== "neighbours") return modelProbabilities(system, name, rows);
  const known = { rows: featuresOf(training, system.standardization), columns: 2, labels: training.labels, voters };
  return voteOfNeighbours(known, rows);
}

/** Probability of a dog by one of the three models for rows of features: the network's is the calibrated one. */
export async function modelProbabilities(
  system: FemurSystem,
  name: ModelName,
  rows: Float64Array,
): Promise<Float64Array> {
  const outputs = await outputsOf(system.models[name], rows);
  // The line was fitted to −1 and +1: halfway between them is even odds.
  if (name === "line") return outputs.map((output) => Math.min(1, Math.max(0, (output + 1) / 2)));
  const temperature = name === "network" ? system.temperature : 1;
  return outputs.map((output) => 1 / (1 + Math.exp(-output / temperature)));
}

function measure(name: Contestant, probabilities: Float64Array, labels: ArrayLike<number>): Result {
  let right = 0;
  probabilities.forEach((probability, row) => {
    if ((probability > 0.5 ? 1 : 0) === at(labels, row)) right++;
  });
  const predictions = binaryPredictions(probabilities, labels);
  const isProbability = name !== "line";
  return {
    name,
    accuracy: wilsonInterval(right, labels.length),
    calibrationError: isProbability ? expectedCalibrationError(predictions) : undefined,
    brier: isProbability ? brierScore(predictions) : undefined,
  };
}
