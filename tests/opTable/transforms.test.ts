/**
 * Every operation under `vmap` does what a loop does, and compiled what it does eagerly. Transforms know no devices:
 * one is enough.
 */
import { describe, expect, it } from "vitest";
import { compile, stack, type Tensor, vmap } from "../../src/index.ts";
import type { HostTensor } from "./host.ts";
import type { OpRow } from "./row.ts";
import { callSample, faultsOf, onDevice, readAll, sampledOf, toleranceOf, toTensor } from "./run.ts";
import { table } from "./table.ts";

const withInputs = table.filter(({ samples }) => samples.some(({ inputs }) => inputs.length > 0));

describe("on wasm", () => {
  it.each(withInputs)("$name under vmap is a loop", async (row) => {
    expect(await onDevice("wasm", () => vmapFaults(row))).toBe("");
  });

  it.each(withInputs)("$name compiled is $name eager", async (row) => {
    expect(await onDevice("wasm", () => compiledFaults(row))).toBe("");
  });
});

/** Three entries of a batch: the sample's values in different orders. */
function entriesOf(x: HostTensor): readonly HostTensor[] {
  const half = Math.floor(x.data.length / 2);
  return [x, { ...x, data: [...x.data].reverse() }, { ...x, data: [...x.data.slice(half), ...x.data.slice(0, half)] }];
}

async function vmapFaults(row: OpRow): Promise<string> {
  const cases = sampledOf(
    row,
    row.samples.filter(({ inputs }) => inputs.length > 0),
    3,
  ).flatMap((sample, index) => {
    const entries = sample.inputs.map((input) => entriesOf(input).map((entry) => toTensor(entry)));
    const looped = [0, 1, 2].map((entry) =>
      callSample(
        sample,
        entries.flatMap((list) => list[entry] ?? []),
      ),
    );
    // The batch first, and now and then last; the last of several inputs now and then not batched at all
    const axis = index % 3 === 2 ? -1 : 0;
    const shared = index % 4 === 3 && entries.length > 1 ? entries.length - 1 : undefined;
    const loopedShared =
      shared === undefined
        ? looped
        : [0, 1, 2].map((entry) =>
            callSample(
              sample,
              entries.flatMap((list, input) => list[input === shared ? 0 : entry] ?? []),
            ),
          );
    const inAxes = entries.map((_, input) => (input === shared ? null : axis));
    const batch = entries.map((list, input) => (input === shared ? (list[0] ?? stack(list)) : stack(list, axis)));
    const together = vmap((...given: Tensor[]) => [...callSample(sample, given)], { inAxes })(...batch);
    return together.map((actual, part) => ({
      label: sample.label,
      actual,
      expected: stack(loopedShared.flatMap((results) => results[part] ?? [])),
    }));
  });
  return compare(row, cases);
}

/** Samples of the row as one compiled function of all their inputs. */
async function compiledFaults(row: OpRow): Promise<string> {
  const samples = sampledOf(row, row.samples, 5);
  const inputs = samples.map((sample) => sample.inputs.map((input) => toTensor(input)));
  const all = (given: readonly (readonly Tensor[])[]) =>
    samples.flatMap((sample, index) => callSample(sample, given[index] ?? []));
  const compiled = compile(all)(inputs);
  const labels = samples.flatMap((sample, index) => callSample(sample, inputs[index] ?? []).map(() => sample.label));
  return compare(
    row,
    all(inputs).map((expected, index) => ({
      label: labels[index] ?? "",
      actual: compiled[index] ?? expected,
      expected,
    })),
  );
}

async function compare(
  row: OpRow,
  cases: readonly { readonly label: string; readonly actual: Tensor; readonly expected: Tensor }[],
): Promise<string> {
  const values = await readAll(cases.flatMap(({ actual, expected }) => [actual, expected]));
  return faultsOf(
    cases.map(({ label }, index) => {
      const expected = values[2 * index + 1] ?? { shape: [], dtype: "f32" as const, data: [NaN] };
      return { label, actual: values[2 * index], expected, tolerance: toleranceOf(row, expected) };
    }),
  );
}
