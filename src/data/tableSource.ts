/** What every format is read as: tables of rows, chunk by chunk. `openTable.ts` chooses the format. */
import type { Column } from "./column.ts";
import type { TableOptions } from "./csvPlan.ts";
import type { Table } from "./table.ts";

/** How a source gives its rows. */
export interface SourceOptions extends TableOptions {
  /** Rows in a chunk; the last may have fewer. Default 65,536, fewer where there are very many columns. */
  readonly rows?: number;
}

/** One column of a source: its chunks all hold it as this kind. */
export interface SourceColumn {
  readonly name: string;
  readonly kind: Column["kind"];
}

/**
 * A table that need not fit into memory. `for await (const chunk of source)` gives its rows in order, as tables with
 * the same columns of the same kinds; each loop begins anew.
 */
export interface TableSource extends AsyncIterable<Table> {
  /** For people: what is read, and what was found out about it. `CSV, separated by ";", Windows-1252`. */
  readonly format: string;
  readonly columns: readonly SourceColumn[];
  /** How many rows there are, about, where that can be told before they are read. */
  readonly rowEstimate: number | undefined;
  /**
   * All rows as one table. Where a column's first cells were numbers and later ones are not, it is text here, while the
   * chunks of a loop would end with a DataError.
   */
  readAll(): Promise<Table>;
}

/** Rows of a chunk where nothing is told: about as many cells whatever the table's width. */
export function chunkRows(columnCount: number, { rows }: SourceOptions): number {
  return rows ?? Math.max(1, Math.min(65_536, Math.floor(2 ** 24 / Math.max(1, columnCount))));
}
