/**
 * `npm run bench -- seeing [--json] [--trial] [ids…]`: networks for pictures on the native device. Every row of the issue "Seeing" with
 * its bar. Takes three quarters of an hour; nothing else should run. Pictures are read from SMILODON_DATA; `mnist-time` needs Debian's
 * python3-torch. `--trial` leaves the history as it is.
 */
import "../src/runtime/registry.node.ts";
import { setDevice } from "../src/index.ts";
import { type Measurement, runMeasurements } from "./harness/measurements.ts";
import { catsDogs, cifar10, mnist } from "./seeing/accuracy.ts";
import { measureExplanations } from "./seeing/explain.ts";
import { mnistTime } from "./seeing/mnistTime.ts";
import { cacheCost, decodeRate } from "./seeing/reading.ts";
import { sketchMeasurements } from "./seeing/sketches.ts";

/** What is measured, in this order. */
const measurements: readonly Measurement[] = [
  { ids: ["decode-rate"], measure: async () => [await decodeRate()] },
  { ids: ["cache-cost"], measure: async () => [await cacheCost()] },
  { ids: ["mnist"], measure: async () => [await mnist()] },
  { ids: ["mnist-time"], measure: async () => [await mnistTime()] },
  { ids: ["explain-exact", "explain-residual"], measure: measureExplanations },
  ...sketchMeasurements,
  { ids: ["cats-dogs"], measure: async () => [await catsDogs()] },
  { ids: ["cifar10"], measure: async () => [await cifar10()] },
];

setDevice("native");
await runMeasurements(measurements);
process.exit();
