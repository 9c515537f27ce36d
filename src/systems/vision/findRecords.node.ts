/** Pictures that are stored as they are: idx pairs, CIFAR files, and public data sets by name. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DatasetName } from "../../data/datasets/catalog.ts";
import { openDataset } from "../../data/datasets/openDataset.node.ts";
import { fileSource } from "../../data/fileSource.node.ts";
import { readCifar, readIdx } from "../../data/images/binaryImages.ts";
import { type ImageSet, imagesInMemory } from "../../data/images/imageSet.ts";
import { DataError } from "../../support/errors.ts";
import { hostArray } from "../../tensor/hostArray.ts";
import type { FoundPictures } from "./found.ts";
import { type GivenPart, type GivenPictures, joinImages } from "./given.ts";
import { shareOfPictures } from "./share.ts";
import type { PictureSurvey } from "./survey.ts";

const imagesName = /^(.*)images([-.]idx3-ubyte(?:\.gz)?)$/;
const cifarName = /^(data_batch_\d+|train|test_batch|test)\.bin(\.gz)?$/;

/** Are there idx or CIFAR files in `folder`? */
export async function holdsRecords(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => imagesName.test(name) || cifarName.test(name));
}

/** idx pairs or CIFAR files in a folder, or one such file. @throws DataError where there are none. */
export async function findRecords(place: string): Promise<FoundPictures> {
  const isFolder = (await stat(place)).isDirectory();
  const folder = isFolder ? place : dirname(place);
  const names = isFolder ? (await readdir(place)).sort() : [basename(place)];
  const images = names.filter((name) => imagesName.test(name));
  if (images.length > 0) return foundSets(basename(place), "idx files", () => readIdxPairs(folder, images));
  if (!isFolder && /idx1-ubyte/.test(place))
    throw new DataError(`${place}: these are labels. Name the file of the pictures, or the folder of both.`, { place });
  const records = isFolder
    ? names.filter((name) => cifarName.test(name))
    : names.filter((name) => name.includes(".bin"));
  if (records.length === 0)
    throw new DataError(`${place}: there are neither idx files of pictures nor CIFAR files in it.`, { place });
  return foundSets(basename(place), "CIFAR files", () => readRecords(folder, records));
}

/** A public data set, fetched where it is not here. */
export async function findDataset(
  name: DatasetName,
  {
    signal,
    onProgress,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((task: string, done: number) => void) | undefined;
  },
): Promise<FoundPictures> {
  const fetching = {
    ...(signal === undefined ? {} : { signal }),
    onProgress: (file: { name: string }, done: number, total: number | undefined) =>
      onProgress?.(`fetching ${file.name}`, total === undefined ? 0 : done / total),
  };
  const parts = name === "caltech101" ? (["train"] as const) : (["train", "test"] as const);
  const isPhotographs = name === "caltech101" || name === "oxford-pets";
  const open = async (size?: number) => ({
    parts,
    sets: await Promise.all(
      parts.map((part) => openDataset(name, { part, ...fetching, ...(size === undefined ? {} : { size }) })),
    ),
  });
  if (!isPhotographs) return foundSets(name, "a public data set", () => open());
  // As large as they are decoded where nobody says otherwise
  const side = { least: 128, median: 128, most: 128 };
  return {
    name,
    what: "a public data set",
    survey: { looked: 0, isGrey: false, width: side, height: side, kinds: [] },
    fixed: undefined,
    read: async ({ width }, { most = Infinity }) => shareOfPictures(givenOf(await open(width)), most),
  };
}

interface Sets {
  readonly parts: readonly GivenPart[];
  readonly sets: readonly (ImageSet & Partial<AsyncDisposable>)[];
}

/** Sets that are in memory as soon as they are looked at. */
async function foundSets(name: string, what: string, open: () => Promise<Sets>): Promise<FoundPictures> {
  const opened = await open();
  const given = givenOf(opened);
  const { height, width, channels, count } = given.set.pixels;
  const spread = (value: number) => ({ least: value, median: value, most: value });
  const survey: PictureSurvey = {
    looked: count,
    isGrey: channels === 1,
    width: spread(width),
    height: spread(height),
    kinds: [{ name: `${what}, ${channels === 1 ? "grey" : "colour"}`, count }],
  };
  return {
    name,
    what,
    survey,
    fixed: { height, width, channels: channels === 1 ? 1 : 3 },
    read: async (_, { most = Infinity }) => shareOfPictures(given, most),
  };
}

function givenOf({ parts, sets }: Sets): GivenPictures & AsyncDisposable {
  const named = sets.map((set, index) => ({ ...set, names: set.names.map((name) => `${parts[index]}/${name}`) }));
  return {
    set: joinImages(named),
    parts:
      parts.length < 2
        ? undefined
        : sets.flatMap((set, index) => new Array<GivenPart>(set.pixels.count).fill(parts[index] ?? "train")),
    groups: [],
    target: "class",
    notes: [],
    [Symbol.asyncDispose]: async () => {
      for (const set of sets) await set[Symbol.asyncDispose]?.();
    },
  };
}

async function readIdxPairs(folder: string, images: readonly string[]): Promise<Sets> {
  const sets: ImageSet[] = [];
  const parts: GivenPart[] = [];
  for (const name of images) {
    const labels = name.replace(
      imagesName,
      (_, start: string, end: string) => `${start}labels${end.replace("idx3", "idx1")}`,
    );
    const [pixels, numbers] = [
      await readIdx(await fileSource(join(folder, name))),
      await readIdx(await fileSource(join(folder, labels))),
    ];
    if (pixels.dtype !== "u8" || pixels.shape.length !== 3)
      throw new DataError(
        `${name}: ${pixels.dtype} [${pixels.shape}] are no pictures; they have to be u8 [count, height, width].`,
      );
    const own = Array.from(numbers.data, Number);
    const classes = Array.from({ length: 1 + Math.max(0, ...new Set(own)) }, (_, label) => String(label));
    sets.push(imagesInMemory(hostArray(pixels.data, [...pixels.shape, 1], "u8"), own, classes));
    parts.push(/^(t10k|test)/.test(name) ? "test" : /^val/.test(name) ? "validation" : "train");
  }
  return { sets, parts: new Set(parts).size > 1 ? parts : parts.slice(0, 1) };
}

async function readRecords(folder: string, files: readonly string[]): Promise<Sets> {
  const sets: ImageSet[] = [];
  const parts: GivenPart[] = [];
  const found = await namesOfClasses(folder);
  for (const file of files) {
    const source = await fileSource(join(folder, file));
    const isHundred = /^(train|test)\.bin/.test(file) && source.size % 3074 === 0;
    const { pixels, labels } = await readCifar(source, isHundred ? 100 : 10);
    const count = isHundred ? 100 : 10;
    const classes = found?.length === count ? found : Array.from({ length: count }, (_, label) => String(label));
    sets.push(imagesInMemory(pixels, Array.from(labels.data, Number), classes));
    parts.push(file.startsWith("test") ? "test" : "train");
  }
  return { sets, parts: new Set(parts).size > 1 ? parts : parts.slice(0, 1) };
}

/** What CIFAR's makers call the classes, where their list lies beside the records. */
async function namesOfClasses(folder: string): Promise<string[] | undefined> {
  for (const name of ["batches.meta.txt", "fine_label_names.txt"]) {
    const source = await fileSource(join(folder, name)).catch(() => undefined);
    if (source === undefined) continue;
    const words = new TextDecoder().decode(await source.read(0, source.size)).split(/\s+/);
    return words.filter((word) => word !== "");
  }
  return undefined;
}
