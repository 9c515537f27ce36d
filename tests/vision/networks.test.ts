/** Networks for pictures: their published sizes, odd sizes of pictures, and that everything in them learns. */
import { describe, expect, test } from "vitest";
import { compile, eye, nn, optim, random, seed, type Tensor, tensor } from "../../src/index.ts";
import {
  createNetwork,
  type NetworkName,
  type NetworkSettings,
  networkNames,
  type VisionNetwork,
} from "../../src/systems/vision/index.ts";

function countNumbers(network: VisionNetwork): number {
  return network
    .parameters()
    .filter(({ trainable }) => trainable)
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

const photograph = { channels: 3, height: 224, width: 224, classes: 1000 } as const;
const cifar = { channels: 3, height: 32, width: 32, classes: 10 } as const;

describe("numbers that are learned, as published", () => {
  const published: readonly (readonly [count: number, settings: NetworkSettings])[] = [
    [61_706, { network: "lenet", channels: 1, height: 28, width: 28, classes: 10 }],
    // Of the constants of convolutions, which are not there
    [14_728_266 - 4_224, { network: "vgg", ...cifar }],
    [11_689_512, { network: "resnet18", ...photograph }],
    [21_797_672, { network: "resnet34", ...photograph }],
    [25_557_032, { network: "resnet50", ...photograph }],
    [11_173_962, { network: "resnet18", ...cifar }],
    [272_474, { network: "resnet20", ...cifar }],
    [1_971_328, { network: "airbench", ...cifar }],
    [28_589_128, { network: "convnext", ...photograph }],
    // The class word and its place, which are not there
    [5_717_416 - 2 * 192, { network: "vit", ...photograph }],
    [22_050_664 - 2 * 384, { network: "vit", ...photograph, breadth: 2 }],
  ];
  test.each(published)("%i", (count, settings) => {
    expect(countNumbers(createNetwork(settings))).toBe(count);
  });
});

/** Narrow, so that sizes cost little. */
function narrow(settings: Pick<NetworkSettings, "network" | "channels" | "height" | "width">): VisionNetwork {
  seed(1);
  return createNetwork({ ...settings, classes: 3, breadth: settings.network === "vit" ? 0.3 : 0.1 });
}

/** Of those that are alike one does for the gate. */
const compiled: readonly NetworkName[] = process.env["SMILODON_TESTS"] === "all" ? networkNames : ["lenet", "airbench"];

describe.each(networkNames)("%s", (network) => {
  test.each([
    [1, 8, 8],
    [3, 33, 29],
  ] as const)("takes pictures of %i channels and %i × %i pixels", (channels, height, width) => {
    const model = narrow({ network, channels, height, width }).eval();
    const pictures = random.uniform([3, channels, height, width]);
    expect(model.forward(pictures).shape).toEqual([3, 3]);
    const stages = model.stages.map(({ name }) => name);
    expect(stages[0]).toBe("standardize");
    expect(stages.at(-1)).toBe("head");
    let x: Tensor = pictures;
    for (const stage of model.stages) {
      expect(x.rank).toBe(4);
      x = stage.forward(x);
    }
  });
});

describe.each(compiled)("%s", (network) => {
  test("learns in all its parts", async () => {
    const model = narrow({ network, channels: 3, height: 17, width: 20 });
    const pictures = random.uniform([4, 3, 17, 20]);
    model.prepare(pictures);
    const target = tensor(new Int32Array([0, 1, 2, 1]));
    const learned = model.parameters().filter(({ trainable }) => trainable);
    const before = await Promise.all(learned.map(({ value }) => value.data()));
    const optimizer = new optim.Adam(learned);
    const step = compile(() => optimizer.minimize(() => nn.crossEntropy(model.forward(pictures), target)));
    // Blocks that begin as their shortcut pass nothing back at the first step
    const losses = [await step().item(), await step().item(), await step().item()];
    expect(losses.every(Number.isFinite)).toBe(true);
    const after = await Promise.all(learned.map(({ value }) => value.data()));
    const unmoved = learned.filter((_, index) => String(before[index]) === String(after[index]));
    expect(unmoved.map(({ name }) => name)).toEqual([]);
  });
});

test.each([
  [28, 2, ["group1", "group2"]],
  [28, 1, ["group1", "group2", "group3"]],
  [32, 1, ["group1", "group2", "group3"]],
  [128, 4, ["group1", "group2", "group3"]],
] as const)(
  "airbench of %i pixels, a %i-th of them a side, has a third group where there is something to halve",
  (side, reduction, groups) => {
    const { stages } = createNetwork({
      network: "airbench",
      channels: 1,
      height: side,
      width: side,
      classes: 2,
      reduction,
    });
    expect(stages.map(({ name }) => name)).toEqual(["standardize", "whiten", ...groups, "head"]);
  },
);

test("a network is made again from its settings as JSON, and has the same first values under the same seed", async () => {
  const settings = { network: "airbench", channels: 1, height: 20, width: 16, classes: 4, breadth: 0.25 } as const;
  seed(5);
  const first = createNetwork(settings).eval();
  seed(5);
  const again = createNetwork(JSON.parse(JSON.stringify(first.settings))).eval();
  expect(again.settings).toEqual(first.settings);
  const pictures = random.uniform([2, 1, 20, 16]);
  expect(await again.forward(pictures).toArray()).toEqual(await first.forward(pictures).toArray());
});

test("whitened patches are independent and of variance 1", async () => {
  seed(2);
  const model = createNetwork({ network: "airbench", channels: 1, height: 24, width: 24, classes: 2 });
  // Neighbours that say nearly the same
  const noise: Tensor = random.uniform([50, 1, 12, 12]);
  const pictures = noise
    .repeat(2, 2)
    .repeat(2, 3)
    .add(random.uniform([50, 1, 24, 24]).multiply(0.2));
  model.prepare(pictures);
  const [standardize, whiten] = model.stages;
  if (standardize === undefined || whiten === undefined) throw new Error("there are two stages");
  const patches = whiten.forward(standardize.forward(pictures)).slice(null, [0, 4]).moveAxis(1, 0).reshape([4, -1]);
  const centred = patches.subtract(patches.mean(1, { keepDims: true }));
  const covariance = centred.matmul(centred.matrixTranspose()).divide(centred.shape[1] ?? 1);
  expect(await covariance.subtract(eye(4)).abs().max().item()).toBeLessThan(0.02);
});
