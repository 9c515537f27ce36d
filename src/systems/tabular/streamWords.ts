/** What is to be known of a table that memory did not hold, in sentences: for the report and the card. Plain text. */
import type { TabularStudy } from "./study.ts";

/** How it was learned, and which figures are from a sample; undefined where the table was held. */
export function streamWords({ stream, split, encoder }: StreamScene): string | undefined {
  if (stream === undefined) return undefined;
  const { rows, sample, shuffleRows, memory } = stream;
  const [all, few, drawn] = [rows, sample, shuffleRows].map((count) => count.toLocaleString("en-US"));
  const categories = encoder.features.some(({ kind }) => kind !== "number");
  return (
    `The table of ${all} rows was not held in memory (${memory.toLocaleString("en-US")} MB were allowed): it was read anew in each epoch. ` +
    `The network learned from all ${split.train.toLocaleString("en-US")} rows that were not set aside, in batches drawn from ${drawn} rows at a time. ` +
    `What is missing, how far numbers reach${categories ? " and how often categories occur" : ""} was counted in all of them. Medians, quartiles and cuts of numbers, ` +
    `the checks of the table, simpler models, the curve of more rows, the scope, and the row that explanations start from, come from ${few} rows drawn at random.`
  );
}

/** What it is said of. */
export type StreamScene = Pick<TabularStudy, "stream" | "split"> & Pick<TabularStudy["system"], "encoder">;
