/** The pictures that the rows of `seeing` are measured on, from SMILODON_DATA. */
import { join } from "node:path";
import { type ImageSet, openArchive, openImages, type PictureSource, selectImages } from "../../src/data/index.ts";
import { cacheImages, fileSource, openDataset, openImageFolder, sharpDecoder } from "../../src/index.node.ts";

/** What is learned from, and what is measured on. */
export interface Divided {
  readonly training: ImageSet;
  readonly test: ImageSet;
}

/** A path in the folder that SMILODON_DATA names. */
export function dataPath(...parts: readonly string[]): string {
  const folder = process.env["SMILODON_DATA"];
  if (folder === undefined) throw new Error("SMILODON_DATA has to name the folder with mnist, cifar10 and cats-dogs.");
  return join(folder, ...parts);
}

/** The 60,000 digits and the 10,000. */
export async function openMnist(): Promise<Divided> {
  return { training: await openDataset("mnist"), test: await openDataset("mnist", { part: "test" }) };
}

/** The copy of CIFAR-10 whose pictures are JPEG files, of quality 75. */
export async function openCifarJpeg(): Promise<Divided> {
  const open = async (folder: string): Promise<ImageSet> => {
    const archive = openArchive(await fileSource(dataPath("cifar10", "cifar10-jpg.tar.gz")), { under: folder });
    return openImages(archive, { decoder: sharpDecoder(), width: 32, height: 32 });
  };
  return { training: await open("train"), test: await open("test") };
}

/** The photographs of cats and dogs as files. */
export function openCatsAndDogs(): Promise<PictureSource> {
  return openImageFolder(dataPath("cats-dogs"));
}

/** The same, decoded into `folder`; every fifth of each class in the order of names is held out. */
export async function divideCatsAndDogs(folder: string, side: number): Promise<Divided & AsyncDisposable> {
  const all = await cacheImages(await openCatsAndDogs(), {
    decoder: sharpDecoder(),
    width: side,
    height: side,
    folder,
  });
  const seen = all.classes.map(() => 0);
  const [kept, held]: [number[], number[]] = [[], []];
  all.labels.forEach((label, row) => {
    seen[label] = (seen[label] ?? 0) + 1;
    ((seen[label] ?? 0) % 5 === 0 ? held : kept).push(row);
  });
  return {
    training: selectImages(all, kept),
    test: selectImages(all, held),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}
