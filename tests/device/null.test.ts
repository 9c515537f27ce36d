import { expect, test } from "vitest";
import { NullDevice } from "../../src/device/null/nullDevice.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { Draft } from "../conformance/draft.ts";

test("the null device renders for every target and runs nothing", () => {
  const d = new Draft();
  const [input, output, size] = [d.buffer("f32", "read"), d.buffer("f32", "write"), d.size()];
  const kernel = d.kernel("double", [
    d.loop(size, (i) => [d.store(output, i, d.e.apply("add", d.load(input, i), d.load(input, i)))], { lanes: 8 }),
  ]);
  const plan: Plan = {
    slots: [
      { kind: "external", position: 0, bytes: 40 },
      { kind: "external", position: 1, bytes: 40 },
    ],
    arenaBytes: 0,
    externals: 2,
    kernels: [kernel],
    commands: [{ kind: "kernel", kernel: 0, slots: [0, 1], sizes: [10], label: "double", origins: [] }],
  };
  const device = new NullDevice();
  const [x, y] = [device.allocate(40), device.allocate(40)];
  const executable = device.prepare(plan);
  executable.run([x, y]);
  expect(device.launches).toBe(1);
  const { wasm, wasmDriver } = device.rendered;
  expect(wasm instanceof Uint8Array && WebAssembly.validate(new Uint8Array(wasm))).toBe(true);
  expect(wasmDriver instanceof Uint8Array && WebAssembly.validate(new Uint8Array(wasmDriver))).toBe(true);
  expect(device.rendered.cAvx512).toContain("load_f32x8");
  expect(device.rendered.cNeon).toContain("load_f32x4");
  device.free(x);
  expect(() => executable.run([x, y])).toThrow("was freed");
});
