/** The native device: processes that share a folder, what is missing or broken, threads, memory, and the device that `auto` takes. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCompiler } from "../../../src/device/native/compiler.node.ts";
import { findCpu } from "../../../src/device/native/cpuFeatures.node.ts";
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import { DeviceError } from "../../../src/support/errors.ts";
import { Draft } from "../../conformance/draft.ts";
import { dataOf, launch } from "../../conformance/launch.ts";
import { hasNative, reason } from "./available.ts";

const script = fileURLToPath(new URL("process.ts", import.meta.url));
let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "smilodon-native-"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Outcome {
  readonly device: string;
  readonly losses: readonly number[];
  readonly compiled: number;
}

/** Runs the program of `process.ts`; rejects with what it complains about. */
function train(environment: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, SMILODON_DEVICE: "auto", ...environment },
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) child[name].on("data", (chunk) => (said[name] += String(chunk)));
    child.on("close", (code, signal) => {
      if (code === 0 && said.stderr === "") resolve(JSON.parse(said.stdout));
      else reject(new Error(`ended with ${signal ?? code}: ${said.stderr}`));
    });
  });
}

describe.skipIf(!hasNative)(`processes ${reason}`, () => {
  test("share one cold folder at the same time, and find everything in it later", { timeout: 120_000 }, async () => {
    const SMILODON_CACHE = join(base, "shared");
    const outcomes = await Promise.all([1, 2].map(() => train({ SMILODON_CACHE })));
    const later = await train({ SMILODON_CACHE, SMILODON_THREADS: "1" });
    for (const outcome of outcomes) expect(outcome).toMatchObject({ device: "native", losses: later.losses });
    expect(later).toMatchObject({ device: "native", compiled: 0 });
    expect(readdirSync(join(SMILODON_CACHE, "native")).filter((name) => name.startsWith("tmp-"))).toEqual([]);
    const wasm = await train({ SMILODON_DEVICE: "wasm" });
    expect(wasm.device).toBe("wasm");
    wasm.losses.forEach((loss, step) => expect(loss).toBeCloseTo(later.losses[step] ?? Number.NaN, 5));
  });

  test("compile again what is damaged", { timeout: 120_000 }, async () => {
    const SMILODON_CACHE = join(base, "damaged");
    const before = await train({ SMILODON_CACHE });
    const folder = join(SMILODON_CACHE, "native");
    const files = readdirSync(folder).filter((name) => name !== "index");
    files.forEach((name, index) => {
      if (index % 2 === 0) truncateSync(join(folder, name), 1000);
      else writeFileSync(join(folder, name), "not code");
    });
    expect(await train({ SMILODON_CACHE })).toEqual(before);
    expect(await train({ SMILODON_CACHE })).toEqual({ ...before, compiled: 0 });
  });

  test("without a compiler run on wasm, and say why where native was asked for", { timeout: 60_000 }, async () => {
    const [SMILODON_CACHE, SMILODON_CC] = [join(base, "none"), join(base, "no compiler")];
    expect(await train({ SMILODON_CACHE, SMILODON_CC })).toMatchObject({ device: "wasm" });
    const asked = train({ SMILODON_CACHE, SMILODON_CC, SMILODON_DEVICE: "native" });
    await expect(asked).rejects.toThrow(/SMILODON_CC names ".*no compiler", and there is no such program/);
    const broken = train({ SMILODON_CACHE, SMILODON_CC: "/bin/false", SMILODON_DEVICE: "native" });
    await expect(broken).rejects.toThrow(/made no library of the kernels/);
  });
});

describe("what is missing", () => {
  test("is said with the way to get it", () => {
    expect(() => findCompiler({ PATH: base })).toThrow(
      /needs a C compiler, and gcc, clang and cc are not there.*apt install gcc/,
    );
    expect(() => findCompiler({ PATH: base })).toThrow(DeviceError);
    expect(() => findCpu("sse")).toThrow(/runs no instructions "sse"/);
    expect(findCpu("scalar").features).toMatchObject({ isa: "scalar", fma: false, bf16: false, vnni: false });
  });
});

describe.skipIf(!hasNative)(`the device ${reason}`, () => {
  const grain = { share: 1, piece: 1, wake: 1 };

  test("has the same bits at any number of threads, and takes back and gives memory", () => {
    const d = new Draft();
    const [from, to, size] = [d.buffer("f32", "read"), d.buffer("f32", "write"), d.size()];
    const kernel = d.kernel("thirds", [
      d.loop(
        size,
        (i) => {
          const sum = d.carry(d.e.literal("f32", 0));
          const add = sum.accumulate("add", d.e.apply("divide", d.load(from, i), d.e.literal("f32", 3)));
          return [sum.declare, d.loop(d.e.index(100), () => [add]), d.store(to, i, sum.value)];
        },
        { mode: "parallel" },
      ),
    ]);
    const values = dataOf(
      "f32",
      Array.from({ length: 1000 }, (_, i) => Math.sin(i)),
    );
    const results = [1, 2, 3].map((threads) => {
      const device = new NativeDevice({ threads, grain });
      const result = launch(device, kernel, [values, new Float32Array(1000)], [1000]);
      expect(device.bytesInUse).toBe(0);
      device.dispose();
      return result;
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test("says what it cannot give", () => {
    const device = new NativeDevice({ threads: 1 });
    expect(device.threads).toBe(1);
    expect(() => {
      device.threads = 2;
    }).toThrow("This device can use 1 to 1 threads, not 2");
    expect(() => new NativeDevice({ threads: 0.5 })).toThrow("0.5 is no number of threads");
    expect(() => device.allocate(1e15)).toThrow(
      /out of memory: 1,000,000,000,000,000 bytes were asked for with 0 bytes in use/,
    );
    const buffer = device.allocate(8);
    expect(() => device.write(buffer, new Uint8Array(9))).toThrow("9 bytes do not fit a buffer of 8");
    expect(() => new NativeDevice({ threads: 1 }).readSync(buffer)).toThrow("belongs to another device");
    expect(device.facts.join()).toMatch(/for (avx512|avx2|neon|scalar)/);
  });
});
