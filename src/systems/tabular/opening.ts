/** Tables that are opened again and again: to be planned for, surveyed, and read in each epoch. */
import type { ColumnKind } from "../../data/kinds.ts";
import type { TableSource } from "../../data/tableSource.ts";
import { DataError } from "../../support/errors.ts";

/** Opens the table; each time it has to give the same rows in the same order. */
export type TableOpener = (options: {
  /** Columns that are to be read as text. */
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  /** Rows in a chunk. */
  readonly rows?: number;
}) => Promise<TableSource>;

/**
 * What `work` makes of the rows. A column that began with numbers and has text further down is read as text, as it is where the
 * table is read whole: the work is begun anew. Columns in `numbers` have to be numbers.
 */
export async function withTexts<T>(
  open: TableOpener,
  { rows, numbers }: { readonly rows?: number | undefined; readonly numbers: readonly string[] },
  work: (source: TableSource) => Promise<T>,
): Promise<T> {
  const kinds: Record<string, ColumnKind> = {};
  for (;;) {
    try {
      return await work(await open(rows === undefined ? { kinds } : { kinds, rows }));
    } catch (error) {
      const name = error instanceof DataError && error.facts["needs"] === "number" ? error.facts["name"] : undefined;
      if (typeof name !== "string" || Object.hasOwn(kinds, name) || numbers.includes(name)) throw error;
      kinds[name] = "category";
    }
  }
}

/** Names of the columns that `kinds` says are numbers. */
export function toldNumbers(kinds: Readonly<Record<string, ColumnKind>> = {}): string[] {
  return Object.entries(kinds).flatMap(([name, kind]) => (kind === "number" ? [name] : []));
}
