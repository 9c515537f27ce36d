/**
 * One process of the rows `flat-memory`: `node flatMemory.ts compiled|eager` trains 10,000 steps, reads the loss
 * every hundredth, disposes of nothing, and prints the peak of the last thousand over that of the second thousand.
 */
import { currentDevice } from "../../src/index.ts";
import { mlpProblem } from "./mlp.ts";
import { mlpStep } from "./ourNetworks.ts";

const steps = 10_000;
const step = mlpStep(
  mlpProblem({ batch: 16, inputs: 784, hidden: 128, outputs: 10 }).inputs,
  process.argv[2] === "compiled",
);
const device = new Float64Array(10);
const resident = new Float64Array(10);
for (let index = 0; index < steps; index++) {
  const loss = step();
  const thousand = Math.floor(index / 1000);
  device[thousand] = Math.max(device[thousand] ?? 0, currentDevice().bytesInUse);
  resident[thousand] = Math.max(resident[thousand] ?? 0, process.memoryUsage.rss());
  if (index % 100 === 99 && !Number.isFinite(await loss.item())) throw new Error(`Step ${index} does not train.`);
}
const peaks = (values: Float64Array): string =>
  `[${Array.from(values, (value) => (value / 1e6).toFixed(0)).join(", ")}]`;
process.stderr.write(`  ${process.argv[2]}: peaks in MB, device ${peaks(device)}, process ${peaks(resident)}\n`);
const growth = (values: Float64Array): number => (values[9] ?? 0) / (values[1] ?? 0);
process.stdout.write(`${JSON.stringify({ device: growth(device), resident: growth(resident) })}\n`);
