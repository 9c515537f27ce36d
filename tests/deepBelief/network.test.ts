/** Layers on each other: whitening and patches before them, inference from both sides, what they draw, how they learn. */
import { describe, expect, test } from "vitest";
import { concat, cos, random, seed, sin, stack, type Tensor, tensor } from "../../src/index.ts";
import { addFromAbove, poolBlocks } from "../../src/systems/deepBelief/blocks.ts";
import { BoltzmannLayer } from "../../src/systems/deepBelief/boltzmannLayer.ts";
import { fitKernelClassifier } from "../../src/systems/deepBelief/classifier.ts";
import { DeepBeliefNetwork } from "../../src/systems/deepBelief/deepBelief.ts";
import { drawSheet } from "../../src/systems/deepBelief/drawings.ts";
import { fitGabors } from "../../src/systems/deepBelief/gabor.ts";
import { learnLayer } from "../../src/systems/deepBelief/learn.ts";
import { averagePrecision, groupAreas, regionAnswers } from "../../src/systems/deepBelief/parts.ts";
import { beginWithPieces } from "../../src/systems/deepBelief/pieces.ts";
import { makeReport } from "../../src/systems/deepBelief/report.ts";
import { applyZca, fitZca, samplePatches, whitenPictures } from "../../src/systems/deepBelief/whitening.ts";
import {
  correlateFilters,
  countTogether,
  drawFilters,
  gatherFilters,
  spreadFilters,
} from "../../src/systems/deepBelief/windows.ts";
import { convTranspose2d } from "../../src/tensor/windows/convolution.ts";
import { vjp } from "../../src/transforms/vjp.ts";

const difference = async (a: Tensor, b: Tensor) => await a.subtract(b).abs().max().item();

const two = () =>
  new DeepBeliefNetwork([
    { channels: 1, groups: 4, kernel: 5, visible: "gaussian" },
    { channels: 4, groups: 6, kernel: 3 },
  ]);

describe("windows", () => {
  for (const [block, kernel, channels] of [
    [2, 4, 1],
    [3, 5, 2],
    [1, 1, 3],
  ] as const)
    test(`blocks of ${block}, filters of ${kernel}: the way down is the derivative of the way up`, async () => {
      seed(1);
      const size = 3 * block + kernel - 1;
      const visible = random.normal([2, channels, size, size], { dtype: "f64" });
      const weight = random.normal([3, channels, kernel, kernel], { dtype: "f64" });
      const [products, pullBack] = vjp((v: Tensor, w: Tensor) => correlateFilters(v, w, block), visible, weight);
      const detection = random.uniform(products.shape, { dtype: "f64" });
      const [below, changes] = pullBack(detection);
      expect(await difference(drawFilters(detection, weight, block), below)).toBeLessThan(1e-12);
      const spread = spreadFilters(weight, block);
      const direct = convTranspose2d(detection.reshape([2, -1, 3, 3]), spread, { stride: block });
      expect(await difference(drawFilters(detection, weight, block), direct)).toBeLessThan(1e-12);
      const counted = gatherFilters(countTogether(visible, detection, kernel, block), kernel, block);
      expect(await difference(counted, changes)).toBeLessThan(1e-12);
    });
});

describe("inference", () => {
  test("without sweeps it is the pass upwards", async () => {
    seed(2);
    const network = two();
    const visible = random.normal([2, 1, 21, 20]);
    const detection = network.infer(visible, { sweeps: 0 });
    const features = network.forward(visible);
    for (const [index, each] of detection.entries())
      expect(await difference(each.sum(1), features[index] ?? tensor(0))).toBeLessThan(1e-6);
  });

  test("log-odds of pooling units are in the order of their probabilities, and do not stop where those are 1", async () => {
    seed(12);
    const network = two();
    const visible = random.normal([2, 1, 20, 20]);
    const [odds, features] = [network.odds(visible), network.forward(visible)];
    for (const [index, each] of odds.entries())
      expect(await difference(each.sigmoid(), features[index] ?? tensor(0))).toBeLessThan(1e-6);
    const [first] = network.layers;
    first?.hiddenBias.assign(tensor([4, 5, 6, 7]));
    const [sure] = network.odds(visible);
    expect(await sure?.min().item()).toBeGreaterThan(90);
  });

  test("what is next to impossible has probability 0, never a denormal number", async () => {
    const inputs = tensor([-300, -100, -90, -43, -40, 0]).reshape([6, 1, 1, 1, 1]);
    const { detection, pooling } = poolBlocks(concat([inputs, inputs.negative()], 0));
    for (const probability of [...(await detection.data()), ...(await pooling.data())].map(Number))
      expect(probability === 0 || probability > 1e-18).toBe(true);
    expect(Number((await detection.data())[4])).toBeCloseTo(Math.exp(-40), 20);
  });

  test("what comes from above is added to the inputs of a whole block", async () => {
    seed(3);
    const network = two();
    const [first, second] = network.layers;
    if (first === undefined || second === undefined) throw new Error("two layers");
    second.weight.assign(random.normal(second.weight.shape));
    const visible = random.normal([2, 1, 20, 20]);
    const [below, above] = network.infer(visible, { sweeps: 0 });
    if (below === undefined || above === undefined) throw new Error("two layers");
    const expected = poolBlocks(addFromAbove(first.inputs(visible), second.messageBelow(above))).detection;
    const [found] = network.infer(visible, { sweeps: 1 });
    expect(await difference(found ?? tensor(0), expected)).toBeLessThan(1e-6);
    expect(await difference(expected, below)).toBeGreaterThan(1e-3);
  });

  test("filling in leaves known pixels as they are", async () => {
    seed(4);
    const network = two();
    const visible = random.normal([2, 1, 20, 20]);
    const known = tensor(Array.from({ length: 20 }, (_, column) => column < 10)).reshape([1, 1, 1, 20]);
    const filled = network.fillIn(visible, known);
    expect(await difference(filled.slice(null, null, null, [0, 10]), visible.slice(null, null, null, [0, 10]))).toBe(0);
    expect(network.fillIn(visible, known, { topDown: false }).shape).toEqual(visible.shape);
  });

  test("filters of the second layer are sums of those of the first; dreams have the size of pictures", async () => {
    seed(5);
    const network = two();
    expect(network.projectFilters(0).shape).toEqual([4, 1, 5, 5]);
    // 3 blocks of 2 units under a filter of 3, and 5 pixels under each
    expect(network.projectFilters(1).shape).toEqual([6, 1, 10, 10]);
    expect(network.dream(random.normal([2, 1, 20, 20]), 2).shape).toEqual([2, 1, 20, 20]);
  });
});

describe("before the first layer", () => {
  test("whitening makes a spectrum that falls as 1 / f flat, and nothing else of a picture strong", async () => {
    const size = 32;
    const wave = (cycles: number) =>
      Array.from({ length: size }, (_, x) => Math.cos((2 * Math.PI * cycles * x) / size) / cycles);
    const rows = [2, 4].map((cycles) => Array.from({ length: size }, () => wave(cycles)));
    const flat = tensor(
      rows.map((row, index) => row.map((line) => line.map((v, x) => v + (rows[1 - index]?.[0]?.[x] ?? 0)))),
    );
    const white = whitenPictures(flat.slice([0, 1]));
    const [strength2, strength4] = await Promise.all(
      [2, 4].map(async (cycles) =>
        Math.abs(
          await white
            .slice(0, 0)
            .multiply(tensor(wave(cycles)).multiply(cycles))
            .mean()
            .item(),
        ),
      ),
    );
    expect((strength2 ?? 0) / (strength4 ?? 1)).toBeCloseTo(1, 1);
  });

  test("symmetric whitening leaves uncorrelated features of variance 1", async () => {
    seed(6);
    const x = random.normal([2000, 3]).matmul(
      tensor([
        [1, 0.5, 0],
        [0, 1, 0.9],
        [0, 0, 0.3],
      ]),
    );
    const white = applyZca(x, fitZca(x));
    const covariance = white.matrixTranspose().matmul(white).divide(2000);
    expect(
      await difference(
        covariance,
        tensor([
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ]),
      ),
    ).toBeLessThan(0.01);
  });

  test("patches are parts of pictures with mean 0", async () => {
    seed(7);
    const picture = tensor(Array.from({ length: 900 }, (_, index) => index)).reshape([1, 30, 30]);
    const patches = samplePatches(picture, 16, 8);
    expect(patches.shape).toEqual([16, 1, 8, 8]);
    expect(await patches.mean([2, 3]).abs().max().item()).toBeLessThan(1e-3);
    const down = patches.slice(null, null, [1, 8]).subtract(patches.slice(null, null, [0, 7]));
    expect(await difference(down, down.multiply(0).add(30))).toBeLessThan(1e-3);
  });
});

test("Gabor functions are fitted wholly, noise is not", async () => {
  seed(8);
  const axis = Array.from({ length: 10 }, (_, index) => index - 4.5);
  const gabor = (angle: number, frequency: number, phase: number) =>
    axis.map((y) =>
      axis.map((x) => {
        const along = x * Math.cos(angle) + y * Math.sin(angle);
        const across = y * Math.cos(angle) - x * Math.sin(angle);
        const bell = Math.exp(-(along ** 2 / 8 + across ** 2 / 14));
        return bell * Math.cos(2 * Math.PI * frequency * along + phase);
      }),
    );
  const fits = await fitGabors(tensor([gabor(0.4, 0.15, 1.6), gabor(2, 0.2, 0.5)]), { starts: 12, steps: 150 });
  for (const fit of fits) expect(fit).toBeGreaterThan(0.97);
  const noise = await fitGabors(random.normal([4, 10, 10]), { starts: 12, steps: 150 });
  for (const fit of noise) expect(fit).toBeLessThan(0.5);
});

test("filters begin as pieces of what is seen, and as many units are on as shall be", async () => {
  seed(13);
  const layer = new BoltzmannLayer({ channels: 2, groups: 6, kernel: 4, visible: "gaussian" });
  const seen = random.uniform([5, 2, 19, 19]);
  await beginWithPieces(layer, seen, { sparsity: 0.02, lessMean: 0 });
  // As unit vectors the pieces of the pictures and the filters have a product of 1 at one place
  const unit = layer.weight.value.divide(layer.weight.value.square().sum([1, 2, 3], { keepDims: true }).sqrt());
  const lengths = correlateFilters(seen.square(), unit.multiply(0).add(1), 2).sqrt();
  const alike = correlateFilters(seen, unit, 2).divide(lengths);
  for (const largest of await alike.max([0, 1, 3, 4]).data()) expect(largest).toBeCloseTo(1, 4);
  const { detection } = layer.infer(seen);
  expect(Math.abs((await detection.mean().item()) - 0.02)).toBeLessThan(0.01);
});

test("a layer learns to draw what it sees", async () => {
  seed(9);
  const stripes = tensor(
    Array.from({ length: 30 }, (_, y) => Array.from({ length: 30 }, (_, x) => 0.3 * Math.sin((x + y) * 0.9))),
  ).reshape([1, 30, 30]);
  const layer = new BoltzmannLayer({ channels: 1, groups: 4, kernel: 6, visible: "gaussian" });
  const errors: number[] = [];
  await learnLayer(
    layer,
    stripes,
    (from) => samplePatches(from, 8, 17),
    {
      steps: 150,
      learningRate: 0.2,
      sparsity: 0.05,
      deviationDecay: 0.98,
    },
    { every: 149, onProgress: ({ error }) => void errors.push(error) },
  );
  expect(errors.at(-1)).toBeLessThan(0.7 * (errors[0] ?? 0));
});

describe("what units say of classes", () => {
  test("a circle around another is told apart, by all examples and by landmarks", async () => {
    seed(10);
    const labels = Array.from({ length: 300 }, (_, index) => index % 2);
    const angle = random.uniform([300], { high: 2 * Math.PI });
    const circle = stack([cos(angle), sin(angle)], 1).multiply(tensor(labels.map((label) => [1 + label])));
    const features = circle.add(random.normal([300, 2], { deviation: 0.15 }));
    const [seen, fresh] = [features.slice([0, 200]), features.slice([200, 300])];
    for (const landmarks of [200, 60]) {
      const classifier = await fitKernelClassifier(seen, labels.slice(0, 200), 2, { sharpness: 4, landmarks });
      const answers = await classifier.scores(fresh).argmax(1).data();
      expect(labels.slice(200).filter((label, row) => label !== answers[row]).length).toBeLessThan(4);
    }
  });

  test("average precision, and the best region of each group", async () => {
    const scores = tensor([
      [0.9, 0.1],
      [0.8, 0.2],
      [0.1, 0.3],
    ]);
    const [perfect, last] = await averagePrecision(scores, [true, true, false]).data();
    expect(perfect).toBeCloseTo(1);
    expect(last).toBeCloseTo((1 / 2 + 2 / 3) / 2);
    // One group is on at the top left for the class, and anywhere else for others
    const maps = [0, 1, 2, 3].map((place) => [[0, 1].map((y) => [0, 1].map((x) => Number(2 * y + x === place)))]);
    const answers = regionAnswers(tensor(maps), [1, 2]);
    expect(answers.shape).toEqual([4, 5, 1]);
    expect(await groupAreas(answers, [true, false, false, false]).data()).toEqual(Float32Array.of(1));
  });
});

test("the report shows the filters of each layer, hidden halves and dreams", async () => {
  seed(11);
  const pictures = random.normal([2, 1, 20, 20]);
  const page = await makeReport({ title: "Stripes & <dots>", network: two(), pictures });
  expect(page).toContain("Stripes &amp; &lt;dots&gt;");
  expect(page.match(/data:image\/png;base64,/g)).toHaveLength(4);
  const sheet = await drawSheet(tensor([1, -1, 0, 0.5]).reshape([1, 1, 2, 2]));
  expect([...sheet.pixels]).toEqual([255, 1, 128, 192]);
});
