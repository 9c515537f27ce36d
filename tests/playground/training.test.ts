/** What the playground trains: the line against plain arithmetic, the network against itself, bit for bit. */
import { describe, expect, test } from "vitest";
import { type DenseOptions, denseJob } from "../../src/studio/playground/training/jobs/dense.ts";
import { type LineNumbers, lineJob } from "../../src/studio/playground/training/jobs/line.ts";
import {
  endsOf,
  inUnits,
  lineThrough,
  lossOf,
  mistakesOf,
  scalePoints,
  squaredLoss,
  valuesOf,
} from "../../src/studio/playground/training/lineMath.ts";
import { scalingOf } from "../../src/studio/playground/training/points.ts";
import { makeProblem } from "../../src/studio/playground/training/problems.ts";

const bones = makeProblem("bones", { seed: 7, count: 160, noise: 0 });
const scaling = scalingOf(bones.points);
const scaled = scalePoints(bones.points, scaling);

describe.each([false, true])("a line (through a sigmoid: %s)", (isThroughSigmoid) => {
  const start: LineNumbers = [0.3, 1, 0.4];
  const begin = () => lineJob.start({ points: bones.points, scaling, isThroughSigmoid, start, learningRate: 0.1 });

  test("shows the loss of plain arithmetic, and its gradient", async () => {
    const { numbers, gradient, loss } = await begin().snapshot();
    numbers.forEach((value, index) => expect(value).toBeCloseTo(start[index] ?? Number.NaN, 6));
    expect(loss).toBeCloseTo(lossOf(scaled, start, isThroughSigmoid), 5);
    const small = 1e-4;
    gradient.forEach((slope, index) => {
      const moved = (by: number): LineNumbers => [
        start[0] + (index === 0 ? by : 0),
        start[1] + (index === 1 ? by : 0),
        start[2] + (index === 2 ? by : 0),
      ];
      const [high, low] = [small, -small].map((by) => lossOf(scaled, moved(by), isThroughSigmoid));
      expect(slope).toBeCloseTo(((high ?? 0) - (low ?? 0)) / (2 * small), 3);
    });
  });

  test("goes down the gradient, from wherever a visitor puts it", async () => {
    const training = begin();
    const before = await training.snapshot();
    await training.step(1);
    const after = await training.snapshot();
    after.numbers.forEach((value, index) =>
      expect(value).toBeCloseTo((before.numbers[index] ?? 0) - 0.1 * (before.gradient[index] ?? 0), 5),
    );
    training.change({ numbers: [0, -1, 1.4], learningRate: 0.01 });
    const moved = await training.snapshot();
    expect(moved.loss).toBeCloseTo(lossOf(scaled, [0, -1, 1.4], isThroughSigmoid), 5);
    await training.step(300);
    expect((await training.snapshot()).loss).toBeLessThan(moved.loss);
  });
});

test("squared distances bring the line to few mistakes", async () => {
  const training = lineJob.start({
    points: bones.points,
    scaling,
    isThroughSigmoid: false,
    start: [0.3, 1, 0.4],
    learningRate: 0.1,
  });
  await training.step(300);
  const { numbers } = await training.snapshot();
  const mistakes = mistakesOf(scaled, numbers).reduce((sum, each) => sum + each, 0);
  expect(mistakes).toBeLessThan(25);
});

test("the loss as a polynomial is the loss", () => {
  const loss = squaredLoss(scaled);
  const somewhere: readonly LineNumbers[] = [
    [0, 0, 0],
    [0.3, 1, 0.4],
    [-2, -3.5, 4.1],
  ];
  for (const numbers of somewhere) expect(loss(numbers)).toBeCloseTo(lossOf(scaled, numbers, false), 9);
});

test("numbers for millimetres and grams give the same f", () => {
  const numbers: LineNumbers = [0.2, -1.1, 1.5];
  const [a1, a2, a3] = inUnits(numbers, scaling);
  const { x, y } = bones.points;
  valuesOf(scaled, numbers).forEach((f, row) => {
    expect(a1 + a2 * (x[row] ?? 0) + a3 * (y[row] ?? 0)).toBeCloseTo(f, 4);
  });
});

test("a line drawn through its own ends is the same line", () => {
  const numbers: LineNumbers = [0.2, -1.1, 1.5];
  const [from, to] = endsOf(numbers, 1.6) ?? [];
  if (from === undefined || to === undefined) throw new Error("The line has no ends.");
  lineThrough(from, to, numbers)?.forEach((value, index) => expect(value).toBeCloseTo(numbers[index] ?? Number.NaN, 9));
  expect(lineThrough(from, from, numbers)).toBeUndefined();
  expect(endsOf([1, 0, 0], 1.6)).toBeUndefined();
});

const rings = makeProblem("rings", { seed: 7, count: 200, noise: 0.1 });

function dense(changes: Partial<DenseOptions> = {}) {
  return denseJob.start({
    points: rings.points,
    scaling: scalingOf(rings.points),
    view: { left: -1.2, right: 1.2, bottom: -1.2, top: 1.2 },
    hidden: [8, 8],
    nonlinearity: "tanh",
    optimizer: "adam",
    learningRate: 0.01,
    penalty: { kind: "none", strength: 0 },
    batch: 128,
    seed: 3,
    ...changes,
  });
}

describe("a network", () => {
  test("learns the rings, and equal options give equal losses however it is watched", async () => {
    const [watched, alone] = [dense(), dense()];
    const losses: number[] = [];
    for (let step = 0; step < 40; step++) {
      losses.push(await watched.step(1));
      if (step % 7 === 0) await watched.snapshot();
    }
    expect(await alone.step(40)).toBe(losses.at(-1));
    const { training } = await watched.snapshot();
    expect(training).toEqual((await alone.snapshot()).training);
    await watched.step(400);
    expect((await watched.snapshot()).training.wrong).toBeLessThan(0.02);
  });

  test("shows updates that are what the optimizer made of the gradients", async () => {
    const training = dense({ optimizer: "sgd", learningRate: 0.5, hidden: [3], batch: 1000 });
    expect((await training.snapshot()).gradients).toBeUndefined();
    await training.step(5);
    const { gradients, updates, layers } = await training.snapshot();
    expect(layers.map(({ inputs, units }) => [inputs, units])).toEqual([
      [2, 3],
      [3, 1],
    ]);
    gradients?.forEach(({ weight, bias }, index) => {
      weight.forEach((slope, at) => expect(updates?.[index]?.weight[at]).toBeCloseTo(-0.5 * slope, 5));
      bias.forEach((slope, at) => expect(updates?.[index]?.bias[at]).toBeCloseTo(-0.5 * slope, 5));
    });
  });

  test("has a picture for each unit, and one for the answer that agrees with its mistakes", async () => {
    const training = dense({ hidden: [4, 2], nonlinearity: "relu" });
    await training.step(200);
    const { pictures, shade, training: score } = await training.snapshot();
    expect(pictures.map((layer) => layer.length)).toEqual([4, 2]);
    for (const picture of pictures.flat()) expect(picture.every((value) => value >= 0)).toBe(true);
    const size = Math.sqrt(shade.length);
    const { x, y, labels } = rings.points;
    const cell = (value: number): number => Math.floor(((value + 1.2) / 2.4) * size);
    const wrong = labels.reduce((sum, label, row) => {
      const p = shade[cell(y[row] ?? 0) * size + cell(x[row] ?? 0)] ?? 0.5;
      return sum + Number(p > 0.5 !== (label === 1));
    }, 0);
    expect(Math.abs(wrong / labels.length - score.wrong)).toBeLessThan(0.06);
  });

  test("without hidden layers is a line, which rings defeat; other settings change what it learns", async () => {
    const line = dense({ hidden: [] });
    await line.step(300);
    expect((await line.snapshot()).training.wrong).toBeGreaterThan(0.25);
    const [free, held] = [dense(), dense({ penalty: { kind: "square", strength: 0.1 } })];
    await Promise.all([free.step(200), held.step(200)]);
    const size = async (training: ReturnType<typeof dense>): Promise<number> =>
      (await training.snapshot()).layers.reduce(
        (sum, { weight }) => sum + weight.reduce((all, w) => all + w * w, 0),
        0,
      );
    expect(await size(held)).toBeLessThan((await size(free)) / 2);
  });

  test("says how it does on points that it never learns from", async () => {
    const test = makeProblem("rings", { seed: 8, count: 100, noise: 0.1 }).points;
    const training = dense({ test });
    await training.step(10);
    const { training: seen, test: unseen } = await training.snapshot();
    expect(unseen?.loss).toBeGreaterThan(0);
    expect(unseen?.loss).not.toBe(seen.loss);
  });
});
