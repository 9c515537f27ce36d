/** How more data would help: a small network learns from parts of the training rows, and each is measured on held-out rows. */
import { shuffledOrder } from "../../data/shuffle.ts";
import { at } from "../../support/invariant.ts";
import { type HeldOutRows, metricsOf } from "./baselines.ts";
import { type Fitted, pick } from "./fitModel.ts";
import { type LearnOptions, learn, lossOnHost } from "./learn.ts";
import { evenly } from "./neighbours.ts";
import { TabularNetwork } from "./network.ts";
import { outputsOf } from "./outputs.ts";
import type { TabularSettings } from "./settings.ts";
import type { MoreData } from "./study.ts";
import { targetsLike } from "./task.ts";

/** Parts of the training rows. */
const fractions = [0.125, 0.25, 0.5, 1];

/** Fewer rows than this teach nothing worth drawing. */
const fewestRows = 24;

/** Rows that are held out are measured up to so many, and rows that are learned from. */
const mostHeldOut = 5000;
const mostLearned = 40_000;

/** Steps that each of the small networks takes, at most: parts differ in rows, not in effort. */
const steps = 600;

/** Learns from each part. The network is smaller than the real one: what counts is how the figures change. */
export async function measureMoreData(
  { model, all, pieces }: Fitted,
  heldOut: HeldOutRows,
  optionsOf: (stage: string) => LearnOptions,
): Promise<MoreData[]> {
  const { task, origin, settings } = model;
  const asked = evenly(heldOut.truth.length, mostHeldOut);
  const truth = Float64Array.from(asked, (row) => at(heldOut.truth, row));
  const targets = targetsLike(task, heldOut.truth);
  const fresh = pick({ rows: heldOut.rows, targets }, asked);
  const order = shuffledOrder(all.targets.length, origin.seed, "split", 1).subarray(0, mostLearned);
  const results: MoreData[] = [];
  for (const fraction of fractions) {
    const rows = Math.round(fraction * order.length);
    if (rows < fewestRows) continue;
    const small = smallSettings(settings, rows);
    const aside = Math.max(4, Math.round(rows / 10));
    const lesson = {
      training: pick(all, order.slice(aside, rows)),
      validation: pick(all, order.slice(0, aside)),
      settings: small,
      pieces,
      seed: origin.seed,
    };
    const { network, history, bestEpoch } = await learn(lesson, optionsOf(`more-data-${rows}`));
    const whole = new TabularNetwork(small.network).eval();
    at(whole.networks, 0).loadStateDictionary(network.stateDictionary());
    const outputs = await outputsOf(whole, fresh.rows, small.network);
    const name = task.kind === "regression" ? "rmse" : "accuracy";
    results.push({
      fraction: rows / origin.rows,
      rows,
      trainingLoss: history[Math.max(0, bestEpoch - 1)]?.loss ?? Number.NaN,
      heldOutLoss: lossOnHost(outputs, fresh.targets, small),
      name,
      metric: metricsOf(task, outputs, truth)[name]?.value ?? Number.NaN,
    });
  }
  return results;
}

function smallSettings({ network, training }: TabularSettings, rows: number): TabularSettings {
  const batchSize = Math.min(training.batchSize, Math.max(16, Math.round(rows / 8)));
  const epochs = Math.max(3, Math.min(30, Math.round((steps * batchSize) / rows)));
  return {
    network: { ...network, networks: 1, members: 2, isShared: true, width: 64 },
    training: { ...training, parts: 0, batchSize, epochs, patience: epochs },
  };
}
