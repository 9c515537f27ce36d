/**
 * Which pictures are learned from, which say how sure the network may be, and which it is measured on. Parts that the set came in
 * are kept; else they are drawn, each class by itself, and copies of a picture stay together.
 */
import type { PictureChecks } from "../../audit/pictureChecks.ts";
import { stratifiedSplit } from "../../data/split.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { GivenPart, GivenPictures } from "./given.ts";

/** Rows of the set, each ascending. */
export interface Division {
  readonly learn: Uint32Array;
  readonly calibrate: Uint32Array;
  readonly measure: Uint32Array;
  /** In a sentence. */
  readonly how: string;
  /** Groups of copies that lie on both sides: figures are too good by them. */
  readonly crossing: readonly (readonly number[])[];
}

/** Fewer pictures make nothing to learn from and nothing to measure on. */
export const fewestPictures = 10;

const calibrationShare = 0.1;
const testShare = 0.2;

/** Divides. @throws DataError where there are too few pictures, or only one class. */
export function dividePictures(
  { set, parts }: Pick<GivenPictures, "set" | "parts">,
  checks: Pick<PictureChecks, "copies" | "nearCopies">,
  seed: number,
): Division {
  checkEnough(set);
  const families = familiesOf(set.pixels.count, checks);
  const { how, sides } = parts === undefined ? drawn(set.labels, families, seed) : given(parts, set.labels, seed);
  const rowsOf = (side: Side) => Uint32Array.from(sides.keys()).filter((row) => sides[row] === side);
  const division = { learn: rowsOf("learn"), calibrate: rowsOf("calibrate"), measure: rowsOf("measure"), how };
  checkClasses(set, division.learn);
  return { ...division, crossing: families.filter((rows) => new Set(rows.map((row) => sides[row])).size > 1) };
}

type Side = "learn" | "calibrate" | "measure";

function checkEnough({ pixels, classes, labels }: GivenPictures["set"]): void {
  const found = classes.filter((_, label) => labels.includes(label));
  if (found.length < 2)
    throw new DataError(
      `All ${pixels.count} pictures are of one class, "${found[0] ?? ""}": there is nothing to tell apart. Put the pictures of each class into a folder with its name.`,
      { classes: found.length },
    );
  if (pixels.count < fewestPictures)
    throw new DataError(
      `${pixels.count} pictures that can be read; at least ${fewestPictures} are needed to learn from some and measure on others.`,
      { pictures: pixels.count },
    );
}

/** @throws DataError naming classes that nothing could be learned of. */
function checkClasses({ classes, labels }: GivenPictures["set"], learn: Uint32Array): void {
  const known = new Set(Array.from(learn, (row) => at(labels, row)));
  const missing = classes.filter((_, label) => !known.has(label));
  if (missing.length > 0)
    throw new DataError(
      `No picture to learn from is of class ${missing.slice(0, 5).join(", ")}: it is only in the part to be measured on. Add some, or leave it out.`,
      { missing },
    );
}

/** Copies and near copies, joined where they overlap. */
function familiesOf(count: number, { copies, nearCopies }: Pick<PictureChecks, "copies" | "nearCopies">): number[][] {
  const parent = Uint32Array.from({ length: count }, (_, row) => row);
  const rootOf = (row: number): number => {
    let root = row;
    while (at(parent, root) !== root) root = at(parent, root);
    parent[row] = root;
    return root;
  };
  for (const [first = 0, ...others] of [...copies, ...nearCopies])
    for (const other of others) parent[rootOf(other)] = rootOf(first);
  const families = new Map<number, number[]>();
  for (const row of new Set([...copies, ...nearCopies].flat())) {
    const root = rootOf(row);
    families.set(root, [...(families.get(root) ?? []), row]);
  }
  return [...families.values()].map((rows) => rows.sort((a, b) => a - b));
}

function drawn(labels: Int32Array, families: readonly (readonly number[])[], seed: number) {
  const shares = { learn: 1 - calibrationShare - testShare, calibrate: calibrationShare, measure: testShare };
  const split = stratifiedSplit(labels, shares, seed);
  const sides: Side[] = new Array<Side>(labels.length).fill("learn");
  for (const side of ["calibrate", "measure"] as const) for (const row of split[side]) sides[row] = side;
  for (const [first = 0, ...others] of families) for (const row of others) sides[row] = sides[first] ?? "learn";
  keepOneOfEach(labels, sides);
  const how =
    "a fifth of the pictures, drawn at random within each class, was held out; copies of a picture stayed together";
  return { sides, how };
}

/** A class that is rare has its picture among those to learn from; each side has one picture at least. Nothing leaves the side `fixed`. */
function keepOneOfEach(labels: Int32Array, sides: Side[], fixed?: Side): void {
  const learned = new Set(Array.from(labels).filter((_, row) => sides[row] === "learn"));
  labels.forEach((label, row) => {
    if (learned.has(label) || sides[row] === fixed) return;
    learned.add(label);
    sides[row] = "learn";
  });
  for (const side of ["calibrate", "measure"] as const) {
    if (sides.includes(side)) continue;
    const counts = new Map<number, number>();
    labels.forEach((label, row) => {
      if (sides[row] === "learn") counts.set(label, (counts.get(label) ?? 0) + 1);
    });
    const row = sides.findIndex((own, place) => own === "learn" && (counts.get(at(labels, place)) ?? 0) > 1);
    if (row >= 0) sides[row] = side;
  }
}

/** A part to be tested on is measured on; the other one, if there are two, says how sure the network may be. */
function given(parts: readonly GivenPart[], labels: Int32Array, seed: number) {
  const measured: GivenPart = parts.includes("test") ? "test" : "validation";
  const sides = parts.map((part): Side => (part === measured ? "measure" : part === "train" ? "learn" : "calibrate"));
  if (!sides.includes("calibrate")) {
    const rows = Array.from(sides.keys()).filter((row) => sides[row] === "learn");
    const own = rows.map((row) => at(labels, row));
    const shares = { learn: 1 - calibrationShare, calibrate: calibrationShare };
    for (const place of stratifiedSplit(own, shares, seed).calibrate) sides[at(rows, place)] = "calibrate";
    keepOneOfEach(labels, sides, "measure");
  }
  return {
    sides,
    how: `measured on the part called ${measured === "test" ? "test" : "validation"} that the set came with`,
  };
}
