/** LeNet-5 on MNIST until 99 % of the test digits are right: `mnistTorch.py` does the same. Arguments: the seed, and after how many steps to end anyhow. */
import "../../src/runtime/registry.node.ts";
import { openDataset } from "../../src/index.node.ts";
import { setDevice } from "../../src/index.ts";
import { accuracyOf, learn, ScoreReader, type VisionNetwork } from "../../src/systems/vision/index.ts";

const mark = 0.99;
const stepsBetweenLooks = 100;
const mostSteps = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);

setDevice("native");
const training = await openDataset("mnist");
const test = await openDataset("mnist", { part: "test" });
const settings = {
  network: { network: "lenet", channels: 1, height: 28, width: 28, classes: 10 },
  training: { epochs: 8, batchSize: 100, optimizer: "adamw", learningRate: 2e-3 },
} as const;

let reader: ScoreReader | undefined;
let reached = 0;
let steps = 0;
await learn(training, settings, {
  seed: Number(process.argv[2] ?? 0),
  callbacks: [
    {
      step: async (run) => {
        if (run.totalSteps % stepsBetweenLooks !== 0) return;
        const network = run.model as VisionNetwork;
        reader ??= new ScoreReader(network);
        network.eval();
        reached = accuracyOf(await reader.read(test.pixels), test);
        network.train();
        steps = run.totalSteps;
        if (reached >= mark || steps >= mostSteps) run.stop();
      },
    },
  ],
});
process.stdout.write(`Smilodon: ${reached} after ${steps} steps\n`);
process.exit(reached >= mark || steps >= mostSteps ? 0 : 1);
