/** The pace of trainings: slices, frames, speeds, and what is said when something goes wrong. */
import { expect, test } from "vitest";
import type { LineOptions, LineSnapshot } from "../../src/studio/playground/training/jobs/line.ts";
import { scalingOf } from "../../src/studio/playground/training/points.ts";
import { makeProblem } from "../../src/studio/playground/training/problems.ts";
import type { FromWorker } from "../../src/studio/playground/training/protocol.ts";
import { TrainingRunner } from "../../src/studio/playground/training/runner.ts";

const { points } = makeProblem("bones", { seed: 7, count: 40, noise: 0 });
const options: LineOptions = {
  points,
  scaling: scalingOf(points),
  isThroughSigmoid: false,
  start: [0.3, 1, 0.4],
  learningRate: 0.1,
};

/** A runner, what it has said, and a wait until it has said so much. */
function setUp() {
  const said: FromWorker[] = [];
  const runner = new TrainingRunner({
    post: (message) => said.push(message),
    yieldToMessages: () => new Promise((resolve) => setImmediate(resolve)),
    now: () => performance.now(),
    threads: () => 1,
  });
  const until = async (count: number): Promise<FromWorker> => {
    while (said.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    const last = said[count - 1];
    if (last === undefined) throw new Error("nothing was said");
    return last;
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 60));
  return { runner, said, until, settle };
}

test("shows itself once when it begins, and after every step that was asked for", async () => {
  const { runner, said, until, settle } = setUp();
  runner.receive({ kind: "start", run: 1, job: "line", options });
  expect(await until(1)).toMatchObject({ kind: "snapshot", run: 1, step: 0, loss: Number.NaN });
  runner.receive({ kind: "step", count: 3 });
  expect(await until(2)).toMatchObject({ kind: "snapshot", step: 3 });
  await settle();
  expect(said.length).toBe(2);
});

test("takes as many steps a frame as it is told, and shows one picture for each", async () => {
  const { runner, said, until, settle } = setUp();
  runner.receive({ kind: "start", run: 1, job: "line", options });
  await until(1);
  runner.receive({ kind: "play", speed: 20 });
  await settle();
  expect(said.length).toBe(1);
  for (let frame = 1; frame <= 3; frame++) {
    runner.receive({ kind: "frame" });
    expect(await until(1 + frame)).toMatchObject({ kind: "snapshot", step: 20 * frame });
  }
  runner.receive({ kind: "play", speed: 0.5 });
  runner.receive({ kind: "frame" });
  await settle();
  expect(said.length).toBe(4);
  runner.receive({ kind: "frame" });
  expect(await until(5)).toMatchObject({ step: 61 });
});

test("at full speed trains between frames, and stops when it is told to", async () => {
  const { runner, said, until, settle } = setUp();
  runner.receive({ kind: "start", run: 1, job: "line", options });
  await until(1);
  runner.receive({ kind: "play", speed: "fast" });
  await settle();
  expect(said.length).toBe(1);
  runner.receive({ kind: "frame" });
  const running = await until(2);
  expect(running.kind === "snapshot" && running.step).toBeGreaterThan(20);
  runner.receive({ kind: "pause" });
  await settle();
  const count = said.length;
  await settle();
  expect(said.length).toBe(count);
});

test("what changes on the way is shown, playing or not", async () => {
  const { runner, until } = setUp();
  runner.receive({ kind: "start", run: 1, job: "line", options });
  await until(1);
  runner.receive({ kind: "change", change: { numbers: [0, -1, 1] } });
  const changed = await until(2);
  expect(changed.kind === "snapshot" && (changed.snapshot as LineSnapshot).numbers).toEqual([0, -1, 1]);
});

test("a new start forgets the old one, and answers carry its number", async () => {
  const { runner, said, until, settle } = setUp();
  runner.receive({ kind: "start", run: 1, job: "line", options });
  runner.receive({ kind: "play", speed: "fast" });
  runner.receive({ kind: "frame" });
  await until(1);
  runner.receive({ kind: "start", run: 2, job: "line", options: { ...options, start: [0, 0, 1] } });
  await settle();
  const last = said.at(-1);
  expect(last).toMatchObject({ kind: "snapshot", run: 2, step: 0 });
  runner.receive({ kind: "stop" });
  runner.receive({ kind: "step", count: 1 });
  await settle();
  expect(said.at(-1)).toBe(last);
});

test("says where the loss stopped being a number, and begins again when it is told to", async () => {
  const { runner, said, until, settle } = setUp();
  runner.receive({ kind: "start", run: 1, job: "line", options: { ...options, learningRate: 1e12 } });
  await until(1);
  runner.receive({ kind: "play", speed: "fast" });
  expect(await until(2)).toMatchObject({ kind: "diverged", run: 1 });
  await settle();
  expect(said.length).toBe(2);
  runner.receive({ kind: "start", run: 2, job: "line", options });
  expect(await until(3)).toMatchObject({ kind: "snapshot", run: 2 });
});

test("says what failed, and begins again when it is told to", async () => {
  const { runner, until } = setUp();
  runner.receive({ kind: "start", run: 1, job: "line", options: { ...options, learningRate: -1 } });
  expect(await until(1)).toMatchObject({ kind: "failed", run: 1, message: expect.stringContaining("learningRate") });
  runner.receive({ kind: "start", run: 2, job: "line", options });
  expect(await until(2)).toMatchObject({ kind: "snapshot", run: 2 });
});

test("at full speed goes on for two seconds without a page that looks, and no longer", async () => {
  let time = 0;
  const runner = new TrainingRunner({
    post: () => undefined,
    yieldToMessages: () => new Promise((resolve) => setImmediate(resolve)),
    // Slower than any slice may be, so that a slice is one step
    now: () => (time += 8),
    threads: () => 1,
  });
  const rest = () => new Promise((resolve) => setTimeout(resolve, 200));
  runner.receive({ kind: "start", run: 1, job: "line", options });
  runner.receive({ kind: "play", speed: "fast" });
  let stopped = -1;
  while (stopped !== time) {
    stopped = time;
    await rest();
  }
  expect(time).toBeGreaterThan(1500);
  runner.receive({ kind: "frame" });
  await rest();
  expect(time).toBeGreaterThan(stopped);
  runner.receive({ kind: "stop" });
});
