/** The rows `step-overhead` and `kernels`: what a small training step costs besides its arithmetic. */
import { compile, nn, optim, type Tensor, tensor } from "../../src/index.ts";
import { measurePaired } from "../harness/paired.ts";
import { ownRow, type Row } from "../harness/row.ts";

const stepsPerRound = 1000;
const rounds = 9;
const bench = "first-light";

type JaxStep = { prepareJaxStep(x: Float32Array, y: Float32Array): Promise<(count: number) => Promise<number>> };

/** Microseconds a compiled step 2–16–1 of batch 32 with AdamW, jax-js taking turns. */
export async function stepOverhead(): Promise<Row> {
  const inputs = Float32Array.from({ length: 64 }, (_, index) => Math.sin(12.9898 * index + 5));
  const targets = Float32Array.from({ length: 32 }, (_, index) => index % 2);
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.ReLU(), new nn.Linear(16, 1));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-2 });
  const step = compile((x: Tensor, y: Tensor) =>
    optimizer.minimize(() => nn.binaryCrossEntropyWithLogits(model.forward(x), y)),
  );
  const x = tensor(inputs, { shape: [32, 2] });
  const y = tensor(targets, { shape: [32, 1] });
  const ours = timed(stepsPerRound, async (count) => {
    let loss = step(x, y);
    for (let index = 1; index < count; index++) loss = step(x, y);
    return loss.item();
  });
  const { prepareJaxStep }: JaxStep = await import(new URL("../peers/jaxStep.ts", import.meta.url).href);
  const peer = timed(stepsPerRound, await prepareJaxStep(inputs, targets));
  await ours();
  await peer();
  const result = await measurePaired(rounds, ours, peer);
  return {
    bench,
    id: "step-overhead",
    value: result.ours,
    unit: "µs",
    better: "lower",
    peers: [{ name: "jax-js 0.1.25", value: result.peer }],
    ratio: result.ratio,
    interval: result.interval,
    bar: 40,
    met: result.ours <= 40,
  };
}

/** Launched kernels of the step 784–256–10, cross-entropy, batch 128, AdamW. */
export function kernelCount(): Row {
  const model = new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 10));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-3 });
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => nn.crossEntropy(model.forward(x), y)));
  step(tensor(new Float32Array(128 * 784), { shape: [128, 784] }), tensor(new Int32Array(128), { shape: [128] }));
  const commands = step.traces[0]?.plan.commands.filter((command) => command.kind === "kernel").length ?? Number.NaN;
  return ownRow(bench, "kernels", commands, "kernels", "lower", 12);
}

/** Microseconds a step, over `count` steps with one read at the end. */
function timed(count: number, run: (count: number) => Promise<number>): () => Promise<number> {
  return async () => {
    const start = performance.now();
    const loss = await run(count);
    if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss}: the step does not train.`);
    return ((performance.now() - start) / count) * 1000;
  };
}
