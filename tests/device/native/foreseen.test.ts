/** Kernels that are begun while their plan is still being compiled: the same results, nothing left over, and no harm if that fails. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { compileProgram } from "../../../src/compile/pipeline.ts";
import type { Program } from "../../../src/compile/program.ts";
import { findCompiler } from "../../../src/device/native/compiler.node.ts";
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import { sourceNode } from "../../../src/graph/node.ts";
import { exp, relu, softmax, Tensor } from "../../../src/index.ts";
import { structureOf } from "../../../src/kernel/structure.ts";
import { dataOf, runPlan } from "../../conformance/launch.ts";
import { hasNative, reason } from "./available.ts";

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "smilodon-foreseen-"));
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Products whose sizes leave over different rows and columns, so that each is a kernel of its own. */
function products(): Program {
  const sizes = [[40, 64], [64, 48], [48, 35], [35, 20], [20, 9]] as const; // biome-ignore format: one line
  const sources = sizes.map((shape) => new Tensor(sourceNode({ shape, dtype: "f32" })));
  let last: Tensor = sources[0] ?? new Tensor(sourceNode({ shape: [], dtype: "f32" }));
  sources.slice(1).forEach((next, index) => {
    const product = last.matmul(next);
    last = index % 2 === 0 ? relu(product) : softmax(exp(product.multiply(0.1)), 1);
  });
  return { sources: sources.map(({ node }) => node), outputs: [last.node], replaces: [] };
}

/** What the products give on `device`, their kernels begun early or not. */
function resultOn(device: NativeDevice, isForeseen: boolean, meanwhile = () => {}) {
  const program = products();
  const plan = compileProgram(program, device.target, (kernel) => isForeseen && device.foresee(kernel));
  meanwhile();
  const externals = [...program.sources, ...program.outputs].map(({ type }) => {
    const count = type.shape.reduce((size, extent) => size * extent, 1);
    return dataOf(
      "f32",
      Array.from({ length: count }, (_, index) => Math.sin(index)),
    );
  });
  const results = runPlan(device, plan, externals);
  return { result: results.at(-1), kernels: new Set(plan.kernels.map(structureOf)).size };
}

const hasCores = availableParallelism() > 1;

describe.skipIf(!hasNative || !hasCores)(`kernels begun early ${hasCores ? reason : "(one core)"}`, () => {
  const temporary = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("tmp-"));

  test("give what others give, and leave nothing behind", { timeout: 120_000 }, () => {
    const folder = join(base, "early");
    const device = new NativeDevice({ threads: 1, cache: { folder } });
    let begun = 0;
    const early = resultOn(device, true, () => {
      begun = temporary(folder).filter((name) => name.endsWith(".c")).length;
    });
    expect(begun).toBeGreaterThan(0);
    expect(temporary(folder)).toEqual([]);
    expect(device.kernelsCompiled).toBe(early.kernels);
    const late = resultOn(new NativeDevice({ threads: 1 }), false);
    expect(early).toEqual(late);
    const again = new NativeDevice({ threads: 1, cache: { folder } });
    expect(resultOn(again, true)).toEqual(late);
    expect(again.kernelsCompiled).toBe(0);
  });

  test("are compiled again where that failed", { timeout: 120_000 }, () => {
    const [folder, failing, compiler] = ["failing", "fails-once", "compiler"].map((name) => join(base, name));
    if (folder === undefined || failing === undefined || compiler === undefined) throw new Error("three names");
    const real = findCompiler().path;
    writeFileSync(
      compiler,
      `#!/bin/sh\nif [ -e '${failing}' ]; then rm '${failing}'; exit 1; fi\nexec '${real}' "$@"\n`,
    );
    chmodSync(compiler, 0o700);
    vi.stubEnv("SMILODON_CC", compiler);
    const device = new NativeDevice({ threads: 1, cache: { folder } });
    writeFileSync(failing, "");
    const waitForFailure = () => {
      const clock = new Int32Array(new SharedArrayBuffer(4));
      for (let count = 0; existsSync(failing) && count < 3000; count++) Atomics.wait(clock, 0, 0, 10);
      expect(existsSync(failing)).toBe(false);
    };
    const outcome = resultOn(device, true, waitForFailure);
    expect(device.kernelsCompiled).toBe(outcome.kernels);
    expect(temporary(folder)).toEqual([]);
    expect(outcome.result?.every((value) => Number.isFinite(Number(value)))).toBe(true);
  });
});
