/** The TypeScript that moves the line of the first two pages: step by step what jobs/line.ts does, with the same losses. */
import type { LineOptions } from "../jobs/line.ts";
import { doubleList, floatList, opening, pageDevice } from "./made.ts";

/** What the program is told beside the job's options. */
export interface LineProgramOptions {
  readonly classes: readonly [string, string];
  readonly inputs: readonly [string, string];
  readonly steps: number;
}

/** The program. */
export function lineProgram(options: LineOptions, { classes, inputs, steps }: LineProgramOptions): string {
  const { points, scaling, isThroughSigmoid, start, learningRate } = options;
  const rows = new Float32Array(2 * points.labels.length);
  points.labels.forEach((_, row) => {
    rows[2 * row] = points.x[row] ?? 0;
    rows[2 * row + 1] = points.y[row] ?? 0;
  });
  const title = `A line between ${classes[0]} and ${classes[1]}, by ${inputs.join(" and ")}, and how calculus finds it.`;
  return `${opening(title, "line.ts")}

import { compile, matmul, nn, optim, Parameter, setDevice, type Tensor, tensor } from "smilodon";

${pageDevice}

/** ${inputs[0]} and ${inputs[1]} of each. */
const points = new Float32Array(${floatList(rows, 8)});

/** 0 is ${classes[0]}, 1 is ${classes[1]}. */
const labels = new Float32Array(${floatList(Float32Array.from(points.labels), 32)});

// Both numbers are scaled to mean 0 and deviation 1
const means = ${doubleList(scaling.means)};
const deviations = ${doubleList(scaling.deviations)};
const rows = points.map((value, index) => (value - (means[index % 2] ?? 0)) / (deviations[index % 2] ?? 1));

/** f = a₁ + a₂·${inputs[0]} + a₃·${inputs[1]}, of scaled numbers. */
const a1 = new Parameter([${start[0]}]);
const a2a3 = new Parameter([[${start[1]}], [${start[2]}]]);
const f = (x: Tensor): Tensor => matmul(x, a2a3.value).add(a1.value);

const optimizer = new optim.SGD([a1, a2a3], { learningRate: ${learningRate} });
const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => ${isThroughSigmoid ? "nn.binaryCrossEntropyWithLogits" : "nn.mseLoss"}(f(x), y)));

const x = tensor(rows, { shape: [labels.length, 2] });
${isThroughSigmoid ? "" : `// Asked for: −1 at a ${classes[0]}, +1 at a ${classes[1]}\n`}const y = tensor(${isThroughSigmoid ? "labels" : "labels.map((label) => 2 * label - 1)"}, { shape: [labels.length, 1] });

const steps = ${Math.max(1, steps)};
for (let taken = 1; taken <= steps; taken++) {
  const value = await step(x, y).item();
  if (taken === 1 || taken === steps || taken % 100 === 0) console.log(\`step \${taken}: loss \${value}\`);
}

console.log("a1:", await a1.value.toArray(), "a2, a3:", await a2a3.value.toArray());
`;
}
