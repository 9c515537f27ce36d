/** Probabilistic max-pooling, free energies and gradients against the enumeration of every state, in f64. */
import { describe, expect, test } from "vitest";
import { compile, gradientsOf, random, seed, type Tensor, tensor } from "../../src/index.ts";
import { addFromAbove, poolBlocks, pooled, sampleBlocks } from "../../src/systems/deepBelief/blocks.ts";
import { BoltzmannLayer, fullyConnected } from "../../src/systems/deepBelief/boltzmannLayer.ts";
import { ContrastiveDivergence, countStatistics } from "../../src/systems/deepBelief/contrastive.ts";
import { allStates, exactGradient, exactPooling, randomize } from "./enumerate.ts";

const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, most = 1e-9) => {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let index = 0; index < expected.length; index++)
    largest = Math.max(largest, Math.abs((actual[index] ?? NaN) - (expected[index] ?? NaN)));
  expect(largest).toBeLessThan(most);
};

describe("probabilistic max-pooling", () => {
  for (const block of [2, 3])
    test(`blocks of ${block} × ${block} have the probabilities that enumeration gives`, async () => {
      seed(1);
      const inputs = random.normal([2, block * block, 3, 2, 1], { deviation: 3, dtype: "f64" });
      const { detection, pooling } = poolBlocks(inputs);
      const expected = exactPooling(await inputs.data(), inputs.shape);
      near(await detection.data(), expected.detection);
      near(await pooling.data(), expected.pooling);
    });

  test("draws have these frequencies, and at most one unit of a block is on", async () => {
    seed(2);
    const count = 40_000;
    const inputs = tensor([0.5, -1, 2, 0]).reshape([1, 4, 1, 1, 1]);
    const drawn = sampleBlocks(inputs.multiply(random.uniform([count, 1, 1, 1, 1]).multiply(0).add(1)));
    const { detection } = poolBlocks(inputs);
    near(await drawn.mean(0).data(), await detection.data(), 0.01);
    expect(await drawn.sum(1).max().item()).toBe(1);
  });

  test("inputs beyond what exp can take", async () => {
    const { detection, pooling } = poolBlocks(tensor([800, -900, 800, 0]).reshape([1, 4, 1, 1, 1]));
    expect(await detection.data()).toEqual(Float32Array.of(0.5, 0, 0.5, 0));
    expect(await pooling.data()).toEqual(Float32Array.of(1));
  });
});

describe("likelihood", () => {
  for (const [name, make] of [
    ["convolutional, blocks of 2", () => new BoltzmannLayer({ channels: 1, groups: 2, kernel: 2, dtype: "f64" })],
    ["fully connected", () => fullyConnected(7, 5, { dtype: "f64" })],
  ] as const)
    test(`${name}: free energy and gradient are those of brute force`, async () => {
      seed(3);
      const layer = make();
      randomize(layer);
      const size = name === "fully connected" ? 1 : 3;
      const states = allStates(layer, size);
      const data = states.slice([3, 6]);
      const expected = await exactGradient(layer, states, data);
      near(await layer.freeEnergy(states).data(), expected.freeEnergies);
      const logLikelihood = layer
        .freeEnergy(data)
        .negative()
        .mean()
        .subtract(layer.freeEnergy(states).negative().logsumexp());
      const parameters = [layer.weight, layer.hiddenBias, layer.visibleBias].map(({ value }) => value);
      const gradients = gradientsOf(logLikelihood, parameters);
      expect(await logLikelihood.item()).toBeCloseTo(expected.logLikelihood, 9);
      for (const [index, gradient] of gradients.entries()) near(await gradient.data(), expected.gradients[index] ?? []);
    });

  test("energies of joint states add up to the free energy with Gaussian visible units, too", async () => {
    seed(4);
    const layer = new BoltzmannLayer({ channels: 1, groups: 1, kernel: 2, visible: "gaussian", dtype: "f64" });
    randomize(layer);
    const visible = random.normal([1, 1, 3, 3], { dtype: "f64" });
    const off = tensor([0, 0, 0, 0], { dtype: "f64" });
    const states = [
      off,
      ...[0, 1, 2, 3].map((cell) =>
        tensor(
          [0, 1, 2, 3].map((c) => Number(c === cell)),
          { dtype: "f64" },
        ),
      ),
    ];
    const energies = await Promise.all(
      states.map((state) => layer.energy(visible, state.reshape([1, 4, 1, 1, 1])).item()),
    );
    const total = -Math.log(energies.reduce((sum, energy) => sum + Math.exp(-energy), 0));
    expect(await layer.freeEnergy(visible).item()).toBeCloseTo(total, 9);
  });
});

describe("two layers", () => {
  /** Two groups of four blocks below, one unit that sees all of them above. */
  const stack = () => {
    const first = new BoltzmannLayer({ channels: 1, groups: 1, kernel: 2, dtype: "f64" });
    const second = new BoltzmannLayer({ channels: 1, groups: 2, kernel: 2, block: 1, dtype: "f64" });
    randomize(first);
    randomize(second);
    // The lower layer has the bias of the units that both share
    second.visibleBias.assign(tensor([0], { dtype: "f64" }));
    return { first, second };
  };

  test("what a block does, given pixels and the layer above, is what enumeration of the joint energy says", async () => {
    seed(7);
    const { first, second } = stack();
    const visible = random.uniform([1, 1, 5, 5], { dtype: "f64" }).round();
    const above = tensor([1, 0], { dtype: "f64" }).reshape([1, 1, 2, 1, 1]);
    // Each of four blocks is off, or one of its four cells is on
    const choices = Array.from({ length: 5 ** 4 }, (_, state) =>
      [0, 1, 2, 3].map((b) => Math.floor(state / 5 ** b) % 5),
    );
    const states = tensor(
      choices.map((choice) => [1, 2, 3, 4].map((cell) => choice.map((chosen) => Number(chosen === cell)))),
      { dtype: "f64" },
    ).reshape([-1, 4, 1, 2, 2]);
    const many: Tensor = random.uniform([5 ** 4, 1, 1, 1, 1], { dtype: "f64" }).multiply(0);
    const energies = await first
      .energy(many.reshape([-1, 1, 1, 1]).add(visible), states)
      .add(second.energy(pooled(states), many.add(above)))
      .data();
    const weights = Array.from(energies, (energy) => Math.exp(-Number(energy)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const expected = [1, 2, 3, 4].flatMap((cell) =>
      [0, 1, 2, 3].map(
        (block) =>
          choices.reduce((sum, choice, state) => sum + (choice[block] === cell ? (weights[state] ?? 0) : 0), 0) / total,
      ),
    );
    const { detection } = poolBlocks(addFromAbove(first.inputs(visible), second.messageBelow(above)));
    near(await detection.data(), expected);
  });

  test("inputs of what is partly known: all of it, or nothing but what is usual", async () => {
    seed(8);
    const { first } = stack();
    first.usual.assign(tensor([0.03], { dtype: "f64" }));
    const visible = random.uniform([1, 1, 5, 5], { dtype: "f64" });
    const one: Tensor = visible.multiply(0).add(1);
    const seen = first.partialInputs(visible, one);
    near(await seen.inputs.data(), await first.inputs(visible).data());
    near(await seen.known.data(), [1, 1, 1, 1]);
    const hidden = first.partialInputs(visible, one.multiply(0));
    near(await poolBlocks(hidden.inputs).detection.data(), new Array<number>(16).fill(0.03));
    near(await hidden.known.data(), [0, 0, 0, 0]);
  });

  test("where nothing is known a unit is on as often as the layer above expects", async () => {
    const { first } = stack();
    first.usual.assign(tensor([0.01], { dtype: "f64" }));
    const expected = tensor([0.3, 0.9, 0.04, 0.5], { dtype: "f64" }).reshape([1, 1, 2, 2]);
    const nothing = tensor(new Array<number>(25).fill(0), { dtype: "f64" }).reshape([1, 1, 5, 5]);
    const { pooling } = poolBlocks(first.expect(first.partialInputs(nothing, nothing), expected));
    near(await pooling.data(), await expected.data());
    const seen = first.partialInputs(random.uniform([1, 1, 5, 5], { dtype: "f64" }), nothing.add(1));
    near(await first.expect(seen, expected).data(), await seen.inputs.data());
  });
});

test("CD-k approaches the gradient of the likelihood as k grows", async () => {
  seed(5);
  const layer = new BoltzmannLayer({ channels: 1, groups: 2, kernel: 2, dtype: "f64" });
  randomize(layer);
  const states = allStates(layer, 3);
  const data = states.slice([100, 101]);
  const { gradients } = await exactGradient(layer, states, data);
  // Weights are counted for each place of a group, the likelihood for each picture
  const exact = Array.from(gradients[0] ?? [], (value) => value / 4);
  const chains = 8_000;
  const many: Tensor = data.multiply(random.uniform([chains, 1, 1, 1], { dtype: "f64" }).multiply(0).add(1));
  const distances: number[] = [];
  for (const steps of [1, 4, 16]) {
    const contrast = compile((visible: Tensor) => {
      let dreamt = visible;
      for (let step = 0; step < steps; step++) dreamt = layer.sampleVisible(layer.sampleHidden(dreamt));
      const awake = countStatistics(layer, visible, layer.infer(visible).detection);
      const asleep = countStatistics(layer, dreamt, layer.infer(dreamt).detection);
      return awake.weight.subtract(asleep.weight);
    });
    const found = await contrast(many).data();
    distances.push(Math.hypot(...exact.map((value, index) => value - (found[index] ?? NaN))) / Math.hypot(...exact));
  }
  expect(distances[1]).toBeLessThan(0.7 * (distances[0] ?? 0));
  expect(distances[2]).toBeLessThan(0.05);
});

for (const persistent of [false, true])
  test(`${persistent ? "persistent " : ""}contrastive divergence raises the exact likelihood`, async () => {
    seed(6);
    const layer = new BoltzmannLayer({ channels: 1, groups: 2, kernel: 2, dtype: "f64" });
    const states = allStates(layer, 3);
    const data = states.slice([7, 8]).multiply(random.uniform([64, 1, 1, 1], { dtype: "f64" }).multiply(0).add(1));
    const likelihood = async () =>
      (await layer.freeEnergy(states).negative().logsumexp().negative().item()) -
      (await layer.freeEnergy(data).mean().item());
    const before = await likelihood();
    const learning = new ContrastiveDivergence(layer, {
      learningRate: 0.5,
      sparsityRate: 0,
      weightDecay: 0,
      dream: "states",
      ...(persistent ? { chains: data } : {}),
    });
    const step = compile((visible: Tensor) => learning.step(visible).error);
    for (let round = 0; round < 60; round++) step(data);
    expect(await likelihood()).toBeGreaterThan(before + 2);
  });
