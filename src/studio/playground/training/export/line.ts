/** The line of the first two pages to take along: its program, and its model folder with a program that asks it. */
import { type FolderFiles, sealFolder, toJson } from "../../../../io/modelFolder.ts";
import { encodeSafetensors } from "../../../../io/safetensors.ts";
import { hostArray } from "../../../../tensor/hostArray.ts";
import type { LineOptions, LineSnapshot } from "../jobs/line.ts";
import type { Problem } from "../problems.ts";
import { lineProgram } from "./lineProgram.ts";
import { doubleList, inputsOf, type Made, opening } from "./made.ts";

/** What was found, and how. */
export interface LineState {
  /** `start` is where the training set out. */
  readonly options: LineOptions;
  readonly problem: Pick<Problem, "x" | "y" | "classes">;
  readonly snapshot: LineSnapshot;
  /** Steps from `start` to the snapshot. */
  readonly steps: number;
  /** Points on the wrong side. */
  readonly mistakes: number;
}

/** Version of the folder's layout. */
const folderVersion = 1;

/** The line as it is now. */
export function makeLine(state: LineState): Made {
  const { options, problem, steps } = state;
  const described = { classes: problem.classes, inputs: [problem.x.name, problem.y.name], steps } as const;
  const program = lineProgram(options, described);
  return { name: "line", program, folder: () => lineFolder(state, program) };
}

async function lineFolder(state: LineState, program: string): Promise<FolderFiles> {
  const { options, problem, snapshot, steps, mistakes } = state;
  const { scaling, isThroughSigmoid, learningRate, start, points } = options;
  const [a1, a2, a3] = snapshot.numbers;
  return sealFolder({
    system: "playground",
    version: folderVersion,
    settings: {
      inputs: inputsOf(problem, scaling),
      classes: problem.classes,
      line: { isThroughSigmoid },
      training: { start, learningRate, steps, points: points.labels.length },
    },
    files: new Map<string, Uint8Array | string>([
      [
        "model.safetensors",
        encodeSafetensors(
          new Map([
            ["a1", hostArray(Float32Array.of(a1))],
            ["a2a3", hostArray(Float32Array.of(a2, a3), [2, 1])],
          ]),
        ),
      ],
      [
        "care/measures.json",
        toJson({ learned: { points: points.labels.length, wrong: mistakes, loss: snapshot.loss } }),
      ],
      ["make.ts", program],
      ["use.ts", useSource(state)],
      ["README.md", card(state)],
    ]),
  });
}

/** A program that asks the line. */
function useSource({ options, problem }: LineState): string {
  const { scaling, isThroughSigmoid } = options;
  const middle = Array.from(scaling.means, (mean) => Number(mean.toFixed(1))).join(", ");
  const { x, y, classes } = problem;
  const answer = isThroughSigmoid
    ? `the probability of ${classes[1]}`
    : `above 0 for ${classes[1]}, below for ${classes[0]}`;
  return `${opening("Asks the line of this folder.", "use.ts")}
import { readFileSync } from "node:fs";
import { decodeSafetensors } from "smilodon/io";

const { arrays } = decodeSafetensors(readFileSync(new URL("model.safetensors", import.meta.url)));
const [a1 = 0, a2 = 0, a3 = 0] = ["a1", "a2a3"].flatMap((name) => Array.from(arrays.get(name)?.data ?? [], Number));
const means = ${doubleList(scaling.means)};
const deviations = ${doubleList(scaling.deviations)};

/** Of ${x.name} and ${y.name}: ${answer}. */
export function answer(...given: [number, number]): number {
  const [u = 0, v = 0] = given.map((value, index) => (value - (means[index] ?? 0)) / (deviations[index] ?? 1));
  const f = a1 + a2 * u + a3 * v;
  return ${isThroughSigmoid ? "1 / (1 + Math.exp(-f))" : "f"};
}

console.log(answer(${middle}));
`;
}

/** The model card. */
function card({ options, problem, steps, mistakes }: LineState): string {
  const [first, second] = problem.classes;
  const count = options.points.labels.length;
  return `# ${first} or ${second}, by a line

f = a₁ + a₂·${problem.x.name} + a₃·${problem.y.name} of scaled numbers${options.isThroughSigmoid ? `, through a sigmoid: the probability of ${second}` : `: above 0 is ${second}`}. Made in Smilodon's playground.

- Learned from ${count} points in ${steps} steps; ${mistakes} of them are on the wrong side.
- It was not tested on other points, so nothing is known about them.

\`make.ts\` finds it again with the settings that stood at the end; if they were changed on the way, its numbers differ.
\`use.ts\` asks it. \`model.safetensors\` holds its three numbers. \`config.json\` has a hash of every file.
`;
}
