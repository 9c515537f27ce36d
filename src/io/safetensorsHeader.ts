/**
 * The header of a safetensors file: JSON of one fixed form, read strictly. `JSON.parse` would accept names that occur
 * twice and nesting of any depth, so the grammar stands here, with the place of each mistake. Next: `safetensors.ts`.
 */
import { DataError } from "../support/errors.ts";

/** What the header says of one tensor; nothing of it has been checked against the data yet. */
export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte and the one after the last, counted from the end of the header. */
  readonly offsets: readonly [begin: number, end: number];
}

/** A header taken apart. */
export interface Header {
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** @throws DataError with the character at which `text` leaves the grammar, or the name that occurs twice. */
export function parseHeader(text: string): Header {
  const reader = new HeaderReader(text);
  const entries = new Map<string, HeaderEntry>();
  let metadata: ReadonlyMap<string, string> = new Map();
  const seen = new Set<string>();
  reader.readObject("the header", (name) => {
    if (seen.has(name)) reader.fail(`the name ${JSON.stringify(name)} occurs twice`);
    seen.add(name);
    if (name === "__metadata__") metadata = readMetadata(reader);
    else entries.set(name, readEntry(reader, name));
  });
  reader.readEnd();
  return { entries, metadata };
}

function readMetadata(reader: HeaderReader): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  reader.readObject("__metadata__", (key) => {
    if (metadata.has(key)) reader.fail(`__metadata__ has ${JSON.stringify(key)} twice`);
    metadata.set(key, reader.readString(`__metadata__, ${JSON.stringify(key)}`));
  });
  return metadata;
}

function readEntry(reader: HeaderReader, name: string): HeaderEntry {
  const where = `tensor ${JSON.stringify(name)}`;
  let dtype: string | undefined;
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] | undefined;
  const seen = new Set<string>();
  reader.readObject(where, (key) => {
    if (seen.has(key)) reader.fail(`${where} has ${JSON.stringify(key)} twice`);
    seen.add(key);
    if (key === "dtype") dtype = reader.readString(`${where}, dtype`);
    else if (key === "shape") shape = reader.readIntegers(`${where}, shape`);
    else if (key === "data_offsets") offsets = reader.readIntegers(`${where}, data_offsets`);
    else reader.fail(`${where} has ${JSON.stringify(key)}; only dtype, shape and data_offsets are allowed`);
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined) return reader.fail(`${where} lacks its dtype or shape`);
  if (begin === undefined || end === undefined || offsets?.length !== 2)
    return reader.fail(`${where} has no data_offsets of two numbers`);
  return { dtype, shape, offsets: [begin, end] };
}

/** Reads the few forms of JSON that a header is made of, and says where something else stands. */
class HeaderReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `{"key": …}`; `readValue` reads what follows each key. */
  readObject(what: string, readValue: (key: string) => void): void {
    this.#expect("{", what);
    if (this.#accept("}")) return;
    do {
      const key = this.readString(`a name in ${what}`);
      this.#expect(":", `${what}, after ${JSON.stringify(key)}`);
      readValue(key);
    } while (this.#accept(","));
    this.#expect("}", what);
  }

  readString(what: string): string {
    this.#skipSpace();
    const begin = this.#position;
    if (this.#text[begin] !== '"') this.fail(`${what} should be a string`);
    let end = begin + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === "\\" ? 2 : 1;
    const value = parseString(this.#text.slice(begin, end + 1));
    if (value === undefined) return this.fail(`${what} is not a proper string`);
    this.#position = end + 1;
    return value;
  }

  /** `[1, 2]` of whole numbers of zero or more. */
  readIntegers(what: string): number[] {
    const values: number[] = [];
    this.#expect("[", what);
    if (this.#accept("]")) return values;
    do values.push(this.#readInteger(what));
    while (this.#accept(","));
    this.#expect("]", what);
    return values;
  }

  readEnd(): void {
    this.#skipSpace();
    if (this.#position < this.#text.length) this.fail("something follows the closing brace");
  }

  fail(problem: string): never {
    throw new DataError(`safetensors, header, character ${this.#position}: ${problem}.`, { character: this.#position });
  }

  #readInteger(what: string): number {
    this.#skipSpace();
    const begin = this.#position;
    let end = begin;
    while (isDigit(this.#text.charCodeAt(end))) end++;
    const digits = this.#text.slice(begin, end);
    const value = Number(digits);
    if (digits === "" || (digits.length > 1 && digits.startsWith("0")) || !Number.isSafeInteger(value)) {
      this.fail(`${what} should hold whole numbers from 0 to 9007199254740991`);
    }
    this.#position = end;
    return value;
  }

  #expect(character: string, what: string): void {
    if (!this.#accept(character)) this.fail(`${what}: "${character}" should stand here`);
  }

  #accept(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] !== character) return false;
    this.#position++;
    return true;
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#position))) this.#position++;
  }
}

/** The string that `literal`, with its quotes, spells in JSON; undefined where it is none or has half of a pair. */
function parseString(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === "string" && value.isWellFormed() ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}
