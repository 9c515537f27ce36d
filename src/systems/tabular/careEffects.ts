/**
 * What the network has learned of each column: how much worse it becomes when the column is shuffled among held-out rows, and
 * how its answer moves with the column's value.
 */
import { someRows } from "../../audit/mixedRows.ts";
import { applyTemperature } from "../../audit/temperature.ts";
import type { Table } from "../../data/table.ts";
import {
  accumulatedEffects,
  type EffectPoint,
  partialDependence,
  permutationImportance,
  quantileRows,
} from "../../explain/effects.ts";
import { at } from "../../support/invariant.ts";
import { OutputReader } from "./outputs.ts";
import type { EffectCurve, FeatureEffect } from "./study.ts";
import type { TabularModel } from "./system.ts";
import { predictionsOf } from "./task.ts";

/** Held-out rows, encoded and as they were. */
export interface EffectRows {
  readonly table: Table;
  /** `table` encoded. */
  readonly rows: Float32Array;
  /** Classes by position, or numbers in the unit of the target. */
  readonly truth: ArrayLike<number>;
}

/** Choices of `measureEffects`. */
export interface EffectChoices {
  /** Rows that are looked at, at most. Default 1000. */
  readonly rows?: number;
  /** Points of a curve for numbers. Default 16. */
  readonly points?: number;
  readonly temperature?: number;
  readonly seed?: number;
}

/** Most categories of a column, and most classes, that get a curve. */
const [mostCategories, mostClasses] = [24, 5];

/** Columns that get curves: the most important ones. Of the others it is only measured how much they are needed. */
const mostCurves = 24;

/** Effects of all columns, the most important first. */
export async function measureEffects(
  model: TabularModel,
  given: EffectRows,
  { rows: most = 1000, points = 16, temperature = 1, seed = 0 }: EffectChoices = {},
): Promise<FeatureEffect[]> {
  const { encoder, task, network, settings } = model;
  const { features, width } = encoder;
  const chosen = someRows(given.table.rowCount, most);
  const table = given.table.select(chosen);
  const rows = new Float32Array(chosen.length * width);
  chosen.forEach((row, index) => rows.set(given.rows.subarray(row * width, (row + 1) * width), index * width));
  const truth = Float64Array.from(chosen, (row) => at(given.truth, row));
  const reader = new OutputReader(network, settings.network);
  const answer = async (some: Float32Array): Promise<Float64Array> => {
    const outputs = await reader.read(some);
    return task.kind === "regression"
      ? predictionsOf(task, outputs)
      : applyTemperature(outputs, task.classes.length, temperature);
  };
  const importances = await permutationImportance(async (some) => lossesOf(model, await answer(some), truth), rows, {
    features,
    repeats: 2,
    seed,
  });
  const outputs =
    task.kind === "regression" ? [{ name: task.target, place: 0, of: 1 }] : classOutputs(task.classes, truth);
  const ranked = features
    .map((feature, index) => ({ ...feature, ...at(importances, index) }))
    .sort((a, b) => b.importance - a.importance);
  const effects: FeatureEffect[] = [];
  for (const { name, kind, importance: value, lower: low, upper: high } of ranked) {
    const curves: EffectCurve[] = [];
    for (const { name: output, place, of } of kind === "text" || effects.length >= mostCurves ? [] : outputs) {
      const one = async (some: Float32Array): Promise<Float64Array> =>
        (await answer(some)).filter((_, cell) => cell % of === place);
      curves.push({ output, points: await curveOf(one, { table, rows, features, feature: name, points }) });
    }
    effects.push({ feature: name, kind, importance: { value, low, high, n: chosen.length }, curves });
  }
  return effects;
}

interface CurveRequest {
  readonly table: Table;
  readonly rows: Float32Array;
  readonly features: TabularModel["encoder"]["features"];
  readonly feature: string;
  readonly points: number;
}

async function curveOf(
  outputs: (rows: Float32Array) => Promise<Float64Array>,
  { table, rows, features, feature, points }: CurveRequest,
): Promise<EffectCurve["points"]> {
  const column = table.column(feature);
  const numbers = column.kind === "number" && new Set(column.values).size > 2 ? column.values : undefined;
  if (numbers !== undefined) {
    const donors = quantileRows(numbers, points);
    const effects =
      donors.length < 2 ? [] : await accumulatedEffects(outputs, rows, { features, feature, donors, values: numbers });
    return effects.map(({ row, effect }) => ({ value: at(numbers, row), effect }));
  }
  const texts = table.texts(feature);
  const counts = new Map<string, { first: number; count: number }>();
  texts.forEach((text, row) => {
    const known = counts.get(text);
    if (known === undefined) counts.set(text, { first: row, count: 1 });
    else known.count++;
  });
  const frequent = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, mostCategories);
  const donors = frequent.map(({ first }) => first);
  const effects: EffectPoint[] = await partialDependence(outputs, rows, { features, feature, donors });
  return effects.map(({ row, effect }) => ({ value: at(texts, row) || "(missing)", effect }));
}

/** Of two classes the second; of several the most frequent. */
function classOutputs(classes: readonly string[], truth: Float64Array): { name: string; place: number; of: number }[] {
  const counts = classes.map((_, label) => truth.reduce((sum, own) => (own === label ? sum + 1 : sum), 0));
  const order = classes.length === 2 ? [1] : [...counts.keys()].sort((a, b) => at(counts, b) - at(counts, a));
  return order.slice(0, mostClasses).map((place) => ({ name: at(classes, place), place, of: classes.length }));
}

function lossesOf({ task }: TabularModel, answers: Float64Array, truth: Float64Array): Float64Array {
  if (task.kind === "classification") {
    const classes = task.classes.length;
    return truth.map((label, row) => -Math.log(Math.max(1e-12, at(answers, row * classes + label))));
  }
  const mean = truth.reduce((sum, value) => sum + value / truth.length, 0);
  const variance = truth.reduce((sum, value) => sum + (value - mean) ** 2 / truth.length, 0);
  return truth.map((value, row) => (at(answers, row) - value) ** 2 / (variance > 0 ? variance : 1));
}
