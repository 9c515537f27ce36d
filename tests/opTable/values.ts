/** Every operation gives what its reference says on a device, however its inputs lie in memory. A test file a device: they run side by side. */
import { expect, it } from "vitest";
import type { OpRow, Sample } from "./row.ts";
import { type devices, onDevice, sampled } from "./run.ts";
import { table } from "./table.ts";
import { valueFaults } from "./valueFaults.ts";

/** The tests of `device`. */
export function testValues(device: (typeof devices)[number]): void {
  it.each(table)("$name has the values of its reference", async (row) => {
    const samples = device === "interpreter" ? fewer(row) : row.samples;
    expect(await onDevice(device, () => valueFaults(row, samples))).toBe("");
  });
}

/** For the slow device: one sample of each dtype, and some of the others. */
function fewer({ samples }: OpRow): readonly Sample[] {
  const some = new Set(sampled(samples, 8));
  const dtypes = samples.map(({ inputs }) => inputs[0]?.dtype);
  return samples.filter((sample, index) => some.has(sample) || dtypes.indexOf(dtypes[index]) === index);
}
