/**
 * Tables as rows of numbers that a network takes: each column becomes a block of columns, dense, with what was learned of
 * the training table. How each kind is encoded stands in `encoder/parts.ts`; the linear layers come after.
 */
import { DataError } from "../support/errors.ts";
import { didYouMean } from "../support/nearestName.ts";
import type { Column } from "./column.ts";
import type { ColumnFacts } from "./columnFacts.ts";
import { fitPart } from "./encoder/fitParts.ts";
import { partWriter, widthOf } from "./encoder/parts.ts";
import { type EncoderPart, type EncoderState, encoderSchema } from "./encoder/state.ts";
import { type ColumnKind, inferKinds } from "./kinds.ts";
import type { Table } from "./table.ts";

/** What `fitEncoder` may be told. */
export interface EncoderOptions {
  /** A column that is to be predicted: it is left out. */
  readonly target?: string | undefined;
  /** What columns hold, by name, where the guess is wrong. */
  readonly kinds?: Readonly<Record<string, ColumnKind>> | undefined;
  /** Further columns to leave out. */
  readonly exclude?: readonly string[] | undefined;
  /**
   * Where the table is a sample of rows that memory does not hold: what is known of all of them. Categories and what is missing
   * are then those of all rows, and so is how far numbers reach; medians and quartiles are the sample's.
   */
  readonly whole?: ReadonlyMap<string, ColumnFacts> | undefined;
}

/** The block of columns that belongs to one column of the table. */
export interface EncodedFeature {
  readonly name: string;
  readonly kind: ColumnKind;
  /** First column of the block in a row. */
  readonly start: number;
  /** Columns in the block. */
  readonly width: number;
}

/** Rows of so many numbers together are written by all columns before the next rows are: they stay in the cache. */
const cachedNumbers = 2 ** 14;

/** A table's columns as numbers, always in the same way. Made by `fitEncoder`, or from its state by `encoderOf`. */
export class TableEncoder {
  /** Plain JSON; `encoderOf` makes the same encoder from it. */
  readonly state: EncoderState;
  /** Blocks in order; together they fill a row. */
  readonly features: readonly EncodedFeature[];
  /** Numbers in a row. */
  readonly width: number;

  constructor(state: EncoderState) {
    this.state = state;
    let start = 0;
    this.features = state.parts.map((part) => {
      const feature = { name: part.name, kind: part.kind, start, width: widthOf(part) };
      start += feature.width;
      return feature;
    });
    this.width = start;
  }

  /**
   * Rows of numbers, row-major [table.rowCount, width]. The order of columns does not matter; columns that the encoder does not
   * know are ignored.
   * @throws DataError where a column is missing (with the nearest name), or a cell cannot be encoded (with its place).
   */
  encode(table: Table): Float32Array {
    this.#checkColumns(table);
    const rows = new Float32Array(table.rowCount * this.width);
    const writers = this.state.parts.map((part, index) =>
      partWriter(part, table, { rows, width: this.width, start: this.features[index]?.start ?? 0 }),
    );
    const step = Math.max(1, Math.floor(cachedNumbers / this.width));
    for (let from = 0; from < table.rowCount; from += step)
      for (const write of writers) write(from, Math.min(table.rowCount, from + step));
    return rows;
  }

  /** Columns of `table` that the encoder does not look at. */
  ignored(table: Table): readonly string[] {
    const known = new Set(this.features.map(({ name }) => name));
    return table.names.filter((name) => !known.has(name));
  }

  #checkColumns(table: Table): void {
    const absent = this.features.map(({ name }) => name).filter((name) => !table.columns.has(name));
    const [first] = absent;
    if (first === undefined) return;
    const others = absent.length === 1 ? "" : ` So are ${absent.length - 1} more: ${absent.slice(1, 6).join(", ")}.`;
    throw new DataError(
      `Column "${first}" is missing.${didYouMean(first, this.ignored(table))}${others} The table has: ${shorten(table.names)}.`,
      { missing: absent, names: table.names },
    );
  }
}

/**
 * Learns from `table` how its columns become numbers. Numbers are centered and scaled by median and quartiles, and compressed by
 * asinh where some are far off; categories get a column each and one for any other; dates become elapsed time and
 * sines; words of free text are hashed; what is missing gets a column of its own where it occurs.
 * @throws DataError where the table has no rows or no columns are left, and where `kinds` or `exclude` name columns that
 * there are not.
 *
 * @example
 * ```ts
 * import { fitEncoder, readTable } from "smilodon/data";
 * const table = readTable("size,color,price\n1,red,10\n2,blue,\n3,red,30\n4,blue,20\n");
 * const encoder = fitEncoder(table, { target: "price" });
 * console.log(encoder.features, encoder.encode(table));
 * ```
 */
export function fitEncoder(table: Table, options: EncoderOptions = {}): TableEncoder {
  const { target, kinds = {}, exclude = [], whole } = options;
  if (table.rowCount === 0) throw new DataError("The table has no rows to learn from.");
  for (const name of [...exclude, ...(target === undefined ? [] : [target])]) table.column(name);
  const left = new Set([...exclude, ...(target === undefined ? [] : [target])]);
  const parts: EncoderPart[] = [];
  for (const finding of inferKinds(table, whole === undefined ? { kinds } : { kinds, whole })) {
    const column = table.column(finding.name);
    const facts = whole?.get(finding.name);
    const isUsable = facts === undefined ? !isEmpty(column) : facts.missing < facts.rows;
    if (!left.has(finding.name) && isUsable) parts.push(fitPart(column, finding, facts));
  }
  if (parts.length === 0) {
    throw new DataError(
      `No column is left to learn from: the table has ${shorten(table.names)}, and each is the target, left out, empty, or the same in every row.`,
      { names: table.names },
    );
  }
  return new TableEncoder({ version: 1, parts });
}

/**
 * The encoder with the given state, as it is read from a file.
 * @throws DataError where `state` is not what an encoder says of itself.
 */
export function encoderOf(state: unknown): TableEncoder {
  const read = encoderSchema.safeParse(state);
  if (read.success) return new TableEncoder(read.data);
  const [issue] = read.error.issues;
  throw new DataError(`The encoder's state is damaged at ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}.`);
}

function isEmpty(column: Column): boolean {
  return column.kind === "number" ? column.values.every(Number.isNaN) : column.codes.every((code) => code < 0);
}

/** The first names, for messages. */
function shorten(names: readonly string[]): string {
  const most = 12;
  return names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
