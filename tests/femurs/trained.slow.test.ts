/** A system that has learned: near the best rule, calibrated, silent about strangers, with reasons that add up. */
import { beforeAll, describe, expect, test } from "vitest";
import { compareModels, type Result } from "../../src/systems/femurs/compare.ts";
import { strangers } from "../../src/systems/femurs/relations.ts";
import { firstFresh, simulateAnimals } from "../../src/systems/femurs/simulate.ts";
import { examples, measureWithheld, show } from "../../src/systems/femurs/study.ts";
import type { FemurSystem } from "../../src/systems/femurs/system.ts";
import { trainFemurs } from "../../src/systems/femurs/train.ts";
import { answerBones } from "../../src/systems/femurs/use.ts";
import { explainBones } from "../../src/systems/femurs/why.ts";

const training = simulateAnimals(400);
const fresh = simulateAnimals(4000, { first: firstFresh });
let system: FemurSystem;
let results: readonly Result[] = [];
const progress: number[] = [];

beforeAll(async () => {
  system = await trainFemurs(training, { onProgress: (_, done) => progress.push(done) });
  results = await compareModels(system, training, fresh);
}, 120_000);

const resultOf = (name: Result["name"]) => results.find((result) => result.name === name);

describe("a trained femur system", () => {
  test("is within 0.015 of the best possible rule on 4,000 fresh animals, and not below the lines", () => {
    const value = (name: Result["name"]) => resultOf(name)?.accuracy.value ?? 0;
    expect(value("best") - value("network")).toBeLessThan(0.015);
    expect(value("network")).toBeGreaterThan(Math.max(value("line"), value("sigmoid")) - 0.005);
    expect(value("best")).toBeGreaterThanOrEqual(value("neighbours"));
  });

  test("is as sure as it is right", () => {
    expect(resultOf("network")?.calibrationError).toBeLessThan(0.03);
    expect(resultOf("line")?.calibrationError).toBeUndefined();
    expect(system.temperature).toBeGreaterThan(0.5);
    expect(system.temperature).toBeLessThan(2);
  });

  test("withholds what is neither cat nor dog, and about 5 of 100 of what is", async () => {
    const answers = await answerBones(system, Object.values(strangers));
    for (const answer of answers) expect(answer.inScope).toBe(false);
    const share = measureWithheld(system, fresh).value;
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.09);
  });

  test("shows a clear cat, an uncertain one and Smilodon", async () => {
    const [clear, uncertain, smilodon] = await show(system, examples);
    expect(clear?.answer).toMatchObject({ inScope: true, label: "cat", set: ["cat"] });
    expect(uncertain?.answer).toMatchObject({ inScope: true, set: ["cat", "dog"] });
    expect(smilodon).toMatchObject({ answer: { inScope: false }, reason: undefined });
  });

  test("gives reasons that add up to the log odds, measured from even odds", async () => {
    const bones = [
      examples["a clear cat"],
      examples["an uncertain one"],
      { length: 95, weight: 9 },
      { length: 130, weight: 26 },
    ];
    const answers = await answerBones(system, bones);
    for (const [index, reason] of (await explainBones(system, bones)).entries()) {
      const answer = answers[index];
      const sum = reason.pushes.reduce((total, { push }) => total + push, 0);
      expect(Math.abs(reason.logOdds - sum)).toBeLessThan(0.005);
      if (answer?.inScope) expect(1 / (1 + Math.exp(-reason.logOdds))).toBeCloseTo(answer.probabilityOfDog, 4);
      const [compared] = await answerBones(system, [reason.compared]);
      if (compared?.inScope) expect(compared.probability).toBeCloseTo(0.5, 3);
    }
  });

  test("reports progress that never goes back", () => {
    expect(progress.length).toBeGreaterThan(8);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBeLessThanOrEqual(1);
  });
});
