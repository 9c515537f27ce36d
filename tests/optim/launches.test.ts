import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Device } from "../../src/device/device.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { deviceNamed, registerDevice, setDevice } from "../../src/runtime/registry.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { compile } from "../../src/transforms/compile.ts";

interface Count {
  launches: number;
  /** Kernels that multiply and add, over all launches. */
  contractions: number;
}

/** A device that does what the default one does and counts. */
function countingDevice(count: Count): Device {
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
          count.contractions += contractionsOf(plan);
          executable.run(externals);
        },
        dispose: () => executable.dispose(),
      };
    },
  };
}

function contractionsOf({ commands }: Plan): number {
  return commands.filter((command) => command.kind === "kernel" && command.computes?.includes("contract")).length;
}

const count: Count = { launches: 0, contractions: 0 };
let before: string;

beforeAll(() => {
  registerDevice("counting", () => countingDevice(count));
  before = setDevice("counting");
});

afterAll(() => {
  setDevice(before);
});

beforeEach(() => {
  Object.assign(count, { launches: 0, contractions: 0 });
});

describe("minimize()", () => {
  it("takes one launch a step, in eager code and compiled", () => {
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
  });
});

describe("an eager forward while training", () => {
  it("computes nothing again that a normalization has made it compute", async () => {
    const block = () => [new nn.Linear(4, 4), new nn.BatchNorm1d(4)] as const;
    const model = new nn.Sequential(...block(), ...block(), ...block(), ...block());
    model.train();
    await model
      .forward(
        tensor([
          [1, 2, 3, 4],
          [5, 6, 8, 7],
          [0, 1, 0, 2],
        ]),
      )
      .data();
    expect(count).toEqual({ launches: 5, contractions: 4 });
  });
});
