/**
 * The convolutional step of `train-cnn` (bench/cpu), timed wherever this module is imported: in a page, in its worker, in
 * Node. The row `train-cnn-page` compares the places; the losses say that all of them computed the same.
 */
import { cnnProblem } from "../cpu/networks.ts";
import { cnnStep } from "../cpu/ourNetworks.ts";

/** How long to measure. */
export interface CnnTimingOptions {
  /** Steps before the clock counts: engines optimize code while it runs. */
  readonly warmSteps: number;
  readonly rounds: number;
  /** Steps of one round. */
  readonly steps: number;
}

/** What came of it: plain data, which workers can post. */
export interface CnnTiming {
  /** Milliseconds of a step, one number a round; each step's loss is read, as in `train-cnn`. */
  readonly milliseconds: readonly number[];
  /** Losses of the first steps. */
  readonly losses: readonly number[];
}

/** How many of the first losses are reported. */
const reportedLosses = 4;

/** Trains the network of `train-cnn` from its first weights and times its steps. */
export async function timeCnnSteps({ warmSteps, rounds, steps }: CnnTimingOptions): Promise<CnnTiming> {
  const step = cnnStep(cnnProblem().inputs);
  const losses: number[] = [];
  for (let index = 0; index < Math.max(warmSteps, reportedLosses); index++) {
    const loss = await step().item();
    if (losses.length < reportedLosses) losses.push(loss);
  }
  const milliseconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let index = 0; index < steps; index++) await step().item();
    milliseconds.push((performance.now() - start) / steps);
  }
  return { milliseconds, losses };
}
