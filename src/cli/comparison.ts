/** The small table that compares the models, as the terminal shows it. */
import { type Contestant, voters } from "../systems/femurs/compare.ts";
import type { Study } from "../systems/femurs/study.ts";
import type { Console } from "./console.ts";

const names: Readonly<Record<Contestant, string>> = {
  neighbours: `${voters} nearest bones vote`,
  line: "a line",
  sigmoid: "a line through a sigmoid",
  network: "a deep network",
  best: "best possible rule",
};

/** The table, line by line. */
export function comparisonTable({ results, heldOutCount }: Study, console: Console): string[] {
  const head = `${`on ${heldOutCount.toLocaleString("en-US")} others`.padEnd(26)}   right   95 % interval   calibration error`;
  const rows = results.map(({ name, accuracy, calibrationError }) => {
    const percent = (share: number): string => (100 * share).toFixed(1);
    const interval = `${percent(accuracy.lower)} to ${percent(accuracy.upper)}`;
    const error = calibrationError === undefined ? "–" : calibrationError.toFixed(3);
    const row = `${names[name].padEnd(26)}  ${percent(accuracy.value).padStart(4)} %    ${interval}               ${error.padStart(5)}`;
    return name === "network" ? console.bold(row) : name === "best" ? console.dim(row) : row;
  });
  return [console.dim(head), ...rows];
}
