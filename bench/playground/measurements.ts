/** The rows of the benchmark `playground`, in order. */
import { ownRow, type Row } from "../harness/row.ts";
import { countBarriers } from "./accessibility.ts";
import { compareCnn } from "./cnnPage.ts";
import { measureFirstStep, weighFirstPage } from "./firstPage.ts";
import { compareLosses } from "./parity.ts";
import type { Stage } from "./stage.ts";
import { measureLongestTask, measureStepsPerFrame } from "./training.ts";

const bench = "playground";

/** One row. */
interface Measurement {
  readonly id: string;
  measure(stage: Stage): Promise<Row>;
}

/** Below this many pictures a second the page does not draw sixty. */
const fewestFrames = 57;

/** All of them. */
export const measurements: readonly Measurement[] = [
  {
    id: "page-size",
    measure: async (stage) => ownRow(bench, "page-size", await weighFirstPage(stage), "kB gzipped", "lower", 250),
  },
  {
    id: "first-step",
    measure: async (stage) => ownRow(bench, "first-step", await measureFirstStep(stage), "s, cold cache", "lower", 1.5),
  },
  {
    id: "steps-per-frame",
    measure: async (stage) => {
      const { steps, frames } = await measureStepsPerFrame(stage);
      const unit = `steps a frame at ${frames.toFixed(0)} frames a second`;
      const row = ownRow(bench, "steps-per-frame", steps, unit, "higher", 20);
      return { ...row, met: row.met && frames >= fewestFrames };
    },
  },
  {
    id: "train-cnn-page",
    measure: async (stage) => {
      const { page, node, ratio, interval } = await compareCnn(stage);
      const row = ownRow(bench, "train-cnn-page", ratio, "time in the page over time in Node", "lower", 1.3);
      process.stderr.write(
        `  page ${page.toFixed(2)} ms, Node ${node.toFixed(2)} ms, ratio [${interval.map((end) => end.toFixed(2)).join(", ")}]\n`,
      );
      return { ...row, peers: [{ name: "Node, ms a step", value: node }] };
    },
  },
  {
    id: "long-task",
    measure: async (stage) => ownRow(bench, "long-task", await measureLongestTask(stage), "ms", "lower", 50),
  },
  {
    id: "parity",
    measure: async (stage) => ownRow(bench, "parity", await compareLosses(stage), "share of 200 losses", "higher", 1),
  },
  {
    id: "accessibility",
    measure: async (stage) => ownRow(bench, "accessibility", await countBarriers(stage), "violations", "lower", 0),
  },
];
