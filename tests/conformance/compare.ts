/** Compares what a device computed with what the interpreter says. */
import { expect } from "vitest";
import type { Device } from "../../src/device/device.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { printKernel } from "../../src/kernel/print.ts";
import { type Dtype, isHalf, type StoredData } from "../../src/shape/dtype.ts";
import { halfValue, type Scalar } from "../../src/shape/elements.ts";
import { launch, runPlan } from "./launch.ts";
import { Rehearsed } from "./rehearsal.ts";

const interpreter = new InterpreterDevice();

/** Fails where the device's buffers differ from the interpreter's by more than `ulps` units in the last place. */
export function expectSame(
  device: Device,
  kernel: Kernel,
  buffers: readonly StoredData[],
  sizes: readonly number[] = [],
  ulps = 0,
): void {
  if (device instanceof Rehearsed && !device.tries(kernel)) return;
  const expected = launch(interpreter, kernel, buffers, sizes);
  const numbers = (results: readonly StoredData[]) =>
    results.map((data, buffer) => comparable(kernel.buffers[buffer]?.dtype ?? "u8", data));
  compare(
    numbers(launch(device, kernel, buffers, sizes)),
    numbers(expected),
    ulps,
    () => `${printKernel(kernel)}\nsizes ${sizes.join(", ")}`,
  );
}

/** The same for a whole plan, run `times` times. */
export function expectSamePlan(device: Device, plan: Plan, externals: readonly StoredData[], times = 1): void {
  compare(runPlan(device, plan, externals, times), runPlan(interpreter, plan, externals, times), 0, () => "the plan");
}

/** Bits of 16-bit floats as numbers: NaN has many patterns. */
function comparable(dtype: Dtype, data: StoredData): StoredData {
  return isHalf(dtype) ? Float32Array.from([...data].map((bits) => halfValue(dtype, Number(bits)))) : data;
}

function compare(
  actual: readonly StoredData[],
  expected: readonly StoredData[],
  ulps: number,
  what: () => string,
): void {
  expected.forEach((data, buffer) => {
    const got = actual[buffer] ?? new Uint8Array(0);
    for (let position = 0; position < data.length; position++) {
      const [wanted = 0, found = 0] = [data[position], got[position]];
      if (Object.is(wanted, found) || isWithin(wanted, found, ulps, data)) continue;
      expect.fail(`${what()}\nb${buffer}[${position}] is ${found} and has to be ${wanted}`);
    }
  });
}

function isWithin(wanted: Scalar, found: Scalar, ulps: number, data: StoredData): boolean {
  if (ulps === 0 || typeof wanted === "bigint" || typeof found === "bigint" || !Number.isFinite(wanted)) return false;
  const epsilon = data instanceof Float32Array ? 2 ** -23 : data instanceof Float64Array ? 2 ** -52 : 0;
  return Math.abs(wanted - found) <= ulps * epsilon * Math.abs(wanted);
}
