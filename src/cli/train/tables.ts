/** The tables of a training: in memory where they fit, and to be read as a stream where they do not. */
import { openTableFile, type TableFileOptions } from "../../data/index.node.ts";
import type { Table } from "../../data/index.ts";
import { drawRows, planMemory, type TableOpener, withTexts } from "../../systems/tabular/index.ts";
import { UsageError } from "../errors.ts";
import type { TrainSettings } from "./settings.ts";

/** Where rows come from. */
export interface GivenTables {
  /** Rows in memory … */
  readonly table: Table | undefined;
  /** … or how to open the file, where there are too many. */
  readonly open: TableOpener;
  readonly test: Table | undefined;
  /** How many rows the test table has, where `test` is drawn from them. */
  readonly testRows: number | undefined;
}

/** Rows of a test table that are drawn where it does not fit: figures on more would be no surer. */
const mostTestRows = 50_000;

/** Opens the tables, and reads what fits into memory. @throws DataError; UsageError where folds need a table that does not fit. */
export async function readTables(settings: TrainSettings): Promise<GivenTables> {
  const { file, test, query, target, memory, folds, seed } = settings;
  const asked: TableFileOptions = query === null ? {} : { query };
  const open: TableOpener = (how) => openTableFile(file, { ...asked, ...how });
  const { fits, needed } = await planMemory(open, { target, memory });
  if (!fits && folds !== null)
    throw new UsageError(
      `--folds ${folds} needs the table in memory: about ${Math.ceil(needed / 2 ** 20).toLocaleString("en-US")} MB, and --memory is ${memory}.`,
      "Leave out --folds: a part of the rows is held out then. Or allow more memory.",
    );
  const table = fits ? await (await openTableFile(file, asked)).readAll() : undefined;
  if (test === null) return { table, open, test: undefined, testRows: undefined };
  return {
    table,
    open,
    ...(await readTest((how) => openTableFile(test, { ...asked, ...how }), { target, memory, seed })),
  };
}

async function readTest(
  open: TableOpener,
  { target, memory, seed }: Pick<TrainSettings, "target" | "memory" | "seed">,
): Promise<Pick<GivenTables, "test" | "testRows">> {
  const { fits } = await planMemory(open, { target, memory });
  if (fits) return { test: await (await open({ kinds: {} })).readAll(), testRows: undefined };
  const { table, rows } = await withTexts(open, { numbers: [] }, (source) =>
    drawRows(source, { count: mostTestRows, seed }),
  );
  return { test: table, testRows: rows };
}
