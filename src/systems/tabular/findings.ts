/**
 * What the report shows beyond figures: the worst mistakes with their rows, which rows are withheld, how sets and intervals
 * do, and the plane of two numbers. train.ts calls it with held-out rows.
 */
import { predictionInterval } from "../../audit/conformalIntervals.ts";
import { someRows } from "../../audit/mixedRows.ts";
import { topLabel } from "../../audit/predictions.ts";
import { judgeRows, type TableScopeReason } from "../../audit/tableScope.ts";
import type { Table } from "../../data/table.ts";
import { at } from "../../support/invariant.ts";
import { meanMetric, shareMetric } from "../metrics.ts";
import { planeOf } from "./plane.ts";
import type {
  CoverageBand,
  FeatureEffect,
  HeldOutStudy,
  Metric,
  Mistake,
  ScopeFindings,
  ShownRow,
  TabularFindings,
  TabularStudy,
} from "./study.ts";
import { inWords } from "./use.ts";

/** What findings are made from. */
export interface FindingsScene {
  readonly system: TabularStudy["system"];
  /** The table that `heldOut.rows` count in. */
  readonly table: Table;
  /** Rows that the system had not learned from, with its answers. */
  readonly heldOut: HeldOutStudy;
  /** Held-out answers among which mistakes are sought: those of all folds. */
  readonly answers: HeldOutStudy;
  /** The most important columns first; may be empty. */
  readonly effects: readonly FeatureEffect[];
}

/** Most rows that are looked at; mistakes are sought among all. */
const mostRows = 5000;

/** Rows of a list, and columns of a row. */
const listed = 8;
const shownColumns = 6;

/** Finds it all; undefined where no rows were held out. */
export async function findFindings(scene: FindingsScene): Promise<TabularFindings | undefined> {
  const { system, table, heldOut, effects } = scene;
  if (heldOut.rows.length === 0) return undefined;
  const some = pickHeldOut(heldOut, someRows(heldOut.rows.length, mostRows));
  const chosen = table.select(some.rows);
  const rows = system.encoder.encode(chosen);
  const ranked = effects.length > 0 ? effects.map(({ feature }) => feature) : system.encoder.features.map(nameOf);
  const shown = ranked.slice(0, shownColumns);
  const judged = judgeRows(system.care.scope, rows);
  const coverage = coverageOf(system, some);
  return {
    shown,
    mistakes: mistakesOf(scene, shown),
    scope: scopeOf({ system, table, shown }, some, judged),
    ...coverage,
    plane: await planeOf(system, chosen, some),
  };
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function pickHeldOut(heldOut: HeldOutStudy, order: Uint32Array): HeldOutStudy {
  const { rows, truth, probabilities, predictions, inScope } = heldOut;
  const classes = probabilities === undefined ? 0 : probabilities.length / rows.length;
  return {
    rows: order.map((row) => at(rows, row)),
    truth: Float64Array.from(order, (row) => at(truth, row)),
    probabilities:
      probabilities &&
      Float64Array.from({ length: order.length * classes }, (_, cell) => {
        return at(probabilities, at(order, Math.floor(cell / classes)) * classes + (cell % classes));
      }),
    predictions: predictions && Float64Array.from(order, (row) => at(predictions, row)),
    inScope: order.length === rows.length ? inScope : Uint8Array.from(order, (row) => at(inScope, row)),
  };
}

/** Of classes the wrong answers that were surest, of numbers those furthest off. */
function mistakesOf({ system: { task }, table, answers }: FindingsScene, shown: readonly string[]): Mistake[] {
  const { rows, truth, probabilities, predictions } = answers;
  const found: { place: number; answer: number; weight: number }[] = [];
  rows.forEach((_, place) => {
    if (task.kind === "regression") {
      const answer = at(predictions ?? [], place);
      found.push({ place, answer, weight: Math.abs(answer - at(truth, place)) });
      return;
    }
    const { label, confidence } = topLabel({ probabilities: probabilities ?? [], classes: task.classes.length }, place);
    if (label !== at(truth, place)) found.push({ place, answer: label, weight: confidence });
  });
  const spell = (value: number): string | number => (task.kind === "regression" ? value : at(task.classes, value));
  const worst = found.sort((a, b) => b.weight - a.weight).slice(0, listed);
  return worst.map(({ place, answer, weight }) => ({
    ...showRow(table, at(rows, place), shown),
    truth: spell(at(truth, place)),
    answer: spell(answer),
    weight,
  }));
}

function showRow(table: Table, row: number, shown: readonly string[]): ShownRow {
  const one = table.select([row]);
  return { place: table.place(row), cells: shown.map((name) => at(one.texts(name), 0)) };
}

interface Judged {
  readonly ratio: Float64Array;
  readonly inScope: Uint8Array;
  reason(row: number): TableScopeReason;
}

function scopeOf(
  { system, table, shown }: Pick<FindingsScene, "system" | "table"> & { readonly shown: readonly string[] },
  some: HeldOutStudy,
  { ratio, inScope, reason }: Judged,
): ScopeFindings {
  const places = Array.from(inScope.keys());
  const outside = places.filter((place) => at(inScope, place) === 0);
  const histogram = new Array<number>(20).fill(0);
  for (const value of ratio) {
    const bin = Math.min(histogram.length - 1, Math.floor(10 * Math.max(0, value)));
    histogram[bin] = at(histogram, bin) + 1;
  }
  const columns = new Map<string, number>();
  for (const place of outside) {
    const { feature } = reason(place);
    columns.set(feature, (columns.get(feature) ?? 0) + 1);
  }
  const strangest = [...outside].sort((a, b) => at(ratio, b) - at(ratio, a)).slice(0, listed);
  return {
    withheld: shareMetric(outside.length, places.length),
    histogram,
    columns: [...columns].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
    inside: qualityOf(
      system,
      some,
      places.filter((place) => at(inScope, place) === 1),
    ),
    outside: qualityOf(system, some, outside),
    examples: strangest.map((place) => ({
      ...showRow(table, at(some.rows, place), shown),
      ratio: at(ratio, place),
      reason: inWords(reason(place)),
    })),
  };
}

function qualityOf(
  { task }: TabularStudy["system"],
  some: HeldOutStudy,
  places: readonly number[],
): Metric | undefined {
  const { truth, probabilities = [], predictions = [] } = some;
  if (places.length === 0) return undefined;
  if (task.kind === "regression")
    return meanMetric(Float64Array.from(places, (place) => Math.abs(at(predictions, place) - at(truth, place))));
  const classes = task.classes.length;
  const right = places.filter((place) => topLabel({ probabilities, classes }, place).label === at(truth, place));
  return shareMetric(right.length, places.length);
}

/** Parts that coverage is measured in, at most. */
const mostBands = 12;

function coverageOf(
  { task, care }: TabularStudy["system"],
  some: HeldOutStudy,
): Pick<TabularFindings, "coverage" | "setSizes"> {
  const { truth, probabilities = [], predictions = [] } = some;
  const places = Array.from(truth.keys());
  if (task.kind === "regression") {
    const intervals = places.map((place) => predictionInterval(care.sets, at(predictions, place)));
    const isHeld = (place: number): boolean => {
      const { lower, upper } = at(intervals, place);
      return lower <= at(truth, place) && at(truth, place) <= upper;
    };
    const sizeOf = (place: number): number => at(intervals, place).upper - at(intervals, place).lower;
    const order = [...places].sort((a, b) => at(predictions, a) - at(predictions, b));
    const fifths =
      places.length < 50
        ? []
        : [0, 1, 2, 3, 4].map((fifth) => {
            const own = order.slice(
              Math.floor((fifth * order.length) / 5),
              Math.floor(((fifth + 1) * order.length) / 5),
            );
            const name = `${at(fifthNames, fifth)} predictions`;
            return bandOf(name, own, { isHeld, sizeOf });
          });
    return { coverage: [bandOf("all rows", places, { isHeld, sizeOf }), ...fifths], setSizes: [] };
  }
  const classes = task.classes.length;
  const isInSet = (place: number, label: number): boolean =>
    1 - at(probabilities, place * classes + label) <= care.sets.threshold;
  const isHeld = (place: number): boolean => isInSet(place, at(truth, place));
  const sizes = places.map((place) => task.classes.filter((_, label) => isInSet(place, label)).length);
  const sizeOf = (place: number): number => at(sizes, place);
  const counts = sizes.reduce((all: number[], size) => {
    while (all.length <= size) all.push(0);
    all[size] = at(all, size) + 1;
    return all;
  }, []);
  const bands = task.classes
    .map((name, label) => ({ name, own: places.filter((place) => at(truth, place) === label) }))
    .filter(({ own }) => own.length > 0)
    .sort((a, b) => b.own.length - a.own.length)
    .slice(0, mostBands)
    .map(({ name, own }) => bandOf(name, own, { isHeld, sizeOf }));
  return {
    coverage: [bandOf("all rows", places, { isHeld, sizeOf }), ...bands],
    setSizes: counts.map((count) => count / places.length),
  };
}

const fifthNames = ["lowest fifth of", "second fifth of", "middle fifth of", "fourth fifth of", "highest fifth of"];

function bandOf(
  name: string,
  own: readonly number[],
  { isHeld, sizeOf }: { isHeld: (place: number) => boolean; sizeOf: (place: number) => number },
): CoverageBand {
  const size = own.reduce((sum, place) => sum + sizeOf(place) / own.length, 0);
  return { name, coverage: shareMetric(own.filter(isHeld).length, own.length), size };
}
