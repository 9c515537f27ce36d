/** Real pictures of SMILODON_DATA, in grey. */
import { join } from "node:path";
import { openDataset, openImageFolder, sharpDecoder } from "../../src/data/index.node.ts";
import { type ImageSet, openImages, selectImages } from "../../src/data/index.ts";
import { random, type Tensor } from "../../src/index.ts";
import { greyPictures } from "../../src/systems/deepBelief/index.ts";

/** The middle 200 × 200 pixels of each natural scene. */
export async function naturalScenes(): Promise<Tensor> {
  return greyPictures(await openFolder("natural-images", 200));
}

/** Digits in an order that `seed` decides, with their labels. */
export async function digits(part: "train" | "test"): Promise<{ pictures: Tensor; labels: Int32Array }> {
  const set = await openDataset("mnist", { part });
  return { pictures: await greyPictures(set), labels: set.labels };
}

/** Pictures of a class of Caltech-101, each whole, drawn to size × size. */
export async function caltech(name: string, size: number): Promise<ImageSet> {
  return openFolder(join("caltech101", name), size, "fill");
}

/** Every `stride`th picture from `start`, `count` at most: neighbours in a folder are of one person more often than not. */
export function part(set: ImageSet, start: number, stride: number, count: number): ImageSet {
  const rows = Math.ceil((set.pixels.count - start) / stride);
  return selectImages(
    set,
    Uint32Array.from({ length: Math.min(count, rows) }, (_, index) => start + stride * index),
  );
}

/** Row numbers 0 … count − 1 in random order. */
export async function shuffled(count: number): Promise<Int32Array<ArrayBuffer>> {
  return Int32Array.from(await random.permutation(count).data(), Number);
}

async function openFolder(path: string, size: number, fit: "cover" | "fill" = "cover"): Promise<ImageSet> {
  const folder = process.env["SMILODON_DATA"];
  if (folder === undefined) throw new Error("Set SMILODON_DATA to the folder of the real pictures.");
  const source = await openImageFolder(join(folder, path));
  // Nobody asks for labels here, but a set has some
  const pictures = async function* (skip?: number) {
    for await (const picture of source.pictures(skip)) yield { ...picture, label: path };
  };
  return openImages({ ...source, pictures }, { decoder: sharpDecoder(), width: size, height: size, channels: 1, fit });
}
