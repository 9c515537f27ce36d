/** The network that sees: it learns, shows what is true, and looking at it changes nothing. */
import { expect, test } from "vitest";
import { drawingOf } from "../../src/studio/playground/training/drawings/problems.ts";
import { paint } from "../../src/studio/playground/training/drawings/strokes.ts";
import { seeingJob } from "../../src/studio/playground/training/jobs/seeing.ts";
import { filterSize, seeingLayers } from "../../src/studio/playground/training/seeing/layers.ts";
import {
  judgedDrawings,
  judgeEvery,
  type SeeingLook,
  type SeeingOptions,
} from "../../src/studio/playground/training/seeing/shown.ts";

const look: SeeingLook = { picture: paint(drawingOf("digits", 5, 4).strokes), unit: { layer: 0, unit: 0 } };
const options: SeeingOptions = { problem: "digits", seed: 1, learningRate: 6e-3, look };

test("digits: 95 of 100 new drawings are told after 300 steps", async () => {
  const training = seeingJob.start(options);
  await training.step(300);
  const { accuracies, confusion, probabilities } = await training.snapshot();
  expect(accuracies).toHaveLength(300 / judgeEvery + 1);
  expect(accuracies[0]).toBeLessThan(0.3);
  expect(accuracies.at(-1)).toBeGreaterThanOrEqual(0.95);
  expect(confusion.reduce((sum, count) => sum + count, 0)).toBe(judgedDrawings);
  expect(probabilities[4]).toBeGreaterThan(0.9);
});

test("cats and dogs: 95 of 100 after 100 steps", async () => {
  const training = seeingJob.start({ ...options, problem: "animals" });
  await training.step(100);
  const { accuracies } = await training.snapshot();
  expect(accuracies.at(-1)).toBeGreaterThanOrEqual(0.95);
});

test("equal options give equal losses, however often one looks", async () => {
  const quiet = seeingJob.start(options);
  const watched = seeingJob.start(options);
  for (let round = 0; round < 4; round++) {
    await watched.snapshot();
    watched.change({ look: { ...look, picture: paint(drawingOf("digits", 6, round).strokes), rival: 3 } });
    await watched.snapshot();
    expect(await watched.step(9)).toBe(await quiet.step(9));
  }
});

test("what decides adds up to the lead of the chosen class", async () => {
  const training = seeingJob.start(options);
  await training.step(60);
  const { decision } = await training.snapshot();
  expect(decision.lead).toBeGreaterThan(0);
  const sum = decision.pushes.reduce((total, push) => total + push, 0);
  expect(sum + decision.emptyLead + decision.residual).toBeCloseTo(decision.lead, 3);
  expect(Math.abs(decision.residual)).toBeLessThan(0.03 * Math.abs(decision.lead - decision.emptyLead));
  decision.pushes.forEach((push, dot) => {
    if (look.picture[dot] === 0) expect(Math.abs(push)).toBe(0);
  });
  const third = [0, 1, 2].find((label) => label !== decision.chosen && label !== decision.rival) ?? 0;
  training.change({ look: { ...look, rival: third } });
  const other = (await training.snapshot()).decision;
  expect([other.chosen, other.rival]).toEqual([decision.chosen, third]);
  expect(other.lead).toBeGreaterThan(decision.lead);
});

test("a unit of the first layer answers to what it is shown to see as its filter says", async () => {
  const training = seeingJob.start({ ...options, look: { ...look, unit: { layer: 0, unit: 3 } } });
  await training.step(judgeEvery);
  const { exciting, filters, numbers } = await training.snapshot();
  const bias = numbers.find(({ name }) => name === "first.bias")?.values[3] ?? Number.NaN;
  const filter = filters.subarray(3 * filterSize ** 2, 4 * filterSize ** 2);
  expect(exciting.length).toBeGreaterThan(0);
  for (const { sight, activation } of exciting)
    expect(sight.reduce((sum, dot, index) => sum + dot * (filter[index] ?? 0), bias)).toBeCloseTo(activation, 4);
  const strengths = exciting.map(({ activation }) => activation);
  expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
});

test("maps are where the drawing is: moving it by two places moves them", async () => {
  const [first] = seeingLayers;
  const strokes = [
    [
      [0.4, 0.3],
      [0.55, 0.5],
    ],
  ] as const;
  const place = (shift: number) => ({ ...look, picture: paint([strokes[0].map(([x, y]) => [x + shift, y] as const)]) });
  const training = seeingJob.start({ ...options, look: place(0) });
  const here = (await training.snapshot()).maps[0];
  training.change({ look: place((2 * first.stride) / 28) });
  const there = (await training.snapshot()).maps[0];
  for (let cell = 0; cell < here.length; cell++) {
    const column = cell % first.places;
    // Away from the edges, where paper outside of the picture counts
    if (column > 1 && column < first.places - 4) expect(there[cell + 2]).toBeCloseTo(here[cell] ?? 0, 4);
  }
});
