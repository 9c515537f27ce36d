/** Where data sets lie: found in SMILODON_DATA, which may be read only, or in the user's cache, where they are fetched to. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolderFor } from "../../support/cacheFolder.node.ts";
import { ArgumentError, DataError } from "../../support/errors.ts";
import { didYouMean } from "../../support/nearestName.ts";
import { type Dataset, type DatasetFile, datasets } from "./catalog.ts";
import { type FetchOptions, fetchFile, hasChecksum } from "./fetchFile.node.ts";

/** A file of a data set on this machine. */
export interface FoundFile {
  readonly file: DatasetFile;
  /** Where it lies, or would be fetched to. */
  readonly path: string;
  readonly isThere: boolean;
}

/** The data set called `name`. @throws ArgumentError naming those there are. */
export function datasetNamed(name: string): Dataset {
  const found = datasets.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = datasets.map((each) => each.name);
  throw new ArgumentError(`There is no data set "${name}".${didYouMean(name, names)} There are: ${names.join(", ")}.`, {
    name,
  });
}

/** The files of `dataset`, in SMILODON_DATA or in the cache. */
export function findFiles({ name, files }: Dataset): readonly FoundFile[] {
  const { SMILODON_DATA: given } = process.env;
  const cache = cacheFolderFor("data");
  const folders = given === undefined || given === "" ? [cache] : [given, cache];
  return files.map((file) => {
    const there = folders.map((folder) => join(folder, name, file.name)).find(existsSync);
    return { file, path: there ?? join(cache, name, file.name), isThere: there !== undefined };
  });
}

/** How a data set is fetched. */
export interface FetchDatasetOptions extends Omit<FetchOptions, "onProgress"> {
  readonly onProgress?: (file: DatasetFile, done: number, total: number | undefined) => void;
}

/**
 * Fetches the files of `dataset` that are missing, and checks those that are there.
 * @throws DataError where one cannot be fetched, or is another file than it should be.
 */
export async function fetchDataset(
  dataset: Dataset,
  { onProgress, ...options }: FetchDatasetOptions = {},
): Promise<readonly FoundFile[]> {
  for (const { file, path, isThere } of findFiles(dataset)) {
    if (isThere) {
      if (await hasChecksum(path, file.checksums)) continue;
      throw new DataError(
        `${path} is not the file of ${dataset.title} that is known; its checksum differs. Remove it, to fetch it again.`,
        { path },
      );
    }
    await fetchFile(file, path, { ...options, onProgress: (done, total) => onProgress?.(file, done, total) });
  }
  return findFiles(dataset);
}
