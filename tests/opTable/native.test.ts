/**
 * The op table and the random graphs on the native device. Compiling is what takes time: kernels of all tests are noted first, and
 * compiled with a few calls. The gate takes the first sample of each row and few graphs; SMILODON_TESTS=all takes all.
 */
import { sample } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { NativeDevice } from "../../src/device/native/nativeDevice.node.ts";
import { registerDevice } from "../../src/index.ts";
import { at } from "../../src/support/invariant.ts";
import { Notes } from "../conformance/rehearsal.ts";
import { hasNative, reason } from "../device/native/available.ts";
import { descriptions, disagreement, evaluate } from "./agreeOnGraphs.ts";
import type { OpRow } from "./row.ts";
import { onDevice } from "./run.ts";
import { table } from "./table.ts";
import { valueFaults } from "./valueFaults.ts";

const isAll = process.env.SMILODON_TESTS === "all";
const graphs = (["mixed", "f32", "f64"] as const).flatMap((kind) =>
  sample(descriptions, { numRuns: isAll ? 200 : 4, seed: Number(process.env.SMILODON_SEED ?? 1) }).map(
    (description) => [kind, description] as const,
  ),
);

const samplesOf = ({ samples }: OpRow) => (isAll ? samples : samples.slice(0, 1));

describe.skipIf(!hasNative)(`on native ${reason}`, () => {
  beforeAll(async () => {
    const device = new NativeDevice();
    const notes = new Notes("native, rehearsed", device.target);
    registerDevice("native", () => device);
    registerDevice(notes.name, () => notes);
    await onDevice(notes.name, async () => {
      for (const row of table) await valueFaults(row, samplesOf(row));
    });
    for (const [kind, description] of graphs) await evaluate(notes.name, description, kind);
    device.compile([...notes.kernels.values()]);
  }, 1_800_000);

  it.each(table)("$name has the values of its reference", async (row) => {
    expect(await onDevice("native", () => valueFaults(row, samplesOf(row)))).toBe("");
  });

  it.each(graphs.map((_, index) => index))("random graph %i is the same as the interpreter has it", async (index) => {
    const [kind, description] = at(graphs, index);
    expect(await disagreement(description, kind, "native")).toBeUndefined();
  });
});
