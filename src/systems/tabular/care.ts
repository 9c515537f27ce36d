/**
 * What answers of a system for tables are trusted by, fitted on rows that the networks did not learn from: calibration,
 * sets or intervals, scope, and what explanations compare with. use.ts answers by it; careGroups.ts and careEffects.ts measure
 * more.
 */
import { fitConformal, measureSets } from "../../audit/conformal.ts";
import { fitIntervals, measureIntervals } from "../../audit/conformalIntervals.ts";
import { type Share, wilsonInterval } from "../../audit/intervals.ts";
import { fitTableScope, judgeRows, type TableScopeRule } from "../../audit/tableScope.ts";
import { applyTemperature, fitTemperature } from "../../audit/temperature.ts";
import type { TableEncoder } from "../../data/encoder.ts";
import { meanRow } from "../../explain/featureAttribution.ts";
import { at } from "../../support/invariant.ts";
import type { Fitted } from "./fitModel.ts";
import type { TabularCare, TabularTask } from "./system.ts";
import { predictionsOf } from "./task.ts";

/** Share of sets and intervals that may miss the truth. */
export const setAlpha = 0.1;

/**
 * Fits it all on the rows outside: those that each network set aside. Where several networks set the same row aside, the
 * mean of their answers counts once, as in the ensemble. `references`: rows that the scope compares with, at most.
 */
export function fitCare(
  { model, outside, all }: Fitted,
  { references }: { readonly references?: number } = {},
): TabularCare {
  const { task, encoder, origin } = model;
  const merged = mergeOutside(task, outside);
  const targets = Float64Array.from(merged.order, (row) => at(all.targets, row));
  return {
    ...calibrate(task, merged.outputs, targets),
    scope: fitScope(all.rows, merged, encoder.features, { seed: origin.seed, references }),
    explanation: { baseline: Array.from(meanRow(all.rows, encoder.width)) },
  };
}

/**
 * Compares with rows that no network set aside, and takes its threshold from those that were. Where most rows were set aside by
 * some network, each is compared with the others: a row among those it is compared with would look more usual than a fresh one.
 */
function fitScope(
  rows: Float32Array,
  outside: Merged,
  features: TableEncoder["features"],
  { seed, references }: { readonly seed: number; readonly references: number | undefined },
): TableScopeRule {
  const options = references === undefined ? { seed } : { seed, references };
  const width = features.reduce((sum, feature) => sum + feature.width, 0);
  const aside = new Set(outside.order);
  const others = Array.from({ length: rows.length / width }, (_, row) => row).filter((row) => !aside.has(row));
  if (others.length < aside.size) return fitTableScope(rows, features, options);
  const inside = new Float32Array(others.length * width);
  others.forEach((row, place) => inside.set(rows.subarray(row * width, (row + 1) * width), place * width));
  return fitTableScope(inside, features, { ...options, heldOut: outside.rows });
}

/** How sets or intervals do on rows that nothing was fitted to. */
export interface SetStudy {
  /** Share of rows whose set or interval holds the truth, with its 95 % interval. */
  readonly coverage: Share;
  /** Mean number of classes in a set, or mean width of an interval. */
  readonly meanSize: number;
  /** Share of empty sets; 0 for intervals. */
  readonly empty: number;
  /** Share of rows that get no answer. */
  readonly withheld: Share;
}

/**
 * Measures sets and scope on held-out rows: `rows` encoded, `outputs` of the network for them, `truths` as classes by
 * position or numbers in the unit of the target.
 */
export function measureCare(
  care: Pick<TabularCare, "temperature" | "sets" | "scope">,
  task: TabularTask,
  { rows, outputs, truths }: { rows: Float32Array; outputs: ArrayLike<number>; truths: ArrayLike<number> },
): SetStudy {
  const { inScope } = judgeRows(care.scope, rows);
  const withheld = wilsonInterval(
    inScope.reduce((sum, value) => sum + 1 - value, 0),
    inScope.length,
  );
  if (task.kind === "regression") {
    const { coverage, meanWidth } = measureIntervals(care.sets, { predictions: predictionsOf(task, outputs), truths });
    return { coverage, meanSize: meanWidth, empty: 0, withheld };
  }
  const classes = task.classes.length;
  const probabilities = applyTemperature(outputs, classes, care.temperature);
  const { coverage, meanSize, empty } = measureSets(care.sets, { probabilities, labels: truths, classes });
  return {
    coverage: wilsonInterval(Math.round(coverage * truths.length), truths.length),
    meanSize,
    empty,
    withheld,
  };
}

function calibrate(
  task: TabularTask,
  outputs: Float64Array,
  targets: Float64Array,
): Pick<TabularCare, "temperature" | "sets"> {
  if (task.kind === "regression") {
    const truths = predictionsOf(task, targets);
    return { temperature: 1, sets: fitIntervals({ predictions: predictionsOf(task, outputs), truths }, setAlpha) };
  }
  const classes = task.classes.length;
  // One row whose class nobody knows: 100 rows that are all right make nobody surer than about 99.5 %
  const temperature = fitTemperature({ logits: outputs, labels: targets, classes }, { doubt: 1 });
  const probabilities = applyTemperature(outputs, classes, temperature);
  return { temperature, sets: fitConformal({ probabilities, labels: targets, classes }, setAlpha) };
}

interface Merged {
  /** The row of the table that each belongs to, each once. */
  readonly order: Uint32Array;
  readonly rows: Float32Array;
  readonly outputs: Float64Array;
}

/** One answer for each row: of classes the logarithm of the mean probability, of numbers the mean. */
function mergeOutside(task: TabularTask, { order, rows, outputs }: Fitted["outside"]): Merged {
  const width = rows.length / Math.max(1, order.length);
  const outs = task.kind === "classification" ? task.classes.length : 1;
  const places = new Map<number, number[]>();
  order.forEach((row, place) => {
    const known = places.get(row);
    if (known === undefined) places.set(row, [place]);
    else known.push(place);
  });
  const answers = task.kind === "classification" ? applyTemperature(outputs, outs, 1) : Float64Array.from(outputs);
  const merged = { order: Uint32Array.from(places.keys()), rows: new Float32Array(places.size * width) };
  const means = new Float64Array(places.size * outs);
  [...places.values()].forEach((own, index) => {
    const first = at(own, 0);
    merged.rows.set(rows.subarray(first * width, (first + 1) * width), index * width);
    for (let output = 0; output < outs; output++) {
      const mean = own.reduce((sum, place) => sum + at(answers, place * outs + output) / own.length, 0);
      means[index * outs + output] = task.kind === "classification" ? Math.log(Math.max(1e-300, mean)) : mean;
    }
  });
  return { ...merged, outputs: means };
}
