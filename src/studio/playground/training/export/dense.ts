/** The network of the page of layers to take along: its program, and its model folder with a program that asks it. */
import { type FolderFiles, sealFolder, toJson } from "../../../../io/modelFolder.ts";
import { encodeSafetensors } from "../../../../io/safetensors.ts";
import { hostArray } from "../../../../tensor/hostArray.ts";
import type { DenseOptions, DenseSnapshot } from "../jobs/dense.ts";
import type { Problem } from "../problems.ts";
import { denseProgram, layerNames, networkSource } from "./denseProgram.ts";
import { doubleList, inputsOf, type Made, opening } from "./made.ts";

/** What was trained, and how far. */
export interface DenseState {
  readonly options: DenseOptions;
  /** What the points mean. */
  readonly problem: Pick<Problem, "x" | "y" | "classes">;
  readonly snapshot: DenseSnapshot;
  readonly step: number;
}

/** Version of the folder's layout. */
const folderVersion = 1;

/** The network as it is now. */
export function makeDense(state: DenseState): Made {
  const { options, problem, step } = state;
  const program = denseProgram(options, { classes: problem.classes, steps: step });
  return { name: "network", program, folder: () => denseFolder(state, program) };
}

async function denseFolder(state: DenseState, program: string): Promise<FolderFiles> {
  const { options, problem, step } = state;
  const { hidden, nonlinearity, optimizer, learningRate, penalty, batch, seed, scaling, points } = options;
  return sealFolder({
    system: "playground",
    version: folderVersion,
    settings: {
      inputs: inputsOf(problem, scaling),
      classes: problem.classes,
      network: { hidden, nonlinearity },
      training: { optimizer, learningRate, penalty, batch, seed, steps: step, points: points.labels.length },
    },
    files: new Map<string, Uint8Array | string>([
      ["model.safetensors", weights(state)],
      ["care/measures.json", toJson(measures(state))],
      ["make.ts", program],
      ["use.ts", useSource(state)],
      ["README.md", card(state)],
    ]),
  });
}

/** The numbers under the names that they have in the programs' `model`. */
function weights({ options, snapshot }: DenseState): Uint8Array {
  const names = layerNames(options);
  return encodeSafetensors(
    new Map(
      snapshot.layers.flatMap(({ inputs, units, weight, bias }, index) => [
        [`${names[index]}.weight`, hostArray(weight, [units, inputs])] as const,
        [`${names[index]}.bias`, hostArray(bias, [units])] as const,
      ]),
    ),
  );
}

function measures({ snapshot, options }: DenseState) {
  const { training, test } = snapshot;
  return {
    learned: { points: options.points.labels.length, ...training },
    ...(test === undefined ? {} : { heldOut: { points: options.test?.labels.length ?? 0, ...test } }),
  };
}

/** A program that asks the model. */
function useSource({ options, problem }: DenseState): string {
  const { x, y, classes } = problem;
  const middle = Array.from(options.scaling.means, (mean) => Number(mean.toFixed(3))).join(", ");
  const needsTensor = options.nonlinearity === "sine" ? "type Tensor, " : "";
  return `${opening("Asks the network of this folder.", "use.ts")}
import { readFileSync } from "node:fs";
import { nn, ${needsTensor}tensor } from "smilodon";
import { loadModelBytes } from "smilodon/io";

${networkSource(options, false)}
loadModelBytes(model, readFileSync(new URL("model.safetensors", import.meta.url)));

const means = ${doubleList(options.scaling.means)};
const deviations = ${doubleList(options.scaling.deviations)};

/** The probability of ${classes[1]}, for ${x.name} and ${y.name}; the rest is for ${classes[0]}. */
export async function probability(...given: [number, number]): Promise<number> {
  const row = given.map((value, index) => (value - (means[index] ?? 0)) / (deviations[index] ?? 1));
  return model.forward(tensor([row])).sigmoid().item();
}

console.log(await probability(${middle}));
`;
}

/** The model card. */
function card({ options, problem, snapshot, step }: DenseState): string {
  const { hidden, nonlinearity, points } = options;
  const [first, second] = problem.classes;
  const { training, test } = snapshot;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const units = (unit: string): string => (unit === "" ? "" : ` (${unit})`);
  const held =
    test === undefined
      ? "It was not tested on other points, so nothing is known about them."
      : `Of ${options.test?.labels.length ?? 0} points that it never learned from, ${percent(test.wrong)} are told wrongly.`;
  return `# ${first} or ${second}

A network made in Smilodon's playground. From ${problem.x.name}${units(problem.x.unit)} and ${problem.y.name}${units(problem.y.unit)} it gives the probability of ${second}.

- Layers: ${[2, ...hidden, 1].join(" – ")}, ${nonlinearity === "none" ? "without a nonlinearity" : `${nonlinearity} between them`}, a sigmoid at the end.
- Learned from ${points.labels.length} points in ${step} steps. Of these points ${percent(training.wrong)} are told wrongly.
- ${held}

\`make.ts\` trains it again with the settings that stood at the end; if they were changed on the way, its numbers differ.
\`use.ts\` asks it. \`model.safetensors\` holds its numbers. \`config.json\` has a hash of every file.

## What it is not for

It was made to learn from. It answers for points far from all that it has learned from as well, and may be sure of them.
`;
}
