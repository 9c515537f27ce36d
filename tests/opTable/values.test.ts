/** Every operation gives what its reference says, on every device, however its inputs lie in memory; wrong calls teach. */
import { describe, expect, it } from "vitest";
import type { OpRow } from "./row.ts";
import { callSample, devices, expectedOf, faultsOf, layouts, onDevice, readAll, toleranceOf, toTensor } from "./run.ts";
import { table } from "./table.ts";

describe.each(devices)("on %s", (device) => {
  it.each(table)("$name has the values of its reference", async (row) => {
    expect(await onDevice(device, () => valueFaults(row))).toBe("");
  });
});

describe("wrong calls", () => {
  it.each(table.filter(({ errors }) => errors.length > 0))("of $name say what to do", (row) => {
    for (const sample of row.errors) {
      expect(sample.call, `${row.name} of ${sample.label}`).toThrow(sample.message);
      expect(sample.call, `${row.name} of ${sample.label}`).toThrow(sample.error);
    }
  });
});

/** Computes all samples of a row with one launch; the layouts take turns. */
async function valueFaults(row: OpRow): Promise<string> {
  const cases = row.samples.flatMap((sample, index) => {
    const expected = expectedOf(sample);
    const layout = layouts[index % layouts.length] ?? "dense";
    const used = layout === "dense" ? (["dense"] as const) : (["dense", layout] as const);
    return used.flatMap((each) => {
      const results = callSample(
        sample,
        sample.inputs.map((input) => toTensor(input, each)),
      );
      return expected.map((value, part) => ({
        label: `${sample.label} (${each})`,
        result: results[part],
        expected: value,
        count: results.length,
      }));
    });
  });
  const actual = await readAll(cases.flatMap(({ result }) => result ?? []));
  return faultsOf(
    cases.map((each, index) => ({ ...each, actual: actual[index], tolerance: toleranceOf(row, each.expected) })),
  );
}
