/**
 * Whom does a model treat worse? Figures by group with intervals, groups too small to judge marked as such, and differences
 * between groups with intervals that allow for how many were compared. groupColumn.ts makes groups of columns.
 * Definitions: reference names of Fairlearn (selection rate, true and false positive rates); Wilson 1927 for shares; Zou and
 * Donner 2008 for the interval of a difference from those of its parts (for shares: Newcombe 1998, method 10).
 */
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import type { GroupColumn } from "./groupColumn.ts";
import { normalQuantile, type Share, wilsonInterval } from "./intervals.ts";

/** What is measured, in words. */
export const groupRates = {
  accuracy: "right answers",
  withheld: "answers withheld",
  baseRate: "rows that are positive",
  selectionRate: "rows that are called positive",
  truePositiveRate: "positive rows that are called so",
  falsePositiveRate: "negative rows that are called positive",
  falseNegativeRate: "positive rows that are called negative",
  precision: "rows called positive that are",
  calibrationGap: "stated probability above what happened",
  meanError: "prediction above the truth, on average",
  meanAbsoluteError: "distance of prediction and truth",
} as const satisfies Record<string, string>;

/** One of the figures by group. */
export type GroupRate = keyof typeof groupRates;

/** A measured figure with its interval, and the rows that it was measured on. */
export interface GroupFigure extends Share {
  readonly n: number;
}

/** The figures of one group. */
export interface GroupMetrics {
  /** Columns and their values that make the group: one, or two where groups cross. */
  readonly columns: readonly string[];
  readonly values: readonly string[];
  readonly n: number;
  /** Fewer rows than the minimum: figures are shown, not compared. */
  readonly isSmall: boolean;
  /** Which there are depends on the task. 95 % intervals. */
  readonly figures: Readonly<Partial<Record<GroupRate, GroupFigure>>>;
}

/** The largest difference in one figure between groups that are large enough. */
export interface GroupDifference {
  readonly columns: readonly string[];
  readonly rate: GroupRate;
  readonly highest: readonly string[];
  readonly lowest: readonly string[];
  /** Highest less lowest, with an interval that allows for the number of pairs and figures compared. */
  readonly difference: Share;
  /** The interval does not hold 0. */
  readonly isClear: boolean;
  /** In a plain sentence. */
  readonly message: string;
}

/** What was found, as plain data. */
export interface GroupReport {
  readonly minimum: number;
  /** The class that rates are about; undefined where there are more than two classes, or none. */
  readonly positive?: string | undefined;
  readonly groups: readonly GroupMetrics[];
  readonly differences: readonly GroupDifference[];
}

/** What a model said, and what is true. */
export interface GroupOutcomes {
  /** True class of each row by position in `classes`, or the true number. */
  readonly truths: ArrayLike<number>;
  /** What was said: a class, or a number. */
  readonly decisions: ArrayLike<number>;
  /** Names of the classes; undefined for numbers. */
  readonly classes?: readonly string[] | undefined;
  /** Row-major [rows, classes]. */
  readonly probabilities?: ArrayLike<number> | undefined;
  /** The class that rates are about, of two. Default the second. */
  readonly positive?: number | undefined;
  /** 1 where the row got an answer, 0 where it was withheld. Figures are about all rows, withheld or not. */
  readonly inScope?: ArrayLike<number> | undefined;
}

/** Choices of `measureGroups`. */
export interface GroupOptions {
  /** Groups of fewer rows are not compared. Default 30. */
  readonly minimum?: number;
  /** Also groups of two columns crossed. Default true. */
  readonly crossed?: boolean;
}

/**
 * Figures by group, for each of `columns` and for pairs of them.
 * @throws ArgumentError where lengths differ; DataError where there are no rows, or a truth or decision is no class.
 *
 * @example
 * ```ts
 * import { measureGroups } from "smilodon/audit";
 * const color = { name: "color", values: ["red", "red", "blue", "blue"] };
 * const report = measureGroups([color], { truths: [1, 0, 1, 0], decisions: [1, 1, 1, 0], classes: ["no", "yes"] }, { minimum: 2 });
 * console.log(report.groups.map(({ values, figures }) => [values[0], figures.accuracy?.value])); // red 0.5, blue 1
 * ```
 */
export function measureGroups(
  columns: readonly GroupColumn[],
  outcomes: GroupOutcomes,
  { minimum = 30, crossed = true }: GroupOptions = {},
): GroupReport {
  checkOutcomes(columns, outcomes);
  const { classes } = outcomes;
  const positive = classes?.length === 2 ? (outcomes.positive ?? 1) : undefined;
  const scene: Scene = { outcomes, positive, minimum };
  const groupings = [...columns.map((column) => [column]), ...(crossed ? pairsOf(columns) : [])];
  const measured = groupings.map((grouping) => groupsOf(grouping, scene));
  return {
    minimum,
    positive: positive === undefined ? undefined : classes?.[positive],
    groups: measured.flat().map(({ metrics }) => metrics),
    differences: measured.flatMap((groups) => compare(groups, scene)),
  };
}

interface Scene {
  readonly outcomes: GroupOutcomes;
  readonly positive: number | undefined;
  readonly minimum: number;
}

/** A group with its rows, so that figures can be measured again at another level. */
interface MeasuredGroup {
  readonly metrics: GroupMetrics;
  readonly rows: readonly number[];
}

function pairsOf(columns: readonly GroupColumn[]): GroupColumn[][] {
  return columns.flatMap((first, index) => columns.slice(index + 1).map((second) => [first, second]));
}

function groupsOf(grouping: readonly GroupColumn[], scene: Scene): MeasuredGroup[] {
  const members = new Map<string, number[]>();
  for (let row = 0; row < scene.outcomes.truths.length; row++) {
    const key = JSON.stringify(grouping.map(({ values }) => at(values, row)));
    const rows = members.get(key);
    if (rows === undefined) members.set(key, [row]);
    else rows.push(row);
  }
  const columns = grouping.map(({ name }) => name);
  return [...members.values()]
    .map((rows): MeasuredGroup => {
      const values = grouping.map((column) => at(column.values, at(rows, 0)) || "(missing)");
      const isSmall = rows.length < scene.minimum;
      return { metrics: { columns, values, n: rows.length, isSmall, figures: figuresOf(rows, scene, z95) }, rows };
    })
    .sort((a, b) => b.metrics.n - a.metrics.n);
}

const z95 = normalQuantile(0.975);

type Figures = Partial<Record<GroupRate, GroupFigure>>;

function figuresOf(rows: readonly number[], scene: Scene, z: number): Figures {
  const { inScope, classes } = scene.outcomes;
  const withheld = inScope === undefined ? {} : { withheld: shareOf(rows, z, (row) => at(inScope, row) === 0) };
  return defined({
    ...(classes === undefined ? numberFigures(rows, scene, z) : classFigures(rows, scene, z)),
    ...withheld,
  });
}

function classFigures(rows: readonly number[], { outcomes, positive }: Scene, z: number): MaybeFigures {
  const { truths, decisions, probabilities, classes = [] } = outcomes;
  const accuracy = shareOf(rows, z, (row) => at(truths, row) === at(decisions, row));
  if (positive === undefined) {
    if (probabilities === undefined) return { accuracy };
    const gap = (row: number): number => {
      const decision = at(decisions, row);
      return at(probabilities, row * classes.length + decision) - (at(truths, row) === decision ? 1 : 0);
    };
    return { accuracy, calibrationGap: meanOf(rows, z, gap) };
  }
  const isPositive = (row: number): boolean => at(truths, row) === positive;
  const isCalled = (row: number): boolean => at(decisions, row) === positive;
  const positives = rows.filter(isPositive);
  const stated = (row: number): number => at(probabilities ?? [], row * 2 + positive) - (isPositive(row) ? 1 : 0);
  return {
    accuracy,
    baseRate: shareOf(rows, z, isPositive),
    selectionRate: shareOf(rows, z, isCalled),
    truePositiveRate: shareOf(positives, z, isCalled),
    falsePositiveRate: shareOf(
      rows.filter((row) => !isPositive(row)),
      z,
      isCalled,
    ),
    falseNegativeRate: shareOf(positives, z, (row) => !isCalled(row)),
    precision: shareOf(rows.filter(isCalled), z, isPositive),
    calibrationGap: probabilities === undefined ? undefined : meanOf(rows, z, stated),
  };
}

function numberFigures(rows: readonly number[], { outcomes: { truths, decisions } }: Scene, z: number): MaybeFigures {
  const error = (row: number): number => at(decisions, row) - at(truths, row);
  return { meanError: meanOf(rows, z, error), meanAbsoluteError: meanOf(rows, z, (row) => Math.abs(error(row))) };
}

type MaybeFigures = Partial<Record<GroupRate, GroupFigure | undefined>>;

/** Without the figures that there are no rows for. */
function defined(figures: MaybeFigures): Figures {
  const names = Object.keys(groupRates) as GroupRate[];
  const result: Figures = {};
  for (const name of names) {
    const figure = figures[name];
    if (figure !== undefined) result[name] = figure;
  }
  return result;
}

function shareOf(rows: readonly number[], z: number, isCounted: (row: number) => boolean): GroupFigure | undefined {
  if (rows.length === 0) return undefined;
  return { ...wilsonInterval(rows.filter(isCounted).length, rows.length, z), n: rows.length };
}

function meanOf(rows: readonly number[], z: number, value: (row: number) => number): GroupFigure | undefined {
  // A mean of one row has no interval.
  if (rows.length < 2) return undefined;
  const mean = rows.reduce((sum, row) => sum + value(row) / rows.length, 0);
  const variance = rows.reduce((sum, row) => sum + (value(row) - mean) ** 2, 0) / (rows.length - 1);
  const half = z * Math.sqrt(variance / rows.length);
  return { value: mean, lower: mean - half, upper: mean + half, n: rows.length };
}

/** The largest difference in each figure between the groups of one grouping that have rows enough for it. */
function compare(groups: readonly MeasuredGroup[], scene: Scene): GroupDifference[] {
  const large = groups.filter(({ metrics }) => !metrics.isSmall);
  const rates = (Object.keys(groupRates) as GroupRate[]).filter((rate) => rate !== "falseNegativeRate");
  const usable = rates.map((rate) => ({
    rate,
    own: large.filter(({ metrics }) => (metrics.figures[rate]?.n ?? 0) >= Math.max(1, scene.minimum)),
  }));
  // Bonferroni: every pair of groups in every figure could have been the largest difference.
  const comparisons = usable.reduce((sum, { own }) => sum + (own.length * (own.length - 1)) / 2, 0);
  const z = normalQuantile(1 - 0.025 / Math.max(1, comparisons));
  return usable.flatMap(({ rate, own }) => {
    if (own.length < 2) return [];
    const figureOf = (group: MeasuredGroup): number => group.metrics.figures[rate]?.value ?? 0;
    const highest = own.reduce((best, group) => (figureOf(group) > figureOf(best) ? group : best));
    const lowest = own.reduce((best, group) => (figureOf(group) < figureOf(best) ? group : best));
    const [above, below] = [figuresOf(highest.rows, scene, z)[rate], figuresOf(lowest.rows, scene, z)[rate]];
    if (above === undefined || below === undefined || highest === lowest) return [];
    return [describe(rate, { highest: highest.metrics, lowest: lowest.metrics, difference: subtract(above, below) })];
  });
}

/** The difference of two figures with the interval that follows from theirs. */
function subtract(a: GroupFigure, b: GroupFigure): Share {
  const value = a.value - b.value;
  return {
    value,
    lower: value - Math.hypot(a.value - a.lower, b.upper - b.value),
    upper: value + Math.hypot(a.upper - a.value, b.value - b.lower),
  };
}

function describe(
  rate: GroupRate,
  { highest, lowest, difference }: { highest: GroupMetrics; lowest: GroupMetrics; difference: Share },
): GroupDifference {
  const isClear = difference.lower > 0 || difference.upper < 0;
  const isShare = !rate.startsWith("mean");
  // Nothing is minus nothing
  const show = (value: number): string =>
    (isShare ? (100 * value).toFixed(1) : value.toPrecision(4)).replace(/^-(0(\.0+)?)$/, "$1");
  const unit = isShare ? " %" : "";
  const nameOf = ({ values }: GroupMetrics): string => values.join(" and ");
  const [high, low] = [highest.figures[rate]?.value ?? 0, lowest.figures[rate]?.value ?? 0];
  const range = `${show(difference.lower)} to ${show(difference.upper)}`;
  const judgement = isClear ? "more than chance explains" : "which chance may explain";
  return {
    columns: highest.columns,
    rate,
    highest: highest.values,
    lowest: lowest.values,
    difference,
    isClear,
    message:
      `By ${highest.columns.join(" and ")}, ${groupRates[rate]}: ${show(high)}${unit} for ${nameOf(highest)}, ${show(low)}${unit} for ${nameOf(lowest)}; ` +
      `a difference of ${show(difference.value)}${isShare ? " percentage points" : ""} (${range}), ${judgement}.`,
  };
}

function checkOutcomes(columns: readonly GroupColumn[], outcomes: GroupOutcomes): void {
  const { truths, decisions, classes, probabilities, inScope, positive = 1 } = outcomes;
  const count = truths.length;
  if (count === 0) throw new DataError("measureGroups: there are no rows.");
  const lengths: [string, number, number][] = [
    ["decisions", decisions.length, count],
    ["inScope", inScope?.length ?? count, count],
    ["probabilities", probabilities?.length ?? 0, probabilities === undefined ? 0 : count * (classes?.length ?? 0)],
    ...columns.map(({ name, values }): [string, number, number] => [name, values.length, count]),
  ];
  for (const [name, length, expected] of lengths) {
    if (length !== expected)
      throw new ArgumentError(`measureGroups: ${name} has ${length} values where ${expected} are needed.`, { name });
  }
  if (classes === undefined) return;
  if (!Number.isInteger(positive) || positive < 0 || positive >= classes.length)
    throw new ArgumentError(`measureGroups: class ${positive} is none of 0 … ${classes.length - 1}.`, { positive });
  for (let row = 0; row < count; row++) {
    for (const label of [at(truths, row), at(decisions, row)]) {
      if (Number.isInteger(label) && label >= 0 && label < classes.length) continue;
      throw new DataError(
        `measureGroups: row ${row} holds class ${label}, which is none of 0 … ${classes.length - 1}.`,
        {
          row,
          label,
        },
      );
    }
  }
}
