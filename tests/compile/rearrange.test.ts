/** Rearrangements are views: they are computed where they are used, in one kernel and without scratch memory. */
import { describe, expect, it, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import * as S from "../../src/index.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { printPlan } from "../../src/kernel/print.ts";
import { verifyPlan } from "../../src/kernel/verify.ts";

const { target } = new WasmDevice();
const image = () => S.tensor(new Float32Array(2 * 8 * 12 * 12), { shape: [2, 8, 12, 12] });
const integers = (count: number) => S.tensor(Int32Array.from({ length: count }, (_, index) => index % 12));

function planOf(sources: readonly S.Tensor[], output: S.Tensor): Plan {
  const plan = compileProgram(
    { sources: sources.map(({ node }) => node), outputs: [output.node], replaces: [] },
    target,
  );
  verifyPlan(plan);
  return plan;
}

const views: Readonly<Record<string, (x: S.Tensor) => S.Tensor>> = {
  roll: (x) => S.roll(x, [3, 5], [2, 3]),
  tril: (x) => S.tril(x),
  pixelShuffle: (x) => S.pixelShuffle(x, 2),
  pixelUnshuffle: (x) => S.pixelUnshuffle(x, 2),
  depthToSpace: (x) => S.depthToSpace(x, 2),
  channelShuffle: (x) => S.channelShuffle(x, 4),
  diagonal: (x) => S.diagonal(x, { offset: 1 }),
  diagEmbed: (x) => S.diagEmbed(x),
  rot90: (x) => S.rot90(x),
  "pad by reflection": (x) => S.pad(x, [0, 0, 3, 3], { mode: "reflect" }),
  slidingWindows: (x) => S.slidingWindows(x, 3),
  unfold: (x) => S.unfold(x, [3, 3], { padding: 1 }),
};

describe("with a map before and after, is one kernel", () => {
  it.each(Object.entries(views))("%s", (_, view) => {
    const x = image();
    const plan = planOf([x], view(x.multiply(2)).add(1));
    expect([plan.commands.map(({ kind }) => kind), plan.arenaBytes]).toEqual([["kernel"], 0]);
  });
});

describe("derivatives", () => {
  it.each(["roll", "tril", "pixelShuffle", "diagonal", "pad by reflection"])("of %s are one kernel", (name) => {
    const x = image();
    const [slope] = S.gradientsOf((views[name] ?? S.tril)(x).square().sum(), [x]);
    expect(slope && planOf([x], slope).commands.length).toBe(1);
  });

  it("of patches are a sum along each dimension, without a scatter", () => {
    const x = image();
    const [slope] = S.gradientsOf(S.unfold(x, [3, 3]).square().sum(), [x]);
    const text = slope === undefined ? "" : printPlan(planOf([x], slope));
    expect(text.match(/kernel \w+ \(/g)).toEqual(["kernel sum (", "kernel sum ("]);
  });
});

test("windows are read as vectors, at addresses that are sums of loop positions", () => {
  const x = S.tensor(new Float32Array(800), { shape: [8, 100] });
  const [text] = printPlan(planOf([x], S.slidingWindows(x, 16))).split("memory:");
  expect(text).toMatch(/vector/);
  expect(text).not.toMatch(/select|min\(|max\(|%/);
});

describe("writes", () => {
  test("of each kind are one kernel, rows as vectors", () => {
    const [x, at, by] = [
      S.tensor(new Float32Array(320), { shape: [20, 16] }),
      integers(9),
      S.tensor(new Float32Array(144), { shape: [9, 16] }),
    ];
    for (const write of [S.scatterSet, S.scatterMultiply, S.scatterMax, S.scatterMin]) {
      const plan = planOf([x, at, by], write(x.multiply(2), at.add(1), by.exp()));
      expect([plan.commands.length, plan.arenaBytes]).toEqual([1, 0]);
      expect(printPlan(plan)).toMatch(/loop v\d+ = 0 \.\. s\d+\n(.*\n)*.*vector \d multiple \d/);
    }
  });

  test("of a parameter into itself keep its memory", async () => {
    const best = new S.Parameter(S.zeros([4]));
    const step = S.compile((places: S.Tensor, values: S.Tensor) =>
      best.assign(S.scatterMax(best.value, places, values)),
    );
    step(integers(3), S.tensor([5, -1, 2]));
    step(integers(3), S.tensor([4, 7, 9]));
    expect(step.traces[0]?.plan.commands.map(({ kind }) => kind)).toEqual(["kernel"]);
    expect(await best.value.toArray()).toEqual([5, 7, 9, 0]);
  });

  test("along several axes are one kernel, and one that gives the axes back", () => {
    const [x, at] = [S.tensor(new Float32Array(144), { shape: [12, 12] }), integers(30)];
    expect(planOf([x, at], S.scatterNd(x, S.stack([at, at], 1), 1)).commands.length).toBe(2);
    expect(planOf([x, at], S.gatherNd(x, S.stack([at, at], 1))).commands.length).toBe(1);
  });

  test("by segment are one kernel, whatever makes the numbers", () => {
    const [x, at] = [S.tensor(new Float32Array(144), { shape: [12, 12] }), integers(12)];
    expect(planOf([x, at], S.segmentSum(x.exp(), at.add(1), { numSegments: 5 })).commands.length).toBe(1);
  });
});
