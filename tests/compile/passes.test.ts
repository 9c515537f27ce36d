/** Every pass can be printed: what it made of a layer, in the order of the pipeline. */
import { expect, test } from "vitest";
import { listenToPasses, passes } from "../../src/compile/pipeline.ts";
import { printPass } from "../../src/compile/printPasses.ts";
import { tensor } from "../../src/index.ts";

test("the passes of y = relu(x·w + b), printed", async () => {
  const x = tensor(new Float32Array(21), { shape: [3, 7] });
  const w = tensor(new Float32Array(35), { shape: [7, 5] });
  const b = tensor(new Float32Array(5));
  const printed = new Map<string, string>();
  const before = listenToPasses((pass, compilation) => printed.set(pass, printPass(pass, compilation)));
  try {
    await x.matmul(w).add(b).relu().data();
  } finally {
    listenToPasses(before);
  }
  expect([...printed.keys()]).toEqual(passes.map(({ name }) => name));
  expect(printed.get("simplify")).toContain("contract");
  expect(printed.get("materialize")?.split("\n")).toHaveLength(2);
  expect(printed.get("lower")?.split("\n")).toHaveLength(2);
  expect(printed.get("fuse")?.split("\n")).toHaveLength(1);
  expect(printed.get("schedule")).toMatch(/^contract/);
  expect(printed.get("memory")).toMatch(/kernel contract[\s\S]*4 external, 0 bytes of scratch/);
});
