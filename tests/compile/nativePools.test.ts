/** Pools whose lines are shorter than a vector, as the native device runs them: lanes gather, and the numbers are those of plain loops. */
import { expect, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { sourceNode } from "../../src/graph/node.ts";
import { maxPool, Tensor } from "../../src/index.ts";
import { visitStatements } from "../../src/kernel/traverse.ts";
import { targetOf } from "../../src/render/c/features.ts";
import { sizeOf } from "../../src/shape/shape.ts";
import { runPlan } from "../conformance/launch.ts";
import { featuresFor } from "../render/runInC.ts";

const interpreter = new InterpreterDevice();

test.each([
  [14, 14, 2],
  [31, 31, 2],
  [14, 13, 3],
])("lanes run over the windows of %i × %i by %i", (height, width, size) => {
  const input = sourceNode({ shape: [2, 3, height, width], dtype: "f32" });
  const output = maxPool(new Tensor(input), [size, size]).node;
  const program = { sources: [input], outputs: [output], replaces: [] };
  const given = Float32Array.from({ length: sizeOf(input.type.shape) }, (_, place) => ((place * 31) % 7) - 3);
  const externals = [given, new Float32Array(sizeOf(output.type.shape))];
  const plan = compileProgram(program, targetOf(featuresFor("avx512")));
  expect(runPlan(interpreter, plan, externals).at(-1)).toEqual(
    runPlan(interpreter, compileProgram(program, interpreter.target), externals).at(-1),
  );
  const lanes: number[] = [];
  for (const { body } of plan.kernels)
    visitStatements(body, (each) => each.kind === "loop" && each.mode === "vector" && lanes.push(each.lanes));
  expect(lanes).toEqual([16]);
});
