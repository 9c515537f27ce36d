/** The network that has learned a curve, to take along: its program, and its model folder with a program that asks it. */
import { type FolderFiles, sealFolder, toJson } from "../../../../io/modelFolder.ts";
import { encodeSafetensors } from "../../../../io/safetensors.ts";
import { at } from "../../../../support/invariant.ts";
import { type HostArray, hostArray } from "../../../../tensor/hostArray.ts";
import { type CurveNonlinearity, type CurveOptions, type CurveSnapshot, valuesOf } from "../jobs/curve.ts";
import { floatList, type Made, opening } from "./made.ts";

/** What was learned, and how far. */
export interface CurveState {
  readonly options: CurveOptions;
  readonly snapshot: CurveSnapshot;
  readonly step: number;
}

/** Version of the folder's layout. */
const folderVersion = 1;

const layers = {
  tanh: "new nn.Tanh()",
  relu: "new nn.ReLU()",
  sigmoid: "new nn.Sigmoid()",
} as const satisfies Record<CurveNonlinearity, string>;

/** The network as it is now. */
export function makeCurve(state: CurveState): Made {
  const program = curveProgram(state.options, state.step);
  return { name: "curve", program, folder: () => curveFolder(state, program) };
}

/** The TypeScript that learns the curve: step by step what jobs/curve.ts does, with the same losses, bit for bit. */
export function curveProgram(options: CurveOptions, steps: number): string {
  return `${opening("A network that learns a curve.", "curve.ts")}

import { writeFileSync } from "node:fs";
import { compile, nn, optim, seed, type Tensor, tensor } from "smilodon";
import { modelToBytes } from "smilodon/io";

/** The curve at equal distances over 0 … 1. */
const curve = new Float32Array(${floatList(valuesOf(options.target), 8)});
const count = curve.length;

// The network sees −1 … 1
const x = tensor(Float32Array.from(curve, (_, index) => (2 * index) / (count - 1) - 1), { shape: [count, 1] });
const y = tensor(curve, { shape: [count, 1] });

// The first weights follow from the seed
seed(${options.seed});
${modelSource(options)}
const optimizer = new optim.AdamW(model.parameters(), { learningRate: ${options.learningRate}, weightDecay: 0 });
const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => nn.mseLoss(model.forward(x), y)));

const steps = ${Math.max(1, steps)};
for (let taken = 1; taken <= steps; taken++) {
  const value = await step(x, y).item();
  if (taken === 1 || taken === steps || taken % 100 === 0) console.log(\`step \${taken}: loss \${value}\`);
}

writeFileSync("curve.safetensors", await modelToBytes(model));
`;
}

function modelSource({ width, depth, nonlinearity }: CurveOptions): string {
  const hidden = Array.from({ length: depth }, (_, index) => [
    `new nn.Linear(${index === 0 ? 1 : width}, ${width})`,
    layers[nonlinearity],
  ]);
  const lines = [...hidden.flat(), `new nn.Linear(${width}, 1)`].map((line) => `  ${line},`);
  return `const model = new nn.Sequential(\n${lines.join("\n")}\n);`;
}

function curveFolder({ options, snapshot, step }: CurveState, program: string): Promise<FolderFiles> {
  const { width, depth, nonlinearity, learningRate, seed } = options;
  const { largestError, typicalError } = snapshot;
  return sealFolder({
    system: "playground",
    version: folderVersion,
    settings: {
      network: { width, depth, nonlinearity },
      training: { optimizer: "adamw", learningRate, seed, steps: step },
    },
    files: new Map<string, Uint8Array | string>([
      ["model.safetensors", encodeSafetensors(namedNumbers(options, snapshot.numbers))],
      ["care/measures.json", toJson({ learned: { points: snapshot.fit.length, largestError, typicalError } })],
      ["make.ts", program],
      ["use.ts", useSource(options)],
      ["README.md", card({ options, snapshot, step })],
    ]),
  });
}

/** The numbers under the names that they have in the programs' `model`. */
function namedNumbers({ width, depth }: CurveOptions, numbers: Float32Array): Map<string, HostArray> {
  const named = new Map<string, HostArray>();
  const sizes = [1, ...new Array<number>(depth).fill(width), 1];
  let start = 0;
  for (let layer = 0; layer <= depth; layer++) {
    const [inputs, outputs] = [at(sizes, layer), at(sizes, layer + 1)];
    const weights = numbers.slice(start, start + inputs * outputs);
    start += inputs * outputs;
    named.set(`${2 * layer}.weight`, hostArray(weights, [outputs, inputs]));
    named.set(`${2 * layer}.bias`, hostArray(numbers.slice(start, start + outputs)));
    start += outputs;
  }
  return named;
}

/** A program that asks the model. */
function useSource(options: CurveOptions): string {
  return `${opening("Asks the network of this folder.", "use.ts")}
import { readFileSync } from "node:fs";
import { nn, tensor } from "smilodon";
import { loadModelBytes } from "smilodon/io";

${modelSource(options)}
loadModelBytes(model, readFileSync(new URL("model.safetensors", import.meta.url)));

/** The network's curve at x of 0 … 1. */
export function f(x: number): Promise<number> {
  return model.forward(tensor([[2 * x - 1]])).item();
}

console.log(await f(0.5));
`;
}

/** The model card. */
function card({ options, snapshot, step }: CurveState): string {
  const { width, depth, nonlinearity } = options;
  return `# A curve

A network made in Smilodon's playground: one number in, one number out, ${depth} hidden ${depth === 1 ? "layer" : "layers"} of ${width} units with ${nonlinearity}.

- Learned from ${snapshot.fit.length} points of the curve in ${step} steps.
- On these points it is nowhere further from the curve than ${snapshot.largestError.toFixed(4)}, typically ${snapshot.typicalError.toFixed(4)}.
- Between 0 and 1 only: beyond, it goes on in its own way, and nobody has told it how.

\`make.ts\` learns it again with the settings that stood at the end; if they were changed on the way, its numbers differ.
\`use.ts\` asks it. \`model.safetensors\` holds its numbers. \`config.json\` has a hash of every file.
`;
}
