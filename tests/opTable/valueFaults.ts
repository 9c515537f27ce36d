/** Holds an operation against its reference. */
import type { OpRow } from "./row.ts";
import { callSample, expectedOf, faultsOf, layouts, readAll, toleranceOf, toTensor } from "./run.ts";

/** What is wrong with `samples` of a row on the current device: all are computed with one launch, and layouts take turns. */
export async function valueFaults(row: OpRow, samples = row.samples): Promise<string> {
  const cases = samples.flatMap((sample, index) => {
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
