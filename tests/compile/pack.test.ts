/**
 * Packed and tiled contractions: the launches they take, which operands are packed, and that every element is right
 * beside the interpreter, at odd sizes, transposed, in batches, with work before and after.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { compile, Parameter, type Tensor, tensor } from "../../src/index.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { type Dtype, dtypes } from "../../src/shape/dtype.ts";
import { sizeOf } from "../../src/shape/shape.ts";
import { runPlan } from "../conformance/launch.ts";
import { type Case, counted, type Orientation, productGraph } from "./productGraph.ts";

const wasm = new WasmDevice();
const interpreter = new InterpreterDevice();

function launchesOf(plan: Plan): string[] {
  return plan.commands.flatMap((command) => (command.kind === "kernel" ? [command.label] : []));
}

/** Runs a case on both devices; returns the launches on the fast one. */
function compare(each: Case): string[] {
  const { sources, output } = productGraph(each);
  const externals = [...sources.map(({ type }, index) => counted(type.shape, index + 1, type.dtype))];
  const result = new dtypes[each.dtype].array(sizeOf(output.type.shape));
  const program = { sources, outputs: [output], replaces: [] };
  const plan = compileProgram(program, wasm.target);
  const [fast, slow] = [
    runPlan(wasm, plan, [...externals, result]),
    runPlan(interpreter, compileProgram(program, interpreter.target), [...externals, result]),
  ];
  expect(fast.at(-1)).toEqual(slow.at(-1));
  return launchesOf(plan);
}

const product = "contract_reshape_broadcast_add";

test.each([
  ["both operands in place", [30, 20, 24], "plain", [product]],
  ["distant columns are packed", [20, 300, 256], "plain", ["pack", product]],
  ["columns side by side along the sum are packed", [20, 40, 24], "right turned", ["pack", product]],
  ["columns that two tiles share are not packed", [12, 300, 256], "plain", [product]],
  ["few columns are turned, so that lanes run along the sum", [20, 40, 3], "plain", ["pack", product]],
  ["few columns that run along the sum stay in place", [20, 40, 10], "right turned", [product]],
  ["near rows stay in place", [30, 40, 24], "left turned", [product]],
  ["distant rows are packed", [170, 400, 24], "left turned", ["pack", "pack", product]],
] as const)("%s", (_, sizes, orientation, expected) => {
  const launches = compare({ batch: [], sizes, orientation, dtype: "f32" });
  expect(launches.map((label) => label.split("_")[0])).toEqual(expected.map((label) => label.split("_")[0]));
});

test.each([
  [1, 301, 299, "f32"],
  [3, 260, 301, "f32"],
  [12, 300, 220, "f32"],
  [2, 301, 150, "f64"],
  [1, 5, 30001, "f32"],
] as const)("%i rows times a large matrix [%i, %i] of %s are one launch", (m, k, n, dtype) => {
  expect(compare({ batch: [], sizes: [m, k, n], orientation: "plain", dtype })).toHaveLength(1);
});

test("any size, batch and orientation has the values that the interpreter finds", () => {
  const size = fc.integer({ min: 1, max: 40 });
  const cases = fc.record({
    batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    sizes: fc.tuple(size, fc.integer({ min: 1, max: 70 }), size),
    orientation: fc.constantFrom<Orientation>("plain", "left turned", "right turned"),
    dtype: fc.constantFrom<Dtype>("f32", "f64", "i32"),
  });
  fc.assert(
    fc.property(cases, (each) => {
      compare(each);
    }),
    { numRuns: 60, seed: 2026 },
  );
});

test.each([
  [32, 16, 1],
  [25, 19, 1],
  [30, 20, 1],
])("parameters of [%i, %i] are updated in place, each element once", async (m, n, launches) => {
  const weight = new Parameter(tensor(counted([m, n], 1), { shape: [m, n] }));
  const step = compile((x: Tensor, y: Tensor) => {
    weight.assign(weight.value.multiply(2).subtract(x.matrixTranspose().matmul(y)));
  });
  const [x, y] = [counted([9, m], 2), counted([9, n], 3)];
  const expected = counted([m, n], 1);
  for (let time = 0; time < 2; time++) {
    step(tensor(x, { shape: [9, m] }), tensor(y, { shape: [9, n] }));
    expected.forEach((old, index) => {
      const [row, column] = [Math.floor(index / n), index % n];
      let sum = 0;
      for (let k = 0; k < 9; k++) sum += (x[k * m + row] ?? 0) * (y[k * n + column] ?? 0);
      expected[index] = 2 * old - sum;
    });
  }
  expect(await weight.value.data()).toEqual(expected);
  expect(step.traces[0]?.plan.commands.map((command) => command.kind)).toEqual(Array(launches).fill("kernel"));
});

test.each([
  [102, 24],
  [101, 21],
])("where much becomes of a product of [%i, %i], tasks walk along its rows", async (m, n) => {
  const step = compile((x: Tensor, y: Tensor, a: Tensor, b: Tensor, c: Tensor) => {
    const sum = x.matrixTranspose().matmul(y);
    const [first, second] = [a.multiply(2).add(sum), b.multiply(3).add(sum)];
    return [first, second, c.subtract(first).subtract(second)];
  });
  const shapes = [[9, m], [9, n], ...Array.from({ length: 3 }, () => [m, n])];
  const [x, y, a, b, c] = shapes.map((shape, index) => tensor(counted(shape, index + 1), { shape }));
  if (!x || !y || !a || !b || !c) throw new Error("There are five tensors.");
  const results = await Promise.all(step(x, y, a, b, c).map((result) => result.data()));
  const sum = await x.matrixTranspose().matmul(y).data();
  const [first, second, third] = await Promise.all([a, b, c].map((each) => each.data()));
  const expected = sum.map((value, index) => {
    const [one = 0, two = 0, three = 0] = [first, second, third].map((data) => Number(data?.[index]));
    expect([results[0]?.[index], results[1]?.[index]]).toEqual([2 * one + value, 3 * two + value]);
    return three - 2 * one - 3 * two - 2 * value;
  });
  expect(results[2]).toEqual(expected);
  const commands = step.traces[0]?.plan.commands.filter((command) => command.kind === "kernel") ?? [];
  expect(commands.map(({ sizes }) => sizes[0])).toEqual([17]);
});
