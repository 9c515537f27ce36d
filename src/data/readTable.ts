/** Tables from comma-separated text and back. `openTable.ts` reads other formats, and files that are larger than memory. */
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { type CsvOptions, formatCsv } from "./csv.ts";
import type { TextEncoding } from "./csvLayout.ts";
import { CsvWhole } from "./csvPass.ts";
import { type CsvPlan, type FileHead, planCsv, type TableOptions } from "./csvPlan.ts";
import type { Table } from "./table.ts";

/** How much of a file decides how it is written and what its columns hold. */
export const headSize = 2 ** 20;

/**
 * Reads `text`, comma-separated values whose first record names the columns. Separator, decimal mark and header are found
 * where `options` do not tell them.
 * @throws DataError with line and column where a record has too many or too few cells, a quote is wrong, or a cell of a
 * column that has to be numbers is none; and where names are repeated.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * const table = readTable("length;species\n110,5;cat\n205,25;dog\n");
 * console.log(table.numbers("length"), table.texts("species")); // [110.5, 205.25], ["cat", "dog"]
 * ```
 */
export function readTable(text: string, options: TableOptions = {}): Table {
  const bytes = new TextEncoder().encode(text.startsWith("\uFEFF") ? text.slice(1) : text);
  const whole = new CsvWhole(planBeginning(bytes, options), bytes.length);
  for (let pass = whole.next(); pass !== undefined; pass = whole.next()) {
    for (let from = 0; from < bytes.length; from += headSize) {
      pass.feed(bytes.subarray(from, from + headSize));
      pass.advance(Number.POSITIVE_INFINITY);
    }
    whole.finish(pass);
  }
  return whole.table;
}

/** Plans by as much of the beginning of `bytes`, which are all there are, as it takes. */
function planBeginning(bytes: Uint8Array, options: TableOptions): CsvPlan {
  for (let size = headSize; ; size *= 2) {
    const head = headOf(bytes.subarray(0, size), size >= bytes.length, "utf-8");
    const plan = planCsv(head, options);
    if (plan !== undefined) return plan;
    if (head.isWhole) throw new DataError("CSV: the file holds no record.");
  }
}

/** `bytes` as the head of a file: a copy with a line feed after it. */
export function headOf(bytes: Uint8Array, isWhole: boolean, encoding: TextEncoding): FileHead {
  const copy = new Uint8Array(bytes.length + 1);
  copy.set(bytes);
  copy[bytes.length] = 10;
  return { bytes: copy, limit: bytes.length, isWhole, encoding };
}

/** `table` as comma-separated values that `readTable` reads back: missing cells are empty. */
export function writeTable(table: Table, options: CsvOptions = {}): string {
  const columns = [...table.columns.values()];
  function* records(): Generator<readonly (string | number)[]> {
    yield table.names;
    for (let row = 0; row < table.rowCount; row++) yield columns.map(({ values }) => at<string | number>(values, row));
  }
  return formatCsv(records(), options);
}
