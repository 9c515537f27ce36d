/**
 * The nearest of some reference rows, fast: rows are made compact (numbers brought to one scale, categories as codes), the
 * references are ordered along the direction in which they differ most, and a search goes outwards from where the row
 * itself would stand, until that direction alone is too far. For tableScope.ts, which says what distances mean.
 */
import { at } from "../support/invariant.ts";

/** A column of the table and the block of columns that encodes it: what `TableEncoder.features` holds. */
export interface ScopeFeature {
  readonly name: string;
  /** Categories are one column each with a single 1; a boolean is −1 or 1 in its first column; all others are numbers. */
  readonly kind: "number" | "category" | "boolean" | "date" | "text";
  /** First column of the block in a row. */
  readonly start: number;
  /** Columns in the block. */
  readonly width: number;
}

/** What a distance is made of. */
export interface Metric {
  readonly features: readonly ScopeFeature[];
  /** What squared differences of each feature are multiplied with. */
  readonly weights: readonly number[];
  /** For each column of an encoded row its mean over the training rows. */
  readonly means: readonly number[];
  /** Rows that the model learned from. */
  readonly trained: number;
  /** Columns of an encoded row. */
  readonly width: number;
}

/** Rows as they are compared. */
export interface CompactRows {
  readonly count: number;
  /** Row-major [count, number columns], multiplied with the root of their weight. */
  readonly numbers: Float64Array;
  /** Row-major [count, category features]; −1 for none of the categories. */
  readonly codes: Int32Array;
  /** Row-major [count, category features]: what it adds to the square of the distance when the other row has another category. */
  readonly costs: Float64Array;
}

/** Splits features by how they are compared. */
function partsOf({ features, weights }: Metric): { columns: { column: number; root: number }[]; categories: number[] } {
  const columns: { column: number; root: number }[] = [];
  const categories: number[] = [];
  features.forEach(({ kind, start, width }, index) => {
    if (kind === "category") categories.push(index);
    else for (let k = 0; k < width; k++) columns.push({ column: start + k, root: Math.sqrt(at(weights, index)) });
  });
  return { columns, categories };
}

/** Encoded rows made compact. */
export function compactRows(metric: Metric, rows: Float32Array): CompactRows {
  const { width, features } = metric;
  const count = rows.length / width;
  const { columns, categories } = partsOf(metric);
  const numbers = new Float64Array(count * columns.length);
  columns.forEach(({ column, root }, index) => {
    for (let place = index, from = column; place < numbers.length; place += columns.length, from += width)
      numbers[place] = (rows[from] ?? 0) * root;
  });
  const codes = new Int32Array(count * categories.length);
  const costs = new Float64Array(codes.length);
  categories.forEach((index, category) => {
    const feature = at(features, index);
    const costOf = categoryCosts(metric, index);
    for (let row = 0; row < count; row++) {
      const code = codeOf(feature, rows, row * width);
      codes[row * categories.length + category] = code;
      costs[row * categories.length + category] = at(costOf, code < 0 ? feature.width : code);
    }
  });
  return { count, numbers, codes, costs };
}

/** Position of the category of a row's block; −1 where there is none. */
export function codeOf({ start, width }: ScopeFeature, rows: Float32Array, row: number): number {
  for (let code = 0; code < width; code++) if ((rows[row + start + code] ?? 0) > 0.999) return code;
  return -1;
}

/**
 * What another category costs: how surprising one's own is (−log of its share of the training rows), compared with the mean
 * surprise of the column. The last is for none of the categories.
 */
function categoryCosts({ features, weights, means, trained }: Metric, index: number): Float64Array {
  const { start, width } = at(features, index);
  return Float64Array.from({ length: width + 1 }, (_, code) => {
    const share = code === width ? 0 : at(means, start + code);
    const known = (share * trained + 0.5) / (trained + 1);
    return Math.max(0, -Math.log(known)) * at(weights, index);
  });
}

/** What each feature adds to the square of the distance of the first row of `one` to the first of `other`. */
export function squaresBetween(metric: Metric, one: CompactRows, other: CompactRows): Float64Array {
  const squares = new Float64Array(metric.features.length);
  let number = 0;
  let category = 0;
  metric.features.forEach(({ kind, width }, index) => {
    if (kind === "category") {
      squares[index] = at(one.codes, category) === at(other.codes, category) ? 0 : at(one.costs, category);
      category++;
      return;
    }
    for (let k = 0; k < width; k++, number++)
      squares[index] = at(squares, index) + (at(one.numbers, number) - at(other.numbers, number)) ** 2;
  });
  return squares;
}

/** References in the order of their place along the direction in which they differ most. */
export class NearestRows {
  readonly #neighbours: number;
  readonly #numberColumns: number;
  readonly #categories: number;
  readonly #rows: CompactRows;
  /** Unit vector, [number columns]. */
  readonly #direction: Float64Array;
  /** Place of each reference along it, ascending. */
  readonly #places: Float64Array;

  constructor(metric: Metric, references: CompactRows, neighbours: number) {
    const { columns, categories } = partsOf(metric);
    this.#neighbours = neighbours;
    this.#numberColumns = columns.length;
    this.#categories = categories.length;
    this.#direction = mainDirection(references.numbers, columns.length);
    const places = placesAlong(this.#direction, references);
    const order = Uint32Array.from(places.keys()).sort((a, b) => at(places, a) - at(places, b) || a - b);
    this.#places = Float64Array.from(order, (row) => at(places, row));
    this.#rows = reorder(references, order, { numbers: columns.length, categories: categories.length });
  }

  /**
   * Mean distance of each row to its nearest references. `areReferences`: the rows are the references themselves, and one
   * of them at distance 0, the row, does not count.
   */
  distances(rows: CompactRows, areReferences = false): Float64Array {
    const result = new Float64Array(rows.count);
    const skip = areReferences ? 1 : 0;
    const nearest = new Float64Array(Math.min(this.#neighbours + skip, this.#rows.count));
    const places = placesAlong(this.#direction, rows);
    const field = this.#fieldOf(rows);
    for (let row = 0; row < rows.count; row++) {
      search(field, row, places[row] ?? 0, nearest);
      let total = 0;
      for (let rank = skip; rank < nearest.length; rank++) total += Math.sqrt(nearest[rank] ?? 0);
      result[row] = total / Math.max(1, nearest.length - skip);
    }
    return result;
  }

  /** The reference nearest to the first of `rows`. */
  nearestTo(rows: CompactRows): CompactRows {
    const [place = 0] = placesAlong(this.#direction, rows);
    const index = search(this.#fieldOf(rows), 0, place, new Float64Array(1));
    return reorder(this.#rows, Uint32Array.of(index), { numbers: this.#numberColumns, categories: this.#categories });
  }

  #fieldOf(rows: CompactRows): Field {
    const [columns, categories] = [this.#numberColumns, this.#categories];
    return { places: this.#places, references: this.#rows, rows, columns, categories };
  }
}

/** What a search looks at: references in the order of `places`, and rows that are compared with them. */
interface Field {
  readonly places: Float64Array;
  readonly references: CompactRows;
  readonly rows: CompactRows;
  readonly columns: number;
  readonly categories: number;
}

/**
 * Fills `nearest` with the smallest squared distances of row `row`, which stands at `place`, ascending; returns the position
 * of the nearest reference.
 */
function search(field: Field, row: number, place: number, nearest: Float64Array): number {
  nearest.fill(Number.POSITIVE_INFINITY);
  const middle = firstAtLeast(field.places, place);
  const before = scan(field, row, place, nearest, middle, field.places.length, 1);
  const closest = nearest[0] ?? 0;
  const after = scan(field, row, place, nearest, middle - 1, -1, -1);
  return (nearest[0] ?? 0) < closest ? after : before;
}

/** Walks from reference `from` to before `to` until places alone are too far. One flat loop: this is what judging many rows costs. */
function scan(
  field: Field,
  row: number,
  place: number,
  nearest: Float64Array,
  from: number,
  to: number,
  step: number,
): number {
  const { places, columns, categories } = field;
  const { numbers: own, codes: ownCodes, costs } = field.rows;
  const { numbers: others, codes: otherCodes } = field.references;
  const last = nearest.length - 1;
  const [ownStart, codeStart] = [row * columns, row * categories];
  let furthest = nearest[last] ?? 0;
  let found = 0;
  for (let reference = from; reference !== to; reference += step) {
    const gap = (places[reference] ?? 0) - place;
    if (gap * gap >= furthest) return found;
    let square = 0;
    let other = reference * categories;
    for (let code = codeStart; code < codeStart + categories; code++, other++) {
      if (ownCodes[code] !== otherCodes[other]) square += costs[code] ?? 0;
    }
    if (square >= furthest) continue;
    other = reference * columns;
    for (let column = ownStart; column < ownStart + columns; column++, other++) {
      const difference = (own[column] ?? 0) - (others[other] ?? 0);
      square += difference * difference;
    }
    if (square >= furthest) continue;
    let rank = last;
    for (; rank > 0 && square < (nearest[rank - 1] ?? 0); rank--) nearest[rank] = nearest[rank - 1] ?? 0;
    nearest[rank] = square;
    if (rank === 0) found = reference;
    furthest = nearest[last] ?? 0;
  }
  return found;
}

/** The direction in which rows differ most, roughly: some steps of power iteration from a fixed start. */
function mainDirection(numbers: Float64Array, columns: number): Float64Array {
  const direction = Float64Array.from({ length: columns }, (_, column) => 1 + 0.1 * Math.sin(column + 1));
  const count = columns === 0 ? 0 : numbers.length / columns;
  const mean = new Float64Array(columns);
  for (let index = 0; index < numbers.length; index++)
    mean[index % columns] = (mean[index % columns] ?? 0) + (numbers[index] ?? 0) / count;
  for (let step = 0; step < 15; step++) {
    const next = new Float64Array(columns);
    for (let start = 0; start < numbers.length; start += columns) {
      let place = 0;
      for (let column = 0; column < columns; column++)
        place += ((numbers[start + column] ?? 0) - (mean[column] ?? 0)) * (direction[column] ?? 0);
      for (let column = 0; column < columns; column++)
        next[column] = (next[column] ?? 0) + place * ((numbers[start + column] ?? 0) - (mean[column] ?? 0));
    }
    const length = Math.hypot(...next);
    if (!(length > 0)) break;
    for (let column = 0; column < columns; column++) direction[column] = (next[column] ?? 0) / length;
  }
  // A hair short of a unit vector: rounding must not make a place look further than the distance is.
  const length = Math.hypot(...direction) * (1 + 1e-9);
  return length > 0 ? direction.map((value) => value / length) : direction;
}

function placesAlong(direction: Float64Array, { count, numbers }: CompactRows): Float64Array {
  const places = new Float64Array(count);
  const columns = direction.length;
  for (let row = 0; row < count; row++) {
    let place = 0;
    for (let column = 0; column < columns; column++)
      place += (numbers[row * columns + column] ?? 0) * (direction[column] ?? 0);
    places[row] = place;
  }
  return places;
}

function reorder(
  { numbers, codes, costs }: CompactRows,
  order: Uint32Array,
  widths: { readonly numbers: number; readonly categories: number },
): CompactRows {
  const pick = <Values extends Float64Array | Int32Array>(from: Values, to: Values, width: number): Values => {
    order.forEach((row, index) => to.set(from.subarray(row * width, (row + 1) * width), index * width));
    return to;
  };
  return {
    count: order.length,
    numbers: pick(numbers, new Float64Array(order.length * widths.numbers), widths.numbers),
    codes: pick(codes, new Int32Array(order.length * widths.categories), widths.categories),
    costs: pick(costs, new Float64Array(order.length * widths.categories), widths.categories),
  };
}

/** Position of the first of the ascending `places` that is at least `place`. */
function firstAtLeast(places: Float64Array, place: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
