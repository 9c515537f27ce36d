/** Panels may be as wide as a tile is high, which need not be a power of two: lanes are. */
import { expect, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { node, sourceNode } from "../../src/graph/node.ts";
import { visitStatements } from "../../src/kernel/traverse.ts";
import { verifyPlan } from "../../src/kernel/verify.ts";

test.each([
  [8, 8],
  [12, 4],
  [14, 4],
] as const)("tiles of at most %i rows are packed in %i lanes", (rows, expected) => {
  const target = { ...new WasmDevice({ threads: 1 }).target, vectorBytes: 64, tile: { rows, vectors: 2 } };
  const left = sourceNode({ shape: [768, 384], dtype: "f32" });
  const right = sourceNode({ shape: [768, 500], dtype: "f32" });
  const product = node("contract", [left, right], {
    left: [2, 0],
    right: [2, 1],
    output: [0, 1],
    windows: [],
    accumulate: "f32",
    dtype: "f32",
  });
  const plan = compileProgram({ sources: [left, right], outputs: [product], replaces: [] }, target);
  verifyPlan(plan);
  const lanes = plan.kernels
    .filter(({ name }) => name === "pack")
    .flatMap(({ body }) => {
      const found: number[] = [];
      visitStatements(body, (each) => each.kind === "loop" && each.mode === "vector" && found.push(each.lanes));
      return found;
    });
  expect(lanes.filter((each) => each < 16)).toEqual([expected]);
});
