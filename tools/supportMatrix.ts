/**
 * Writes docs/support.md: which operation is tested on which device for which dtypes, and which derivatives it has.
 * `node tools/node.mjs tools/supportMatrix.ts` writes it: everything was computed and compared just now; a dtype that fails is left
 * out and named. `--check` only says whether the page names what the op table tests: tests/opTable/values.ts computes it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { allDtypes, type Dtype } from "../src/index.ts";
import type { OpRow } from "../tests/opTable/row.ts";
import {
  callSample,
  devices,
  expectedOf,
  faultsOf,
  onDevice,
  readAll,
  toleranceOf,
  toTensor,
} from "../tests/opTable/run.ts";
import { table } from "../tests/opTable/table.ts";

const page = new URL("../docs/support.md", import.meta.url);
const derivatives = { smooth: "all orders", once: "almost everywhere", none: "none" } as const;

const head = `# What is supported

One line an operation: derivatives (of any order, by reverse and forward mode; *almost everywhere*: corners and jumps have the
values that PyTorch gives them), and the dtypes of inputs that the op table tests on each device, values against an
independent reference. All operations work under \`vmap\`, \`compile\` and with zero-size tensors. Written by
\`tools/supportMatrix.ts\`; do not edit.

Not guaranteed: the order in which equal NaNs win a maximum; which of ±0 a maximum of both gives. Results of \`exp\`, \`log\` and
their kin are within 2 units in the last place in f32, sines and cosines of huge numbers too.
`;

/** The dtypes of inputs for which all samples of `row` are right on `device`: computed together, judged by dtype. */
async function supported(row: OpRow, device: string): Promise<readonly Dtype[]> {
  const cases = row.samples.flatMap((sample) => {
    const results = callSample(
      sample,
      sample.inputs.map((input) => toTensor(input)),
    );
    return expectedOf(sample).map((expected, part) => ({
      dtype: sample.inputs[0]?.dtype ?? expected.dtype,
      label: sample.label,
      expected,
      tolerance: toleranceOf(row, expected),
      result: results[part],
    }));
  });
  const actual = await readAll(cases.flatMap(({ result }) => result ?? []));
  const judged = cases.map((each, index) => ({ ...each, actual: actual[index] }));
  return allDtypes.filter((dtype) => {
    const own = judged.filter((each) => each.dtype === dtype);
    const faults = faultsOf(own);
    if (faults !== "") console.error(`${row.name} on ${device}: ${faults}`);
    return own.length > 0 && faults === "";
  });
}

/** The dtypes of inputs that `row` has samples of. */
function tested({ samples }: OpRow): readonly Dtype[] {
  const dtypes = samples.flatMap((sample) => sample.inputs[0]?.dtype ?? expectedOf(sample).map(({ dtype }) => dtype));
  return allDtypes.filter((dtype) => dtypes.includes(dtype));
}

const isCheck = process.argv.includes("--check");

async function line(row: OpRow): Promise<string> {
  const cells: string[] = [];
  for (const device of devices) {
    const dtypes = isCheck ? tested(row) : await onDevice(device, () => supported(row, device));
    cells.push(dtypes.join(" "));
  }
  return `| \`${row.name}\` | ${derivatives[row.derivative]} | ${cells.join(" | ")} |`;
}

const lines = [
  `| operation | derivatives | ${devices.join(" | ")} |`,
  `| --- | --- |${" --- |".repeat(devices.length)}`,
];
for (const row of [...table].sort((a, b) => a.name.localeCompare(b.name))) lines.push(await line(row));
const text = `${head}\n${lines.join("\n")}\n`;
if (isCheck) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/support.md is out of date: run node tools/node.mjs tools/supportMatrix.ts");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
  console.error(`docs/support.md: ${table.length} operations`);
}
