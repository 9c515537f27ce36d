/**
 * Products as they are scheduled for wider vectors: in blocks of long sums, along rows, in tiles of every instruction set. The
 * interpreter runs both schedules, so that nothing but the schedule can differ.
 */
import { expect, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { sourceNode } from "../../src/graph/node.ts";
import { conv2d, Tensor } from "../../src/index.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import type { Target } from "../../src/kernel/target.ts";
import { visitStatements } from "../../src/kernel/traverse.ts";
import { targetOf } from "../../src/render/c/features.ts";
import { dtypes } from "../../src/shape/dtype.ts";
import { sizeOf } from "../../src/shape/shape.ts";
import { runPlan } from "../conformance/launch.ts";
import { featuresFor } from "../render/runInC.ts";
import { type Case, counted, productGraph } from "./productGraph.ts";

const interpreter = new InterpreterDevice();

/** The plan of a product for `target`, after its results were compared with those of the plain loops. */
function compare(each: Case, target: Target): Plan {
  const { sources, output } = productGraph(each);
  const externals = sources.map(({ type }, index) => counted(type.shape, index + 1, type.dtype));
  const result = new dtypes[each.dtype].array(sizeOf(output.type.shape));
  const program = { sources, outputs: [output], replaces: [] };
  const plan = compileProgram(program, target);
  const found = runPlan(interpreter, plan, [...externals, result]).at(-1);
  expect(found).toEqual(
    runPlan(interpreter, compileProgram(program, interpreter.target), [...externals, result]).at(-1),
  );
  return plan;
}

/** How many accumulations of the last kernel stand in loops of their own: two where sums are cut into blocks. */
function sumsOf({ kernels }: Plan): number {
  let sums = 0;
  visitStatements(kernels.at(-1)?.body ?? [], (statement) => {
    if (statement.kind === "loop" && statement.body.some(({ kind }) => kind === "accumulate")) sums++;
  });
  return sums;
}

const small = { fast: 256, inner: 2048, near: 512, held: 1024 };

test("tiles of rows that are no whole vector are packed by one of which some lanes count", () => {
  const target = { ...targetOf(featuresFor("avx512")), caches: small };
  const plan = compare({ batch: [], sizes: [24, 30, 70], orientation: "left turned", dtype: "f32" }, target);
  const packed: unknown[] = [];
  for (const { name, body } of plan.kernels)
    visitStatements(name === "pack" ? body : [], (statement) => {
      if (statement.kind === "loop" && statement.mode === "vector") packed.push([statement.stop, statement.lanes]);
    });
  expect(packed).toContainEqual([expect.objectContaining({ kind: "literal", value: 12 }), 16]);
});

test.each([
  ["two blocks", [29, 24, 70], 2],
  ["many blocks", [33, 80, 70], 2],
  ["tiles of twelve rows", [24, 30, 70], 2],
  ["batches in blocks", [20, 30, 65], 2],
  ["a sum too short for blocks", [30, 9, 64], 1],
] as const)("%s have the values of plain loops", (name, sizes, sums) => {
  const target = { ...targetOf(featuresFor("avx512")), caches: small };
  const batch = name.startsWith("batches") ? [2] : [];
  for (const orientation of ["plain", "left turned", "right turned"] as const)
    for (const dtype of ["f32", "f64"] as const)
      expect(sumsOf(compare({ batch, sizes, orientation, dtype }, target))).toBe(sums);
});

test.each(["avx512", "avx2", "neon", "scalar"] as const)("tiles of %s have the values of plain loops", (isa) => {
  for (const sizes of [
    [33, 20, 40],
    [70, 5, 64],
    [7, 33, 31],
    [3, 100, 40],
    [20, 30, 5],
  ] as const)
    compare({ batch: [], sizes, orientation: "plain", dtype: "f32" }, targetOf(featuresFor(isa)));
});

test.each([
  ["runs of sixteen", 16, 8, [16]],
  ["runs of eight", 8, 16, [8]],
  ["vectors gathered across rows", 18, 10, [64]],
] as const)("windows are packed in %s", (_, width, height, lanes) => {
  const input = sourceNode({ shape: [2, 5, height + 2, width + 2], dtype: "f32" });
  const kernel = sourceNode({ shape: [40, 5, 3, 3], dtype: "f32" });
  const output = conv2d(new Tensor(input), new Tensor(kernel)).node;
  const program = { sources: [input, kernel], outputs: [output], replaces: [] };
  const externals = [input, kernel, output].map(({ type }, index) => counted(type.shape, index));
  const plan = compileProgram(program, targetOf(featuresFor("avx512")));
  expect(runPlan(interpreter, plan, externals).at(-1)).toEqual(
    runPlan(interpreter, compileProgram(program, interpreter.target), externals).at(-1),
  );
  const found = new Set<number>();
  for (const { name, body } of plan.kernels)
    if (name === "pack")
      visitStatements(body, (each) => each.kind === "loop" && each.lanes > 1 && found.add(each.lanes));
  expect([...found]).toEqual(lanes);
});

test.each([
  [9, "f32", 16],
  [10, "f32", 16],
  [15, "f32", 16],
  [5, "f64", 8],
] as const)("%i columns of %s are one vector that is not full, read where it lies", (columns, dtype, lanes) => {
  for (const rows of [14, 29]) {
    const each: Case = { batch: [], sizes: [rows, 70, columns], orientation: "plain", dtype };
    const { kernels } = compare(each, targetOf(featuresFor("avx512")));
    const found: number[] = [];
    visitStatements(kernels.at(-1)?.body ?? [], (statement) => {
      if (statement.kind === "loop" && statement.mode === "vector") found.push(statement.lanes);
    });
    expect([kernels.length, found]).toEqual([1, [lanes]]);
    for (const orientation of ["left turned", "right turned"] as const)
      compare({ ...each, orientation }, targetOf(featuresFor("avx512")));
  }
});
