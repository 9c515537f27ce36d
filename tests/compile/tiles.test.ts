/**
 * Products in tiles of bf16 (`compile/schedule/tiles.ts`), on machines without them too: the interpreter runs what is scheduled for a CPU with
 * tiles, and its C goes through the compiler. `tests/device/native/tiles.test.ts` runs it where there are tiles.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import type { Precision } from "../../src/compile/program.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { type Node, node, sourceNode } from "../../src/graph/node.ts";
import { conv2d, grad, Tensor } from "../../src/index.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { printPlan } from "../../src/kernel/print.ts";
import type { Target } from "../../src/kernel/target.ts";
import { visitStatements } from "../../src/kernel/traverse.ts";
import { verifyPlan } from "../../src/kernel/verify.ts";
import { flagsOf, targetOf } from "../../src/render/c/features.ts";
import { renderSource } from "../../src/render/c/renderSource.ts";
import { dtypes } from "../../src/shape/dtype.ts";
import { sizeOf } from "../../src/shape/shape.ts";
import "../../src/runtime/registry.node.ts";
import { runPlan } from "../conformance/launch.ts";
import { featuresFor, setsHere } from "../render/runInC.ts";
import { type Case, counted, productGraph } from "./productGraph.ts";

const interpreter = new InterpreterDevice();
const features = { ...featuresFor("avx512"), tiles: true };
const target = targetOf(features);

function tilesIn({ kernels }: Plan): number {
  let found = 0;
  for (const { body } of kernels)
    visitStatements(body, ({ kind }) => {
      if (kind === "multiply") found++;
    });
  return found;
}

function planOf(each: Case, precision: Precision, of = target) {
  const { sources, output } = productGraph(each);
  return {
    sources,
    output,
    plan: compileProgram({ sources, outputs: [output], replaces: [], precision }, of),
  };
}

/** Numbers that bf16 holds, and whose sums f32 holds: rounding changes nothing. */
function compare(each: Case): Plan {
  const { sources, output, plan } = planOf(each, "bf16");
  verifyPlan(plan);
  const externals = sources.map(({ type }, index) => counted(type.shape, index + 1, type.dtype));
  const result = new dtypes[each.dtype].array(sizeOf(output.type.shape));
  const plain = planOf(each, "f32", interpreter.target).plan;
  const found = runPlan(interpreter, plan, [...externals, result]).at(-1);
  expect(found).toEqual(runPlan(interpreter, plain, [...externals, result]).at(-1));
  return plan;
}

test.each([
  [[64, 33, 64], "plain"],
  [[17, 30, 272], "left turned"],
  [[33, 96, 47], "right turned"],
] as const)("a product of %j in tiles, %s, has the values of plain loops", (sizes, orientation) => {
  expect(tilesIn(compare({ batch: [], sizes, orientation, dtype: "f32" }))).toBe(1);
});

test("so has a batch of products", () => {
  expect(tilesIn(compare({ batch: [3], sizes: [32, 34, 50], orientation: "plain", dtype: "f32" }))).toBe(1);
});

/** A convolution and both its derivatives, for a derivative by its results that is given. */
function convolutionPrograms([pictures, channels, height, width, filters, kernel, padding]: readonly number[]) {
  const input = new Tensor(sourceNode({ shape: [pictures, channels, height, width].map(Number), dtype: "f32" }));
  const weight = new Tensor(sourceNode({ shape: [filters, channels, kernel, kernel].map(Number), dtype: "f32" }));
  const convolve = (x: Tensor, w: Tensor) => conv2d(x, w, { padding: padding ?? 0 });
  const result = convolve(input, weight);
  const back = new Tensor(sourceNode({ shape: result.shape, dtype: "f32" }));
  const byInput = grad((x: Tensor) => convolve(x, weight).multiply(back).sum())(input);
  const byKernel = grad((w: Tensor) => convolve(input, w).multiply(back).sum())(weight);
  const sources = [input, weight, back].map(({ node }) => node);
  return {
    sources,
    outputs: { results: result.add(1).node, "derivatives by the input": byInput.node, "by the kernel": byKernel.node },
  };
}

/** The interpreter takes seconds for the larger ones. */
const convolutions = [
  ["even kernels", [4, 32, 5, 8, 32, 2, 0]],
  ["a kernel of one place", [4, 32, 6, 6, 32, 1, 0]],
  ["lines in whole tiles", [4, 32, 2, 16, 32, 3, 1]],
  ["odd lines, odd channels", [4, 31, 3, 13, 26, 3, 1]],
] as const;

test.each(convolutions.slice(0, process.env["SMILODON_TESTS"] === "all" ? 4 : 2))(
  "convolutions in tiles, %s, have the values of plain loops",
  (_, shape) => {
    const { sources, outputs } = convolutionPrograms(shape);
    const found: string[] = [];
    for (const [name, output] of Object.entries(outputs)) {
      const program = { sources, outputs: [output], replaces: [] };
      const plan = compileProgram({ ...program, precision: "bf16" }, target);
      verifyPlan(plan);
      if (tilesIn(plan) > 0) found.push(name);
      const externals = [...sources, output].map(({ type }, index) => counted(type.shape, index));
      expect(runPlan(interpreter, plan, externals).at(-1)).toEqual(
        runPlan(interpreter, compileProgram(program, targetOf(featuresFor("avx512"))), externals).at(-1),
      );
    }
    expect(found).toEqual(Object.keys(outputs));
  },
);

/** The plan of an update of what is squared and added to `output`, after its values in place were compared with those of plain loops. */
function updated(sources: readonly Node[], output: Node, precision: Precision, of: Target): Plan {
  const before = sourceNode(output.type);
  const after = node("add", [node("multiply", [before, before], {}), output], {});
  const program = { sources: [...sources, before], outputs: [after], replaces: [[0, sources.length]] as const };
  const plan = compileProgram({ ...program, precision }, of);
  verifyPlan(plan);
  const externals = [...program.sources, after].map(({ type }, index) => counted(type.shape, index));
  // The new value lies where the old one did
  const inPlace = (each: Plan) => {
    const slots = each.slots.map((slot) =>
      slot.kind === "external" && slot.position > sources.length ? { ...slot, position: sources.length } : slot,
    );
    return runPlan(interpreter, { ...each, slots }, externals).at(sources.length);
  };
  expect(inPlace(plan)).toEqual(inPlace(compileProgram(program, interpreter.target)));
  return plan;
}

test("what an update overwrites is computed once: in tiles that divide it, or without", () => {
  const tiled = (sizes: Case["sizes"]) => {
    const { sources, output } = productGraph({ batch: [], sizes, orientation: "plain", dtype: "f32" });
    return tilesIn(updated(sources, output, "bf16", target));
  };
  expect(tiled([64, 64, 48])).toBe(1);
  expect(tiled([50, 64, 70])).toBe(0);
});

test.each([
  ["f32", 32, 2],
  ["f32", 20, 2],
  ["bf16", 32, 4],
  ["bf16", 20, 2],
] as const)("so is a kernel of a convolution, in %s, of %i filters", (precision, filters, kernels) => {
  const { sources, outputs } = convolutionPrograms([4, 24, 6, 9, filters, 2, 0]);
  const plan = updated(sources, outputs["by the kernel"], precision, target);
  expect(plan.kernels.length).toBe(kernels);
});

test("nothing is rounded unless it is asked for, nor where it gains nothing", () => {
  const asked = (sizes: Case["sizes"], precision: Precision, of = target) =>
    tilesIn(planOf({ batch: [], sizes, orientation: "plain", dtype: "f32" }, precision, of).plan);
  expect(asked([256, 256, 256], "bf16")).toBe(1);
  expect(asked([256, 256, 256], "f32")).toBe(0);
  expect(asked([256, 256, 256], "bf16", targetOf(featuresFor("avx512")))).toBe(0);
  for (const [m, k, n] of [
    [1, 4096, 4096],
    [15, 1024, 1024],
    [1024, 1024, 15],
    [32, 32, 32],
    [1024, 2, 1024],
  ] as const)
    expect(asked([m, k, n], "bf16")).toBe(0);
});

test("a product of tiles prints as what it is", () => {
  const { plan } = planOf({ batch: [], sizes: [64, 64, 64], orientation: "plain", dtype: "f32" }, "bf16");
  expect(printPlan(plan)).toMatch(/b0\[.* by .*\] = b1\[.* by .*\] \* b2\[.* by .*\] tiles 32 x 32 steps .* by .* by /);
});

test.skipIf(!setsHere().includes("avx2"))("its C is understood by the compiler (skipped without one for x86)", () => {
  const { plan } = planOf({ batch: [2], sizes: [64, 70, 48], orientation: "left turned", dtype: "f32" }, "bf16");
  const folder = mkdtempSync(join(tmpdir(), "smilodon-tiles-"));
  try {
    const { source } = renderSource(plan.kernels, features);
    expect(source).toMatch(/tiles_begin\(\);.*tile_product\("tdpbf16ps", 0, 4, 6\);.*tiles_end\(\);/s);
    writeFileSync(join(folder, "tiles.c"), source);
    const files = ["-c", join(folder, "tiles.c"), "-o", join(folder, "tiles.o")];
    execFileSync("cc", ["-O1", "-Wall", "-Werror", ...flagsOf(features), "-Wno-unused", ...files]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
