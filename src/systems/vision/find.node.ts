/**
 * Looks whether there are pictures to learn from at a place: a folder of pictures, of idx or of CIFAR files, an archive, a table of
 * paths or of picture bytes, or a public data set or sketches by name. What is none of these is left to tables.
 */
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { datasets } from "../../data/datasets/catalog.ts";
import { DataError } from "../../support/errors.ts";
import { invariant } from "../../support/invariant.ts";
import { findArchive, findFolder } from "./findFiles.node.ts";
import { findDataset, findRecords, holdsRecords } from "./findRecords.node.ts";
import { findSketches } from "./findSketches.ts";
import { findTable, namesPictures } from "./findTable.node.ts";
import type { FoundPictures } from "./found.ts";
import { namedSketches, sketchesNamed } from "./sketches/named.ts";

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

/** How pictures lie at a place. */
export type PictureKind = "dataset" | "sketches" | "folder" | "archive" | "records" | "table";

/** How pictures lie at `place`; undefined where there is something else, or nothing. Nothing but names and a few rows is read. */
export async function pictureKindAt(place: string): Promise<PictureKind | undefined> {
  if (!existsSync(place)) {
    if (sketchesNamed(place) !== undefined) return "sketches";
    return datasets.some(({ name }) => name === place) ? "dataset" : undefined;
  }
  if (statSync(place).isDirectory()) return (await holdsRecords(place)) ? "records" : "folder";
  if (archiveEnding.test(place)) return "archive";
  if (recordsEnding.test(place)) return "records";
  return (await namesPictures(place)) ? "table" : undefined;
}

/**
 * The pictures at `place`, or undefined where there is something else, or nothing.
 * @throws DataError where there are pictures that cannot be learned from.
 */
export async function findPicturesAt(place: string, options: FindOptions = {}): Promise<FoundPictures | undefined> {
  const kind = await pictureKindAt(place);
  switch (kind) {
    case undefined:
      return undefined;
    case "dataset":
      return findDataset(known(datasets, place).name, options);
    case "sketches":
      return findSketches(known(namedSketches, place));
    case "folder":
      return findFolder(place);
    case "archive":
      return findArchive(place);
    case "records":
      return findRecords(place);
    case "table":
      return findTable(place, options);
    default:
      return kind satisfies never;
  }
}

/** The same for commands that need pictures. @throws DataError also where there are none. */
export async function picturesAt(place: string, options: FindOptions = {}): Promise<FoundPictures> {
  const found = await findPicturesAt(place, options);
  if (found !== undefined) return found;
  throw new DataError(
    existsSync(place)
      ? `${place}: there are no pictures in it that are known: it has to be a folder with a folder for each class, a tar file, idx or CIFAR files, or a table with paths of pictures.`
      : `${place}: there is no such file or folder, and no data set of that name. Known by name are ${[...datasets, ...namedSketches].map(({ name }) => name).join(", ")}.`,
    { place: basename(place) },
  );
}

/** The one of `sets` that was found by its name. */
function known<Set extends { readonly name: string }>(sets: readonly Set[], place: string): Set {
  const found = sets.find(({ name }) => name === place);
  invariant(found !== undefined, "the set was found by its name");
  return found;
}
