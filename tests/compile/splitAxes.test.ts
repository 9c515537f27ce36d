/** Axes that are several in memory are counted through by several loops, and pieces side by side are written by a loop each. */
import { expect, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { compile, concat, grad, split, sum, type Tensor, tensor } from "../../src/index.ts";
import { printPlan } from "../../src/kernel/print.ts";
import { verifyPlan } from "../../src/kernel/verify.ts";
import { sizeOf } from "../../src/shape/shape.ts";

const { target } = new WasmDevice();

function counted(...shape: number[]): Tensor {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, index) => index),
    { shape },
  );
}

function printed(sources: readonly Tensor[], output: Tensor): string {
  const plan = compileProgram(
    { sources: sources.map(({ node }) => node), outputs: [output.node], replaces: [] },
    target,
  );
  verifyPlan(plan);
  return printPlan(plan);
}

/** [batch, heads, length, width] → [batch, length, heads · width] */
const joinHeads = (x: Tensor): Tensor => {
  const [batch = 0, heads = 0, length = 0, width = 0] = x.shape;
  return x.permuteDims([0, 2, 1, 3]).reshape([batch, length, heads * width]);
};

test.each([
  [3, 32],
  [5, 4],
  [2, 12],
])("%i heads of %i are put together without a division", (heads, width) => {
  const x = counted(2, heads, 7, width);
  expect(printed([x], joinHeads(x))).not.toMatch(/\/\/|%/);
});

test("every element is where it belongs, whatever the sizes", async () => {
  for (const heads of [1, 2, 3, 4, 8]) {
    for (const width of [1, 2, 3, 4, 5, 8, 12, 32]) {
      const length = 7;
      const x = counted(2, heads, length, width);
      const data = await compile((each: Tensor) => joinHeads(each).multiply(2))(x).data();
      const isRight = data.every((value, place) => {
        const [row, column] = [Math.floor(place / (heads * width)), place % (heads * width)];
        const [batch, position] = [Math.floor(row / length), row % length];
        const [head, feature] = [Math.floor(column / width), column % width];
        return value === 2 * (((batch * heads + head) * length + position) * width + feature);
      });
      expect({ heads, width, isRight }).toEqual({ heads, width, isRight: true });
    }
  }
});

test("axes cut twice have three loops", async () => {
  const x = counted(6, 4, 5, 8);
  const turned = (each: Tensor) => each.permuteDims([2, 0, 1, 3]).reshape([5, 192]).add(1);
  expect(printed([x], turned(x))).not.toMatch(/\/\/|%/);
  const data = await compile(turned)(x).data();
  const expected = Float32Array.from({ length: 960 }, (_, place) => {
    const [k, rest] = [Math.floor(place / 192), place % 192];
    const [i, j, l] = [Math.floor(rest / 32), Math.floor(rest / 8) % 4, rest % 8];
    return ((i * 4 + j) * 5 + k) * 8 + l + 1;
  });
  expect(data).toEqual(expected);
});

test("the gradient of heads that were cut apart is plain copies", async () => {
  const x = counted(3, 5, 48);
  const parts = (each: Tensor) =>
    split(each, 3, -1).map((part) => part.reshape([3, 5, 2, 8]).permuteDims([0, 2, 1, 3]));
  const factors = [0, 1, 2].map((piece) => counted(3, 2, 5, 8).add(1000 * piece));
  const loss = (each: Tensor): Tensor =>
    parts(each)
      .map((part, piece) => sum(part.multiply(factors[piece] ?? 0)))
      .reduce((all, each) => all.add(each));
  const gradient = compile(grad(loss));
  const data = await gradient(x).data();
  const isRight = data.every((value, place) => {
    const [row, column] = [Math.floor(place / 48), place % 48];
    const [batch, position] = [Math.floor(row / 5), row % 5];
    const [piece, head, feature] = [Math.floor(column / 16), Math.floor(column / 8) % 2, column % 8];
    return value === 1000 * piece + ((batch * 2 + head) * 5 + position) * 8 + feature;
  });
  expect(isRight).toBe(true);
  const plans = gradient.traces.map(({ plan }) => printPlan(plan));
  expect(plans.join("\n")).not.toMatch(/\/\/|%|select/);
});

test("what is put together row by row is written by a loop for each part, empty parts by none", async () => {
  const rows = [counted(9, 4, 2), counted(9, 0, 2), counted(9, 3, 2)];
  const joined = (a: Tensor, b: Tensor, c: Tensor) => concat([a.multiply(2), b, c.add(0.5)], 1);
  const [a, b, c] = rows;
  if (!a || !b || !c) throw new Error("There are three tensors.");
  expect(printed(rows, joined(a, b, c))).not.toContain("select");
  const data = await compile(joined)(a, b, c).data();
  const expected = Float32Array.from({ length: 126 }, (_, place) => {
    const [row, rest] = [Math.floor(place / 14), place % 14];
    return rest < 8 ? 2 * (row * 8 + rest) : row * 6 + rest - 8 + 0.5;
  });
  expect(data).toEqual(expected);
});

test("what is put together may take the place of what it was put together from", async () => {
  const rolled = (x: Tensor, fresh: Tensor) => concat([x.slice(null, [1, null]), fresh], 1);
  const step = compile((x: Tensor, fresh: Tensor) => {
    let state = x;
    for (let time = 0; time < 3; time++) state = rolled(state, fresh.add(time));
    return state;
  });
  const result = await step(counted(9, 4), counted(9, 1).multiply(100)).toArray();
  expect(result).toEqual(Array.from({ length: 9 }, (_, row) => [4 * row + 3, 100 * row, 100 * row + 1, 100 * row + 2]));
});
