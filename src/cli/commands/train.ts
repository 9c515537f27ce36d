/** `smilodon train FILE --target COLUMN` or `train FOLDER` of pictures: a trained network, a report, and answers as far as they were measured. */
import { existsSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { usualMemory } from "../../systems/tabular/index.ts";
import { scales } from "../../systems/vision/chooseSettings.ts";
import { pictureKindAt } from "../../systems/vision/find.node.ts";
import { networkNames } from "../../systems/vision/settings.ts";
import type { Console } from "../console.ts";
import { type ExitCode, exitCodes, UsageError } from "../errors.ts";
import { programName } from "../programName.ts";
import { defineCommand, type Surroundings } from "../schema.ts";
import { trainBeliefInto } from "../train/belief.ts";
import { beliefToJson, showBelief } from "../train/beliefCard.ts";
import { type BeliefSettings, beliefSeenFrom, leastSide, models } from "../train/beliefSettings.ts";
import { pictureResultsToJson, sayAfterPictures, showPictureResults } from "../train/pictureResults.ts";
import { damageChoices, type PictureSettings, picturesSeenFrom } from "../train/pictureSettings.ts";
import { trainPicturesInto } from "../train/pictures.ts";
import { readRunFile } from "../train/record.ts";
import { resultsToJson, showResults } from "../train/results.ts";
import { trainInto } from "../train/run.ts";
import { leastMemory, readChoices, readKinds, seenFrom, type TrainSettings, tasks } from "../train/settings.ts";

/** Learns a column of a table from the others, or to tell classes of pictures apart. */
export const train = defineCommand({
  name: "train",
  summary: "Learn a column of your table, or classes of your pictures, and measure how well.",
  examples: [
    { line: "train penguins.csv --target species", does: "writes runs/penguins/ with model, report and card" },
    { line: "train adult.csv --target income --test adult-test.csv --json", does: "measured on an official test file" },
    { line: "train houses.parquet --target price --fast", does: "in seconds, a little worse" },
    { line: "train photos/", does: "a folder of pictures with a folder for each class" },
    {
      line: "train flowers.tar.gz --minutes 5 --from runs/pets",
      does: "an archive of pictures, going on from another run",
    },
    { line: "train sketches --scale tiny", does: "cats and dogs that are drawn here: everything, without data" },
    { line: "train scenes/ --model deep-belief", does: "edges, from pictures without labels, in two minutes" },
    { line: "train german.csv --target credit --folds 5 --group sex", does: "cross-validated, with figures by group" },
  ],
  arguments: [
    {
      name: "file",
      meaning:
        "The table (CSV, TSV, JSON lines, Parquet or Arrow), or pictures: a folder, a tar file, idx or CIFAR files, a table of paths, or a name that data list shows.",
      isRequired: true,
    },
  ],
  options: {
    target: { kind: "optional", meaning: "The column to be learned.", placeholder: "COLUMN" },
    out: { kind: "optional", meaning: "Folder to write. Default: runs/ and the file's name.", placeholder: "FOLDER" },
    test: { kind: "optional", meaning: "Measure on this table instead of a fifth of the rows.", placeholder: "FILE" },
    folds: {
      kind: "optionalNumber",
      meaning: "Cross-validate in so many folds.",
      placeholder: "COUNT",
      lowest: 2,
      highest: 50,
      whole: true,
    },
    group: { kind: "list", meaning: "Measure by the groups of this column, too.", placeholder: "COLUMN" },
    exclude: { kind: "list", meaning: "Leave this column out.", placeholder: "COLUMN" },
    use: { kind: "list", meaning: "Use this column whatever the checks find in it.", placeholder: "COLUMN" },
    kind: {
      kind: "list",
      meaning: "What a column holds, where the guess is wrong: number, category, boolean, date or text.",
      placeholder: "COLUMN=KIND",
    },
    task: { kind: "choice", meaning: "Classes, or a number.", placeholder: tasks.join("|"), choices: tasks },
    query: { kind: "optional", meaning: "Learn from the result of this SQL query on the file.", placeholder: "SQL" },
    fast: { kind: "flag", meaning: "Seconds count more than the last tenth of a percent." },
    "find-learning-rate": {
      kind: "flag",
      meaning: "Look for a learning rate first, by a short training on rates that grow.",
    },
    tensorboard: {
      kind: "optional",
      meaning: "Write losses and rates of each network below this folder, for TensorBoard.",
      placeholder: "FOLDER",
    },
    minutes: { kind: "optionalNumber", meaning: "Stop training after so many.", placeholder: "NUMBER", lowest: 0.01 },
    ensemble: {
      kind: "optionalNumber",
      meaning: "Train so many networks and average their answers.",
      placeholder: "COUNT",
      lowest: 1,
      highest: 100,
      whole: true,
    },
    memory: {
      kind: "number",
      meaning: "Megabytes that rows may take; a table that needs more is read as a stream.",
      placeholder: "MEGABYTES",
      default: usualMemory,
      lowest: leastMemory,
      highest: 1_048_576,
      whole: true,
    },
    model: {
      kind: "choice",
      meaning: "A folder of pictures of which nothing is said: what learns from it.",
      placeholder: models.join("|"),
      choices: models,
    },
    network: { kind: "choice", meaning: "Pictures: which network.", placeholder: "NAME", choices: networkNames },
    size: {
      kind: "optionalNumber",
      meaning: "Pictures: make them so many pixels wide and high.",
      placeholder: "PIXELS",
      lowest: 8,
      highest: 1024,
      whole: true,
    },
    scale: {
      kind: "choice",
      meaning: "Pictures: seconds, minutes on a processor (what no word means), or a graphics card.",
      placeholder: scales.join("|"),
      choices: scales,
    },
    epochs: {
      kind: "optionalNumber",
      meaning: "Pictures: so many passes.",
      placeholder: "COUNT",
      lowest: 1,
      whole: true,
    },
    from: { kind: "optional", meaning: "Pictures: go on from the network of this run.", placeholder: "RUN" },
    "on-corrupt": {
      kind: "choice",
      meaning: "Pictures: leave out files that cannot be read (what no word means), or end.",
      placeholder: damageChoices.join("|"),
      choices: damageChoices,
    },
    set: { kind: "list", meaning: "Another setting: epochs, width, depth, learningRate …", placeholder: "NAME=VALUE" },
    seed: {
      kind: "number",
      meaning: "How rows are divided and weights begin.",
      placeholder: "NUMBER",
      default: 0,
      lowest: 0,
      highest: 4294967290,
      whole: true,
    },
  },
  async run({ arguments: [file = ""], values }, surroundings) {
    const { console } = surroundings;
    if (values.model !== undefined) return runBelief(file, values, surroundings);
    const kind = await pictureKindAt(file);
    const isDataset = kind === "dataset" || kind === "sketches";
    if (kind !== undefined) return runPictures({ file, isDataset }, values, surroundings);
    refuseOptions(values, pictureOptions, `${file} is no folder or list of pictures`);
    if (values.target === undefined)
      throw new UsageError("train needs --target: the column to be learned.", "For example: --target species");
    const { minutes, ensemble } = values;
    const settings: TrainSettings = {
      file,
      target: values.target,
      test: values.test ?? null,
      folds: values.folds ?? null,
      groups: [...values.group],
      exclude: [...values.exclude],
      use: [...values.use],
      kinds: readKinds(values.kind),
      task: tasks.find((name) => name === values.task) ?? null,
      query: values.query ?? null,
      fast: values.fast,
      findLearningRate: values["find-learning-rate"],
      seed: values.seed,
      memory: values.memory,
      choices: readChoices(values.set, {
        ...(minutes === undefined ? {} : { minutes }),
        ...(ensemble === undefined ? {} : { ensemble }),
      }),
    };
    if (settings.test !== null && settings.folds !== null)
      throw new UsageError("--test and --folds exclude each other.", "Leave out one of them.");
    checkSettings(settings);
    const folder = values.out ?? (await freeFolder(file, (place) => seenFrom(place, settings)));
    const { study, rows, seconds } = await trainInto(folder, settings, surroundings, {
      tensorboard: values.tensorboard,
    });
    if (values.json) console.print(JSON.stringify(resultsToJson(study, { run: folder, rows, seconds })));
    else showResults(study, console);
    sayWhatNext(folder, seconds, console);
    return exitCodes.ok;
  },
});

/** @throws UsageError where the target is to be left out, used or measured by, a column both used and left out, or a learning rate both told and looked for. */
function checkSettings({ target, exclude, groups, use, ...others }: TrainSettings): void {
  for (const [option, columns] of [
    ["--exclude", exclude],
    ["--group", groups],
    ["--use", use],
  ] as const) {
    if (columns.includes(target))
      throw new UsageError(`${option} ${target}: that is the target.`, "Name another column, or another target.");
  }
  if (others.findLearningRate && others.choices.learningRate !== undefined)
    throw new UsageError("--find-learning-rate and --set learningRate exclude each other.", "Leave out one.");
  const both = use.find((name) => exclude.includes(name));
  if (both !== undefined)
    throw new UsageError(`--use ${both} and --exclude ${both} exclude each other.`, "Leave out one.");
}

/** runs/NAME, or the first of NAME-2, NAME-3 … that holds no other run; one of the same settings that was stopped is gone on with. */
async function freeFolder(file: string, settingsIn: (folder: string) => unknown): Promise<string> {
  const name =
    basename(file.replace(/(\.tar)?\.gz$/i, ""), extname(file))
      .replace(/[^\w.-]+/g, "-")
      .replace(/^[.-]+/, "") || "table";
  for (let number = 1; ; number++) {
    const folder = join("runs", number === 1 ? name : `${name}-${number}`);
    if (!existsSync(folder)) return folder;
    const record = await readRunFile(folder).catch(() => undefined);
    const isStopped = record !== undefined && record.status !== "finished";
    if (isStopped && JSON.stringify(record.settings) === JSON.stringify(settingsIn(folder))) return folder;
  }
}

/** Options that only pictures have, and those that only tables have. */
const pictureOptions = ["network", "size", "scale", "epochs", "from", "on-corrupt"] as const;
const tableOptions = [
  "test",
  "folds",
  "exclude",
  "use",
  "kind",
  "task",
  "query",
  "fast",
  "find-learning-rate",
  "ensemble",
  "set",
] as const;

/** @throws UsageError naming the first of `names` that was given. */
function refuseOptions<Name extends string>(
  values: Readonly<Record<Name, unknown>>,
  names: readonly Name[],
  why: string,
): void {
  const given = names.find((name) => {
    const value = values[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  });
  if (given !== undefined) throw new UsageError(`--${given}: ${why}, and it is for those.`, `Leave out --${given}.`);
}

async function runPictures(
  { file, isDataset }: { readonly file: string; readonly isDataset: boolean },
  values: PictureValues,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { console } = surroundings;
  refuseOptions(values, tableOptions, `${file} holds pictures, no table`);
  const settings: PictureSettings = {
    kind: "pictures",
    file,
    isDataset,
    target: values.target ?? null,
    groups: [...values.group],
    network: networkNames.find((name) => name === values.network) ?? null,
    size: values.size ?? null,
    scale: scales.find((name) => name === values.scale) ?? "small",
    epochs: values.epochs ?? null,
    minutes: values.minutes ?? null,
    from: values.from ?? null,
    onCorrupt: damageChoices.find((name) => name === values["on-corrupt"]) ?? "skip",
    seed: values.seed,
  };
  const folder = values.out ?? (await freeFolder(file, (place) => picturesSeenFrom(place, settings)));
  const { study, seconds } = await trainPicturesInto(folder, settings, surroundings, {
    tensorboard: values.tensorboard,
  });
  if (values.json) console.print(JSON.stringify(pictureResultsToJson(study, { run: folder, seconds })));
  else showPictureResults(study, console);
  sayAfterPictures(folder, seconds, console);
  return exitCodes.ok;
}

/** Options that a training without labels has no use for. */
const labelOptions = ["target", "group", "network", "epochs", "from", "tensorboard", ...tableOptions] as const;

async function runBelief(
  file: string,
  values: PictureValues & Readonly<Record<(typeof labelOptions)[number], unknown>>,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { console } = surroundings;
  refuseOptions(values, labelOptions, "--model deep-belief learns without labels");
  const { size = null, minutes = null, seed } = values;
  if (size !== null && size < leastSide)
    throw new UsageError(
      `--size is ${size}; --model deep-belief needs ${leastSide} pixels or more.`,
      "Leave out --size.",
    );
  const settings: BeliefSettings = {
    kind: "deep-belief",
    file,
    size,
    scale: scales.find((name) => name === values.scale) ?? "small",
    minutes,
    onCorrupt: damageChoices.find((name) => name === values["on-corrupt"]) ?? "skip",
    seed,
  };
  const run = values.out ?? (await freeFolder(file, (place) => beliefSeenFrom(place, settings)));
  const { study, seconds } = await trainBeliefInto(run, settings, surroundings);
  if (values.json) console.print(JSON.stringify(beliefToJson(study, { run, seconds })));
  else showBelief(study, { run, seconds }, console);
  return exitCodes.ok;
}

/** What the command line may say of a training on pictures, and what is refused. */
interface PictureValues extends Readonly<Record<(typeof tableOptions)[number], unknown>> {
  readonly target: string | undefined;
  readonly group: readonly string[];
  readonly network: string | undefined;
  readonly size: number | undefined;
  readonly scale: string | undefined;
  readonly epochs: number | undefined;
  readonly minutes: number | undefined;
  readonly from: string | undefined;
  readonly "on-corrupt": string | undefined;
  readonly seed: number;
  readonly out: string | undefined;
  readonly tensorboard: string | undefined;
  readonly json: boolean;
}

function sayWhatNext(folder: string, seconds: number, console: Console): void {
  console.say("");
  console.say(`Done in ${seconds.toFixed(1)} s.`);
  console.say(`  ${join(folder, "report.html")}   what was learned, how well, and what is not known`);
  console.say(`  ${join(folder, "README.md")}   the model card`);
  console.say("");
  console.say("Ask about new rows:");
  console.say(`  ${programName()} predict ${folder} FILE`);
}
