/** Random graphs of up to 40 primitives: wasm gives what the interpreter, which is the definition, gives. */
import { array, assert, asyncProperty, nat, tuple } from "fast-check";
import { it } from "vitest";
import { printGraph, Tensor } from "../../src/index.ts";
import { buildGraph, type Instruction } from "./randomGraphs.ts";
import { difference, onDevice, readAll } from "./run.ts";

const runs = process.env.SMILODON_TESTS === "all" ? 2000 : process.env.SMILODON_TESTS === "quick" ? 30 : 120;
const number = nat(1000);
const descriptions = array(tuple(number, number, number, number), { minLength: 1, maxLength: 40, size: "max" });

it("agree between devices", { timeout: 600_000 }, async () => {
  await assert(
    asyncProperty(descriptions, async (description: readonly Instruction[]) => {
      const [expected, actual] = [await evaluate("interpreter", description), await evaluate("wasm", description)];
      expected.forEach(({ value, error, text }, index) => {
        const fault = difference(actual[index]?.value ?? value, value, { absolute: error, relative: 0 });
        if (fault !== undefined) throw new Error(`${fault}\n${text}`);
      });
    }),
    { numRuns: runs, seed: Number(process.env.SMILODON_SEED ?? 1) },
  );
});

/** The last values of the graph and every seventh on the way, computed with one launch. */
async function evaluate(device: string, description: readonly Instruction[]) {
  return onDevice(device, async () => {
    const values = buildGraph(description);
    const read = values.filter((_, index) => index >= values.length - 4 || index % 7 === 6);
    const text = printGraph(read.map(({ node }) => node));
    const results = await readAll(read.map(({ node }) => new Tensor(node)));
    return results.map((value, index) => ({ value, error: 4 * (read[index]?.error ?? 0), text }));
  });
}
