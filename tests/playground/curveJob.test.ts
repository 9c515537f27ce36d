/** The trainings of the lesson "any function", in Node as in the page's worker. */
import { describe, expect, test } from "vitest";
import { presetCurve } from "../../src/studio/playground/training/curves.ts";
import { equalWidth } from "../../src/studio/playground/training/folds.ts";
import { type CurveOptions, curveJob } from "../../src/studio/playground/training/jobs/curve.ts";

const wave: CurveOptions = {
  target: { kind: "curve", curve: presetCurve("wave") },
  width: 12,
  depth: 2,
  nonlinearity: "tanh",
  learningRate: 0.01,
  seed: 3,
};

describe("learning a curve", () => {
  test("a small network comes near to a wave, the same to the last bit each time", async () => {
    const [first, second] = [curveJob.start(wave), curveJob.start(wave)];
    const losses: number[] = [];
    for (let round = 0; round < 5; round++) losses.push(await first.step(100));
    // In other portions
    for (let round = 0; round < 10; round++) {
      const loss = await second.step(50);
      if (round % 2 === 1) expect(loss).toBe(losses[(round - 1) / 2]);
    }
    const { largestError, typicalError, fit } = await first.snapshot();
    expect(largestError).toBeLessThan(0.1);
    expect(typicalError).toBeLessThan(0.03);
    expect([...(await second.snapshot()).fit]).toEqual([...fit]);
  });

  test("goes on with another curve when somebody draws one, and with another rate", async () => {
    const training = curveJob.start(wave);
    await training.step(300);
    const { typicalError } = await training.snapshot();
    training.change({ target: { kind: "curve", curve: presetCurve("hills") } });
    expect((await training.snapshot()).typicalError).toBeGreaterThan(5 * typicalError);
    training.change({ learningRate: 0 });
    const before = await training.snapshot();
    await training.step(3);
    expect([...(await training.snapshot()).fit]).toEqual([...before.fit]);
  });

  test("one wide layer learns the tent folded twice, and cannot learn it folded eight times, which depth has for nothing", async () => {
    const options = (folds: number): CurveOptions => ({
      target: { kind: "tent", folds },
      width: equalWidth(folds),
      depth: 1,
      nonlinearity: "relu",
      learningRate: 0.02,
      seed: 1,
    });
    const two = curveJob.start(options(2));
    await two.step(1500);
    expect((await two.snapshot()).largestError).toBeLessThan(0.1);
    const eight = curveJob.start(options(8));
    await eight.step(1500);
    const { largestError, folded } = await eight.snapshot();
    expect(largestError).toBeGreaterThanOrEqual(0.5);
    expect(folded?.largestError).toBeLessThanOrEqual(1e-6);
  });
});
