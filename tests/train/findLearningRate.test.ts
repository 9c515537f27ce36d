import { describe, expect, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { ArgumentError, DataError } from "../../src/support/errors.ts";
import { globalGenerator } from "../../src/tensor/generator.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { findLearningRate } from "../../src/train/findLearningRate.ts";
import { fit } from "../../src/train/fit.ts";
import { bytesOf, makeScene } from "./scene.ts";

/** A parabola w²: SGD diverges at every rate above 1, and falls fastest below. */
function parabola() {
  const model = new nn.Linear(1, 1, { bias: false });
  model.loadStateDictionary(new Map([["weight", tensor([[4]])]]));
  const optimizer = new optim.SGD(model.parameters(), { learningRate: 0.5 });
  const loss = (_: { goal: Tensor }) => model.weight.value.square().sum();
  return { model, optimizer, loss, batches: () => [{ goal: tensor(0) }] };
}

describe("findLearningRate()", () => {
  it("sweeps evenly in logarithm, stops where the loss diverges, and suggests rates that train", async () => {
    const scene = parabola();
    const { points, suggestion, steepest, diverged } = await findLearningRate({
      ...scene,
      lowest: 1e-4,
      highest: 100,
      smoothing: 0.5,
    });
    expect(diverged).toBe(true);
    expect(points.length).toBeLessThan(100);
    expect(points[0]?.rate).toBeCloseTo(1e-4, 10);
    expect((points[20]?.rate ?? 0) / (points[19]?.rate ?? 0)).toBeCloseTo(10 ** (6 / 99), 6);
    for (const rate of [suggestion, steepest]) {
      expect(rate).toBeGreaterThan(1e-3);
      expect(rate).toBeLessThan(1);
    }
    scene.optimizer.learningRate = suggestion;
    expect((await fit({ ...scene, epochs: 100 })).bestLoss).toBeLessThan(1);
  });

  it("does not diverge below the highest rate where there is nothing to diverge", async () => {
    const { points, diverged } = await findLearningRate({ ...parabola(), highest: 0.1, steps: 30 });
    expect([points.length, diverged]).toEqual([30, false]);
  });

  it("puts everything back, bit for bit: training goes on as if nothing had been", async () => {
    const plain = makeScene();
    const expected = await fit({ ...plain.options, epochs: 3 });
    const scene = makeScene();
    const before = [await bytesOf(scene), globalGenerator.state, scene.optimizer.learningRate, scene.model.training];
    const { points } = await findLearningRate({ ...scene.options, steps: 40 });
    expect(points.length).toBeGreaterThan(10);
    expect([await bytesOf(scene), globalGenerator.state, scene.optimizer.learningRate, scene.model.training]).toEqual(
      before,
    );
    expect(await fit({ ...scene.options, epochs: 3 })).toEqual(expected);
    expect(await bytesOf(scene)).toBe(await bytesOf(plain));
    expect(scene.loader.position).toEqual({ epoch: 0, batch: 0 });
  });

  it("puts everything back when it fails, too", async () => {
    const scene = makeScene();
    const before = await bytesOf(scene);
    let count = 0;
    const batches = function* (epoch: number) {
      for (const batch of scene.loader.epoch(epoch)) {
        if (++count > 12) throw new Error("the disk is gone");
        yield batch;
      }
    };
    await expect(findLearningRate({ ...scene.options, batches })).rejects.toThrow("the disk is gone");
    expect(await bytesOf(scene)).toBe(before);
  });

  it("refuses ranges that are none, and data that cannot be trained on", async () => {
    await expect(findLearningRate({ ...parabola(), lowest: 1, highest: 0.1 })).rejects.toThrow(ArgumentError);
    await expect(findLearningRate({ ...parabola(), batches: () => [] })).rejects.toThrow(DataError);
    const batches = () => [{ goal: tensor(NaN) }];
    const scene = parabola();
    const loss = ({ goal }: { goal: Tensor }) => scene.model.weight.value.subtract(goal).sum();
    await expect(findLearningRate({ ...scene, batches, loss })).rejects.toThrow(
      "no finite loss even at the lowest rate",
    );
  });
});
