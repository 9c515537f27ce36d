/** Pictures as a training is given them: one set, what is known of each picture besides, and which part its makers put it in. */
import type { GroupColumn } from "../../audit/groupColumn.ts";
import type { ImageSet } from "../../data/images/imageSet.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";

/** Parts that makers of sets divide them into. */
export type GivenPart = "train" | "validation" | "test";

/** Everything that is learned from and measured on. */
export interface GivenPictures {
  readonly set: ImageSet;
  /** The part of each picture; undefined where the set was not divided. */
  readonly parts: readonly GivenPart[] | undefined;
  /** Columns that name groups, a value for each picture. */
  readonly groups: readonly GroupColumn[];
  /** What the classes are of. */
  readonly target: string;
  /** Pictures that there were, where a share of them was taken. */
  readonly outOf?: number | undefined;
  /** Things worth saying of how the set was read. */
  readonly notes: readonly string[];
}

/** Words that folders of parts are called by. */
const partWords: Readonly<Record<string, GivenPart>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  dev: "validation",
  test: "test",
  testing: "test",
};

/** What paths say of pictures. */
export interface PathFindings {
  readonly parts: readonly GivenPart[] | undefined;
  readonly labels: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Parts and classes from the paths of pictures. Folders that all have in common mean nothing; below them a folder `train`, `test` or
 * `val` is a part. The class is the innermost folder, unless a name stands under several others (`cats/indoors`, `dogs/indoors`):
 * then it is the outermost.
 * @throws DataError where a picture lies in no folder of a class.
 */
export function readPaths(source: string, paths: readonly string[]): PathFindings {
  const folders = paths.map((path) =>
    path
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .slice(0, -1),
  );
  const shared = sharedDepth(folders);
  const below = folders.map((own) => own.slice(shared));
  const parts = partsOf(below);
  const inner = parts === undefined ? below : below.map((own) => own.slice(1));
  const bare = inner.findIndex((own) => own.length === 0);
  const only = at(folders, 0)[shared - 1];
  if (bare >= 0 && parts === undefined && inner.every((own) => own.length === 0) && only !== undefined)
    return { parts, labels: paths.map(() => only), notes: [] };
  if (bare >= 0)
    throw new DataError(
      `${source}: ${paths[bare]} lies in no folder of a class. Put the pictures of each class into a folder with its name.`,
      { path: paths[bare] },
    );
  const parents = new Map<string, Set<string>>();
  for (const own of inner) {
    const name = at(own, -1);
    const known = parents.get(name) ?? new Set();
    parents.set(name, known.add(own.slice(0, -1).join("/")));
  }
  const isOuter = [...parents.values()].some((known) => known.size > 1);
  const isNested = inner.some((own) => own.length > 1);
  const which = isOuter ? "outermost" : "innermost";
  return {
    parts,
    labels: inner.map((own) => at(own, isOuter ? 0 : -1)),
    notes: isNested ? [`Folders lie in folders: classes are the names of the ${which}.`] : [],
  };
}

/** How many folders from the outside all have in common; the last of them is never taken for a class where there are others. */
function sharedDepth(folders: readonly (readonly string[])[]): number {
  const first = at(folders, 0);
  let depth = 0;
  while (depth < first.length && folders.every((own) => own[depth] === first[depth])) depth++;
  return depth;
}

function partsOf(below: readonly (readonly string[])[]): GivenPart[] | undefined {
  const parts = below.map(([word = ""]) =>
    Object.hasOwn(partWords, word.toLowerCase()) ? partWords[word.toLowerCase()] : undefined,
  );
  const known = parts.flatMap((part) => part ?? []);
  return known.length === below.length && known.includes("train") && new Set(known).size > 1 ? known : undefined;
}

/** `set` with other labels. Classes are numbered in the order of their names; of numbers, by size. */
export function relabelled(set: ImageSet, labels: readonly string[]): ImageSet {
  const names = [...new Set(labels)];
  const isNumeric = names.every((name) => /^-?\d+$/.test(name));
  names.sort(isNumeric ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
  const numberOf = new Map(names.map((name, index) => [name, index]));
  return { ...set, classes: names, labels: Int32Array.from(labels, (label) => numberOf.get(label) ?? 0) };
}

/** One set of several, whose pictures have one size and whose classes are found by name. */
export function joinImages(sets: readonly ImageSet[]): ImageSet {
  const [first, ...others] = sets;
  if (first === undefined) throw new DataError("There is no set of pictures to join.");
  const { height, width, channels } = first.pixels;
  for (const { pixels } of others)
    if (pixels.height !== height || pixels.width !== width || pixels.channels !== channels)
      throw new DataError(
        `Sets of pictures of ${height}×${width}×${channels} and ${pixels.height}×${pixels.width}×${pixels.channels} cannot be joined.`,
      );
  const starts = [0];
  for (const { pixels } of sets) starts.push(at(starts, -1) + pixels.count);
  const size = height * width * channels;
  const joined: ImageSet = {
    ...first,
    pixels: {
      height,
      width,
      channels,
      count: at(starts, -1),
      async read(rows, chosen = new Uint8Array(rows.length * size)) {
        for (const [index, { pixels }] of sets.entries()) {
          const [from, to] = [at(starts, index), at(starts, index + 1)];
          const places = Array.from(rows, (row, place) => ({ row, place })).filter(
            ({ row }) => row >= from && row < to,
          );
          if (places.length === 0) continue;
          const own = await pixels.read(places.map(({ row }) => row - from));
          places.forEach(({ place }, order) =>
            chosen.set(own.subarray(order * size, (order + 1) * size), place * size),
          );
        }
        return chosen;
      },
    },
    names: sets.flatMap(({ names }) => names),
    failures: sets.flatMap(({ failures }) => failures),
  };
  return relabelled(
    joined,
    sets.flatMap(({ labels, classes }) => Array.from(labels, (label) => at(classes, label))),
  );
}
