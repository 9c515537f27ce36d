/** Kernels as C mean what the interpreter says: those of the conformance suite, for each instruction set that is here. */
import { describe, expect, test } from "vitest";
import { printKernel } from "../../src/kernel/print.ts";
import { transcendentalOps } from "../../src/kernel/scalarOps.ts";
import { structureOf } from "../../src/kernel/structure.ts";
import { flagsOf, targetOf } from "../../src/render/c/features.ts";
import { type Dtype, dtypes, isFloat } from "../../src/shape/dtype.ts";
import { readElement } from "../../src/shape/elements.ts";
import { fingerprint } from "../../src/support/fingerprint.ts";
import { deviceConformance } from "../conformance/deviceConformance.ts";
import { type RecordedLaunch, RecordingDevice } from "./recordingDevice.ts";
import { featuresFor, runInC, setsHere } from "./runInC.ts";

const share = process.env.SMILODON_TESTS === "all" ? 1 : Number(process.env.D1_SHARE ?? 8);
const sets = setsHere();
const device = new RecordingDevice(
  targetOf(featuresFor("avx512")),
  (kernel) => Number.parseInt(fingerprint(structureOf(kernel)).slice(0, 6), 16) % share === 0,
);
deviceConformance(() => device, { mayContract: true });

describe.skipIf(sets.length === 0)("kernels as C", () => {
  for (const isa of sets) {
    test(`agree with the interpreter on ${isa}`, { timeout: 600_000 }, () => {
      const results = runInC(device.launches, featuresFor(isa));
      let failures = 0;
      const messages: string[] = [];
      device.launches.forEach((launch, position) => {
        const message = differenceOf(launch, results[position] ?? []);
        if (message === undefined) return;
        failures++;
        if (messages.length < 5) messages.push(message);
      });
      if (failures > 0) expect.fail(`${failures} of ${device.launches.length} launches differ\n${messages.join("\n")}`);
      expect(flagsOf(featuresFor(isa))).not.toContain("-ffast-math");
    });
  }
});

function differenceOf({ kernel, results, sizes }: RecordedLaunch, found: readonly Uint8Array[]): string | undefined {
  for (const [buffer, bytes] of results.entries()) {
    const dtype = kernel.buffers[buffer]?.dtype ?? "u8";
    const [wanted, got] = [elementsOf(dtype, bytes), elementsOf(dtype, found[buffer] ?? new Uint8Array(0))];
    const at = wanted.findIndex((value, position) => !isSame(dtype, kernel.name, value, got[position]));
    if (at >= 0)
      return `${printKernel(kernel)}\nsizes ${sizes.join()}\nb${buffer}[${at}] is ${got[at]} and has to be ${wanted[at]}`;
  }
  return undefined;
}

function elementsOf(dtype: Dtype, bytes: Uint8Array) {
  const { stored, bytes: size } = dtypes[dtype];
  const elements = new stored(bytes.slice().buffer, 0, bytes.byteLength / size);
  return Array.from({ length: elements.length }, (_, position) => readElement(dtype, elements, position));
}

/** Libraries of functions differ in the last places. */
function isSame(dtype: Dtype, name: string, wanted: unknown, found: unknown): boolean {
  if (Object.is(wanted, found)) return true;
  if (!isFloat(dtype) || typeof wanted !== "number" || typeof found !== "number") return false;
  const isFunction = [...transcendentalOps].some((op) => op === name);
  if (!isFunction || !Number.isFinite(wanted)) return false;
  return Math.abs(wanted - found) <= 2 ** (dtype === "f32" ? -23 : -50) * Math.abs(wanted);
}
