/** One table, learned: encoder, settings, network, and what the network says of rows that it did not learn from. */
import { fitEncoder, type TableEncoder } from "../../data/encoder.ts";
import type { ColumnKind } from "../../data/kinds.ts";
import { stratifiedFolds, stratifiedSplit } from "../../data/split.ts";
import type { Table } from "../../data/table.ts";
import { at } from "../../support/invariant.ts";
import { countOf, type Learned, type LearnOptions, type Lesson, learn, type Rows } from "./learn.ts";
import { TabularNetwork } from "./network.ts";
import { fitPieces, type Pieces } from "./pieces.ts";
import { withFoundRate } from "./rateSearch.ts";
import {
  type ChosenSettings,
  chooseSettings,
  type SettingReason,
  smallTable,
  type TabularChoices,
  type TabularSettings,
} from "./settings.ts";
import type { MemberStudy } from "./study.ts";
import type { TabularModel, TabularOrigin, TabularTask } from "./system.ts";
import { outputsFor, targetsOf } from "./task.ts";

/** What is learned, and how. */
export interface FitRequest {
  /** Rows to learn from; all have a target. */
  readonly table: Table;
  readonly task: TabularTask;
  readonly kinds?: Readonly<Record<string, ColumnKind>> | undefined;
  readonly exclude: readonly string[];
  readonly choices: TabularChoices;
  readonly isFast: boolean;
  /** Look for a learning rate instead of taking the usual one. */
  readonly isRateSearched?: boolean | undefined;
  readonly origin: TabularOrigin;
  /** Hands each network its checkpoint, progress and signal. */
  readonly optionsOf: (stage: string) => LearnOptions;
}

/** What came of it. */
export interface Fitted {
  readonly model: TabularModel;
  readonly members: readonly MemberStudy[];
  readonly reasons: readonly SettingReason[];
  /** Rows of the table that answers were kept for, encoded; and the outputs of networks that had not learned from them. */
  readonly outside: { readonly order: Uint32Array; readonly rows: Float32Array; readonly outputs: Float32Array };
  /** Rows that a network learned from, and rows that told it when to stop. */
  readonly counts: { readonly train: number; readonly validation: number };
  readonly pieces: Pieces;
  /** Encoded rows and targets of the whole table … */
  readonly all: Rows;
  /** … unless they are of a sample of it. */
  readonly isSample?: boolean | undefined;
}

/** Share of the rows that decides when to stop, where the same rows are set aside for all. */
const validationShare = 0.1;

/** Learns `table`. @throws TrainingInterruptedError, TrainingDivergedError; DataError where the table cannot be encoded. */
export async function fitModel(request: FitRequest): Promise<Fitted> {
  const { table, task, kinds, exclude, origin } = request;
  const encoder = fitEncoder(table, { target: task.target, exclude, kinds });
  const all = { rows: encoder.encode(table), targets: targetsOf(task, table) };
  const chosen = choose({ ...request, encoder, all, rows: table.rowCount });
  const { pieces } = chosen;
  const plan = (settings: TabularSettings) => lessonsOf(all, { task, settings, pieces }, origin.seed);
  return learnLessons({ ...request, ...chosen, encoder, all, plan });
}

/** What settings are chosen from, and cuts drawn from. */
export interface Choosing extends Pick<FitRequest, "task" | "choices" | "isFast"> {
  readonly encoder: TableEncoder;
  /** Encoded rows, or a sample of them. */
  readonly all: Rows;
  /** How many rows there are. */
  readonly rows: number;
}

/** Settings with their reasons, and where numbers are cut. */
export interface Chosen extends ChosenSettings {
  readonly pieces: Pieces;
}

/** Chooses settings for a table. */
export function choose({ encoder, task, all, rows, choices, isFast }: Choosing): Chosen {
  const numbers = encoder.features.filter(({ kind }) => kind === "number" || kind === "date").map(({ start }) => start);
  const outputs = outputsFor(task);
  let pieces: Pieces = { counts: [], from: new Float32Array(0), inverse: new Float32Array(0) };
  const cut = (most: number): number[] => {
    const targets = outputs > 1 ? oneHot(all.targets, outputs) : all.targets;
    // Where rows are few, cuts that look at the targets would tell a network of rows that it is to be asked about
    const isGuided = rows >= smallTable;
    pieces = fitPieces({ rows: all.rows, width: encoder.width, numbers, pieces: most, targets, outputs, isGuided });
    return [...pieces.counts];
  };
  const facts = { rows, inputs: encoder.width, outputs, numbers, cut, isFast };
  return { ...chooseSettings(facts, choices), pieces };
}

/** Everything that a network learns with, but its lessons. */
export interface Learning extends Chosen, Pick<FitRequest, "task" | "origin" | "optionsOf" | "isRateSearched"> {
  readonly encoder: TableEncoder;
  readonly all: Rows;
  /** One lesson for each network of the ensemble, by these settings. */
  readonly plan: (settings: TabularSettings) => PlannedLesson[];
}

/** Learns the lessons. */
export async function learnLessons(learning: Learning): Promise<Fitted> {
  const { task, encoder, origin, pieces, all, plan, optionsOf } = learning;
  const { settings, reasons } =
    learning.isRateSearched === true
      ? await withFoundRate(learning, at(plan(learning.settings), 0).lesson, optionsOf("network").signal)
      : learning;
  const lessons = plan(settings);
  const network = new TabularNetwork(settings.network);
  const learned: Learned[] = [];
  for (const [index, { lesson }] of lessons.entries()) {
    const result = await learn(lesson, optionsOf(lessons.length === 1 ? "network" : `network${index + 1}`));
    at(network.networks, index).loadStateDictionary(result.network.stateDictionary());
    learned.push(result);
  }
  return {
    model: { task, encoder, settings, network: network.eval(), origin },
    members: learned.map(({ history, bestEpoch }, index) => ({
      history,
      bestEpoch,
      seed: at(lessons, index).lesson.seed,
    })),
    reasons,
    outside: gatherOutside(lessons, learned, settings),
    counts: { train: countOf(at(lessons, 0).lesson.training), validation: at(lessons, 0).validation.length },
    pieces,
    all,
  };
}

/** A lesson, and the rows of `all` that validate it. */
export interface PlannedLesson {
  readonly lesson: Lesson;
  readonly validation: Uint32Array;
}

/** One lesson for each network of the ensemble. */
function lessonsOf(
  all: Rows,
  { task, ...given }: { readonly task: TabularTask; readonly settings: TabularSettings; readonly pieces: Pieces },
  seed: number,
): PlannedLesson[] {
  const { settings } = given;
  const { networks } = settings.network;
  const { parts } = settings.training;
  const labels = task.kind === "classification" ? all.targets : levelsOf(all.targets);
  return Array.from({ length: networks }, (_, index) => {
    const own = seed + index;
    if (parts > 0) {
      const partOf = new Uint8Array(all.targets.length);
      stratifiedFolds(labels, parts, own).forEach(({ test }, part) => {
        for (const row of test) partOf[row] = part;
      });
      const lesson = { training: all, validation: all, partOf, ...given, seed: own };
      return { lesson, validation: Uint32Array.from(all.targets.keys()) };
    }
    const { train, validation } = stratifiedSplit(
      labels,
      { train: 1 - validationShare, validation: validationShare },
      own,
    );
    const lesson = { training: pick(all, train), validation: pick(all, validation), ...given, seed: own };
    return { lesson, validation };
  });
}

function oneHot(classes: Float32Array, outputs: number): Float32Array {
  const result = new Float32Array(classes.length * outputs);
  classes.forEach((label, row) => (result[row * outputs + label] = 1));
  return result;
}

/** Tenths of the targets, so that each part of a split has small and large ones. */
export function levelsOf(targets: Float32Array | Float64Array): Uint8Array {
  const order = Uint32Array.from(targets.keys()).sort((a, b) => at(targets, a) - at(targets, b));
  const levels = new Uint8Array(targets.length);
  order.forEach((row, place) => (levels[row] = Math.floor((10 * place) / targets.length)));
  return levels;
}

/** The rows at `order`. */
export function pick({ rows, targets }: Rows, order: Uint32Array): Rows {
  const width = rows.length / targets.length;
  const chosen = new Float32Array(order.length * width);
  order.forEach((row, index) => chosen.set(rows.subarray(row * width, (row + 1) * width), index * width));
  return { rows: chosen, targets: Float32Array.from(order, (row) => at(targets, row)) };
}

/** Rows that several networks set aside appear once for each. */
function gatherOutside(
  lessons: readonly PlannedLesson[],
  learned: readonly Learned[],
  { network: { inputs, outputs: width } }: TabularSettings,
): Fitted["outside"] {
  const total = lessons.reduce((sum, { validation }) => sum + validation.length, 0);
  const order = new Uint32Array(total);
  const rows = new Float32Array(total * inputs);
  const outputs = new Float32Array(total * width);
  let start = 0;
  lessons.forEach(({ lesson, validation }, index) => {
    order.set(validation, start);
    rows.set(lesson.validation.rows, start * inputs);
    outputs.set(at(learned, index).validationOutputs, start * width);
    start += validation.length;
  });
  return { order, rows, outputs };
}
