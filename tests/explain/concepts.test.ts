/** Concepts in a network whose stages are known: where each is, how it is read, and what the answer makes of it. */
import { describe, expect, test } from "vitest";
import { shuffledOrder } from "../../src/data/shuffle.ts";
import { conceptSensitivity, fitConcepts, nameUnits, scoreConcept } from "../../src/explain/index.ts";
import { at } from "../../src/support/invariant.ts";
import { concat, stack } from "../../src/tensor/joining.ts";
import { mean } from "../../src/tensor/reduce.ts";
import { slice } from "../../src/tensor/slice.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

const [count, size] = [160, 8];
const random = (seed: number): Float32Array =>
  Float32Array.from(shuffledOrder(count, seed, "sample"), (place) => place / count);

/** Brightness all over, and a contrast between left and right, over noise. */
const truth = { bright: random(1), slanted: random(2), unrelated: random(3) };
const noise = shuffledOrder(count * size * size, 4, "sample");
const pixels = Float32Array.from(noise, (word, index) => {
  const [row, x] = [Math.floor(index / size ** 2), index % size];
  const side = x < size / 2 ? -1 : 1;
  return at(truth.bright, row) + 0.5 * side * at(truth.slanted, row) + (0.05 * word) / noise.length;
});
const pictures = { pixels, channels: 1, height: size, width: size };

/** The first stage keeps places, the second only two means, and the answer is the brightness. */
const stages = [
  { name: "maps", forward: (x: Tensor): Tensor => concat([x, x.square()], 1) },
  { name: "means", forward: (x: Tensor): Tensor => mean(x, [2, 3]) },
  {
    name: "head",
    forward: (x: Tensor): Tensor => {
      const bright = slice(x, null, 0);
      return stack([bright.multiply(-1), bright], 1);
    },
  },
];
const network = { stages, forward: (x: Tensor): Tensor => stages.reduce((given, { forward }) => forward(given), x) };

describe("concepts", async () => {
  const concepts = await fitConcepts(network, pictures, truth);
  const named = (name: string) =>
    at(
      concepts,
      concepts.findIndex((concept) => concept.name === name),
    );

  test("directions recover what is there, and do not claim what is not", () => {
    expect(named("bright").correlation).toBeGreaterThan(0.999);
    expect(named("slanted").stage).toBe("maps");
    expect(named("slanted").correlation).toBeGreaterThan(0.99);
    expect(Math.abs(named("unrelated").correlation)).toBeLessThan(0.45);
  });

  test("scores are in the units of the examples, also for other pictures", async () => {
    const grey = { ...pictures, pixels: new Float32Array(2 * 64).fill(0.5) };
    const scores = await scoreConcept(network, named("bright"), grey);
    expect(scores.length).toBe(2);
    for (const score of scores) expect(score).toBeCloseTo(0.475, 1);
  });

  test("the answer depends on brightness and not on what it ignores", async () => {
    const bright = await conceptSensitivity(network, named("bright"), pictures, 1);
    expect(bright.positive).toBe(1);
    expect((await conceptSensitivity(network, named("bright"), pictures, 0)).alignment).toBeCloseTo(
      -bright.alignment,
      5,
    );
    expect(bright.alignment).toBeGreaterThan(0.4);
    const slanted = await conceptSensitivity(network, named("slanted"), pictures, 1);
    expect(Math.abs(slanted.alignment)).toBeLessThan(0.2);
    await expect(conceptSensitivity(network, named("bright"), pictures, 2)).rejects.toThrow("no class 2");
  });

  test("units have the name of what they follow", async () => {
    const units = await nameUnits(network, pictures, truth);
    const mean = units.find(({ stage, unit }) => stage === "means" && unit === 0);
    expect(mean?.concept).toBe("bright");
    expect(mean?.correlation).toBeGreaterThan(0.99);
  });

  test("too few pictures, odd values and constant ones are named", async () => {
    const few = { ...pictures, pixels: pixels.subarray(0, 64 * 8) };
    await expect(fitConcepts(network, few, { bright: new Float32Array(8) })).rejects.toThrow("8 pictures are too few");
    await expect(fitConcepts(network, pictures, { bright: [1, 2] })).rejects.toThrow('2 values of "bright"');
    await expect(fitConcepts(network, pictures, { bright: new Float32Array(count) })).rejects.toThrow("is 0 for all");
    const odd = Float32Array.from(truth.bright);
    odd[3] = Number.NaN;
    await expect(fitConcepts(network, pictures, { bright: odd })).rejects.toThrow("of picture 3 is NaN");
  });
});
