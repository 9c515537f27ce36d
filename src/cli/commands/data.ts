/** `smilodon data`: public data sets: which are known, where they are, fetching them. */
import {
  type Dataset,
  type DatasetFile,
  datasetNamed,
  datasets,
  fetchDataset,
  findFiles,
} from "../../data/index.node.ts";
import { didYouMean } from "../../support/nearestName.ts";
import type { Console } from "../console.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { defineCommand } from "../schema.ts";

const actions = ["list", "get", "info"] as const;

/** Lists, describes and fetches public data sets. */
export const data = defineCommand({
  name: "data",
  summary: "List, fetch or describe public data sets.",
  examples: [
    { line: "data", does: "every data set that is known, and whether it is here" },
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
    const chosen = known === "list" ? datasets : names.map(datasetNamed);
    if (known === "get") for (const dataset of chosen) await get(dataset, console, signal);
    if (json) console.print(JSON.stringify(chosen.map(toJson), null, 2));
    else if (known === "list") list(console);
    else for (const dataset of chosen) describe(dataset, console);
    return exitCodes.ok;
  },
});

function list(console: Console): void {
  for (const dataset of datasets) {
    const size = dataset.files.reduce((total, { megabytes }) => total + megabytes, 0);
    const place = findFiles(dataset).every(({ isThere }) => isThere) ? "here" : `${Math.round(size)} MB`;
    console.print(`${dataset.name.padEnd(14)} ${place.padStart(7)}  ${dataset.summary}`);
  }
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

function describe(dataset: Dataset, console: Console): void {
  const { title, summary, terms, cite, page } = dataset;
  console.print(title);
  for (const [name, text] of Object.entries({ what: summary, terms, cite, page }))
    console.print(`  ${name.padEnd(6)} ${text}`);
  for (const { file, path, isThere } of findFiles(dataset))
    console.print(
      `  ${isThere ? "here  " : "absent"} ${isThere ? path : `${file.name}, about ${file.megabytes} MB, would be ${path}`}`,
    );
}

function toJson(dataset: Dataset): unknown {
  const files = findFiles(dataset).map(({ file, path, isThere }) => ({
    name: file.name,
    path,
    isThere,
    addresses: file.addresses,
  }));
  return { ...dataset, files };
}
