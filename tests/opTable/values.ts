/** Every operation gives what its reference says on a device, however its inputs lie in memory. A test file a device: they run side by side. */
import { expect, it } from "vitest";
import { type devices, onDevice } from "./run.ts";
import { table } from "./table.ts";
import { valueFaults } from "./valueFaults.ts";

/** The tests of `device`. */
export function testValues(device: (typeof devices)[number]): void {
  it.each(table)("$name has the values of its reference", async (row) => {
    expect(await onDevice(device, () => valueFaults(row))).toBe("");
  });
}
