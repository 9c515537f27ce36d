/** Picture files in folders and archives: surveyed by their headers, decoded by sharp. */
import { basename } from "node:path";
import { fileSource } from "../../data/fileSource.node.ts";
import { openArchive } from "../../data/images/archive.ts";
import { cacheImages } from "../../data/images/imageCache.node.ts";
import { openImageFolder } from "../../data/images/imageFolder.node.ts";
import type { ImageSet } from "../../data/images/imageSet.ts";
import { openImages } from "../../data/images/openImages.ts";
import { readPictureHeader } from "../../data/images/pictureHeader.node.ts";
import { folderNameOf, type PictureSource } from "../../data/images/pictureSource.ts";
import { sharpDecoder } from "../../data/images/sharpDecoder.node.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { FoundPictures, ReadPicturesOptions } from "./found.ts";
import { type GivenPictures, readPaths, relabelled } from "./given.ts";
import { shareOfSource } from "./share.ts";
import { type PictureHeader, type PictureSurvey, surveyOf } from "./survey.ts";
import type { PictureInput } from "./system.ts";

/** Headers that are looked at. */
const mostHeaders = 256;
/** Bytes of decoded pictures that are held in memory. */
const mostMemory = 2 ** 30;

/** A folder of pictures. @throws DataError where there is none in it. */
export async function findFolder(folder: string): Promise<FoundPictures> {
  return foundIn(await openImageFolder(folder), { what: "a folder", name: basename(folder.replace(/\/+$/, "")) });
}

/** A tar file. */
export async function findArchive(file: string): Promise<FoundPictures> {
  return foundIn(openArchive(await fileSource(file)), { what: "an archive", name: basename(file) });
}

/** What is known of a source besides its pictures. */
export interface SourceFacts {
  readonly name: string;
  readonly what: string;
  /** What classes are of; default `"class"`. */
  readonly target?: string;
  /** Columns of groups by the names of pictures. */
  readonly groupsOf?: (names: readonly string[]) => GivenPictures["groups"];
}

/** The pictures of a source. */
export async function foundIn(source: PictureSource, facts: SourceFacts): Promise<FoundPictures> {
  return {
    name: facts.name,
    what: facts.what,
    survey: await surveySource(source),
    fixed: undefined,
    read: (input, options) => readSource(source, facts, { input, ...options }),
  };
}

/** Headers of pictures spread over the source where it is known how many there are, of the first ones otherwise. */
async function surveySource(source: PictureSource): Promise<PictureSurvey> {
  const every = Math.max(1, Math.floor((source.count ?? 0) / mostHeaders));
  const headers: PictureHeader[] = [];
  const problems: string[] = [];
  let index = 0;
  for await (const picture of source.pictures()) {
    if (index++ % every !== 0) continue;
    if (headers.length + problems.length >= mostHeaders) break;
    try {
      headers.push(await readPictureHeader(await picture.bytes()));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problems.push(`${picture.name}: ${error.message}`);
    }
  }
  const [first] = problems;
  if (headers.length === 0)
    throw new DataError(
      first === undefined
        ? `${source.name}: there is no picture in it (JPEG, PNG, WebP, GIF, TIFF or AVIF). Put the pictures of each class into a folder with its name.`
        : `${source.name}: none of its ${problems.length} pictures can be read; ${first}`,
    );
  return surveyOf(headers);
}

interface ReadingOptions extends ReadPicturesOptions {
  readonly input: PictureInput;
}

async function readSource(
  whole: PictureSource,
  { target = "class", groupsOf }: SourceFacts,
  { input, most = Infinity, onDamage = "skip", cacheFolder, onProgress }: ReadingOptions,
): Promise<GivenPictures & AsyncDisposable> {
  const { source, outOf } = await shareOfSource(whole, most);
  const { height, width, channels, fit } = input;
  const decoding = { decoder: sharpDecoder(), height, width, channels, fit, onDamage };
  const told = (done: number, total: number | undefined) =>
    onProgress?.(
      `decoding pictures${total === undefined ? `, ${done} so far` : ""}`,
      total === undefined ? 0 : done / total,
    );
  const isLarge = source.count === undefined || source.count * height * width * channels > mostMemory;
  const set: ImageSet & Partial<AsyncDisposable> = isLarge
    ? await cacheImages(source, { ...decoding, folder: cacheFolder, onProgress: told })
    : await openImages(counting(source, told), decoding);
  if (set.pixels.count === 0) {
    const [first] = set.failures;
    throw new DataError(
      `${source.name}: ${first === undefined ? "there is no picture in it." : `none of ${set.failures.length} pictures can be read; ${first.name}: ${first.reason}`}`,
    );
  }
  const isByFolder = set.names.every((name, row) => at(set.classes, at(set.labels, row)) === folderNameOf(name));
  const paths = isByFolder ? readPaths(source.name, set.names) : undefined;
  return {
    set: paths === undefined ? set : relabelled(set, paths.labels),
    parts: paths?.parts,
    groups: groupsOf?.(set.names) ?? [],
    target,
    outOf,
    notes: paths?.notes ?? [],
    [Symbol.asyncDispose]: async () => set[Symbol.asyncDispose]?.(),
  };
}

/** `source`, telling how many of its pictures were asked for. */
function counting(source: PictureSource, told: (done: number, total: number | undefined) => void): PictureSource {
  return {
    ...source,
    async *pictures(skip = 0) {
      let done = skip;
      for await (const picture of source.pictures(skip)) {
        yield picture;
        told(++done, source.count);
      }
    },
  };
}
