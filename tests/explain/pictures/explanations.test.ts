/** Explanations of pictures: exact values of small functions, invariants on random networks, and what is refused. */
import { describe, expect, test } from "vitest";
import {
  costOfExplanation,
  explainPictures,
  gradCam,
  inputTimesGradient,
  integratedGradientsOfPictures,
  occlusion,
  type PictureMethod,
  PictureNetwork,
  rankCorrelation,
  saliency,
  sanityOf,
  smoothGrad,
} from "../../../src/explain/index.ts";
import { averagePool, nn, relu, seed, slice, subtract, type Tensor, tensor } from "../../../src/index.ts";
import { createNetwork } from "../../../src/systems/vision/networks/index.ts";
import { noise, smallNetwork, stagesOf } from "./networks.ts";

/** Pixel `index` of pictures [n, 1, 1, k], as [n, 1]. */
const pixel = (x: Tensor, index: number) => slice(x, null, 0, 0, [index, index + 1]);
const row = (width: number) => ({ channels: 1, height: 1, width });
const close = (found: ArrayLike<number>, expected: readonly number[], digits = 3) => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, index) => expect(found[index]).toBeCloseTo(value, digits));
};

/** One hidden layer of four rectifiers over the sum of three pixels, whose biases are −10, 1, 1 and 1. */
const fourRectifiers = stagesOf(
  [
    "sum",
    (x) =>
      x
        .reshape([x.shape[0] ?? 0, 3])
        .sum(1, { keepDims: true })
        .add(tensor([[-10, 1, 1, 1]])),
  ],
  ["rectified", (x) => relu(x)],
  ["score", (x) => x.sum(1, { keepDims: true }).subtract(2)],
);

describe("integrated gradients", () => {
  const first = stagesOf(["f", (x) => relu(subtract(subtract(relu(pixel(x, 0)), 1), relu(pixel(x, 1))))]);
  const second = stagesOf(["f", (x) => relu(subtract(relu(subtract(pixel(x, 0), 1)), relu(pixel(x, 1))))]);

  test("IG-1 and IG-2: two ways to write one function get (1.5, −0.5), to the tolerance that was asked for", async () => {
    for (const network of [first, second]) {
      const asked = new PictureNetwork(network, row(2), { block: 16 });
      const why = await integratedGradientsOfPictures(asked, Float32Array.of(3, 1), { tolerance: 1e-4 });
      close(why.maps, [1.5, -0.5]);
      expect(why.relativeDelta?.[0]).toBeLessThanOrEqual(1e-4);
      expect(why.outputs[0]).toBe(1);
    }
  });

  test("a piece with a kink is halved, the others are not: few slopes for a small residual", async () => {
    const asked = new PictureNetwork(first, row(2), { block: 16 });
    const why = await integratedGradientsOfPictures(asked, Float32Array.of(3, 1), { tolerance: 1e-4 });
    // Evenly spaced points would take thousands
    expect(why.cost.backward).toBeLessThan(200);
  });

  test("a jump right beside the baseline, as normalization makes, is found", async () => {
    const steep = stagesOf(["f", (x) => pixel(x, 0).divide(pixel(x, 0).square().add(1e-12).sqrt()).add(pixel(x, 1))]);
    const why = await integratedGradientsOfPictures(
      new PictureNetwork(steep, row(2), { block: 16 }),
      Float32Array.of(1, 0.5),
    );
    close(why.maps, [1, 0.5], 2);
    expect(why.relativeDelta?.[0]).toBeLessThanOrEqual(1e-3);
  });

  test("for a linear function the parts are weight times distance, and nothing is left", async () => {
    const network = stagesOf(["f", (x) => x.reshape([x.shape[0] ?? 0, 3]).matmul(tensor([[2], [-0.5], [4]]))]);
    const asked = new PictureNetwork(network, row(3), { block: 4 });
    const baseline = Float32Array.of(0.5, 0.25, 0);
    const pictures = Float32Array.of(1, 0, 1, 0, 1, 0.5);
    const why = await integratedGradientsOfPictures(asked, pictures, { baseline });
    close(why.maps, [1, 0.125, 4, -1, -0.375, 2], 5);
    for (const rest of why.delta ?? []) expect(Math.abs(rest)).toBeLessThan(1e-5);
  });

  test("a random network is explained completely, and a decision as the difference of two scores", async () => {
    seed(5);
    const asked = new PictureNetwork(smallNetwork(), { channels: 3, height: 11, width: 14 }, { block: 16 });
    const pictures = noise(3 * 3 * 11 * 14);
    const why = await integratedGradientsOfPictures(asked, pictures, { against: "runnerUp" });
    expect(why.maps).toHaveLength(3 * 11 * 14);
    for (const rest of why.relativeDelta ?? []) expect(rest).toBeLessThanOrEqual(1e-3);
    why.outputs.forEach((output, picture) => {
      const scores = why.scores.subarray(4 * picture, 4 * picture + 4).toSorted();
      expect(output).toBeCloseTo((scores[3] ?? 0) - (scores[2] ?? 0), 5);
    });
  });
});

test("on WebAssembly the programs that explain compute the plain scores, bit for bit", async () => {
  seed(1);
  const shape = { channels: 1, height: 14, width: 14 } as const;
  const network = createNetwork({ network: "lenet", ...shape, classes: 10, breadth: 0.5 });
  const pictures = noise(6 * 14 * 14);
  // Means and deviations that are no powers of two
  network.prepare(tensor(Float32Array.from(pictures), { shape: [6, 1, 14, 14] }));
  const asked = new PictureNetwork(network.eval(), shape, { block: 5 });
  const questions: readonly PictureMethod[] = [{ method: "saliency" }, { method: "gradCam", stage: 1 }];
  for (const question of questions)
    expect([question.method, ...(await explainPictures(asked, pictures, question)).isExact]).toEqual([
      question.method,
      ...new Array(6).fill(1),
    ]);
});

describe("occlusion", () => {
  const asked = () => new PictureNetwork(fourRectifiers, row(3), { block: 8 });

  test("OC-1 and AB-1: windows of one and of two pixels", async () => {
    const picture = Float32Array.of(20, 50, 30);
    close((await occlusion(asked(), picture, { window: 1, cover: 0 })).maps, [80, 200, 120]);
    const two = await occlusion(asked(), picture, { window: [1, 2], stride: [1, 2], cover: 0 });
    close(two.maps, [280, 280, 120]);
    expect([two.delta, Array.from(two.isExact)]).toEqual([null, [1]]);
  });

  test("windows reach every pixel of odd sizes, and overlapping ones are averaged", async () => {
    const network = stagesOf(["f", (x) => x.reshape([x.shape[0] ?? 0, 35]).sum(1, { keepDims: true })]);
    const why = await occlusion(
      new PictureNetwork(network, { channels: 1, height: 5, width: 7 }),
      new Float32Array(35).fill(1),
      {
        window: 3,
        stride: 2,
        cover: 0,
      },
    );
    // 2 × 3 windows of 9 pixels, whole ones: every cover takes 9
    expect(new Set(why.maps)).toEqual(new Set([9]));
  });
});

describe("Grad-CAM", () => {
  test("GC-1: before and after the rectifier of one convolution", async () => {
    const weight = tensor(new Float32Array(18).fill(1), { shape: [2, 1, 3, 3] });
    const conv = new nn.Conv2d(1, 2, 3);
    conv.weight.assign(weight);
    conv.bias?.assign(tensor([-50, -75]));
    const line = tensor([[1], [1], [1], [1], [1], [-1], [-1], [-1]]);
    const network = stagesOf(
      ["convolution", (x) => conv.forward(x)],
      ["rectified", (x) => relu(x)],
      ["score", (x) => relu(x.reshape([x.shape[0] ?? 0, 8]).matmul(line))],
    );
    const asked = new PictureNetwork(network, { channels: 1, height: 4, width: 4 }, { block: 2 });
    const picture = Float32Array.from({ length: 16 }, (_, index) => index);
    const before = await gradCam(asked, picture, { stage: "convolution" });
    close(before.places, [11.25, 13.5, 20.25, 22.5]);
    expect([before.rows, before.columns, before.maps.length]).toEqual([2, 2, 16]);
    close((await gradCam(asked, picture, { stage: 1 })).places, [0, 4, 28, 32.5]);
  });

  test("is stretched over the picture: a bright corner stays in its corner at odd sizes", async () => {
    const network = stagesOf(
      ["pooled", (x) => averagePool(x, [2, 2], { ceilMode: true })],
      ["score", (x) => x.sum([2, 3])],
    );
    const asked = new PictureNetwork(network, { channels: 1, height: 9, width: 13 }, { block: 1 });
    const picture = new Float32Array(9 * 13);
    picture[12] = 1;
    const { maps } = await gradCam(asked, picture, { stage: 0 });
    expect(maps.indexOf(Math.max(...maps))).toBe(12);
    expect(maps[9 * 13 - 13]).toBe(0);
  });

  test("says what is missing where a stage has no places", async () => {
    const asked = new PictureNetwork(fourRectifiers, row(3), { block: 1 });
    await expect(gradCam(asked, new Float32Array(3))).rejects.toThrow(/no stage of this network gives channels/);
    await expect(gradCam(asked, new Float32Array(3), { stage: "sum" })).rejects.toThrow(
      /needs channels, rows and columns/,
    );
    await expect(gradCam(asked, new Float32Array(3), { stage: "ears" })).rejects.toThrow(
      /there are 0 sum, 1 rectified, 2 score/,
    );
  });
});

describe("all methods", () => {
  const methods: readonly PictureMethod[] = [
    { method: "saliency" },
    { method: "inputTimesGradient" },
    { method: "smoothGrad", samples: 3 },
    { method: "integratedGradients" },
    { method: "gradCam" },
    { method: "gradCam", weights: "gradCam++", stage: 0 },
    { method: "occlusion", window: 4 },
  ];

  test("cost what was said, and explain the same alone and among others", async () => {
    seed(6);
    const asked = new PictureNetwork(smallNetwork(), { channels: 3, height: 9, width: 12 }, { block: 8 });
    const pictures = noise(4 * 3 * 9 * 12, 2);
    for (const method of methods) {
      const why = await explainPictures(asked, pictures, method);
      const { least, most } = costOfExplanation(asked, 4, method);
      expect(why.cost.forward).toBeGreaterThanOrEqual(least.forward);
      expect(why.cost.forward).toBeLessThanOrEqual(most.forward);
      expect(why.cost.backward).toBeGreaterThanOrEqual(least.backward);
      expect(why.cost.backward).toBeLessThanOrEqual(most.backward);
      expect(why.maps.every(Number.isFinite)).toBe(true);
      if (method.method === "smoothGrad") continue;
      const alone = await explainPictures(asked, pictures.slice(2 * 324, 3 * 324), method);
      expect(Array.from(alone.maps)).toEqual(Array.from(why.maps.subarray(2 * 108, 3 * 108)));
    }
  });

  test("on networks without biases input × gradient adds up to the score", async () => {
    const conv = new nn.Conv2d(1, 3, 3, { bias: false });
    const network = stagesOf(["conv", (x) => relu(conv.forward(x))], ["score", (x) => x.mean([2, 3])]);
    const asked = new PictureNetwork(network, { channels: 1, height: 6, width: 5 }, { block: 2 });
    const why = await inputTimesGradient(asked, noise(30), { target: 1 });
    expect(why.maps.reduce((sum, value) => sum + value, 0)).toBeCloseTo(why.outputs[0] ?? 1, 5);
    const slopes = await saliency(asked, noise(30), { target: 1 });
    const smooth = await smoothGrad(asked, noise(30), { target: 1, noise: 0, samples: 2 });
    close(smooth.maps, Array.from(slopes.maps), 6);
  });

  test("training mode, unknown classes and cut pictures are refused", async () => {
    class Trained extends nn.Module {
      readonly stages = [new nn.Linear(4, 2)].map((line) => Object.assign(line, { name: "line" }));
      forward(x: Tensor): Tensor {
        return this.stages.reduce((y, stage) => stage.forward(y), x);
      }
    }
    expect(() => new PictureNetwork(new Trained(), row(4))).toThrow(/Call eval\(\) first/);
    const asked = new PictureNetwork(fourRectifiers, row(3), { block: 1 });
    await expect(saliency(asked, new Float32Array(3), { target: 1 })).rejects.toThrow(
      /there is no class 1; the network scores 1/,
    );
    await expect(saliency(asked, new Float32Array(4))).rejects.toThrow(/not whole pictures of 1 × 1 × 3/);
    await expect(saliency(asked, new Float32Array(3), { against: "runnerUp" })).rejects.toThrow(/no other to compare/);
  });
});

describe("the check with weights drawn anew", () => {
  test("ranks, with ties", () => {
    expect(rankCorrelation([1, 2, 3], [10, 20, 40])).toBeCloseTo(1);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1);
    // Ranks 1.5, 1.5, 3 and 1, 2, 3: 1.5 / √(1.5 · 2)
    expect(rankCorrelation([5, 5, 9], [1, 2, 3])).toBeCloseTo(0.8660254);
    expect(rankCorrelation([1, 1], [1, 2])).toBe(0);
  });

  test("slopes pass; a method that does not look at the network is caught", async () => {
    seed(7);
    const shape = { channels: 3, height: 16, width: 16 };
    const asked = new PictureNetwork(smallNetwork(), shape, { block: 4 });
    const pictures = noise(4 * 3 * 256, 3);
    const drawn = [smallNetwork(), smallNetwork()].map((each) => new PictureNetwork(each, shape, { block: 4 }));
    const passes = await sanityOf(asked, pictures, "saliency", saliency, { drawn });
    expect(passes.dependsOnWeights).toBe(true);
    const fails = await sanityOf(
      asked,
      pictures,
      "the picture itself",
      async (network, given, question) => {
        const why = await saliency(network, given, question);
        return { ...why, maps: given.slice(0, why.maps.length) };
      },
      { drawn },
    );
    expect([fails.dependsOnWeights, fails.correlation]).toEqual([false, 1]);
    expect(sanityOf(asked, pictures, "saliency", saliency, { drawn })).toBe(
      sanityOf(asked, pictures, "saliency", saliency, { drawn }),
    );
  });
});
