/** The pictures and labels of public data sets, fetched where they are missing. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { cacheFolderFor } from "../../support/cacheFolder.node.ts";
import { DataError } from "../../support/errors.ts";
import { at, invariant } from "../../support/invariant.ts";
import { type ByteSource, bytesSource } from "../byteSource.ts";
import { fileSource } from "../fileSource.node.ts";
import { openArchive } from "../images/archive.ts";
import { readCifar, readIdx } from "../images/binaryImages.ts";
import { cacheImages } from "../images/imageCache.node.ts";
import { type ImageSet, imagesInMemory } from "../images/imageSet.ts";
import { type PictureSource, unpackedBlocks } from "../images/pictureSource.ts";
import { sharpDecoder } from "../images/sharpDecoder.node.ts";
import { readTar } from "../images/tar.ts";
import { joinBytes } from "../joinBytes.ts";
import type { DatasetName } from "./catalog.ts";
import { datasetNamed, type FetchDatasetOptions, fetchDataset } from "./store.node.ts";
import { openZipMember } from "./zipMember.ts";

/** Which pictures, and of which size. */
export interface OpenDatasetOptions extends FetchDatasetOptions {
  /** Default `"train"`. Sets whose makers did not divide them are all `"train"`. */
  readonly part?: "train" | "test";
  /** Pixels of photographs of many sizes, decoded once and kept beside the files. Default 128. */
  readonly size?: number;
}

const clothes = [
  "T-shirt/top",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];
const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

/**
 * Pictures with labels of a public data set, fetched to the user's cache where SMILODON_DATA does not have it.
 * @throws ArgumentError for a name or part that is not known, DataError where a file cannot be fetched or is damaged.
 *
 * @example
 * ```ts no-run
 * import { openDataset } from "smilodon/node";
 * const { pixels, labels, classes } = await openDataset("cifar10", { part: "test" });
 * console.log(pixels.count, classes[labels[0] ?? 0]); // 10000 cat
 * ```
 */
export async function openDataset(
  name: DatasetName,
  { part = "train", size = 128, ...options }: OpenDatasetOptions = {},
): Promise<ImageSet & Partial<AsyncDisposable>> {
  const files = await fetchDataset(datasetNamed(name), options);
  const pathOf = (fileName: string) => {
    const found = files.find(({ file }) => file.name === fileName);
    invariant(found !== undefined, "the file is in the catalog");
    return found.path;
  };
  switch (name) {
    case "mnist":
      return openIdx(pathOf, part, digits);
    case "fashion-mnist":
      return openIdx(pathOf, part, clothes);
    case "cifar10":
      return openCifar(pathOf("cifar-10-binary.tar.gz"), part, 10);
    case "cifar100":
      return openCifar(pathOf("cifar-100-binary.tar.gz"), part, 100);
    case "caltech101":
      return openPhotographs(await openCaltech(pathOf("caltech-101.zip"), part), size);
    case "oxford-pets":
      return openPhotographs(await openPets(pathOf, part), size);
  }
}

async function openIdx(
  pathOf: (name: string) => string,
  part: "train" | "test",
  classes: readonly string[],
): Promise<ImageSet> {
  const prefix = part === "train" ? "train" : "t10k";
  const [images, labels] = await Promise.all(
    ["images-idx3", "labels-idx1"].map(async (kind) =>
      readIdx(await unpackedSource(pathOf(`${prefix}-${kind}-ubyte.gz`))),
    ),
  );
  invariant(images !== undefined && labels !== undefined, "two files were read");
  return imagesInMemory({ ...images, shape: [...images.shape, 1] }, Array.from(labels.data, Number), classes);
}

const unpack = promisify(gunzip);

/** What a gzipped file holds, unpacked in large pieces: streams hand over 16 kB at a time, which takes longer than unpacking. */
async function unpackedSource(path: string): Promise<ByteSource> {
  const packed = await readFile(path);
  try {
    return bytesSource(await unpack(packed, { chunkSize: 2 ** 23 }), path);
  } catch (cause) {
    throw new DataError(`${path}: the gzip file is cut short or damaged. Fetch it again.`, { path, cause });
  }
}

async function openCifar(path: string, part: "train" | "test", classes: 10 | 100): Promise<ImageSet> {
  const source = await fileSource(path);
  const records: Uint8Array[] = [];
  let names: string[] = [];
  const wanted = part === "train" ? /\/(data_batch_\d|train)\.bin$/ : /\/(test_batch|test)\.bin$/;
  const isWanted = (file: string) => wanted.test(file) || /(batches\.meta|fine_label_names)\.txt$/.test(file);
  const entries: { path: string; bytes: Uint8Array }[] = [];
  for await (const entry of readTar(path, unpackedBlocks(source), isWanted)) entries.push(entry);
  for (const entry of entries.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (entry.path.endsWith(".txt"))
      names = new TextDecoder()
        .decode(entry.bytes)
        .split(/\s+/)
        .filter((name) => name !== "");
    else records.push(entry.bytes);
  }
  if (records.length === 0 || names.length !== classes)
    throw new DataError(
      `${path}: ${records.length} files of records and ${names.length} names of classes; it is not CIFAR-${classes}.`,
      { path },
    );
  const { pixels, labels } = await readCifar(bytesSource(joinBytes(records), path), classes);
  return imagesInMemory(pixels, Array.from(labels.data, Number), names);
}

async function openCaltech(path: string, part: "train" | "test"): Promise<PictureSource> {
  if (part === "test")
    throw new DataError(
      "Caltech-101 was not divided by its makers: all of it is the part train. Use stratifiedSplit.",
      { part },
    );
  const archive = await openZipMember(await fileSource(path), (member) =>
    member.endsWith("101_ObjectCategories.tar.gz"),
  );
  return openArchive(archive);
}

/** Breeds stand in the names, the parts in lists of the annotations: "Abyssinian_100 1 1 1". */
async function openPets(pathOf: (name: string) => string, part: "train" | "test"): Promise<PictureSource> {
  const annotations = pathOf("annotations.tar.gz");
  const list = part === "train" ? "annotations/trainval.txt" : "annotations/test.txt";
  const chosen = new Set<string>();
  for await (const { bytes } of readTar(
    annotations,
    unpackedBlocks(await fileSource(annotations)),
    (path) => path.replace(/^\.\//, "") === list,
  ))
    for (const line of new TextDecoder().decode(bytes).split("\n"))
      if (line.trim() !== "") chosen.add(at(line.split(" "), 0));
  const archive = openArchive(await fileSource(pathOf("images.tar.gz")));
  return {
    ...archive,
    mark: `${archive.mark} ${part}`,
    count: chosen.size,
    async *pictures(skip = 0) {
      let number = 0;
      for await (const picture of archive.pictures()) {
        const [, own = ""] = /([^/]*)\.[^./]*$/.exec(picture.name) ?? [];
        if (chosen.has(own) && number++ >= skip) yield { ...picture, label: own.replace(/_\d+$/, "") };
      }
    },
  };
}

/** Decoded beside the files that are fetched: SMILODON_DATA may be read only. */
function openPhotographs(source: PictureSource, size: number): Promise<ImageSet & AsyncDisposable> {
  return cacheImages(source, {
    decoder: sharpDecoder(),
    width: size,
    height: size,
    folder: join(cacheFolderFor("data"), "decoded"),
  });
}
