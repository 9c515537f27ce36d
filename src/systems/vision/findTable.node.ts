/** Pictures that a table names by their paths, or holds as bytes. */
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type GroupColumn, groupColumn } from "../../audit/groupColumn.ts";
import { fileSource } from "../../data/fileSource.node.ts";
import { openImageTable } from "../../data/images/imageFolder.node.ts";
import { holdsImageBytes, openImageParquet } from "../../data/images/imageParquet.ts";
import { isPicturePath } from "../../data/images/pictureSource.ts";
import type { Table } from "../../data/table.ts";
import { openTableFile, readTableFile } from "../../data/tableFile.node.ts";
import { DataError } from "../../support/errors.ts";
import { didYouMean } from "../../support/nearestName.ts";
import { foundIn } from "./findFiles.node.ts";
import type { FoundPictures } from "./found.ts";

/** Which columns mean what. */
export interface TableChoices {
  readonly target?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** Columns of labels that need not be named. */
const labelNames = ["label", "class", "category", "target"];
/** Paths that have to be there for a column to be one of pictures. */
const lookedPaths = 20;

/** Has the table a column whose first values are paths of pictures that exist? */
export async function namesPictures(file: string): Promise<boolean> {
  if (!tableEnding.test(file)) return false;
  return (await holdsPictures(file)) || (await pathColumn(file)) !== undefined;
}

/** Has the Parquet file a column of bytes? */
async function holdsPictures(file: string): Promise<boolean> {
  return parquetEnding.test(file) && holdsImageBytes(await fileSource(file));
}

const parquetEnding = /\.parquet$/i;
const tableEnding = /\.(csv|tsv|jsonl|ndjson|json|parquet|arrow|feather)$/i;

/** Pictures of a table; undefined where it is one of other things. */
export async function findTable(
  file: string,
  { target, groups = [] }: TableChoices,
): Promise<FoundPictures | undefined> {
  if (await holdsPictures(file)) return findBytes(file, { target, groups });
  const column = await pathColumn(file);
  if (column === undefined) return undefined;
  const table = await readTableFile(file);
  const label = target ?? labelNames.find((name) => table.columns.has(name));
  if (label === undefined || !table.columns.has(label))
    throw new DataError(
      label === undefined
        ? `${file}: its column "${column}" names pictures, and no column is called ${labelNames.join(", ")}. Name the column of labels with --target.`
        : `${file}: there is no column "${label}".${didYouMean(label, table.names)}`,
      { column },
    );
  const source = await openImageTable(file, { path: column, label });
  const groupsOf = (names: readonly string[]) => groupsByName(table, { column, groups }, names);
  groupsOf([]);
  return foundIn(source, { what: "a table of paths", name: basename(file), target: label, groupsOf });
}

async function findBytes(file: string, { target, groups = [] }: TableChoices): Promise<FoundPictures | undefined> {
  const source = await openImageParquet(await fileSource(file), target === undefined ? {} : { label: target });
  if (source === undefined) return undefined;
  if (groups.length > 0)
    throw new DataError(
      `${file}: groups are read from tables with paths of pictures, not from files that hold the pictures themselves.`,
      { groups },
    );
  return foundIn(source, { what: "a Parquet file", name: basename(file), target: source.target });
}

/** The column whose first values are paths of pictures that exist. */
async function pathColumn(file: string): Promise<string | undefined> {
  for await (const table of await openTableFile(file, { rows: lookedPaths }))
    return table.names.find((name) => {
      if (table.column(name).kind !== "text") return false;
      const paths = table.texts(name).filter((path) => path !== "");
      return (
        paths.length > 0 && paths.every(isPicturePath) && paths.some((path) => existsSync(resolve(dirname(file), path)))
      );
    });
  return undefined;
}

function groupsByName(
  table: Table,
  { column, groups }: { readonly column: string; readonly groups: readonly string[] },
  names: readonly string[],
): GroupColumn[] {
  const rowOf = new Map(table.texts(column).map((path, row) => [path, row]));
  return groups.map((name) => {
    const { values } = groupColumn(table, name);
    return { name, values: names.map((path) => values[rowOf.get(path) ?? -1] ?? "") };
  });
}
