/**
 * What a model has learned of each feature: how much worse it becomes when the feature is shuffled, and how its output moves
 * with the feature. Blocks of encoded rows are exchanged between real rows, so that no impossible block is ever asked about.
 * Sources: Breiman 2001 and Fisher, Rudin, Dominici 2019 (permutation importance); Friedman 2001 (partial dependence);
 * Apley and Zhu 2020 (accumulated local effects).
 */
import { shuffledOrder } from "../data/shuffle.ts";
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import type { FeatureBlock } from "./featureAttribution.ts";

/** Outputs of a model for encoded rows, one number for each row. */
export type RowOutputs = (rows: Float32Array) => Promise<ArrayLike<number>>;

/** The loss of each of some encoded rows, for `permutationImportance`. */
export type RowLosses = (rows: Float32Array) => Promise<ArrayLike<number>>;

/** How much a model needs a feature. */
export interface FeatureImportance {
  readonly feature: string;
  /** Mean increase of the loss of a row when the feature's values are shuffled among rows. About 0 where it is not used. */
  readonly importance: number;
  /** Ends of the 95 % interval over rows. */
  readonly lower: number;
  readonly upper: number;
}

/** Choices of `permutationImportance`. */
export interface ImportanceOptions {
  readonly features: readonly FeatureBlock[];
  /** How often each feature is shuffled. Default 3. */
  readonly repeats?: number;
  readonly seed?: number;
}

/**
 * Permutation importance on `rows` (encoded, row-major; held out, or what was learned by heart counts as well). `losses`
 * gives the loss of each row of its argument, whose rows keep their order and so their truths.
 * @throws ArgumentError where sizes do not fit, or there are fewer than two rows.
 *
 * @example
 * ```ts
 * import { permutationImportance } from "smilodon/explain";
 * const rows = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * i)); // two features, 200 rows
 * const features = [{ name: "used", start: 0, width: 1 }, { name: "unused", start: 1, width: 1 }];
 * const truth = Array.from({ length: 200 }, (_, row) => rows[2 * row] ?? 0);
 * const losses = async (some: Float32Array) => truth.map((y, row) => (y - (some[2 * row] ?? 0)) ** 2);
 * const [used, unused] = await permutationImportance(losses, rows, { features });
 * console.log(used, unused); // about 1; exactly 0
 * ```
 */
export async function permutationImportance(
  losses: RowLosses,
  rows: Float32Array,
  { features, repeats = 3, seed = 0 }: ImportanceOptions,
): Promise<FeatureImportance[]> {
  const { width, count } = sizesOf("permutationImportance", rows, features);
  const before = await losses(rows);
  if (before.length !== count)
    throw new ArgumentError(`permutationImportance: ${before.length} losses were given for ${count} rows.`);
  const results: FeatureImportance[] = [];
  for (const [index, feature] of features.entries()) {
    const increases = new Float64Array(count);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = shuffledOrder(count, seed, "shuffle", index * repeats + repeat);
      const after = await losses(exchange(rows, feature, width, order));
      increases.forEach((sum, row) => {
        increases[row] = sum + (at(after, row) - at(before, row)) / repeats;
      });
    }
    results.push({ feature: feature.name, ...meanWithInterval(increases) });
  }
  return results;
}

/** How the output moves with a feature: one point for each of some rows whose blocks were tried. */
export interface EffectPoint {
  /** The row whose block was put into all others: its cell in the table says what the point is about. */
  readonly row: number;
  /** Mean output over rows, less its mean over all rows as they are. */
  readonly effect: number;
}

/** Choices of `partialDependence` and `accumulatedEffects`. */
export interface EffectOptions {
  readonly features: readonly FeatureBlock[];
  /** Name of the feature. */
  readonly feature: string;
  /** Rows whose blocks are tried: `quantileRows` for numbers (ascending), one row of each category otherwise. */
  readonly donors: readonly number[];
}

/**
 * Partial dependence: the mean output when all rows get the feature of one, for each donor, less the mean output of the rows as
 * they are. Says what the model does, also for combinations that do not occur; `accumulatedEffects` avoids those.
 * @throws ArgumentError where sizes do not fit, or there is no such feature or row.
 */
export async function partialDependence(
  outputs: RowOutputs,
  rows: Float32Array,
  options: EffectOptions,
): Promise<EffectPoint[]> {
  const { width, count } = sizesOf("partialDependence", rows, options.features);
  const block = blockNamed(options, count);
  const level = meanOf(await outputs(rows));
  const points: EffectPoint[] = [];
  for (const donor of options.donors) {
    const all = new Uint32Array(count).fill(donor);
    points.push({ row: donor, effect: meanOf(await outputs(exchange(rows, block, width, all))) - level });
  }
  return points;
}

/**
 * Accumulated local effects of a number: rows whose value lies between two neighbouring donors are given the one and the
 * other, and the mean differences are added up from donor to donor. Each row is moved a little only, so combinations stay
 * near those that occur. Effects are centred over rows.
 *
 * @param values the feature's value of each row, by which rows fall between donors; rows of NaN are left out
 * @throws ArgumentError where sizes do not fit, donors do not ascend, or there is no such feature or row.
 */
export async function accumulatedEffects(
  outputs: RowOutputs,
  rows: Float32Array,
  options: EffectOptions & { readonly values: ArrayLike<number> },
): Promise<EffectPoint[]> {
  const { width, count } = sizesOf("accumulatedEffects", rows, options.features);
  const block = blockNamed(options, count);
  const { donors, values } = options;
  const edges = donors.map((row) => values[row] ?? Number.NaN);
  if (values.length !== count || edges.some((edge, place) => !(place === 0 || edge > at(edges, place - 1))))
    throw new ArgumentError(
      `accumulatedEffects: ${values.length} values for ${count} rows, and donors have to ascend: ${edges.join(", ")}.`,
    );
  const known = Array.from({ length: count }, (_, row) => row).filter((row) => !Number.isNaN(values[row]));
  const places = known.map((row) => intervalOf(edges, at(values, row)));
  const some = pickRows(rows, width, known);
  const donorBlocks = pickRows(rows, width, donors);
  const move = (step: number): Promise<ArrayLike<number>> =>
    outputs(placeBlocks(some, donorBlocks, block, width, (row) => at(places, row) + step));
  const [below, above] = [await move(0), await move(1)];
  return accumulate(donors, places, { below, above });
}

/** Adds up the mean differences of each interval, and centres them. */
function accumulate(
  donors: readonly number[],
  places: readonly number[],
  { below, above }: { below: ArrayLike<number>; above: ArrayLike<number> },
): EffectPoint[] {
  const sums = new Float64Array(donors.length);
  const sizes = new Float64Array(donors.length);
  places.forEach((place, row) => {
    sums[place] = at(sums, place) + at(above, row) - at(below, row);
    sizes[place] = at(sizes, place) + 1;
  });
  const effects = [0];
  for (let place = 0; place + 1 < donors.length; place++)
    effects.push(at(effects, place) + at(sums, place) / Math.max(1, at(sizes, place)));
  // A row between two donors has the mean of their effects.
  const centre = places.reduce((sum, place) => sum + (at(effects, place) + (effects[place + 1] ?? 0)) / 2, 0);
  return donors.map((row, place) => ({ row, effect: at(effects, place) - centre / Math.max(1, places.length) }));
}

/**
 * Rows whose values are quantiles of `values`, ascending and different: donors for the effect of a number.
 *
 * @example
 * ```ts
 * import { quantileRows } from "smilodon/explain";
 * console.log(quantileRows([30, 10, NaN, 20, 10], 3)); // [1, 3, 0]: the rows of 10, 20 and 30
 * ```
 */
export function quantileRows(values: ArrayLike<number>, count: number): number[] {
  const order = Array.from({ length: values.length }, (_, row) => row)
    .filter((row) => Number.isFinite(values[row]))
    .sort((a, b) => at(values, a) - at(values, b) || a - b);
  const chosen: number[] = [];
  for (let index = 0; index < count && order.length > 0; index++) {
    const row = at(order, Math.round((index * (order.length - 1)) / Math.max(1, count - 1)));
    const before = chosen.at(-1);
    if (before === undefined || at(values, row) > at(values, before)) chosen.push(row);
  }
  return chosen;
}

/** The last edge that is at most `value`, among those that another follows. */
function intervalOf(edges: readonly number[], value: number): number {
  let place = 0;
  while (place + 2 < edges.length && at(edges, place + 1) <= value) place++;
  return place;
}

function sizesOf(
  operation: string,
  rows: Float32Array,
  features: readonly FeatureBlock[],
): { width: number; count: number } {
  const width = features.reduce((sum, block) => sum + block.width, 0);
  const count = rows.length / width;
  if (!Number.isInteger(count) || count < 2)
    throw new ArgumentError(`${operation}: ${rows.length} values are not at least two whole rows of ${width}.`, {
      width,
    });
  return { width, count };
}

function blockNamed({ features, feature, donors }: EffectOptions, count: number): FeatureBlock {
  const block = features.find(({ name }) => name === feature);
  if (block !== undefined && donors.length > 0 && donors.every((row) => row >= 0 && row < count)) return block;
  throw new ArgumentError(
    `The effect of "${feature}" cannot be found from the rows ${donors.join(", ")} of ${count}; the features are ${features.map(({ name }) => name).join(", ")}.`,
    { feature },
  );
}

/** `rows`, with the block of row `order[row]` in each. */
function exchange(rows: Float32Array, block: FeatureBlock, width: number, order: Uint32Array): Float32Array {
  return placeBlocks(rows, rows, block, width, (row) => at(order, row));
}

/** A copy of `rows` in which each has the block of one of `donors`. */
function placeBlocks(
  rows: Float32Array,
  donors: Float32Array,
  { start, width: size }: FeatureBlock,
  width: number,
  donorOf: (row: number) => number,
): Float32Array {
  const result = Float32Array.from(rows);
  for (let row = 0; row * width < rows.length; row++) {
    const from = donorOf(row) * width + start;
    result.set(donors.subarray(from, from + size), row * width + start);
  }
  return result;
}

function pickRows(rows: Float32Array, width: number, order: readonly number[]): Float32Array {
  const picked = new Float32Array(order.length * width);
  order.forEach((row, index) => picked.set(rows.subarray(row * width, (row + 1) * width), index * width));
  return picked;
}

function meanOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean with its 95 % interval (normal). */
function meanWithInterval(values: Float64Array): { importance: number; lower: number; upper: number } {
  const importance = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - importance) ** 2, 0) / (values.length - 1);
  const half = 1.959963984540054 * Math.sqrt(variance / values.length);
  return { importance, lower: importance - half, upper: importance + half };
}
