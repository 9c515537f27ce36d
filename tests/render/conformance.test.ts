/** Kernels as C mean what the interpreter says: those of the conformance suite, for each instruction set that is here. */
import { describe, expect, test } from "vitest";
import type { Expression } from "../../src/kernel/expression.ts";
import { printKernel } from "../../src/kernel/print.ts";
import { transcendentalOps } from "../../src/kernel/scalarOps.ts";
import { structureOf } from "../../src/kernel/structure.ts";
import { type InstructionSet, targetOf } from "../../src/render/c/features.ts";
import { type Dtype, dtypes, isFloat } from "../../src/shape/dtype.ts";
import { readElement } from "../../src/shape/elements.ts";
import { fingerprint } from "../../src/support/fingerprint.ts";
import { deviceConformance } from "../conformance/deviceConformance.ts";
import { Draft } from "../conformance/draft.ts";
import { launch } from "../conformance/launch.ts";
import { samples } from "../conformance/samples.ts";
import { type RecordedLaunch, RecordingDevice } from "./recordingDevice.ts";
import { featuresFor, linksWith, runInC, setsHere } from "./runInC.ts";

/** One kernel of so many is compiled: all of them are run by the native device, on the widest instruction set that is here. */
const share = { quick: 150, gate: 60, all: 4 }[process.env.SMILODON_TESTS ?? "gate"] ?? 60;
const sets = setsHere();
const device = new RecordingDevice(
  targetOf(featuresFor("avx512")),
  (kernel) =>
    always.includes(kernel.name) || Number.parseInt(fingerprint(structureOf(kernel)).slice(0, 6), 16) % share === 0,
);
const [shared, turned] = ["divided by one number", "rows become columns"];
const always = [shared, turned];
deviceConformance(() => device, { mayContract: true });

test("rows are divided by one number each", () => {
  for (const lanes of [4, 16, 32]) {
    const d = new Draft();
    const [input, divisors, output] = [d.buffer("f32", "read"), d.buffer("f32", "read"), d.buffer("f32", "write")];
    const [rows, columns] = [d.size(), d.size()];
    const kernel = d.kernel(shared, [
      d.loop(rows, (row) => {
        const [declare, divisor] = d.let(d.load(divisors, row));
        const at = (column: Expression) => d.i("add", d.i("multiply", row, columns), column);
        const store = (column: Expression) =>
          d.store(output, at(column), d.e.apply("divide", d.load(input, at(column)), divisor));
        return [declare, d.loop(columns, (column) => [store(column)], { lanes })];
      }),
    ]);
    const ordinary = Float32Array.from({ length: 600 }, (_, i) => (i % 7) * Math.sin(i) * 10 ** ((i % 30) - 15));
    const edges = Float32Array.from(samples("f32", 600, 3), Number);
    for (const divided of [ordinary, edges])
      for (const by of [ordinary.slice(100), edges])
        launch(device, kernel, [divided, by, new Float32Array(600)], [12, 50]);
  }
});

test("rows become columns, a vector of them at a time", () => {
  for (const lanes of [16, 32]) {
    const d = new Draft();
    const [input, output] = [d.buffer("f32", "read"), d.buffer("f32", "write")];
    const [apart, steps] = [d.size(), d.size()];
    const kernel = d.kernel(turned, [
      d.loop(
        d.e.index(40),
        (row) => [
          d.loop(steps, (step) => {
            const place = d.i("add", d.i("multiply", step, 40), row);
            return [d.store(output, place, d.load(input, d.i("add", d.i("multiply", row, apart), step)))];
          }),
        ],
        { lanes },
      ),
    ]);
    const rows = Float32Array.from({ length: 2000 }, (_, i) => i);
    for (const length of [1, 16, 37]) launch(device, kernel, [rows, new Float32Array(40 * length)], [50, length]);
  }
});

describe.skipIf(sets.length === 0)("kernels as C", () => {
  for (const isa of sets)
    test(`agree with the interpreter on ${isa}`, { timeout: 600_000 }, () => expectResults(device.launches, isa));

  test("stay within their memory and within what C defines", { timeout: 600_000 }, (context) => {
    const flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    if (!linksWith(flags)) return context.skip("the compiler has no sanitizers");
    const isAll = process.env.SMILODON_TESTS === "all";
    const every = Math.ceil(device.launches.length / (isAll ? 4000 : 80));
    for (const isa of isAll ? sets : sets.slice(0, 1))
      expectResults(
        device.launches.filter((_, position) => position % every === 0),
        isa,
        flags,
      );
  });
});

function expectResults(launches: readonly RecordedLaunch[], isa: InstructionSet, flags: readonly string[] = []): void {
  const results = runInC(launches, featuresFor(isa), { flags });
  const messages = launches.flatMap((launch, position) => differenceOf(launch, results[position] ?? []) ?? []);
  if (messages.length > 0)
    expect.fail(`${messages.length} of ${launches.length} launches differ\n${messages.slice(0, 5).join("\n")}`);
}

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
