/**
 * Pictures in tar files, plain or gzipped: labelled by the folder they lie in, or, as WebDataset has it, by a file of the same
 * name that ends in `.cls`, `.txt` or `.json`.
 */
import { DataError } from "../../support/errors.ts";
import type { ByteSource } from "../byteSource.ts";
import {
  type EncodedPicture,
  folderNameOf,
  isPicturePath,
  liesUnder,
  type PictureSource,
  unpackedBlocks,
} from "./pictureSource.ts";
import { readTar, type TarEntry } from "./tar.ts";

/** How an archive is read. */
export interface ArchiveOptions {
  /** Only what lies in this folder of the archive, for example `"train"`. */
  readonly under?: string;
}

/**
 * The pictures of a tar file. The archive is read once from start to end for each pass.
 *
 * @example
 * ```ts no-run
 * import { blobSource, openArchive } from "smilodon/data";
 * const response = await fetch("flowers.tar.gz");
 * const pictures = openArchive(blobSource(await response.blob(), "flowers.tar.gz"), { under: "train" });
 * for await (const { name, label } of pictures.pictures()) console.log(name, label);
 * ```
 */
export function openArchive(source: ByteSource, { under }: ArchiveOptions = {}): PictureSource {
  return {
    name: source.name,
    mark: JSON.stringify({ archive: source.name, size: source.size, under }),
    count: undefined,
    pictures: (skip) => picturesIn(source, under, skip ?? 0),
  };
}

async function* picturesIn(
  source: ByteSource,
  under: string | undefined,
  skip: number,
): AsyncGenerator<EncodedPicture> {
  const isWanted = (path: string) => liesUnder(path, under) && (isPicturePath(path) || labelEnding.test(path));
  let number = 0;
  for await (const group of samplesOf(readTar(source.name, unpackedBlocks(source), isWanted))) {
    const label = labelOf(source.name, group);
    for (const { path, bytes } of group)
      if (isPicturePath(path) && number++ >= skip)
        yield { name: path, label: label ?? folderNameOf(path), bytes: async () => bytes };
  }
}

const labelEnding = /\.(cls|json|txt)$/i;

/** Entries of one name up to the first point of the file's name lie side by side: one sample. */
async function* samplesOf(entries: AsyncIterable<TarEntry>): AsyncGenerator<TarEntry[]> {
  let group: TarEntry[] = [];
  let last: string | undefined;
  for await (const entry of entries) {
    const key = entry.path.replace(/\.[^/]*$/, "");
    if (key !== last && group.length > 0) {
      yield group;
      group = [];
    }
    last = key;
    group.push(entry);
  }
  if (group.length > 0) yield group;
}

function labelOf(name: string, group: readonly TarEntry[]): string | undefined {
  const entry = group.find(({ path }) => labelEnding.test(path));
  if (entry === undefined) return undefined;
  const content = new TextDecoder().decode(entry.bytes).trim();
  if (!entry.path.toLowerCase().endsWith(".json")) return content;
  try {
    const described: unknown = JSON.parse(content);
    const label: unknown =
      described !== null && typeof described === "object" ? Reflect.get(described, "label") : described;
    return label === undefined || label === null ? undefined : String(label);
  } catch {
    throw new DataError(`${name}: ${entry.path} is no JSON. Write it again, or leave it out.`, { path: entry.path });
  }
}
