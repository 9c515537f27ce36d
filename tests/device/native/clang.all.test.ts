/** Where clang is installed beside gcc, it compiles what gcc does, and products have the same bits. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { compileProgram } from "../../../src/compile/pipeline.ts";
import { findCompiler } from "../../../src/device/native/compiler.node.ts";
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import { sizeOf } from "../../../src/shape/shape.ts";
import { productGraph } from "../../compile/productGraph.ts";
import { runPlan } from "../../conformance/launch.ts";
import { hasNative, reason } from "./available.ts";

const clang = ["clang", ...[19, 18, 17, 16, 15, 14].map((version) => `clang-${version}`)].find((SMILODON_CC) => {
  try {
    return findCompiler({ ...process.env, SMILODON_CC }).path !== "";
  } catch {
    return false;
  }
});

const folder = mkdtempSync(join(tmpdir(), "smilodon-clang-"));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!hasNative || clang === undefined)(`clang does what gcc does ${reason}`, { timeout: 120_000 }, () => {
  const { sources, output } = productGraph({ batch: [], sizes: [61, 301, 133], orientation: "plain", dtype: "f32" });
  const inputs = sources.map(({ type }, index) =>
    Float32Array.from({ length: sizeOf(type.shape) }, (_, place) => Math.sin(place * 12.9898 + index)),
  );
  const results = ["gcc", clang ?? ""].map((name) => {
    vi.stubEnv("SMILODON_CC", name);
    const device = new NativeDevice({ cache: { folder: join(folder, name) }, threads: 1 });
    try {
      const plan = compileProgram({ sources, outputs: [output], replaces: [] }, device.target);
      return runPlan(device, plan, [...inputs, new Float32Array(sizeOf(output.type.shape))]).at(-1);
    } finally {
      device.dispose();
    }
  });
  expect(results[1]).toEqual(results[0]);
});
