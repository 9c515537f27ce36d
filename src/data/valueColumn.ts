/** Columns from values as JavaScript has them: what JSON, Parquet, Arrow and SQL give. CSV has a faster way of its own. */
import { DataError } from "../support/errors.ts";
import { type Column, textColumnOf } from "./column.ts";
import type { NumberNotation } from "./csvLayout.ts";
import { parseNumber } from "./number.ts";

/** What is settled about a column before its values are read. */
export interface ValueColumnOptions {
  /** The kind that it has to be. Default: numbers as long as all values are numbers, then text. */
  readonly kind?: Column["kind"] | undefined;
  /** Where the kind was told and not found: text that spells a number is one then, and numbers may be rounded. */
  readonly isTold?: boolean;
  /** Texts that mean "missing". */
  readonly missing: NumberNotation["missingNumbers"];
}

/**
 * One column that grows value by value. Null, undefined, NaN and empty text are missing. Booleans are the texts `true` and
 * `false`; dates and times are ISO texts; whole numbers that a double does not hold make the column text, so that none
 * is changed.
 */
export class ValueColumn {
  readonly name: string;
  readonly #options: ValueColumnOptions;
  #count = 0;
  #kind: Column["kind"];
  #hasNumber = false;
  #numbers = new Float64Array(64);
  #codes = new Int32Array(0);
  readonly #positions = new Map<string, number>();

  constructor(name: string, options: ValueColumnOptions) {
    this.name = name;
    this.#options = options;
    this.#kind = options.kind ?? "number";
    if (this.#kind === "text") this.#codes = new Int32Array(64);
  }

  /** Values that were added. */
  get count(): number {
    return this.#count;
  }

  /** Adds `value`. @throws DataError, beginning with what `place` says, where it is nested or not of the settled kind. */
  add(value: unknown, place: (index: number) => string): void {
    if (this.#kind === "number") {
      const number = this.#numberOf(value);
      if (number !== undefined) return this.#addNumber(number);
      if (this.#options.kind === "number") throw this.#notANumber(value, place(this.#count));
      this.#becomeText();
    }
    this.#addText(this.#textOf(value, place));
  }

  /** Adds missing values until there are `count`. */
  fill(count: number): void {
    while (this.#count < count) {
      if (this.#kind === "number") this.#addNumber(Number.NaN);
      else this.#addText("");
    }
  }

  /** The values that were added; the column is empty then. */
  take(): Column {
    // Numbers that never came: nothing tells what it is, and text does not pretend to know
    if (this.#kind === "number" && !this.#hasNumber && this.#options.kind === undefined) this.#becomeText();
    const count = this.#count;
    this.#count = 0;
    if (this.#kind === "number") return { kind: "number", values: this.#numbers.slice(0, count) };
    const categories = [...this.#positions.keys()];
    this.#positions.clear();
    return textColumnOf(this.#codes.slice(0, count), categories);
  }

  /** NaN where missing, undefined where it is no number or would be rounded. */
  #numberOf(value: unknown): number | undefined {
    if (typeof value === "number") return value;
    if (value === null || value === undefined) return Number.NaN;
    if (typeof value === "bigint") {
      const number = Number(value);
      return Number.isSafeInteger(number) || this.#options.isTold ? number : undefined;
    }
    if (typeof value !== "string") return undefined;
    const text = value.trim();
    if (this.#options.missing.has(text)) return Number.NaN;
    return this.#options.isTold ? parseNumber(text) : undefined;
  }

  #textOf(value: unknown, place: (index: number) => string): string {
    if (value === null || value === undefined || Number.isNaN(value)) return "";
    if (typeof value === "string") {
      const text = value.trim();
      return this.#options.missing.has(text) ? "" : text;
    }
    if (value instanceof Date) return isoOf(value);
    if (typeof value !== "object") return String(value);
    throw new DataError(
      `${place(this.#count)}: column "${this.name}" holds ${Array.isArray(value) ? "a list" : "nested values"}; a table needs single ones. Take it apart into columns, or name the columns to read without it.`,
      { name: this.name },
    );
  }

  #addNumber(value: number): void {
    if (this.#count === this.#numbers.length) {
      const numbers = new Float64Array(this.#count * 2);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    if (!Number.isNaN(value)) this.#hasNumber = true;
    this.#numbers[this.#count++] = value;
  }

  #addText(text: string): void {
    if (this.#count === this.#codes.length) {
      const codes = new Int32Array(this.#count * 2);
      codes.set(this.#codes);
      this.#codes = codes;
    }
    this.#codes[this.#count++] = this.#codeOf(text);
  }

  #codeOf(text: string): number {
    if (text === "") return -1;
    const known = this.#positions.get(text);
    if (known !== undefined) return known;
    this.#positions.set(text, this.#positions.size);
    return this.#positions.size - 1;
  }

  #becomeText(): void {
    this.#kind = "text";
    this.#codes = new Int32Array(this.#numbers.length);
    for (let index = 0; index < this.#count; index++) {
      const number = this.#numbers[index] ?? Number.NaN;
      this.#codes[index] = Number.isNaN(number) ? -1 : this.#codeOf(String(number));
    }
    this.#numbers = new Float64Array(0);
  }

  #notANumber(value: unknown, place: string): DataError {
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    const isLarge = typeof value === "bigint";
    const problem = isLarge ? "is too large for a number to hold exactly" : "is not a number";
    const fix = `Say what the column is: kinds: { ${JSON.stringify(this.name)}: "category" }.`;
    return new DataError(`${place}, column "${this.name}": ${shown} ${problem}. ${fix}`, {
      name: this.name,
      needs: "number",
    });
  }
}

/** As short as it is exact: the day alone for midnight (UTC); empty for what is no date. */
function isoOf(date: Date): string {
  if (Number.isNaN(date.getTime())) return "";
  return date.toISOString().replace(/T00:00:00\.000Z$/, "");
}
