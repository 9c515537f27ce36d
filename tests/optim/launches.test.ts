import { describe, expect, it } from "vitest";
import type { Device } from "../../src/device/device.ts";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { deviceNamed, registerDevice, setDevice } from "../../src/runtime/registry.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { compile } from "../../src/transforms/compile.ts";

/** A device that does what the default one does and counts launches. */
function countingDevice(count: { launches: number }): Device {
  const inner = deviceNamed("wasm");
  return {
    name: "counting",
    target: inner.target,
    get bytesInUse() {
      return inner.bytesInUse;
    },
    allocate: (bytes) => inner.allocate(bytes),
    free: (buffer) => inner.free(buffer),
    write: (buffer, data) => inner.write(buffer, data),
    read: (buffer) => inner.read(buffer),
    prepare: (plan) => {
      const executable = inner.prepare(plan);
      return {
        run: (externals) => {
          count.launches++;
          executable.run(externals);
        },
        dispose: () => executable.dispose(),
      };
    },
  };
}

describe("minimize()", () => {
  it("takes one launch a step, in eager code and compiled", () => {
    const count = { launches: 0 };
    registerDevice("counting", () => countingDevice(count));
    const before = setDevice("counting");
    try {
      const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Dropout(), new nn.Linear(8, 1));
      const optimizer = new optim.AdamW(model.parameters(), { clipNorm: 1 });
      const [x, y] = [tensor([[1, 2]]), tensor([[1]])];
      const launchesOf = (step: () => unknown): number => {
        const start = count.launches;
        step();
        return count.launches - start;
      };
      const eager = () => optimizer.minimize(() => nn.mseLoss(model.forward(x), y));
      expect([launchesOf(eager), launchesOf(eager), launchesOf(eager)]).toEqual([1, 1, 1]);
      const compiled = compile((a: Tensor, b: Tensor) => optimizer.minimize(() => nn.mseLoss(model.forward(a), b)));
      compiled(x, y);
      expect(launchesOf(() => compiled(x, y))).toBe(1);
      expect(launchesOf(() => (optimizer.learningRate = 0.5) && compiled(x, y))).toBe(1);
    } finally {
      setDevice(before);
    }
  });
});
