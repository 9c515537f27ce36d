/** Files of comma-separated values, read block by block: whole, or as chunks of rows. */
import { DataError } from "../support/errors.ts";
import { type ByteSource, readHead } from "./byteSource.ts";
import type { CsvLayout, TextEncoding } from "./csvLayout.ts";
import { CsvPass, CsvWhole, notANumber } from "./csvPass.ts";
import { type CsvPlan, planCsv } from "./csvPlan.ts";
import { headOf, headSize } from "./readTable.ts";
import type { Table } from "./table.ts";
import { chunkRows, type SourceColumn, type SourceOptions, type TableSource } from "./tableSource.ts";
import { findEncoding, Utf8Converter } from "./textEncoding.ts";

/** No header is longer: beyond this it is no table. */
const longestHead = 2 ** 28;

/**
 * Plans how to read `source`, comma-separated values.
 * @throws DataError where its beginning is no text, holds no record, or does not fit `options`.
 */
export async function openCsv(source: ByteSource, options: SourceOptions): Promise<TableSource> {
  const head = await readHead(source, headSize);
  const encoding = options.encoding ?? findEncoding(head, head.length === source.size);
  return new CsvSource(source, await planHead(source, encoding, options), options);
}

async function planHead(source: ByteSource, encoding: TextEncoding, options: SourceOptions): Promise<CsvPlan> {
  for (let size = headSize; ; size *= 4) {
    const bytes = await readHead(source, size);
    const isWhole = bytes.length === source.size;
    const head = headOf(new Utf8Converter(encoding).convert(bytes, isWhole), isWhole, encoding);
    const plan = planCsv(head, options);
    if (plan !== undefined) return plan;
    if (isWhole || size > longestHead)
      throw new DataError("CSV: the first record does not end. Is a quote not closed, or is this no CSV file?");
  }
}

class CsvSource implements TableSource {
  readonly format: string;
  readonly columns: readonly SourceColumn[];
  readonly rowEstimate: number;
  readonly #source: ByteSource;
  readonly #plan: CsvPlan;
  readonly #options: SourceOptions;

  constructor(source: ByteSource, plan: CsvPlan, options: SourceOptions) {
    this.#source = source;
    this.#plan = plan;
    this.#options = options;
    this.rowEstimate = Math.ceil(source.size / plan.recordSize);
    this.format = describeLayout(plan.layout);
    this.columns = plan.columns.flatMap(({ name, kind }) => (kind === "skip" ? [] : [{ name, kind }]));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Table> {
    const rows = chunkRows(this.columns.length, this.#options);
    const expected = Math.min(rows, this.#source.size / this.#plan.recordSize);
    const pass = new CsvPass(this.#plan, this.#plan.columns, Math.ceil(expected));
    for await (const block of this.#blocks()) {
      pass.feed(block);
      while (pass.advance(rows)) yield this.#take(pass);
    }
    pass.end();
    while (pass.advance(rows)) yield this.#take(pass);
    if (pass.reader.rowCount > 0) yield this.#take(pass);
  }

  async readAll(): Promise<Table> {
    const whole = new CsvWhole(this.#plan, this.#source.size);
    for (let pass = whole.next(); pass !== undefined; pass = whole.next()) {
      for await (const block of this.#blocks()) {
        pass.feed(block);
        pass.advance(Number.POSITIVE_INFINITY);
      }
      whole.finish(pass);
    }
    return whole.table;
  }

  /** The file as UTF-8. */
  async *#blocks(): AsyncGenerator<Uint8Array> {
    const converter = new Utf8Converter(this.#plan.layout.encoding);
    for await (const block of this.#source.blocks()) yield converter.convert(block, false);
    yield converter.convert(new Uint8Array(0), true);
  }

  #take({ reader }: CsvPass): Table {
    for (const [index, wrong] of reader.wrong) {
      const { name, isTold } = this.#plan.columns[index] ?? { name: "", isTold: false };
      const fix = isTold
        ? "Write numbers with a point, without units."
        : `The cells before it are. Say what the column is: kinds: { ${JSON.stringify(name)}: "category" }.`;
      throw notANumber(name, wrong, fix);
    }
    return reader.take();
  }
}

const encodingNames = {
  "utf-8": "",
  "utf-16le": ", UTF-16",
  "utf-16be": ", UTF-16",
  "windows-1252": ", Windows-1252",
} as const satisfies Record<TextEncoding, string>;

function describeLayout({ encoding, separator, decimal, hasHeader }: CsvLayout): string {
  const separated =
    separator === "," ? "" : `, separated by ${separator === "\t" ? "tabs" : JSON.stringify(separator)}`;
  const commas = decimal === "," ? ", with decimal commas" : "";
  return `CSV${separated}${commas}${encodingNames[encoding]}${hasHeader ? "" : ", without a header"}`;
}
