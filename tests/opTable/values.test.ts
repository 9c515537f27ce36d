/** Every operation gives what its reference says, on every device, however its inputs lie in memory; wrong calls teach. */
import { describe, expect, it } from "vitest";
import { devices, onDevice } from "./run.ts";
import { table } from "./table.ts";
import { valueFaults } from "./valueFaults.ts";

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
