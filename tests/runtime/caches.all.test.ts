/** Caches are bounded: thousands of shapes leave no more behind than a few hundred. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { compile, Parameter, type Tensor, tensor } from "../../src/index.ts";
import { mostPrograms, programsKept } from "../../src/runtime/programs.ts";
import { currentDevice } from "../../src/runtime/registry.ts";
import { invariant } from "../../src/support/invariant.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

async function bytesAfterSettling(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return currentDevice().bytesInUse;
}

test("of 5,000 shapes in eager code, as many programs are kept as fit, and the others give back their memory", async () => {
  const device = currentDevice();
  const run = (from: number, to: number) => {
    for (let size = from; size <= to; size++) tensor(new Float32Array(size)).add(1).dataSync();
  };
  run(1, 2 * mostPrograms);
  const before = await bytesAfterSettling();
  run(2 * mostPrograms + 1, 10 * mostPrograms);
  expect(programsKept(device)).toBeLessThanOrEqual(mostPrograms);
  expect(programsKept(device)).toBeGreaterThanOrEqual(mostPrograms / 2);
  expect((await bytesAfterSettling()) / before).toBeLessThanOrEqual(1.05);
}, 300_000);

test("of 5,000 shapes in a compiled function, as many traces are kept as fit", async () => {
  const weight = new Parameter([1]);
  const step = compile((x: Tensor) => {
    weight.assign(weight.value.multiply(0.5).add(x.mean(0, { keepDims: true })));
    return x.multiply(weight.value).sum();
  });
  const run = (from: number, to: number) => {
    for (let size = from; size <= to; size++) step(tensor(new Float32Array(size)));
  };
  run(1, 200);
  const before = await bytesAfterSettling();
  run(201, 5000);
  expect(step.traces.length).toBeLessThanOrEqual(64);
  expect((await bytesAfterSettling()) / before).toBeLessThanOrEqual(1.05);
  const device = currentDevice();
  invariant(device instanceof WasmDevice, "the default device is WebAssembly");
  expect(device.kernelsKept).toBeLessThan(1200);
}, 300_000);
