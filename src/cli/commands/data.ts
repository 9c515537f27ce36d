/** `smilodon data`: sets of pictures by name: public ones, where they are and how they come here, and sketches, which are drawn. */
import {
  type Dataset,
  type DatasetFile,
  datasetNamed,
  datasets,
  fetchDataset,
  findFiles,
} from "../../data/index.node.ts";
import { didYouMean } from "../../support/nearestName.ts";
import { type NamedSketches, namedSketches, sketchesNamed } from "../../systems/vision/sketches/named.ts";
import type { Console } from "../console.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { defineCommand } from "../schema.ts";

const actions = ["list", "get", "info"] as const;

/** Lists, describes and fetches sets that are known by name. */
export const data = defineCommand({
  name: "data",
  summary: "List, fetch or describe the sets of pictures that are known by name.",
  examples: [
    { line: "data", does: "every set that is known, and whether it is here" },
    { line: "data info cifar10", does: "what is in it, its terms and its files" },
    { line: "data get mnist fashion-mnist", does: "fetch them; what was broken off goes on" },
  ],
  arguments: [
    { name: "action", meaning: "list (what no word means), get or info." },
    { name: "set", meaning: "Data sets by name.", isRest: true },
  ],
  options: {},
  async run({ arguments: [action = "list", ...names], values: { json } }, { console, signal }) {
    const known = actions.find((name) => name === action);
    if (known === undefined)
      throw new UsageError(
        `data does not know "${action}".${didYouMean(action, actions)}`,
        `Write ${actions.join(", ")}.`,
      );
    if (known === "list" && names.length > 0) throw new UsageError("data list takes no names.", "Use data info.");
    if (known !== "list" && names.length === 0)
      throw new UsageError(`data ${known} needs a data set.`, `For example: smilodon data ${known} mnist`);
    const chosen: readonly KnownSet[] = known === "list" ? [...datasets, ...namedSketches] : names.map(setNamed);
    if (known === "get") for (const set of chosen) if (isPublic(set)) await get(set, console, signal);
    if (json) console.print(JSON.stringify(chosen.map(toJson), null, 2));
    else if (known === "list") for (const set of chosen) console.print(lineOf(set));
    else for (const set of chosen) describe(set, console);
    return exitCodes.ok;
  },
});

/** A set that has files, or one that is drawn. */
type KnownSet = Dataset | NamedSketches;

function isPublic(set: KnownSet): set is Dataset {
  return "files" in set;
}

function setNamed(name: string): KnownSet {
  return sketchesNamed(name) ?? datasetNamed(name);
}

function lineOf(set: KnownSet): string {
  return `${set.name.padEnd(17)} ${placeOf(set).padStart(7)}  ${set.summary}`;
}

function placeOf(set: KnownSet): string {
  if (!isPublic(set)) return "drawn";
  const size = set.files.reduce((total, { megabytes }) => total + megabytes, 0);
  return findFiles(set).every(({ isThere }) => isThere) ? "here" : `${Math.round(size)} MB`;
}

async function get(dataset: Dataset, console: Console, signal: AbortSignal): Promise<void> {
  const onProgress = (file: DatasetFile, done: number, total: number | undefined) => {
    const all = total ?? file.megabytes * 1e6;
    console.progress(
      `${dataset.title}: ${file.name}, ${(done / 1e6).toFixed(1)} of ${(all / 1e6).toFixed(1)} MB`,
      done / all,
    );
  };
  await fetchDataset(dataset, { signal, onProgress });
}

function describe(set: KnownSet, console: Console): void {
  console.print(set.title);
  const facts = isPublic(set)
    ? { what: set.summary, terms: set.terms, cite: set.cite, page: set.page }
    : { what: set.summary, terms: "none", cite: "nothing: drawn by this program" };
  for (const [name, text] of Object.entries(facts)) console.print(`  ${name.padEnd(6)} ${text}`);
  if (!isPublic(set)) return;
  for (const { file, path, isThere } of findFiles(set))
    console.print(
      `  ${isThere ? "here  " : "absent"} ${isThere ? path : `${file.name}, about ${file.megabytes} MB, would be ${path}`}`,
    );
}

function toJson(set: KnownSet): unknown {
  if (!isPublic(set)) return { ...set, files: [] };
  const files = findFiles(set).map(({ file, path, isThere }) => ({
    name: file.name,
    path,
    isThere,
    addresses: file.addresses,
  }));
  return { ...set, files };
}
