/** A worker of Node that makes batches, for loaders.test.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { Loader } from "../../src/data/loader.ts";
import { serveBatches } from "../../src/data/workerLoader.ts";
import { DataError } from "../../src/support/errors.ts";
import { hostArray } from "../../src/tensor/hostArray.ts";

if (parentPort === null) throw new Error("this file is for workers");
const loader = new Loader(
  {
    x: hostArray(
      Float32Array.from({ length: 40 }, (_, index) => index),
      [20, 2],
    ),
    id: hostArray(
      BigInt64Array.from({ length: 20 }, (_, index) => BigInt(index)),
      [20],
      "i64",
    ),
  },
  { batchSize: 3, seed: 5 },
);
const port = parentPort;
serveBatches(port, {
  epoch: function* (epoch) {
    if (epoch === 99) throw new DataError("table.csv, line 7: not a number");
    if (epoch === 98) process.exit(3);
    let made = 0;
    try {
      for (const batch of loader.hostEpoch(epoch)) {
        if (workerData === "count") port.postMessage({ made: ++made });
        yield batch;
      }
    } finally {
      if (workerData === "count") port.postMessage({ isClosed: true });
    }
  },
});
