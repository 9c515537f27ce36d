/** Tiles that were measured: bits do not depend on them, a device takes those that were kept, and nothing that is damaged. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { tune } from "../../../src/cli/commands/tune.ts";
import { compileProgram } from "../../../src/compile/pipeline.ts";
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import type { ProductTiles } from "../../../src/kernel/target.ts";
import { tuneProducts } from "../../../src/runtime/tuneProducts.node.ts";
import { runWords } from "../../cli/world.ts";
import { productGraph } from "../../compile/productGraph.ts";
import { runPlan } from "../../conformance/launch.ts";
import { hasNative, reason } from "./available.ts";

let folder = "";
let device: NativeDevice;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "smilodon-tiles-"));
  if (hasNative) device = new NativeDevice({ tiles: "usual", cache: { folder } });
});
afterAll(() => {
  if (hasNative) device.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const kept: ProductTiles = { rows: 5, vectors: 4, inner: 20_000, held: 500_000 };

/** Numbers whose sums are rounded: another order would give other bits. */
function uneven(elements: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: elements }, (_, index) => Math.sin(seed + index * 12.9898) * 43.7);
}

describe.skipIf(!hasNative)(`tiles ${reason}`, () => {
  test("of any size give products the same bits", () => {
    const [m, k, n] = [61, 301, 333];
    const { sources, output } = productGraph({ batch: [], sizes: [m, k, n], orientation: "plain", dtype: "f32" });
    const inputs = sources.map(({ type }, index) =>
      uneven(
        type.shape.reduce((a, b) => a * b, 1),
        index,
      ),
    );
    const candidates: (Partial<ProductTiles> | undefined)[] = [
      undefined,
      { rows: 13, vectors: 2 },
      { rows: 6, vectors: 4 },
      { rows: 3, vectors: 1, inner: 4096, held: 8192 },
      { rows: 5, vectors: 4, inner: 4096, held: 8192 },
    ];
    const kernels = new Set<string>();
    const results = candidates.map((products) => {
      const { products: _, ...plain } = device.target;
      const target = products === undefined ? plain : { ...plain, products };
      const plan = compileProgram({ sources, outputs: [output], replaces: [] }, target);
      kernels.add(JSON.stringify(plan.kernels.map(({ body }) => body)));
      return runPlan(device, plan, [...inputs, new Float32Array(m * n)]).at(-1);
    });
    if (device.target.vectorBytes > 0) expect(kernels.size).toBeGreaterThan(2);
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test("that were kept are taken by the next device, and by none that is to do as usual", () => {
    device.keepTiles(kept);
    using next = made();
    expect(next.device.target.products).toEqual(kept);
    expect(next.device.facts.join("\n")).toContain("5 × 4 vectors, as measured");
    expect(device.target.products).not.toEqual(kept);
    device.keepTiles(undefined);
    using last = made();
    expect(last.device.target.products).toEqual(device.target.products);
  });

  test("that are damaged, foreign or open to others are left alone, with one line that says so", () => {
    const says = vi.spyOn(process, "emitWarning").mockReturnValue();
    const path = device.keepTiles(kept);
    const damages: (() => void)[] = [
      () => writeFileSync(path, '{"rows": 6'),
      () => writeFileSync(path, "[]"),
      () => writeFileSync(path, JSON.stringify({ ...kept, rows: 0 })),
      () => writeFileSync(path, JSON.stringify({ ...kept, vectors: 3 })),
      () => writeFileSync(path, JSON.stringify({ ...kept, held: "many" })),
      () => chmodSync(path, 0o666),
    ];
    for (const [index, damage] of damages.entries()) {
      damage();
      using next = made();
      expect(next.device.target.products).toEqual(device.target.products);
      expect(says).toHaveBeenCalledTimes(index + 1);
      expect(String(says.mock.lastCall?.[0])).toMatch(/\.tiles .*: products are cut as usual\. smilodon tune writes/);
    }
    says.mockRestore();
  });

  test("are measured against each other", () => {
    const { shapes, chosen, usual, candidates } = tuneProducts(device, [[24, 16, 64]], 2);
    expect(shapes.map(({ shape }) => shape)).toEqual([[24, 16, 64]]);
    for (const times of shapes) {
      expect(times.best).toBeLessThanOrEqual(Math.min(times.usual, times.chosen));
      expect(times.usual).toBeGreaterThanOrEqual(0);
    }
    expect([chosen.rows, usual.rows].every((rows) => rows > 1)).toBe(true);
    expect(candidates).toBeGreaterThan(3);
  });

  test("are forgotten by the command", async () => {
    vi.stubEnv("SMILODON_CACHE", folder);
    using own = made(join(folder, "native"));
    own.device.keepTiles(kept);
    const files = () => readdirSync(join(folder, "native")).filter((name) => name.endsWith(".tiles"));
    expect(files()).toHaveLength(1);
    expect(await runWords(["tune", "--forget"], [tune])).toMatchObject({ code: 0, output: "" });
    expect(files()).toEqual([]);
    vi.unstubAllEnvs();
  });
});

/** A device as a program makes it where nothing is said about tiles. */
function made(where = folder): { readonly device: NativeDevice } & Disposable {
  vi.stubEnv("SMILODON_TILES", "");
  const next = new NativeDevice({ cache: { folder: where }, threads: 1 });
  return { device: next, [Symbol.dispose]: () => next.dispose() };
}
