/**
 * Columns that look like what another model said: a name that says so, or the behaviour of a score. Such a column is used,
 * but whoever trains on it learns that model again, with its mistakes, and somebody should know.
 */
import { at } from "../support/invariant.ts";
import { explainedByOthers } from "./additiveFit.ts";
import { type Cells, type CodedColumn, cellsOf, countBelow } from "./columnCodes.ts";
import { type CheckedTarget, squaredCorrelation } from "./columnSkill.ts";
import { determines, wordsOf } from "./leakage.ts";
import { inPercent, quoteNames, type TableWarning } from "./tableWarning.ts";

const outputWords = new Set(
  "score scores prob probs proba probability probabilities pred preds predicted prediction predictions risk decile deciles percentile logit logits yhat propensity estimate estimated zestimate forecast forecasted likelihood confidence".split(
    " ",
  ),
);

/** What a column has to do to be named. Measured on public tables: docs/decisions/0015. */
export const outputLimits = {
  /** Share of the target's variance that goes with the column. */
  association: 0.02,
  /** The same where no name speaks. */
  behaviour: 0.05,
  /** Share of the column's variance that the other columns tell together, and how much more than the best of them alone. */
  joint: 0.35,
  gain: 0.12,
  /** Largest mean distance of a calibrated probability to what happened. */
  calibration: 0.03,
  /** Share of a numeric target's variance that an estimate of it explains. */
  estimate: 0.8,
  /** How far labels have to agree beyond chance: Cohen's κ. */
  agreement: 0.2,
} as const;

/** One warning for each column that looks like the output of a model; one that follows from another says so. */
export function findModelOutputs(columns: readonly CodedColumn[], target: CheckedTarget): TableWarning[] {
  const scene: Scene = { columns, target, indicators: indicatorsOf(target), associations: new Map() };
  const found = columns.flatMap((column) => {
    const why = whyOutput(column, scene);
    return why === undefined ? [] : [{ column, why }];
  });
  return found.map(({ column, why }) => {
    const sources = found.filter((other) => other.column !== column && determines(other.column, column));
    const coarser =
      sources.length > 0 ? `; it follows from ${quoteNames(sources.map((other) => other.column.name))}` : "";
    return {
      kind: "model-output",
      columns: [column.name],
      action: "flagged",
      message:
        `Column ${JSON.stringify(column.name)} looks like another model's output: ${why}${coarser}. ` +
        "It is used; what is trained on it repeats that model. Exclude it unless that is meant.",
    };
  });
}

interface Scene {
  readonly columns: readonly CodedColumn[];
  readonly target: CheckedTarget;
  /** The target as numbers: itself, or for each class 1 where the row has it and 0 where not. NaN where missing. */
  readonly indicators: readonly { readonly name: string; readonly values: Float64Array }[];
  /** What `largestAssociation` has found so far. */
  readonly associations: Map<CodedColumn, number>;
}

/** Behaviour is looked at in tables of at most so many columns: among more, chance makes some that fit. */
const mostColumns = 500;

function whyOutput(column: CodedColumn, scene: Scene): string | undefined {
  const { target, columns } = scene;
  const label = whyLabel(column, target);
  if (label !== undefined || column.distinct < 3) return label;
  const association = largestAssociation(column, scene);
  const word = wordsOf(column.name).find(
    (part) => outputWords.has(part) && !wordsOf(target.column.name).includes(part),
  );
  if (word !== undefined && association >= outputLimits.association)
    return `its name says ${JSON.stringify(word)}, and ${inPercent(association)} of the target's variance goes with it`;
  if (column.numbers === undefined || association < outputLimits.behaviour || columns.length > mostColumns)
    return undefined;
  return (
    whyProbability(column.numbers, column, scene) ??
    whyEstimate(column.numbers, column, target) ??
    whyScore(column.numbers, column, scene)
  );
}

/** Words that columns of all kinds are made of: two that both say "yes" need have nothing to do with each other. */
const plainWords = new Set(["yes", "no", "y", "n", "true", "false", "t", "f", "0", "1", "unknown", "other", "none"]);

/** Text that has the target's own words, and more often the right one than chance would. */
function whyLabel(column: CodedColumn, target: CheckedTarget): string | undefined {
  if (target.kind !== "classes" || column.numbers !== undefined || column.distinct < 2) return undefined;
  const classes = new Map(
    Array.from({ length: target.column.distinct }, (_, label) => [target.column.textOf(label), label]),
  );
  const meant = Array.from({ length: column.distinct }, (_, code) => classes.get(column.textOf(code)));
  if (
    meant.some((label) => label === undefined) ||
    [...classes.keys()].every((word) => plainWords.has(word.toLowerCase()))
  )
    return undefined;
  const said = new Float64Array(classes.size);
  const truths = new Float64Array(classes.size);
  let [equal, total] = [0, 0];
  column.codes.forEach((code, row) => {
    const truth = at(target.column.codes, row);
    const label = code < 0 ? undefined : meant[code];
    if (label === undefined || truth < 0) return;
    said[label] = at(said, label) + 1;
    truths[truth] = at(truths, truth) + 1;
    total++;
    if (label === truth) equal++;
  });
  const chance = said.reduce((sum, count, label) => sum + (count / total) * (at(truths, label) / total), 0);
  const agreement = equal / total;
  if (!(agreement - chance >= outputLimits.agreement * (1 - chance))) return undefined;
  return `its words are those of the target, and it says the same in ${inPercent(agreement)} of rows, where chance would in ${inPercent(chance)}`;
}

function indicatorsOf(target: CheckedTarget): Scene["indicators"] {
  if (target.kind === "numbers") return [{ name: target.column.name, values: target.values }];
  const { codes, distinct, textOf } = target.column;
  // Of two classes the second says nothing that the first does not; of very many only the first are looked at.
  return Array.from({ length: Math.min(distinct === 2 ? 1 : distinct, 20) }, (_, label) => {
    const values = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : code === label ? 1 : 0));
    return { name: textOf(label), values };
  });
}

/** The largest share of an indicator's variance that lies between cells of the column, less what chance puts there. */
function largestAssociation(column: CodedColumn, { indicators, associations }: Scene): number {
  const known = associations.get(column);
  if (known !== undefined) return known;
  const { cells, count } = cellsOf(column, 20);
  const rows = cells.length;
  const between = indicators.map(({ values }) => varianceBetween(cells, count, values));
  const found = rows <= count ? 0 : 1 - ((1 - Math.max(0, ...between)) * (rows - 1)) / (rows - count);
  associations.set(column, found);
  return found;
}

interface CellMeans {
  readonly means: Float64Array;
  readonly sizes: Float64Array;
}

function meansOf(cells: Int32Array, count: number, values: Float64Array): CellMeans {
  const means = new Float64Array(count);
  const sizes = new Float64Array(count);
  values.forEach((value, row) => {
    const cell = at(cells, row);
    if (!Number.isFinite(value) || cell < 0) return;
    means[cell] = at(means, cell) + value;
    sizes[cell] = at(sizes, cell) + 1;
  });
  return { means: means.map((sum, cell) => sum / Math.max(1, at(sizes, cell))), sizes };
}

/** Share of the variance of `values` that lies between cells. */
function varianceBetween(cells: Int32Array, count: number, values: Float64Array): number {
  const { means, sizes } = meansOf(cells, count, values);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const mean = means.reduce((sum, value, cell) => sum + value * at(sizes, cell), 0) / Math.max(1, total);
  const between = means.reduce((sum, value, cell) => sum + at(sizes, cell) * (value - mean) ** 2, 0);
  const all = values.reduce((sum, value) => (Number.isFinite(value) ? sum + (value - mean) ** 2 : sum), 0);
  return all > 0 ? between / all : 0;
}

/**
 * A number between 0 and 1 that says how often a class occurs, is right about it, and goes with the other columns: numbers
 * drawn evenly, independent of all others, may agree with how often something occurs by chance.
 */
function whyProbability(numbers: Float64Array, column: CodedColumn, scene: Scene): string | undefined {
  if (scene.target.kind !== "classes" || column.distinct < 20) return undefined;
  if (numbers.some((value) => value < 0 || value > 1)) return undefined;
  const cells = cellsOf(column, 10);
  // Of two classes either may be meant, and only one is looked at by itself.
  const events = scene.indicators.flatMap(({ name, values }) => [
    { label: JSON.stringify(name), values },
    { label: `anything but ${JSON.stringify(name)}`, values: values.map((value) => 1 - value) },
  ]);
  for (const { label, values } of events) {
    const { gap, chance, isMonotone } = compareMeans(cells, numbers, values);
    if (gap > outputLimits.calibration + chance || !isMonotone) continue;
    const { joint } = toldByOthers(numbers, column, scene.columns);
    if (joint < outputLimits.joint) return undefined;
    return `its numbers lie between 0 and 1, agree with how often ${label} occurs (to ${gap.toFixed(3)} on average), and ${inPercent(joint)} of them is told by the other columns`;
  }
  return undefined;
}

/** Mean distance between the means of `own` and of `values` over cells; what chance adds to it; do those of `values` rise? */
function compareMeans(
  { cells, count }: Cells,
  own: Float64Array,
  values: Float64Array,
): { gap: number; chance: number; isMonotone: boolean } {
  const ownMeans = meansOf(cells, count, own).means;
  const { means, sizes } = meansOf(cells, count, values);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const gap = means.reduce(
    (sum, mean, cell) => sum + (at(sizes, cell) / total) * Math.abs(mean - at(ownMeans, cell)),
    0,
  );
  return { gap, chance: Math.sqrt((count - 1) / (4 * total)), isMonotone: isRising(means, sizes) };
}

/** A number that is, on average, the target itself. */
function whyEstimate(numbers: Float64Array, column: CodedColumn, target: CheckedTarget): string | undefined {
  if (target.kind !== "numbers" || column.distinct < 20) return undefined;
  const explained = squaredCorrelation(numbers, target.values);
  if (explained < outputLimits.estimate) return undefined;
  const known = target.values.map((value, row) => (Number.isFinite(numbers[row]) ? value : Number.NaN));
  const { gap } = compareMeans(cellsOf(column, 10), numbers, known);
  if (!(gap <= 0.1 * deviation(known))) return undefined;
  return `its numbers are those of ${JSON.stringify(target.column.name)} on average and explain ${inPercent(explained)} of its variance (a forecast, an estimate, or an earlier measurement)`;
}

function deviation(values: Float64Array): number {
  const known = values.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length));
}

/**
 * A few grades that rise with the target, go with it more than any other column does, and follow from several others
 * together, from none of them alone. Of one target only: in pictures and the like every column follows from its neighbours
 * and rises with one of many classes.
 */
function whyScore(numbers: Float64Array, column: CodedColumn, scene: Scene): string | undefined {
  const { columns, indicators } = scene;
  if (indicators.length > 1 || column.distinct > 20) return undefined;
  if (numbers.some((value) => !Number.isNaN(value) && !Number.isInteger(value))) return undefined;
  const association = largestAssociation(column, scene);
  const isForm = (other: CodedColumn): boolean => determines(other, column) || determines(column, other);
  if (columns.some((other) => largestAssociation(other, scene) > association && !isForm(other))) return undefined;
  const { ranks, edges } = ranksOf(numbers);
  const places = Int32Array.from(numbers, (value) => (Number.isNaN(value) ? -1 : countBelow(edges, value)));
  let isMonotone = false;
  for (const { values } of indicators) {
    const { means, sizes } = meansOf(places, edges.length + 1, values);
    isMonotone ||=
      isRising(means, sizes) ||
      isRising(
        means.map((mean) => -mean),
        sizes,
      );
  }
  if (!isMonotone) return undefined;
  const { joint, best } = toldByOthers(ranks, column, columns);
  if (joint < outputLimits.joint || joint - best < outputLimits.gain) return undefined;
  return `it has ${column.distinct} grades that rise with the target, and the other columns tell ${inPercent(joint)} of it together (the best of them alone ${inPercent(best)})`;
}

/**
 * Share of the variance of `values`, which belong to `column`, that the other columns tell together, and the best of them
 * alone. Finer and coarser forms of the column itself and copies of it do not count.
 */
function toldByOthers(
  values: Float64Array,
  column: CodedColumn,
  columns: readonly CodedColumn[],
): { joint: number; best: number } {
  const others = columns
    .filter((other) => other !== column && !determines(other, column) && !determines(column, other))
    .filter(({ numbers }) => numbers === undefined || squaredCorrelation(numbers, values) < 0.999)
    .map((other) => cellsOf(other, 8))
    .map((cells) => ({ cells, alone: varianceBetween(cells.cells, cells.count, values) }))
    .sort((a, b) => b.alone - a.alone)
    .slice(0, 16);
  const joint = explainedByOthers(
    values,
    others.map(({ cells }) => cells),
  );
  return { joint, best: others[0]?.alone ?? 0 };
}

/** Ranks between 0 and 1 (ties in the middle) of few different numbers, and the numbers at which a new one begins. */
function ranksOf(numbers: Float64Array): { ranks: Float64Array; edges: Float64Array } {
  const sorted = numbers.filter((value) => !Number.isNaN(value)).sort();
  const values = Float64Array.from(new Set(sorted));
  const above = values.map((value) => countBelow(sorted, value));
  const middle = above.map((count, place) => (count + (above[place - 1] ?? 0)) / (2 * sorted.length));
  const edges = values.slice(1);
  const ranks = numbers.map((value) => (Number.isNaN(value) ? Number.NaN : at(middle, countBelow(edges, value))));
  return { ranks, edges };
}

/** Do the means rise from cell to cell? Nearly all of what lies between the cells has to be left when they are made to. */
function isRising(means: Float64Array, sizes: Float64Array): boolean {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const mean = means.reduce((sum, value, cell) => sum + value * at(sizes, cell), 0) / total;
  const spreadOf = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, value, cell) => sum + at(sizes, cell) * (value - mean) ** 2, 0);
  return spreadOf(risingFit(means, sizes)) >= 0.97 * spreadOf(means);
}

/** The nearest rising sequence, by pooling neighbours that fall (Ayer et al. 1955). */
function risingFit(means: Float64Array, sizes: Float64Array): number[] {
  const pools: { value: number; size: number; cells: number }[] = [];
  means.forEach((value, cell) => {
    pools.push({ value, size: at(sizes, cell), cells: 1 });
    for (let last = pools.length - 1; last > 0 && at(pools, last - 1).value > at(pools, last).value; last--) {
      const [before, after] = [at(pools, last - 1), at(pools, last)];
      const size = before.size + after.size;
      const pooled = size === 0 ? before.value : (before.value * before.size + after.value * after.size) / size;
      pools.splice(last - 1, 2, { value: pooled, size, cells: before.cells + after.cells });
    }
  });
  return pools.flatMap(({ value, cells }) => new Array<number>(cells).fill(value));
}
