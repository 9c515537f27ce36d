/** Rows of what runs along an axis of a matrix of a million elements: sums, running sums, softmax, layer normalization. */
import type { Operation } from "../harness/library.ts";
import { compared, type Measurement } from "./measurement.ts";
import { checkedCase, noise } from "./problems.ts";

const [rows, columns] = [1000, 1000];

/** `reference` is given one row (or column) and, for some, weights; it returns what becomes of it. */
function row(
  id: string,
  operation: Operation,
  reference: (line: Float64Array, weights: readonly Float32Array[]) => ArrayLike<number>,
  { axis = 1, weightCount = 0 } = {},
): Measurement {
  const make = () => {
    const x = noise(4, [rows, columns], 2);
    const weights = Array.from({ length: weightCount }, (_, index) => noise(5 + index, [columns]));
    const [lines, length] = axis === 1 ? [rows, columns] : [columns, rows];
    const [lineStep, step] = axis === 1 ? [columns, 1] : [1, columns];
    const expected = Array.from({ length: lines }, (_, line) =>
      reference(
        Float64Array.from({ length }, (_, index) => x.data[line * lineStep + index * step] ?? 0),
        weights.map(({ data }) => data),
      ),
    );
    const width = expected[0]?.length ?? 0;
    const size = lines * width;
    return checkedCase(operation, [x, ...weights], {
      size,
      places: Array.from({ length: size }, (_, place) => place),
      expected: (place) => expected[Math.floor(place / width)]?.[place % width] ?? Number.NaN,
      tolerance: { absolute: id.includes("sum") ? 1e-3 : 1e-5, relative: 1e-4 },
    });
  };
  return compared({ id, bar: 2.0, unit: `ms (${rows}×${columns})`, make });
}

const sum = (line: ArrayLike<number>): number => Array.from(line).reduce((a, b) => a + b, 0);

/** All of the family. */
export const reductionRows: readonly Measurement[] = [
  row("softmax", "softmax", (line) => {
    const powers = line.map(Math.exp);
    const total = sum(powers);
    return powers.map((power) => power / total);
  }),
  row(
    "layernorm",
    "layerNorm",
    (line, [weight, bias]) => {
      const mean = sum(line) / line.length;
      const scale = 1 / Math.sqrt(sum(line.map((x) => (x - mean) ** 2)) / line.length + 1e-5);
      return line.map((x, index) => (x - mean) * scale * (weight?.[index] ?? 0) + (bias?.[index] ?? 0));
    },
    { weightCount: 2 },
  ),
  row("sum-rows", "sumRows", (line) => [sum(line)]),
  row("cumsum", "cumulativeSum", (line) => {
    let total = 0;
    return line.map((value) => (total += value));
  }),
  row("sum-columns", "sumColumns", (line) => [sum(line)], { axis: 0 }),
];
