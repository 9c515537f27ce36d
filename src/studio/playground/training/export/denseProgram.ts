/**
 * The TypeScript that trains the network of the page of layers: written with the package's public names, step by step what
 * jobs/dense.ts does, so that both have the same losses, bit for bit.
 */
import type { NonlinearityName, OptimizerName } from "../choiceNames.ts";
import type { DenseOptions, Penalty } from "../jobs/dense.ts";
import { doubleList, floatList, opening, pageDevice } from "./made.ts";

/** How each nonlinearity is written as a layer; none is no layer. */
const layers = {
  tanh: "new nn.Tanh()",
  relu: "new nn.ReLU()",
  sigmoid: "new nn.Sigmoid()",
  sine: "new Sine()",
  none: undefined,
} as const satisfies Record<NonlinearityName, string | undefined>;

const optimizers = {
  adam: (rate) => `new optim.Adam(model.parameters(), { learningRate: ${rate} })`,
  sgd: (rate) => `new optim.SGD(model.parameters(), { learningRate: ${rate} })`,
  momentum: (rate) => `new optim.SGD(model.parameters(), { learningRate: ${rate}, momentum: 0.9 })`,
  rmsprop: (rate) => `new optim.RMSprop(model.parameters(), { learningRate: ${rate} })`,
} as const satisfies Record<OptimizerName, (rate: number) => string>;

const penalties = {
  none: undefined,
  absolute: "weight.value.abs().sum()",
  square: "weight.value.square().sum().multiply(0.5)",
} as const satisfies Record<Penalty["kind"], string | undefined>;

/** What the program is told beside the job's options. */
export interface DenseProgramOptions {
  readonly classes: readonly [string, string];
  /** How many steps it takes. */
  readonly steps: number;
}

/** The program. */
export function denseProgram(options: DenseOptions, { classes, steps }: DenseProgramOptions): string {
  const parts = [
    opening("A network that tells two kinds of points apart, and its training.", "network.ts"),
    imports(options),
    pageDevice,
    data(options, classes),
    networkSource(options),
    training(options),
    batches(options),
    loop(Math.max(1, steps)),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Definitions of `model` and what it is made of; `use.ts` of a model folder has them as well. */
export function networkSource({ hidden, nonlinearity, seed }: DenseOptions, isSeeded = true): string {
  const sizes = [2, ...hidden, 1];
  const lines = sizes.slice(1).flatMap((units, index) => {
    const between = index < hidden.length ? layers[nonlinearity] : undefined;
    return [`new nn.Linear(${sizes[index]}, ${units})`, ...(between === undefined ? [] : [between])];
  });
  const model = `const model = new nn.Sequential(\n${lines.map((line) => `  ${line},`).join("\n")}\n);`;
  const start = isSeeded ? `// The first weights follow from the seed\nseed(${seed});\n` : "";
  return `${nonlinearity === "sine" ? `${sine}\n\n` : ""}${start}${model}`;
}

/** Names of the network's numbers in `model`, layer by layer. */
export function layerNames({ hidden, nonlinearity }: DenseOptions): string[] {
  const step = layers[nonlinearity] === undefined ? 1 : 2;
  return [...hidden, 1].map((_, index) => String(index * step));
}

const sine = `/** sin x, number by number. */
class Sine extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.sin();
  }
}`;

function imports(options: DenseOptions): string {
  const isWhole = options.batch >= options.points.labels.length;
  return [
    'import { writeFileSync } from "node:fs";',
    'import { compile, nn, optim, seed, setDevice, type Tensor, tensor } from "smilodon";',
    ...(isWhole ? [] : ['import { shuffledOrder } from "smilodon/data";']),
    'import { modelToBytes } from "smilodon/io";',
  ].join("\n");
}

function data({ points, scaling }: DenseOptions, classes: readonly [string, string]): string {
  const xy = new Float32Array(2 * points.labels.length);
  points.labels.forEach((_, row) => {
    xy[2 * row] = points.x[row] ?? 0;
    xy[2 * row + 1] = points.y[row] ?? 0;
  });
  const labels = Float32Array.from(points.labels);
  return `/** Two numbers a point. */
const points = new Float32Array(${floatList(xy, 8)});

/** 0 is ${classes[0]}, 1 is ${classes[1]}. */
const labels = new Float32Array(${floatList(labels, 32)});
const count = labels.length;

// Both numbers are scaled to mean 0 and deviation 1
const means = ${doubleList(scaling.means)};
const deviations = ${doubleList(scaling.deviations)};
const rows = points.map((value, index) => (value - (means[index % 2] ?? 0)) / (deviations[index % 2] ?? 1));`;
}

function training({ optimizer, learningRate, penalty }: DenseOptions): string {
  const size = penalty.strength === 0 ? undefined : penalties[penalty.kind];
  const crossEntropy = "nn.binaryCrossEntropyWithLogits(model.forward(x), y)";
  const loss =
    size === undefined
      ? `function loss(x: Tensor, y: Tensor): Tensor {
  return ${crossEntropy};
}`
      : `/** Large weights cost something, constants do not. */
function loss(x: Tensor, y: Tensor): Tensor {
  const weights = model.parameters().filter(({ shape }) => shape.length === 2);
  const sizes: Tensor[] = weights.map((weight) => ${size});
  const penalty = sizes.reduce((sum, size) => sum.add(size));
  return ${crossEntropy}.add(penalty.multiply(${penalty.strength}));
}`;
  return `const optimizer = ${optimizers[optimizer](learningRate)};

${loss}

const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => loss(x, y)));`;
}

function batches({ points, batch, seed }: DenseOptions): string {
  if (batch >= points.labels.length)
    return `const all: [Tensor, Tensor] = [tensor(rows, { shape: [count, 2] }), tensor(labels, { shape: [count, 1] })];

/** Every step learns from all points. */
function nextBatch(): [Tensor, Tensor] {
  return all;
}`;
  return `const batchSize = ${batch};
let order: Uint32Array = new Uint32Array();
let position = 0;
let pass = 0;

/** Some points, in a new order at every pass through them. */
function nextBatch(): [Tensor, Tensor] {
  if (position + batchSize > order.length) {
    order = shuffledOrder(count, ${seed}, "shuffle", pass++);
    position = 0;
  }
  const chosen = order.slice(position, position + batchSize);
  position += batchSize;
  const x = Float32Array.from({ length: 2 * batchSize }, (_, i) => rows[2 * (chosen[i >> 1] ?? 0) + (i % 2)] ?? 0);
  const y = Float32Array.from(chosen, (row) => labels[row] ?? 0);
  return [tensor(x, { shape: [batchSize, 2] }), tensor(y, { shape: [batchSize, 1] })];
}`;
}

function loop(steps: number): string {
  return `const steps = ${steps};
for (let taken = 1; taken <= steps; taken++) {
  const value = await step(...nextBatch()).item();
  if (taken === 1 || taken === steps || taken % 100 === 0) console.log(\`step \${taken}: loss \${value}\`);
}

writeFileSync("network.safetensors", await modelToBytes(model));`;
}
