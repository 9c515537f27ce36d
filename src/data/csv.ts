/**
 * Comma-separated values as text: reading into rows of cells, and writing. Most callers want `readTable`, which knows what
 * cells mean and reads from bytes (`csvReader.ts`); this is the clear reader that it is tested against.
 */
import { DataError } from "../support/errors.ts";

/** One record: its cells, and the line of the file that it begins on (from 1). */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** How a file is written. */
export interface CsvOptions {
  /** One character between cells. Default comma. */
  readonly separator?: string;
}

/**
 * The records of `text` by RFC 4180: cells may be quoted, quotes inside are doubled, quoted cells may hold line breaks.
 * A byte order mark is skipped, empty lines are no records, lines end with LF, CRLF or CR.
 * @throws DataError with line and column for a quote that is not closed, stands inside a cell, or is followed by text.
 *
 * @example
 * ```ts
 * import { parseCsv } from "smilodon/data";
 * console.log(parseCsv('name,note\nTom,"says ""miau"""\n').map((row) => row.cells));
 * ```
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvRow[] {
  return new CsvReader(text, separatorOf(options)).readRows();
}

/**
 * `rows` as text, one line each; cells are quoted where they have to be. Reading it again gives the same cells.
 *
 * @example
 * ```ts
 * import { formatCsv } from "smilodon/data";
 * console.log(formatCsv([["name", "note"], ["Tom", 'says "miau"']]));
 * ```
 */
export function formatCsv(rows: Iterable<readonly (string | number)[]>, options: CsvOptions = {}): string {
  const separator = String.fromCharCode(separatorOf(options));
  const formatCell = (cell: string | number): string => {
    const text = typeof cell === "number" ? formatNumber(cell) : cell;
    // Also what might be taken for the separator when the file is read without being told
    const needsQuotes = text.includes(separator) || /[",;|\t\r\n]|^\uFEFF/.test(text);
    return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
  };
  let result = "";
  for (const row of rows) {
    const line = row.map(formatCell).join(separator);
    // A row of one empty cell would read as an empty line, which is no record
    result += `${line === "" && row.length === 1 ? '""' : line}\n`;
  }
  return result;
}

/** As `Number` reads it back, minus zero included; nothing where missing. */
function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "";
  return Object.is(value, -0) ? "-0" : String(value);
}

function separatorOf({ separator = "," }: CsvOptions): number {
  if (separator.length !== 1 || /["\r\n]/.test(separator)) {
    const given = JSON.stringify(separator);
    throw new DataError(`CSV: the separator is ${given}; it has to be one character, not a quote or line break.`, {
      separator,
    });
  }
  return separator.charCodeAt(0);
}

const quote = 34;
const lineFeed = 10;
const carriageReturn = 13;

/** Walks over a text once, keeping count of lines. */
class CsvReader {
  readonly #text: string;
  readonly #separator: number;
  #position: number;
  #line = 1;
  #lineStart: number;

  constructor(text: string, separator: number) {
    this.#text = text;
    this.#separator = separator;
    this.#position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.#lineStart = this.#position;
  }

  readRows(): CsvRow[] {
    const rows: CsvRow[] = [];
    while (this.#position < this.#text.length) {
      const [line, start] = [this.#line, this.#position];
      const cells = this.#readCells();
      if (this.#position > start) rows.push({ line, cells });
      this.#position = this.#afterBreak(this.#position);
      this.#beginLine(this.#position);
    }
    return rows;
  }

  #readCells(): string[] {
    const cells = [this.#readCell()];
    while (this.#code() === this.#separator) {
      this.#position++;
      cells.push(this.#readCell());
    }
    return cells;
  }

  #readCell(): string {
    if (this.#code() === quote) return this.#readQuoted();
    const from = this.#position;
    while (!this.#isCellEnd()) {
      if (this.#code() === quote)
        this.#fail(
          "a quote inside a cell that does not begin with one. Quote the whole cell and double quotes inside.",
        );
      this.#position++;
    }
    return this.#text.slice(from, this.#position);
  }

  #readQuoted(): string {
    const opened = { position: this.#position, line: this.#line, lineStart: this.#lineStart };
    let cell = "";
    for (let from = this.#position + 1; ; ) {
      const end = this.#text.indexOf('"', from);
      if (end < 0) {
        ({ position: this.#position, line: this.#line, lineStart: this.#lineStart } = opened);
        this.#fail("this quote is never closed. Close it, or double it if it is part of the text.");
      }
      this.#countLines(from, end);
      cell += this.#text.slice(from, end);
      this.#position = end + 1;
      if (this.#code() !== quote) break;
      cell += '"';
      from = end + 2;
    }
    if (!this.#isCellEnd()) this.#fail("text after a closing quote. Double a quote that is part of the text.");
    return cell;
  }

  #countLines(from: number, end: number): void {
    for (let at = from; at < end; at++) {
      if (!isBreak(this.#text.charCodeAt(at))) continue;
      const next = this.#afterBreak(at);
      this.#beginLine(next);
      at = next - 1;
    }
  }

  /** The position after the line break at `position`. */
  #afterBreak(position: number): number {
    const isPair =
      this.#text.charCodeAt(position) === carriageReturn && this.#text.charCodeAt(position + 1) === lineFeed;
    return position + (isPair ? 2 : 1);
  }

  #beginLine(start: number): void {
    this.#line++;
    this.#lineStart = start;
  }

  #code(): number {
    return this.#text.charCodeAt(this.#position);
  }

  #isCellEnd(): boolean {
    const code = this.#code();
    return Number.isNaN(code) || code === this.#separator || isBreak(code);
  }

  #fail(problem: string): never {
    const column = this.#position - this.#lineStart + 1;
    throw new DataError(`CSV, line ${this.#line}, column ${column}: ${problem}`, { line: this.#line, column });
  }
}

function isBreak(code: number): boolean {
  return code === lineFeed || code === carriageReturn;
}
