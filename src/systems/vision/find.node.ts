/**
 * Looks whether there are pictures to learn from at a place: a folder of pictures, of idx or of CIFAR files, an archive, a table of
 * paths or of picture bytes, or a public data set by name. What is none of these is left to tables.
 */
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { datasets } from "../../data/datasets/catalog.ts";
import { DataError } from "../../support/errors.ts";
import { findArchive, findFolder } from "./findFiles.node.ts";
import { findDataset, findRecords } from "./findRecords.node.ts";
import { findTable } from "./findTable.node.ts";
import type { FoundPictures } from "./found.ts";

/** What is known of where to look. */
export interface FindOptions {
  /** The column of labels in tables. */
  readonly target?: string | undefined;
  /** Columns of tables that name groups. */
  readonly groups?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((task: string, done: number) => void) | undefined;
}

const archiveEnding = /\.(tar|tar\.gz|tgz)$/i;
const recordsEnding = /(idx[13]-ubyte(\.gz)?|\.bin(\.gz)?)$/i;

/**
 * The pictures at `place`, or undefined where there is something else, or nothing.
 * @throws DataError where there are pictures that cannot be learned from.
 */
export async function findPicturesAt(place: string, options: FindOptions = {}): Promise<FoundPictures | undefined> {
  if (!existsSync(place)) {
    const known = datasets.find(({ name }) => name === place);
    return known === undefined ? undefined : findDataset(known.name, options);
  }
  if (statSync(place).isDirectory()) return (await findRecords(place)) ?? findFolder(place);
  if (archiveEnding.test(place)) return findArchive(place);
  if (recordsEnding.test(place)) return findRecords(place);
  return findTable(place, options);
}

/** The same for commands that need pictures. @throws DataError also where there are none. */
export async function picturesAt(place: string, options: FindOptions = {}): Promise<FoundPictures> {
  const found = await findPicturesAt(place, options);
  if (found !== undefined) return found;
  throw new DataError(
    existsSync(place)
      ? `${place}: there are no pictures in it that are known: it has to be a folder with a folder for each class, a tar file, idx or CIFAR files, or a table with paths of pictures.`
      : `${place}: there is no such file or folder, and no data set of that name. Known by name are ${datasets.map(({ name }) => name).join(", ")}.`,
    { place: basename(place) },
  );
}
