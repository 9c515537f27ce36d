/** More data: what the lesson shows is there to be seen, and is the same each time. */
import { describe, expect, test } from "vitest";
import { type MoreDataOptions, moreDataJob, planeSide } from "../../src/studio/playground/training/jobs/moreData.ts";
import { makeProblem } from "../../src/studio/playground/training/problems.ts";
import {
  amounts,
  heldOutPoints,
  samplePoints,
  samplesOfOwn,
  sources,
} from "../../src/studio/playground/training/samples.ts";
import { at } from "../../src/support/invariant.ts";

const options: MoreDataOptions = { source: "moons", width: 16, learningRate: 0.01, seed: 1 };

describe("points", () => {
  test.each(sources)("%s: fewer are the first of more, and those held out are others", (source) => {
    const [few, many, heldOut] = [
      samplePoints(source, 20, 4),
      samplePoints(source, 200, 4),
      heldOutPoints(source, 20, 4),
    ];
    expect([...many.points.subarray(0, 40)]).toEqual([...few.points]);
    expect([...many.labels.subarray(0, 20)]).toEqual([...few.labels]);
    expect([...heldOut.points]).not.toEqual([...few.points]);
    expect(many.labels.reduce((sum, label) => sum + label, 0)).toBe(100);
  });
});

describe("a visitor's own points", () => {
  const problem = makeProblem("clouds", { seed: 2, count: 300, noise: 0.2 });

  test("are shuffled, scaled by what is learned from, and a third of them held out", async () => {
    const { learned, heldOut } = samplesOfOwn(problem.points, 1);
    expect(learned.map(({ labels }) => labels.length)).toEqual([20, 67, 200]);
    expect(heldOut.labels.length).toBe(100);
    const [few, , many] = learned;
    expect([...(many?.points.subarray(0, 40) ?? [])]).toEqual([...(few?.points ?? [])]);
    const across = (many?.points ?? new Float32Array()).filter((_, index) => index % 2 === 0);
    expect(across.reduce((sum, value) => sum + value, 0) / across.length).toBeCloseTo(0, 5);
    const training = moreDataJob.start({ ...options, own: problem.points });
    await training.step(120);
    const { learners } = await training.snapshot();
    expect(learners.map(({ amount }) => amount)).toEqual([20, 67, 200]);
    expect(at(learners, 2).heldOutAccuracy).toBeGreaterThan(0.9);
  });

  test("are refused where there are too few to hold any out", () => {
    const { points } = makeProblem("clouds", { seed: 2, count: 59, noise: 0 });
    expect(() => samplesOfOwn(points, 1)).toThrow(/at least 60 rows.*has 59/);
  });
});

describe("the same network with 20, 200 and 2,000 points", () => {
  test("learns 20 by heart and errs on others; with 2,000 it is as good on others as on its own", async () => {
    const training = moreDataJob.start(options);
    await training.step(1000);
    const { learners } = await training.snapshot();
    expect(learners.map(({ amount }) => amount)).toEqual([...amounts]);
    const [few, middle, many] = [at(learners, 0), at(learners, 1), at(learners, 2)];
    const gap = (learner: typeof few): number => at(learner.heldOutLosses, -1) - at(learner.trainLosses, -1);
    expect(few.trainAccuracy).toBe(1);
    expect(gap(few)).toBeGreaterThan(1);
    expect(gap(middle)).toBeGreaterThan(gap(many));
    expect(gap(many)).toBeLessThan(0.06);
    expect(many.heldOutAccuracy).toBeGreaterThan(few.heldOutAccuracy + 0.03);
    // The classical picture: held-out loss falls, then rises while the other goes on falling
    expect(at(few.heldOutLosses, -1)).toBeGreaterThan(Math.min(...few.heldOutLosses) + 0.5);
    expect(few.logOdds.length).toBe(planeSide ** 2);
    // Where there is nothing it is surer with few points than with many
    const surest = (learner: typeof few): number =>
      learner.logOdds.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(surest(few)).toBeGreaterThan(surest(many));
  });

  test("gives the same losses in other portions, and keeps a bounded record", async () => {
    const [first, second] = [moreDataJob.start(options), moreDataJob.start(options)];
    await first.step(60);
    for (let step = 0; step < 60; step++) await second.step(1);
    expect((await second.snapshot()).learners).toEqual((await first.snapshot()).learners);
    first.change({ learningRate: 0 });
    await first.step(1);
    const before = await first.snapshot();
    await first.step(2500);
    const after = await first.snapshot();
    expect(at(after.learners, 0).heldOutAccuracy).toBe(at(before.learners, 0).heldOutAccuracy);
    for (const { steps, trainLosses, heldOutLosses } of after.learners) {
      expect(steps.length).toBeLessThan(240);
      expect(trainLosses.length).toBe(steps.length);
      expect(heldOutLosses.length).toBe(steps.length);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
    }
  });
});
