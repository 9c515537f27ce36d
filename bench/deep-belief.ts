/**
 * `npm run bench -- deep-belief [--json] [--trial] [ids…]`: the convolutional deep belief network, every row of its issue with its bar.
 * Takes about twenty minutes; nothing else should run meanwhile. Real pictures are read from SMILODON_DATA (`natural-images`,
 * `mnist`, `caltech101`), PyTorch is Debian's.
 */
import "../src/runtime/registry.node.ts";
import { setDevice } from "../src/index.ts";
import { measurements } from "./deepBelief/measurements.ts";
import { runMeasurements } from "./harness/measurements.ts";

process.env["SMILODON_THREADS"] ??= "2";
setDevice("native");
await runMeasurements(measurements);
process.exit();
