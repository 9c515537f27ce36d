/** One table, learned: encoder, settings, network, and what the network says of rows that it did not learn from. */
import { fitEncoder } from "../../data/encoder.ts";
import type { ColumnKind } from "../../data/kinds.ts";
import { stratifiedFolds, stratifiedSplit } from "../../data/split.ts";
import type { Table } from "../../data/table.ts";
import { at } from "../../support/invariant.ts";
import { type Learned, type LearnOptions, learn, type Rows } from "./learn.ts";
import { TabularNetwork } from "./network.ts";
import { fitPieces, type Pieces } from "./pieces.ts";
import { withFoundRate } from "./rateSearch.ts";
import {
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
  /** Encoded rows and targets of the whole table. */
  readonly all: Rows;
}

/** Share of the rows that decides when to stop, where the same rows are set aside for all. */
const validationShare = 0.1;

/** Learns `table`. @throws TrainingInterruptedError, TrainingDivergedError; DataError where the table cannot be encoded. */
export async function fitModel(request: FitRequest): Promise<Fitted> {
  const { table, task, kinds, exclude, choices, isFast, origin } = request;
  const encoder = fitEncoder(table, { target: task.target, exclude, kinds });
  const all = { rows: encoder.encode(table), targets: targetsOf(task, table) };
  const numbers = encoder.features.filter(({ kind }) => kind === "number" || kind === "date").map(({ start }) => start);
  const outputs = outputsFor(task);
  let pieces: Pieces = { counts: [], from: new Float32Array(0), inverse: new Float32Array(0) };
  const cut = (most: number): number[] => {
    const targets = outputs > 1 ? oneHot(all.targets, outputs) : all.targets;
    // Where rows are few, cuts that look at the targets would tell a network of rows that it is to be asked about
    const isGuided = table.rowCount >= smallTable;
    pieces = fitPieces({ rows: all.rows, width: encoder.width, numbers, pieces: most, targets, outputs, isGuided });
    return [...pieces.counts];
  };
  const facts = { rows: table.rowCount, inputs: encoder.width, outputs, numbers, cut, isFast };
  const usual = chooseSettings(facts, choices);
  const plan = (settings: TabularSettings) => lessonsOf(all, { task, settings, pieces }, origin.seed);
  const { settings, reasons } =
    request.isRateSearched === true
      ? await withFoundRate(usual, at(plan(usual.settings), 0).lesson, request.optionsOf("network").signal)
      : usual;
  const lessons = plan(settings);
  const network = new TabularNetwork(settings.network);
  const learned: Learned[] = [];
  for (const [index, { lesson }] of lessons.entries()) {
    const result = await learn(lesson, request.optionsOf(lessons.length === 1 ? "network" : `network${index + 1}`));
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
    counts: countsOf(at(lessons, 0).lesson.training, at(lessons, 0).validation, table.rowCount),
    pieces,
    all,
  };
}

/** A lesson, and the rows of the table that validate it. */
interface PlannedLesson {
  readonly lesson: Parameters<typeof learn>[0];
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

function countsOf(training: Rows, validation: Uint32Array, rows: number): Fitted["counts"] {
  const isWhole = training.targets.length === rows;
  return { train: training.targets.length, validation: isWhole ? rows : validation.length };
}
