/**
 * One process of the row `first-step`: `node firstStep.ts ours|jax|tfjs` imports a library, builds the model of
 * `train-mlp` and prints the milliseconds of its first step: tracing, compilation and reading the loss included.
 */
import type { Library } from "../harness/library.ts";
import { usualThreads } from "./measurement.ts";
import { mlpProblem } from "./mlp.ts";
import { ours } from "./ours.ts";
import { loadPeer } from "./peers.ts";

const name = process.argv[2] ?? "ours";
const library: Library = name === "ours" ? ours : await loadPeer(name);
await library.start(usualThreads);
const prepared = await library.prepare(mlpProblem());
const start = performance.now();
await prepared?.run();
const milliseconds = performance.now() - start;
const [loss = Number.NaN] = Array.from((await prepared?.read()) ?? []);
if (!(loss > 2 && loss < 3)) throw new Error(`${library.name}: the loss of the first step is ${loss}.`);
process.stdout.write(`first step: ${milliseconds} ms\n`);
process.exit(0);
