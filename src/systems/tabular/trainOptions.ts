/** What may be said of a training. train.ts trains by it, trainStream.ts on tables that memory does not hold. */
import type { ColumnKind } from "../../data/kinds.ts";
import type { Table } from "../../data/table.ts";
import type { CheckpointStore, FitCallback } from "../../train/index.ts";
import type { TabularChoices } from "./settings.ts";
import type { TabularTask } from "./system.ts";

/** Choices of `trainTable`. */
export interface TrainTableOptions {
  /** The column to be predicted. */
  readonly target: string;
  /** Default: classes for text and for few different whole numbers, else a number. */
  readonly task?: TabularTask["kind"] | undefined;
  /** What columns hold, by name, where the guess is wrong. */
  readonly kinds?: Readonly<Record<string, ColumnKind>> | undefined;
  /** Columns to leave out. */
  readonly exclude?: readonly string[] | undefined;
  /** Columns to use whatever the checks find in them, also where they name groups. */
  readonly keep?: readonly string[] | undefined;
  /** Columns that name groups of people or things: figures are measured for each. The network does not see them … */
  readonly groups?: readonly string[] | undefined;
  /** … unless this says so. */
  readonly groupsAsFeatures?: boolean | undefined;
  /** An official table to measure on; then nothing of `table` is held out. */
  readonly test?: Table | undefined;
  /** How many rows the test table has, where `test` is drawn from them. */
  readonly testRows?: number | undefined;
  /** Cross-validate in so many folds, and learn from all rows afterwards. */
  readonly folds?: number | undefined;
  /** Of first weights, order of rows, and splits. Default 0. */
  readonly seed?: number | undefined;
  /** Seconds count more than the last tenth of a percent. */
  readonly fast?: boolean | undefined;
  /** Measure what fewer rows would have come to, and what each column does. Default: unless `fast`. */
  readonly moreData?: boolean | undefined;
  /** Look for a learning rate by a short training on rates that grow, instead of taking the usual one. */
  readonly findLearningRate?: boolean | undefined;
  /** Settings of your own. */
  readonly choices?: TabularChoices | undefined;
  /** Where the table comes from, for the record. */
  readonly source?: string | undefined;
  readonly dataHash?: string | undefined;
  readonly version?: string | undefined;
  /** Where the checkpoint of a stage is kept, if anywhere; `stage` is a plain word. */
  readonly checkpointOf?: ((stage: string) => CheckpointStore | undefined) | undefined;
  /** What listens to the training of a network, by its stage; for example what writes events for TensorBoard. */
  readonly callbacksOf?: ((stage: string) => readonly FitCallback[]) | undefined;
  /** Called now and then with what is being done, and how much of it is done, from 0 to 1. */
  readonly onProgress?: ((task: string, done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What figures were measured on where a test table was given, in a part of a sentence. */
export function testInWords({ test, testRows }: Pick<TrainTableOptions, "test" | "testRows">): string {
  if (test === undefined || testRows === undefined) return "measured on the test table that was given";
  const [drawn, all] = [test.rowCount, testRows].map((rows) => rows.toLocaleString("en-US"));
  return `measured on ${drawn} rows drawn from the ${all} of the test table that was given`;
}
