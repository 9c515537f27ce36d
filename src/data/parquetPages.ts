/**
 * Looks at the pages of a Parquet column before they are decoded. A decoder that believes the counts of a damaged page may
 * count for hours or fill the memory: here every count is held against the bytes that are there and the rows that the file
 * says it has. What pages are made of: parquet.apache.org/docs/file-format. What runs of values are: parquetRuns.ts.
 */
import type { CompressionCodec, ParquetType } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { checkDelta, checkRuns, readUint32 } from "./parquetRuns.ts";
import { type CompactStruct, readCompactStruct } from "./thrift.ts";

/** A column of a row group: one value a row, no lists. */
export interface ColumnChunk {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly type: ParquetType;
  readonly codec: CompressionCodec;
  /** Bytes of a value, where all have as many. */
  readonly typeLength: number | undefined;
  /** How many times over a value may be missing: 0 where it has to be there, 2 where its structure may be missing, too. */
  readonly levels: number;
}

/** What a page is read with besides its own header. */
interface Scene {
  readonly chunk: ColumnChunk;
  /** Values of the dictionary, once it was met. */
  dictionary: number | undefined;
  /** Pages that were unpacked, in order. */
  readonly unpacked: Uint8Array[];
}

/**
 * Checks all pages that hold the rows of `chunk`.
 * @returns the pages that are compressed, unpacked, in the order in which they follow
 * @throws Error where a count cannot be.
 */
export function checkPages(chunk: ColumnChunk): Uint8Array[] {
  const scene: Scene = { chunk, dictionary: undefined, unpacked: [] };
  const { bytes, rows } = chunk;
  let offset = 0;
  let seen = 0;
  while (seen < rows) {
    if (offset >= bytes.length - 1) throw new Error(`a column has ${seen} values where its rows are ${rows}`);
    const header = readCompactStruct(bytes, offset);
    const packed = sizeOf(header.value, 3, "packed size");
    const body = bytes.subarray(header.end, header.end + packed);
    if (body.length < packed) throw new Error("a page ends after its column");
    seen += checkPage(body, header.value, scene, rows - seen);
    offset = header.end + packed;
  }
  return scene.unpacked;
}

const [dataPage, dictionaryPage, dataPageV2] = [0, 2, 3];

/** How many rows the page has. */
function checkPage(body: Uint8Array, header: CompactStruct, scene: Scene, left: number): number {
  switch (header.get(1)) {
    case dictionaryPage: {
      const values = sizeOf(structOf(header, 7), 1, "number of values");
      checkPlain(unpack(body, sizeOf(header, 2, "size"), scene), 0, values, scene.chunk);
      scene.dictionary = values;
      return 0;
    }
    case dataPage: {
      const own = structOf(header, 5);
      const values = atMost(left, sizeOf(own, 1, "number of values"));
      const page = unpack(body, sizeOf(header, 2, "size"), scene);
      const { start, known } =
        scene.chunk.levels > 0 ? levelsOf(page, values, scene.chunk.levels) : { start: 0, known: values };
      checkValues(page, start, { encoding: own.get(2), count: known, isSecond: false }, scene);
      return values;
    }
    case dataPageV2:
      return checkSecondPage(body, header, scene, left);
    default:
      throw new Error(`a page is of kind ${header.get(1)}`);
  }
}

/** Pages of the second version keep the levels in front of what is compressed. */
function checkSecondPage(body: Uint8Array, header: CompactStruct, scene: Scene, left: number): number {
  const own = structOf(header, 8);
  const values = atMost(left, sizeOf(own, 1, "number of values"));
  const nulls = atMost(values, sizeOf(own, 2, "number of missing values"));
  if (sizeOf(own, 3, "number of rows") !== values) throw new Error("a page has other rows than values");
  const repetition = sizeOf(own, 6, "size of levels");
  const definition = sizeOf(own, 5, "size of levels");
  const levels = repetition + definition;
  if (levels > body.length || (definition > 0 && scene.chunk.levels === 0)) throw new Error("a page is all levels");
  if (scene.chunk.levels > 0) {
    const runs = { width: widthOfLevels(scene.chunk.levels), count: values, limit: scene.chunk.levels + 1 };
    const { greatest } = checkRuns(body, { start: repetition, end: levels, ...runs });
    if (greatest !== values - nulls) throw new Error("a page has another number of missing values than it says");
  }
  const size = sizeOf(header, 2, "size") - levels;
  const rest = body.subarray(levels);
  const page = own.get(7) === false ? rest : unpack(rest, size, scene);
  checkValues(page, 0, { encoding: own.get(4), count: values - nulls, isSecond: true }, scene);
  return values;
}

/** The levels that stand at the beginning of a page of the first version: where they end, and how many values are there. */
function levelsOf(page: Uint8Array, values: number, most: number): { start: number; known: number } {
  const start = 4 + readUint32(page, 0);
  if (start > page.length) throw new Error("the levels of a page end after it");
  const runs = { width: widthOfLevels(most), count: values, limit: most + 1 };
  return { start, known: checkRuns(page, { start: 4, end: start, ...runs }).greatest };
}

/** Bits of a level from 0 to `most`. */
function widthOfLevels(most: number): number {
  return 32 - Math.clz32(most);
}

/** What the values of a page are like; numbers of encodings are the format's own. */
interface Values {
  readonly encoding: unknown;
  readonly count: number;
  readonly isSecond: boolean;
}

const encodings = {
  plain: 0,
  oldDictionary: 2,
  runs: 3,
  delta: 5,
  deltaLength: 6,
  deltaBytes: 7,
  dictionary: 8,
  split: 9,
};

function checkValues(page: Uint8Array, start: number, { encoding, count, isSecond }: Values, scene: Scene): void {
  const { chunk, dictionary } = scene;
  const end = page.length;
  switch (encoding) {
    case encodings.plain:
      return checkPlain(page, start, count, chunk);
    case encodings.oldDictionary:
    case encodings.dictionary: {
      const width = count === 0 && start >= end ? 0 : byteAt(page, start);
      if (dictionary === undefined || width > 32) throw new Error("a page has no dictionary that fits");
      if (count > 0 && dictionary === 0) throw new Error("a page uses an empty dictionary");
      // In the first version no bits mean that all are the first of the dictionary
      if (width > 0 || isSecond) checkRuns(page, { start: start + 1, end, width, count, limit: dictionary });
      return;
    }
    case encodings.runs: {
      if (chunk.type !== "BOOLEAN") throw new Error("a page has runs of what is not true or false");
      checkRuns(page, { start: start + 4, end, width: 1, count, limit: 2 });
      return;
    }
    case encodings.split:
      return checkFits(page, start, count * widthOf(chunk));
    case encodings.delta:
      if (count > 0) checkDelta(page, start, count);
      return;
    case encodings.deltaLength:
    case encodings.deltaBytes:
      if (count > 0) checkTexts(page, start, count, encoding === encodings.deltaBytes);
      return;
    default:
      throw new Error(`a page has encoding ${String(encoding)}`);
  }
}

/** Texts that share a beginning may become more than is stored of them; more than this is no table. */
const mostText = 2 ** 30;

/** Texts with their lengths in front, and before those, with `isShared`, how much each has of the one before it. */
function checkTexts(page: Uint8Array, start: number, count: number, isShared: boolean): void {
  const shared = isShared ? checkDelta(page, start, count) : undefined;
  const lengths = checkDelta(page, shared?.end ?? start, count);
  let [stored, total, before] = [0, 0, 0];
  for (const [index, length] of lengths.values.entries()) {
    const prefix = shared?.values[index] ?? 0;
    if (length < 0 || prefix < 0 || prefix > before) throw new Error("a text has an impossible length");
    before = prefix + length;
    stored += length;
    total += before;
  }
  if (total > mostText) throw new Error("the texts of a page are too long");
  checkFits(page, lengths.end, stored);
}

function checkPlain(page: Uint8Array, start: number, count: number, chunk: ColumnChunk): void {
  if (chunk.type === "BOOLEAN") return checkFits(page, start, Math.ceil(count / 8));
  if (chunk.type !== "BYTE_ARRAY") return checkFits(page, start, count * widthOf(chunk));
  let offset = start;
  for (let index = 0; index < count; index++) offset += 4 + readUint32(page, offset);
  checkFits(page, start, offset - start);
}

function checkFits(page: Uint8Array, start: number, bytes: number): void {
  if (!(bytes >= 0 && start + bytes <= page.length)) throw new Error("a page has fewer bytes than its values take");
}

/** Bytes of a value, by type; undefined where they differ. */
const widths: Readonly<Record<ParquetType, number | undefined>> = {
  BOOLEAN: undefined,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: undefined,
  FIXED_LEN_BYTE_ARRAY: undefined,
};

function widthOf({ type, typeLength }: ColumnChunk): number {
  const width = type === "FIXED_LEN_BYTE_ARRAY" ? typeLength : widths[type];
  if (width === undefined || !(width > 0)) throw new Error(`values are of type ${type}, ${width} bytes each`);
  return width;
}

/** Whatever is packed best, a byte does not hold more than so many. */
const bestPacking = 2 ** 16;

function unpack(body: Uint8Array, size: number, { chunk: { codec }, unpacked }: Scene): Uint8Array {
  if (size > Math.max(2 ** 20, body.length * bestPacking)) throw new Error(`a page says that it has ${size} bytes`);
  if (codec === "UNCOMPRESSED") {
    if (body.length !== size) throw new Error("a page has another size than it says");
    return body;
  }
  const page = compressors[codec]?.(body, size);
  if (page?.length !== size) throw new Error(`a page packed by ${codec} has not the size that it says`);
  unpacked.push(page);
  return page;
}

function structOf(header: CompactStruct, field: number): CompactStruct {
  const value = header.get(field);
  if (!(value instanceof Map)) throw new Error("a page has no header of its own kind");
  return value;
}

function sizeOf(header: CompactStruct, field: number, what: string): number {
  const value = header.get(field);
  if (typeof value !== "number" || value < 0) throw new Error(`the ${what} of a page is ${String(value)}`);
  return value;
}

function atMost(limit: number, value: number): number {
  if (value > limit) throw new Error(`a page says that it has ${value} values where ${limit} are possible`);
  return value;
}

function byteAt(page: Uint8Array, offset: number): number {
  const value = page[offset];
  if (value === undefined) throw new Error("a page ends before its values");
  return value;
}
