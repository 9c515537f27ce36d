/** The simulated table: the same for ever, and with the statistics that its relations promise. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTable } from "../../src/data/index.ts";
import { bestProbabilities, bestProbabilityOfDog, logDensity } from "../../src/systems/femurs/bestRule.ts";
import { errorRate, secondOpinions } from "../../src/systems/femurs/experts.ts";
import { relations } from "../../src/systems/femurs/relations.ts";
import { animalsToCsv, firstFresh, simulateAnimals } from "../../src/systems/femurs/simulate.ts";

const many = simulateAnimals(20_000, { seed: 11, first: firstFresh });

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(a), mean(b)];
  const product = (p: readonly number[], q: readonly number[], u: number, v: number) =>
    p.reduce((sum, value, index) => sum + (value - u) * ((q[index] ?? 0) - v), 0);
  return product(a, b, x, y) / Math.sqrt(product(a, a, x, x) * product(b, b, y, y));
}

describe("simulated animals", () => {
  test("the first of seed 0 are these, today and always", () => {
    const { lengths, weights, labels } = simulateAnimals(4);
    expect({ lengths: [...lengths], weights: [...weights], labels: [...labels] }).toMatchInlineSnapshot(`
      {
        "labels": [
          0,
          1,
          0,
          1,
        ],
        "lengths": [
          114.2,
          134.9,
          126.3,
          223.8,
        ],
        "weights": [
          11.23,
          26.51,
          19.75,
          136.7,
        ],
      }
    `);
  });

  test("an animal does not depend on how many are drawn, nor on where drawing begins", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 30 }), fc.nat(29), (seed, count, index) => {
        const position = index % count;
        const whole = simulateAnimals(count, { seed, first: 5 });
        const single = simulateAnimals(1, { seed, first: 5 + position });
        expect(single.lengths[0]).toBe(whole.lengths[position]);
        expect(single.weights[0]).toBe(whole.weights[position]);
      }),
    );
  });

  test("half are cats, and seeds differ", () => {
    expect(many.labels.reduce((sum, label) => sum + label, 0)).toBe(10_000);
    expect(simulateAnimals(5, { seed: 1 }).lengths).not.toEqual(simulateAnimals(5, { seed: 2 }).lengths);
  });

  test("cats have the femur that the relations give a cat of 4.5 kg", () => {
    const cats = [...many.lengths].filter((_, row) => many.labels[row] === 0);
    const mean = cats.reduce((sum, length) => sum + Math.log(length), 0) / cats.length;
    expect(Math.exp(mean)).toBeGreaterThan(105);
    expect(Math.exp(mean)).toBeLessThan(110);
  });

  test("dogs of one mass would scatter as the relations say", () => {
    // What length and weight say of the mass differs only by the scatter: its variance follows from the constants.
    const { length, skeleton, scatter } = relations;
    const ratio = skeleton.exponent / length.exponent;
    const dogs = [...many.lengths].flatMap((value, row) =>
      many.labels[row] === 1 ? [Math.log(many.weights[row] ?? 1) - ratio * Math.log(value)] : [],
    );
    const mean = dogs.reduce((sum, value) => sum + value, 0) / dogs.length;
    const variance = dogs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / dogs.length;
    const [a, b] = [ratio * scatter.length, scatter.weight];
    expect(variance).toBeCloseTo(a * a + b * b - 2 * scatter.correlation * a * b, 3);
  });

  test("length and weight go together, as bones do", () => {
    const logs = (values: Float64Array) => [...values].map(Math.log);
    expect(correlation(logs(many.lengths), logs(many.weights))).toBeGreaterThan(0.95);
  });

  test("the CSV is read back as the same table", () => {
    const animals = simulateAnimals(50, { seed: 3 });
    const table = readTable(animalsToCsv(animals, secondOpinions(animals, { seed: 3 })));
    expect([...table.numbers("length_mm")]).toEqual([...animals.lengths]);
    expect([...table.numbers("weight_g")]).toEqual([...animals.weights]);
    expect(table.texts("species").slice(0, 2)).toEqual(["cat", "dog"]);
  });

  test("counts and seeds that are none are refused", () => {
    expect(() => simulateAnimals(-1)).toThrow(/count is -1/);
    expect(() => simulateAnimals(1, { seed: 0.5 })).toThrow(/seed is 0.5/);
  });
});

describe("the best possible rule", () => {
  const probabilities = bestProbabilities(many);

  test("is right in 93 to 96 of 100, as often as it says", () => {
    const right = probabilities.filter((p, row) => (p > 0.5 ? 1 : 0) === many.labels[row]).length / 20_000;
    const promised = probabilities.reduce((sum, p) => sum + Math.max(p, 1 - p), 0) / 20_000;
    expect(right).toBeGreaterThan(0.93);
    expect(right).toBeLessThan(0.96);
    expect(Math.abs(right - promised)).toBeLessThan(0.005);
  });

  test("among bones that it calls dogs with about 70 %, about 70 % are dogs", () => {
    for (const centre of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const members = [...probabilities.keys()].filter((row) => Math.abs((probabilities[row] ?? 0) - centre) < 0.1);
      const dogs = members.filter((row) => many.labels[row] === 1).length / members.length;
      const expected = members.reduce((sum, row) => sum + (probabilities[row] ?? 0), 0) / members.length;
      expect(Math.abs(dogs - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / members.length));
    }
  });

  test("its densities integrate to 1 and agree with drawn animals", () => {
    for (const [label, kind] of ["cat", "dog"].entries() as Iterable<[number, "cat" | "dog"]>) {
      const step = 0.01;
      let total = 0;
      let small = 0;
      for (let u = Math.log(50); u < Math.log(400); u += step) {
        for (let v = Math.log(2); v < Math.log(500); v += step) {
          const density = Math.exp(logDensity(kind, { length: Math.exp(u), weight: Math.exp(v) })) * step * step;
          total += density;
          if (u < Math.log(100)) small += density;
        }
      }
      expect(total).toBeCloseTo(1, 3);
      const drawn = many.lengths.filter((length, row) => length < 100 && many.labels[row] === label).length / 10_000;
      expect(Math.abs(drawn - small)).toBeLessThan(0.02);
    }
  });

  test("knows nothing of bones that neither species has", () => {
    expect(bestProbabilityOfDog({ length: 15, weight: 0.05 })).toBe(0.5);
  });
});

describe("the second expert", () => {
  test("errs on about 8 of 100, and hardly where the best rule is sure", () => {
    const probabilities = bestProbabilities(many);
    const opinions = secondOpinions(many, { seed: 11, first: firstFresh });
    const wrong = [...opinions.keys()].filter((row) => opinions[row] !== many.labels[row]);
    expect(wrong.length / 20_000).toBeGreaterThan(0.07);
    expect(wrong.length / 20_000).toBeLessThan(0.09);
    const easy = wrong.filter((row) => Math.abs((probabilities[row] ?? 0) - 0.5) > 0.49).length;
    expect(easy / wrong.length).toBeLessThan(0.05);
  });

  test("error rates lie between 0 and a half, and are the same for cats and dogs", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (p) => {
        expect(errorRate(p)).toBeGreaterThanOrEqual(0);
        expect(errorRate(p)).toBeLessThanOrEqual(0.5);
        expect(errorRate(p)).toBeCloseTo(errorRate(1 - p), 12);
      }),
    );
  });
});
