/** Augmentations: what each may do to a picture, drawn anew in each run of a step, and nothing else. */
import { expect, it } from "vitest";
import {
  arange,
  augment,
  compile,
  explainPlan,
  Generator,
  oneHot,
  ones,
  random,
  reshape,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../src/support/errors.ts";

/** Pictures whose every pixel is another number, so that one sees where each went. */
const numbered = (count: number, channels: number, height: number, width: number): Tensor =>
  reshape(arange(0, count * channels * height * width, 1, { dtype: "f32" }), [count, channels, height, width]);

const pictures = async (x: Tensor): Promise<number[][]> => {
  const data = Array.from(await x.data());
  const size = data.length / (x.shape[0] ?? 1);
  return Array.from({ length: x.shape[0] ?? 0 }, (_, index) => data.slice(index * size, (index + 1) * size));
};

it("flips half of the pictures, the others stay as they are", async () => {
  const x = numbered(64, 1, 2, 3);
  for (const direction of ["horizontal", "vertical"] as const) {
    const flipped = await pictures(augment.randomFlip(x, { direction, generator: new Generator(1) }));
    const plain = await pictures(x);
    const mirrored = await pictures(x.flip(direction === "horizontal" ? 3 : 2));
    let count = 0;
    for (const [index, picture] of flipped.entries()) {
      const isFlipped = String(picture) === String(mirrored[index]);
      count += isFlipped ? 1 : 0;
      if (!isFlipped) expect(picture).toEqual(plain[index]);
    }
    expect(Math.abs(count - 32)).toBeLessThan(20);
  }
  expect(await pictures(augment.randomFlip(x, { probability: 0 }))).toEqual(await pictures(x));
});

it("crops as padding and cutting do, in every way to go on beyond the edge", async () => {
  const [distance, size] = [2, 5];
  const x = numbered(100, 1, size, size);
  const plain = await pictures(x);
  const beyond = {
    reflect: (place: number) => (place < 0 ? -place : place < size ? place : 2 * (size - 1) - place),
    edge: (place: number) => Math.min(Math.max(place, 0), size - 1),
    zeros: (place: number) => place,
  };
  for (const mode of ["reflect", "edge", "zeros"] as const) {
    const cropped = await pictures(augment.randomCrop(x, distance, { mode, generator: new Generator(2) }));
    const seen = new Set<string>();
    for (const [index, picture] of cropped.entries()) {
      const moves = [-2, -1, 0, 1, 2].flatMap((down) => [-2, -1, 0, 1, 2].map((right) => [down, right] as const));
      const found = moves.find(([down, right]) => {
        const expected = picture.map((_, place) => {
          const [row, column] = [beyond[mode](Math.floor(place / size) + down), beyond[mode]((place % size) + right)];
          const isOutside = [row, column].some((position) => position < 0 || position >= size);
          return isOutside ? 0 : (plain[index]?.[row * size + column] ?? NaN);
        });
        return String(expected) === String(picture);
      });
      expect(found, `${mode} ${index}`).toBeDefined();
      seen.add(String(found));
    }
    expect(seen.size).toBeGreaterThan(18);
  }
});

it("turns by a quarter exactly, and leaves pictures alone where nothing is allowed", async () => {
  const x = random.uniform([6, 2, 8, 8], { generator: new Generator(3) });
  const same = await augment.randomAffine(x).data();
  (await x.data()).forEach((value, index) => {
    expect(Math.abs(value - (same[index] ?? NaN))).toBeLessThan(1e-5);
  });
  // Moved by a whole share of the width, with what lies beyond as zeros, everything is gone in some of them
  const moved = augment.randomAffine(ones([200, 1, 4, 4]), { translation: 1, generator: new Generator(4) });
  const sums = await moved.sum({ axis: [1, 2, 3] }).data();
  expect(Math.min(...sums)).toBeLessThan(1);
  expect(Math.max(...sums)).toBeLessThanOrEqual(16.001);
  // Half the size: a quarter of the area is left
  const small = augment.randomAffine(ones([3, 1, 64, 64]), { scale: [0.5, 0.5] });
  for (const sum of await small.sum({ axis: [1, 2, 3] }).data())
    expect(Math.abs(sum / 64 ** 2 - 0.25)).toBeLessThan(0.02);
  // A turned disc of ones is itself, whatever the proportions of the picture
  const [tall, wide] = [33, 65];
  const disc = Float32Array.from({ length: tall * wide }, (_, place) =>
    (Math.floor(place / wide) - 16) ** 2 + ((place % wide) - 32) ** 2 < 100 ? 1 : 0,
  );
  const plain = tensor(disc, { shape: [1, 1, tall, wide] }).broadcastTo([8, 1, tall, wide]);
  const turned = augment.randomAffine(plain, { rotation: 90, generator: new Generator(5) });
  expect(await turned.subtract(plain).abs().mean().item()).toBeLessThan(0.02);
});

it("covers one square of each picture", async () => {
  const covered = await pictures(augment.cutout(ones([50, 2, 9, 9]), 3, { value: -1, generator: new Generator(6) }));
  for (const picture of covered) {
    const count = picture.filter((value) => value === -1).length / 2;
    expect([4, 6, 9]).toContain(count);
    expect(picture.slice(0, 81)).toEqual(picture.slice(81));
  }
  expect(
    await augment
      .cutout(ones([2, 1, 3, 3]), 0)
      .sum()
      .item(),
  ).toBe(18);
});

it("changes colours within 0 … 1, and each kind as it says", async () => {
  const x = random.uniform([10, 3, 6, 6], { generator: new Generator(7) });
  const all = augment.colourJitter(x, { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.5 });
  expect(await all.min().item()).toBeGreaterThanOrEqual(0);
  expect(await all.max().item()).toBeLessThanOrEqual(1);
  // Brightness is one factor a picture
  const half = x.multiply(0.5);
  const ratios = augment.colourJitter(half, { brightness: 0.5 }).divide(half);
  for (const picture of await pictures(ratios)) expect(Math.max(...picture) - Math.min(...picture)).toBeLessThan(1e-5);
  // Grey has no colour to change
  const grey = ones([4, 3, 2, 2]).multiply(0.3);
  const tinted = await augment.colourJitter(grey, { saturation: 1, hue: 0.5 }).data();
  for (const value of tinted) expect(Math.abs(value - 0.3)).toBeLessThan(1e-5);
  expect((await augment.colourJitter(x, {}).data()).length).toBe(10 * 3 * 36);
});

it("mixes labels as it mixes pictures", async () => {
  const labels = oneHot(tensor([0, 1, 2, 3], { dtype: "i32" }), 4, { dtype: "f32" });
  // Pictures that say their label in every pixel: shares of pixels are shares of labels
  const x = reshape(labels, [4, 4, 1, 1]).broadcastTo([4, 4, 10, 10]);
  for (const mix of [augment.mixup, augment.cutmix]) {
    const mixed = mix(x, labels, { alpha: 1, generator: new Generator(9) });
    const shares = Array.from(await mixed.x.mean({ axis: [2, 3] }).data());
    Array.from(await mixed.y.data()).forEach((share, index) => {
      expect(Math.abs(share - (shares[index] ?? NaN))).toBeLessThan(1e-5);
    });
    for (const sum of await mixed.y.sum({ axis: 1 }).data()) expect(Math.abs(sum - 1)).toBeLessThan(1e-5);
    expect(new Set(await mixed.y.data()).size).toBeGreaterThan(4);
  }
  const boxed = await augment.cutmix(x, labels, { generator: new Generator(10) }).x.data();
  for (const value of boxed) expect([0, 1]).toContain(value);
});

it("draws anew in each run of a compiled step, in few launches", async () => {
  const generator = new Generator(11);
  const step = compile((x: Tensor) => {
    const flipped = augment.randomFlip(augment.randomCrop(x, 4, { generator }), { generator });
    return augment.cutout(flipped, 8, { generator });
  });
  const x = random.uniform([16, 3, 32, 32]);
  const [one, two] = [await step(x).data(), await step(x).data()];
  expect([...one]).not.toEqual([...two]);
  const { launches } = explainPlan(step, x);
  expect(launches.length).toBeLessThanOrEqual(4);
  const rand = compile((x: Tensor) => augment.randAugment(x, { magnitude: 0.7, generator }));
  const changed = await rand(x).data();
  expect(Math.max(...changed)).toBeLessThanOrEqual(1.0001);
  expect(Math.min(...changed)).toBeGreaterThanOrEqual(-0.0001);
  expect([...changed]).not.toEqual([...(await rand(x).data())]);
  expect(await augment.randAugment(x, { count: 0 }).subtract(x).abs().max().item()).toBe(0);
});

it("refuses what are no pictures, and numbers that make no sense", () => {
  const x = ones([2, 3, 4, 4]);
  expect(() => augment.randomFlip(ones([3, 4, 4]))).toThrow(/shape \[3,4,4\]; they have to be \[count, channels/);
  expect(() => augment.cutout(x.astype("u8"), 2)).toThrow(DtypeError);
  expect(() => augment.randomCrop(x, 4)).toThrow(/distance is 4/);
  expect(() => augment.randomFlip(x, { probability: 2 })).toThrow(ArgumentError);
  expect(() => augment.randomAffine(x, { scale: [2, 1] })).toThrow(/least scale is 2/);
  expect(() => augment.colourJitter(ones([1, 1, 2, 2]), { hue: 0.1 })).toThrow(/1 channels, not 3/);
  expect(() => augment.mixup(x, ones([3, 2]))).toThrow(ShapeError);
  expect(() => augment.cutmix(x, ones([2, 2]), { alpha: 0 })).toThrow(/alpha is 0/);
  expect(() => augment.randAugment(x, { count: -1 })).toThrow(/count is -1/);
});
