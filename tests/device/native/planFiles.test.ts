/** Plans that are kept: found again by what they compute, equal to what would be compiled, and never read where damaged. */
import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compileProgram } from "../../../src/compile/pipeline.ts";
import type { Program } from "../../../src/compile/program.ts";
import { CacheFolder } from "../../../src/device/native/cacheFolder.node.ts";
import { planFiles } from "../../../src/device/native/planFiles.node.ts";
import { inLayer, sourceNode } from "../../../src/graph/node.ts";
import { scan, Tensor } from "../../../src/index.ts";
import { structureOf } from "../../../src/kernel/structure.ts";
import { targetOf } from "../../../src/render/c/features.ts";
import { programText } from "../../../src/runtime/programText.ts";
import { featuresFor } from "../../render/runInC.ts";

const base = mkdtempSync(join(tmpdir(), "smilodon-plans-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A chain of products, each in memory of its own. */
function chain(size: number, count = 20): Program {
  const first = new Tensor(sourceNode({ shape: [size, size], dtype: "f32" }));
  let last = first;
  for (let index = 0; index < count; index++) last = last.matmul(first);
  return { sources: [first.node], outputs: [last.node], replaces: [] };
}

/** A loop whose body multiplies. */
function loop(factor: number): Program {
  const first = new Tensor(sourceNode({ shape: [3], dtype: "f32" }));
  const [last] = scan((state: Tensor) => [state.multiply(factor), state] as const, first, undefined, { length: 4 });
  return { sources: [first.node], outputs: [last.node], replaces: [] };
}

describe("the text of a program", () => {
  test("tells apart what is computed, of what, and where it goes", () => {
    const program = chain(4);
    const replacing: Program = { ...program, replaces: [[0, 0]] };
    const made = [program, replacing, chain(5), chain(4, 3), loop(2), loop(3)];
    expect(new Set(made.map(programText)).size).toBe(made.length);
    expect(programText(chain(4))).toBe(programText(program));
  });

  test("names lines and layers, which plans do as well", () => {
    const text = programText(chain(4));
    expect(text).toContain("planFiles.test.ts");
    expect(inLayer("encoder", () => programText(chain(4)))).toContain("encoder");
    expect(text).not.toContain("encoder");
    expect(inLayer("decoder", () => programText(loop(2)))).not.toBe(inLayer("encoder", () => programText(loop(2))));
  });
});

describe("plan files", () => {
  const [wide, narrow] = (["avx512", "avx2"] as const).map((isa) => targetOf(featuresFor(isa)));

  test("give the plan that was kept, to who asks for the same program on the same machine", () => {
    const cache = { folder: join(base, "kept") };
    if (wide === undefined || narrow === undefined) throw new Error("there are two targets");
    const store = () => planFiles(new CacheFolder(cache), wide);
    const [program, text] = [chain(4), programText(chain(4))];
    const plan = compileProgram(program, wide);
    expect(store()?.find(text)).toBeUndefined();
    store()?.keep(text, plan);
    const found = store()?.find(text);
    expect(found).toEqual(plan);
    // copies, of whose structure nothing is known yet
    expect(found?.kernels.map(structureOf)).toEqual(structuredClone(plan.kernels).map(structureOf));
    expect(store()?.find(programText(chain(5)))).toBeUndefined();
    expect(planFiles(new CacheFolder(cache), narrow)?.find(text)).toBeUndefined();
    for (const name of readdirSync(cache.folder))
      if (name.endsWith(".plan")) truncateSync(join(cache.folder, name), 100);
    expect(store()?.find(text)).toBeUndefined();
    expect(readdirSync(cache.folder).filter((name) => name.endsWith(".plan"))).toEqual([]);
  });

  test("do not keep what is compiled at once", () => {
    const cache = { folder: join(base, "small") };
    if (wide === undefined) throw new Error("there is a target");
    const store = planFiles(new CacheFolder(cache), wide);
    store?.keep(programText(chain(4, 2)), compileProgram(chain(4, 2), wide));
    expect(readdirSync(cache.folder)).toEqual([]);
  });
});
