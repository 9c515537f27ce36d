/** Every operation has the same bits in one piece, in as many pieces as there can be, and on several threads. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { registerDevice, tensor } from "../../src/index.ts";
import { DevicesInStep } from "../conformance/devicesInStep.ts";
import { callSample, layouts, readAll, sampledOf, toTensor } from "./run.ts";

/** How memory is laid out and cut into pieces, not what is in it, is the question. */
const mostSamples = 6;

const whole = new WasmDevice({
  threads: 1,
  grain: { chunk: Number.POSITIVE_INFINITY, wake: Number.POSITIVE_INFINITY, hire: 1 },
});
const cut = new WasmDevice({ threads: 1, grain: { chunk: 1, wake: Number.POSITIVE_INFINITY, hire: 1 } });
const shared = new WasmDevice({ threads: 2, grain: { chunk: 1, wake: 1, hire: 1 } });
registerDevice("wasm", () => new DevicesInStep([whole, cut, shared]));
afterAll(() => shared.dispose());
// Calls of rows already make tensors while the table is made: the devices have to be there before
const { table } = await import("./table.ts");

it.each(table)("$name", async (row) => {
  const results = sampledOf(row, row.samples, mostSamples).flatMap((sample, index) => {
    const layout = layouts[index % layouts.length];
    return callSample(
      sample,
      sample.inputs.map((input) => toTensor(input, layout)),
    );
  });
  await readAll(results);
});

it.runIf(shared.threads > 1)("a helper takes its share of a launch that it has the kernels of", async () => {
  const numbers = tensor(Array.from({ length: 3000 }, (_, index) => index));
  let launches = 0;
  while ((shared.chunksTaken[1] ?? 0) === 0 || launches < 10) {
    // A map: a sum to one number is in one piece
    await numbers.exp().data();
    // It may still be reading the kernels of all rows before
    await sleep(2);
    if (++launches === 5_000) expect.fail(`The helper has taken nothing: ${shared.chunksTaken}`);
  }
});
