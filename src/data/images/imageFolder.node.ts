/** Pictures in a folder: one folder a class, at any depth, or a CSV file with paths and labels. */
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { readTableFile } from "../tableFile.node.ts";
import { type EncodedPicture, folderNameOf, isPicturePath, type PictureSource } from "./pictureSource.ts";

/**
 * The pictures under `folder`, labelled by the folder that each lies in, in the order of their paths.
 * @throws DataError where there is no such folder, or no picture in it.
 */
export async function openImageFolder(folder: string): Promise<PictureSource> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === "ENOENT"
          ? "there is no such folder."
          : cause.code === "ENOTDIR"
            ? "this is a file, not a folder."
            : cause.message;
      throw new DataError(`${folder}: ${reason}`, { folder });
    },
  );
  const paths = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, ""))
    .filter((path) => isPicturePath(path) && !path.split("/").some((part) => part.startsWith(".")))
    .sort();
  if (paths.length === 0)
    throw new DataError(
      `${folder}: there is no picture in it (JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF). Put the pictures of each class into a folder with its name.`,
      { folder },
    );
  return sourceOf(folder, paths, (index) => folderNameOf(at(paths, index)));
}

/** Which columns of a CSV file have the paths and the labels. */
export interface ImageTableColumns {
  /** Default `"path"`. */
  readonly path?: string;
  /** Default `"label"`. */
  readonly label?: string;
}

/**
 * The pictures that a table names, in its order; paths count from the folder of the table.
 * @throws DataError where the table or a column is missing.
 */
export async function openImageTable(
  file: string,
  { path = "path", label = "label" }: ImageTableColumns = {},
): Promise<PictureSource> {
  const table = await readTableFile(file);
  const [paths, labels] = [path, label].map((name) => {
    return table.texts(name);
  });
  return sourceOf(dirname(file), paths ?? [], (index) => labels?.[index]);
}

async function sourceOf(
  folder: string,
  paths: readonly string[],
  labelOf: (index: number) => string | undefined,
): Promise<PictureSource> {
  const marks = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(resolve(folder, path)).catch(() => undefined);
      return found === undefined ? `${path} is missing` : `${path} ${found.size} ${found.mtimeMs}`;
    }),
  );
  return {
    name: folder,
    mark: JSON.stringify([folder, marks]),
    count: paths.length,
    async *pictures(skip = 0): AsyncGenerator<EncodedPicture> {
      for (let index = skip; index < paths.length; index++) {
        const path = at(paths, index);
        yield { name: path, label: labelOf(index), bytes: () => readPicture(resolve(folder, path)) };
      }
    },
  };
}

function readPicture(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(cause.code === "ENOENT" ? "there is no such file." : cause.message, { path });
  });
}
