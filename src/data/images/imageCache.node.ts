/**
 * Decoded pictures in a file: what does not fit into memory is decoded once, and read from there in each epoch. A cache that was
 * broken off goes on where it stopped.
 *
 * Two files: `NAME.pixels` has the pixels of one picture after the other, `NAME.jsonl` a line for what was decoded, in the
 * source's order: first the settings, then each picture's name and label, or what was wrong with it, last the count.
 * Pixels are written before their line, so a line without its pixels is not possible, and pixels without a line are cut off.
 */
import { readSync } from "node:fs";
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../support/errors.ts";
import { fingerprint } from "../../support/fingerprint.ts";
import { at } from "../../support/invariant.ts";
import { classesOf, type DecodePicturesOptions, decodePictures } from "./decodePictures.ts";
import type { ImageSet, PictureFailure, PixelStore, Pixels } from "./imageSet.ts";
import type { PictureSource } from "./pictureSource.ts";

/** How pictures are decoded into a cache. */
export interface ImageCacheOptions extends Omit<DecodePicturesOptions, "skip"> {
  /** Folder for the two files; made where it is missing. */
  readonly folder: string;
  /** Told after each block of pictures. `total` is undefined where the source does not know. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

/** Pictures whose lines are written at once. */
const blockPictures = 256;

interface PictureLine {
  readonly name: string;
  readonly label?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * The pictures of `source`, decoded into `folder` where they are not there yet. Close the set when it is no longer read.
 * @throws DataError for damaged pictures where `onDamage` is `"throw"`, or where pictures have no label.
 */
export async function cacheImages(
  source: PictureSource,
  options: ImageCacheOptions,
): Promise<ImageSet & AsyncDisposable> {
  const { folder, onProgress, ...decoding } = options;
  const { width, height, channels = 3, fit = "cover", background } = decoding;
  const settings = JSON.stringify({
    version: 1,
    mark: fingerprint(source.mark),
    width,
    height,
    channels,
    fit,
    background,
  });
  const path = join(folder, fingerprint(`${source.mark} ${settings}`));
  await mkdir(folder, { recursive: true });
  const size = width * height * channels;
  const pixels = await open(`${path}.pixels`, "a+");
  try {
    const known = await linesIn(`${path}.jsonl`, settings, pixels, size);
    const lines = known.isWhole
      ? known.lines
      : await decodeRest(source, decoding, { path, settings, pixels, size, onProgress }, known.lines);
    return setOf(source.name, lines, { height, width, channels, size }, pixels);
  } catch (error) {
    await pixels.close();
    throw error;
  }
}

/** What is there and can be trusted: lines in full, with their pixels. */
async function linesIn(
  file: string,
  settings: string,
  pixels: FileHandle,
  size: number,
): Promise<{ lines: PictureLine[]; isWhole: boolean }> {
  const text = await readFile(file, "utf8").catch(() => "");
  const [first, ...rest] = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  if (first !== settings) return { lines: [], isWhole: false };
  const stored = Math.floor((await pixels.stat()).size / size);
  const lines: PictureLine[] = [];
  let decoded = 0;
  for (const line of rest) {
    const parsed = parseLine(line);
    if (parsed === undefined) return { lines, isWhole: false };
    if ("count" in parsed) return { lines, isWhole: parsed.count === lines.length && stored >= decoded };
    if (parsed.reason === undefined && ++decoded > stored) return { lines, isWhole: false };
    lines.push(parsed);
  }
  return { lines, isWhole: false };
}

function parseLine(line: string): PictureLine | { readonly count: number } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

interface CacheFiles {
  readonly path: string;
  readonly settings: string;
  readonly pixels: FileHandle;
  readonly size: number;
  readonly onProgress: ImageCacheOptions["onProgress"];
}

async function decodeRest(
  source: PictureSource,
  options: Omit<DecodePicturesOptions, "skip">,
  { path, settings, pixels, size, onProgress }: CacheFiles,
  known: PictureLine[],
): Promise<PictureLine[]> {
  const lines = [...known];
  await pixels.truncate(known.filter(({ reason }) => reason === undefined).length * size);
  const index = await open(`${path}.jsonl`, "w");
  try {
    await index.write([settings, ...known.map((line) => JSON.stringify(line)), ""].join("\n"));
    let block: { line: PictureLine; pixels?: Uint8Array }[] = [];
    const write = async () => {
      for (const each of block) if (each.pixels !== undefined) await pixels.write(each.pixels);
      await index.write(block.map(({ line }) => `${JSON.stringify(line)}\n`).join(""));
      lines.push(...block.map(({ line }) => line));
      block = [];
      onProgress?.(lines.length, source.count);
    };
    for await (const picture of decodePictures(source, { ...options, skip: known.length })) {
      if ("reason" in picture) block.push({ line: { name: picture.name, reason: picture.reason } });
      else block.push({ line: { name: picture.name, label: picture.label }, pixels: picture.pixels });
      if (block.length >= blockPictures) await write();
    }
    if (block.length > 0) await write();
    await index.write(`${JSON.stringify({ count: lines.length })}\n`);
  } finally {
    await index.close();
  }
  return lines;
}

function setOf(
  name: string,
  lines: readonly PictureLine[],
  { height, width, channels, size }: { height: number; width: number; channels: number; size: number },
  pixels: FileHandle,
): ImageSet & AsyncDisposable {
  const decoded = lines.filter(({ reason }) => reason === undefined);
  const names = decoded.map((line) => line.name);
  const { classes, numbers } = classesOf(
    name,
    decoded.map(({ label }) => label),
    names,
  );
  const failures = lines.flatMap((line): PictureFailure[] =>
    line.reason === undefined ? [] : [{ name: line.name, reason: line.reason }],
  );
  const store: PixelStore = {
    count: decoded.length,
    height,
    width,
    channels,
    read: (rows, into) => readRows(pixels, rows, size, into),
  };
  return {
    pixels: store,
    labels: numbers,
    classes,
    names,
    failures,
    [Symbol.asyncDispose]: () => pixels.close(),
  };
}

/**
 * Each row from its place in the file. Not by promises: a row that the system has in memory takes 2 µs, a promise many times that. Fresh memory
 * costs as much as reading, if it is made zeros first.
 */
function readRows(file: FileHandle, rows: ArrayLike<number>, size: number, into?: Pixels): Pixels {
  const chosen = into ?? new Uint8Array(Buffer.allocUnsafeSlow(rows.length * size).buffer);
  for (let row = 0; row < rows.length; row++) {
    for (let done = 0; done < size; ) {
      const read = readSync(file.fd, chosen, row * size + done, size - done, at(rows, row) * size + done);
      if (read === 0)
        throw new DataError("The cache of decoded pictures became shorter while it was read. Make it again.");
      done += read;
    }
  }
  return chosen;
}
