/** Rows of training: a step of a network, and its first step in a fresh process. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bootstrap, median } from "../harness/paired.ts";
import { bench, compared, type Measurement } from "./measurement.ts";
import { mlpLosses, mlpProblem } from "./mlp.ts";
import { cnnLosses, cnnProblem, gptLosses, gptProblem } from "./networks.ts";
import { judgeLosses } from "./problems.ts";

const freshRounds = 9;
const firstStepScript = fileURLToPath(new URL("firstStep.ts", import.meta.url));

/** All of the family. */
export const trainingRows: readonly Measurement[] = [
  compared({
    id: "train-mlp",
    bar: 3.0,
    unit: "ms",
    make: () => {
      const problem = mlpProblem();
      return { problem, judge: judgeLosses(mlpLosses(problem, 4)) };
    },
  }),
  compared({
    id: "train-cnn",
    bar: 10,
    unit: "ms",
    make: () => ({ problem: cnnProblem(), judge: judgeLosses(cnnLosses) }),
  }),
  compared({
    id: "train-gpt",
    bar: 5.0,
    unit: "ms",
    make: () => ({ problem: gptProblem(), judge: judgeLosses(gptLosses) }),
    limits: { seconds: 6, fewestRounds: 7 },
  }),
  { ids: ["first-step"], measure: async () => [firstStep()] },
];

/** Processes of ours and of each peer take turns; each prints what its first step took. */
function firstStep() {
  const names = ["ours", "jax", "tfjs"];
  const rounds = names.map((): number[] => []);
  for (let round = 0; round < freshRounds; round++) {
    for (const turn of names.keys()) {
      const index = (turn + round) % names.length;
      rounds[index]?.push(firstStepOf(names[index] ?? ""));
    }
  }
  const values = rounds.map(median);
  const best = values.indexOf(Math.min(...values.slice(1)), 1);
  const ratios = (rounds[best] ?? []).map((time, round) => time / (rounds[0]?.[round] ?? Number.NaN));
  const ratio = median(ratios);
  return {
    bench,
    id: "first-step",
    value: values[0] ?? Number.NaN,
    unit: "ms",
    better: "lower" as const,
    peers: [
      { name: "jax-js 0.1.25", value: values[1] ?? Number.NaN },
      { name: "tfjs-wasm 4.22.0", value: values[2] ?? Number.NaN },
    ],
    ratio,
    interval: bootstrap(ratios),
    bar: 1.0,
    met: ratio >= 1.0,
  };
}

function firstStepOf(name: string): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [firstStepScript, name], { encoding: "utf8" });
  const line = /^first step: (\S+) ms$/m.exec(stdout);
  if (status !== 0 || line === null) throw new Error(`The first step of ${name} failed (${status}): ${stderr}`);
  return Number(line[1]);
}
