/**
 * Rows of convolutions: forward beside the peers, and the rates of our own gradients over that of our own forward. A
 * gradient needs as many operations as the forward: 2 · outputs · channels in · kernel elements.
 */
import type { HostArray, Operation } from "../harness/library.ts";
import { type Case, compared, type Measurement, ownRate } from "./measurement.ts";
import { checkedCase, noise, places } from "./problems.ts";

interface Convolution {
  readonly batch: number;
  readonly channels: number;
  /** Height and width of the input. */
  readonly size: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: 1 | 2;
}

type Part = "output" | "input" | "kernel";

const conv28: Convolution = { batch: 8, channels: 16, size: 28, out: 32, kernel: 3, stride: 1 };
const conv32: Convolution = { batch: 16, channels: 64, size: 32, out: 64, kernel: 3, stride: 1 };
/** The second convolution of `train-cnn`, where it is large enough to be measured: 28×28 and 16 → 32 instead of 14×14 and 8 → 16. */
const strided: Convolution = { batch: 32, channels: 16, size: 28, out: 32, kernel: 5, stride: 2 };

/** What computes a part, with stride 1 and 2. */
const operations: Readonly<Record<Part, Readonly<Record<1 | 2, Operation>>>> = {
  output: { 1: "conv", 2: "stridedConv" },
  input: { 1: "convByInput", 2: "stridedConvByInput" },
  kernel: { 1: "convByKernel", 2: "stridedConvByKernel" },
};

/** The convolution, or its gradient by its input or its kernel, given the one by its output. */
function part(convolution: Convolution, wanted: Part): Case {
  const { batch, channels, size, out, kernel, stride } = convolution;
  const positions = Math.ceil(size / stride);
  const before = Math.floor(((positions - 1) * stride + kernel - size) / 2);
  const [x, weight, upstream] = [
    noise(20, [batch, channels, size, size]),
    noise(21, [out, channels, kernel, kernel], 1 / Math.sqrt(channels * kernel * kernel)),
    noise(22, [batch, out, positions, positions]),
  ];
  const inputs = wanted === "output" ? [x, weight] : [x, weight, upstream];
  const result = { output: upstream, input: x, kernel: weight }[wanted];
  const start = (position: number, offset: number): number => position * stride + offset - before;
  const expected = (place: number): number => {
    const [first, second, row, column] = coordinates(place, result.shape);
    const sums: Readonly<Record<Part, () => number>> = {
      output: () =>
        sumOver([channels, kernel, kernel], (c, i, j) => {
          return at(x, first, c, start(row, i), start(column, j)) * at(weight, second, c, i, j);
        }),
      input: () =>
        sumOver([out, kernel, kernel], (o, i, j) => {
          const [y, z] = [(row + before - i) / stride, (column + before - j) / stride];
          return at(upstream, first, o, y, z) * at(weight, o, second, i, j);
        }),
      kernel: () =>
        sumOver([batch, positions, positions], (b, y, z) => {
          return at(x, b, second, start(y, row), start(z, column)) * at(upstream, b, first, y, z);
        }),
    };
    return sums[wanted]();
  };
  const count = result.data.length;
  return checkedCase(
    operations[wanted][stride],
    inputs,
    { size: count, places: places(count, 997), expected, tolerance: { absolute: 1e-3, relative: 1e-5 } },
    2 * upstream.data.length * channels * kernel ** 2,
  );
}

/** The element at [a, b, c, d]; zero where there is none. */
function at({ data, shape }: HostArray, a: number, b: number, c: number, d: number): number {
  const [, second = 0, third = 0, fourth = 0] = shape;
  const isThere = Number.isInteger(c) && Number.isInteger(d) && c >= 0 && d >= 0 && c < third && d < fourth;
  return isThere ? (data[((a * second + b) * third + c) * fourth + d] ?? 0) : 0;
}

function sumOver(sizes: readonly [number, number, number], term: (a: number, b: number, c: number) => number): number {
  let sum = 0;
  for (let a = 0; a < sizes[0]; a++)
    for (let b = 0; b < sizes[1]; b++) for (let c = 0; c < sizes[2]; c++) sum += term(a, b, c);
  return sum;
}

function coordinates(place: number, shape: readonly number[]): [number, number, number, number] {
  const [, second = 0, third = 0, fourth = 0] = shape;
  const line = Math.floor(place / fourth);
  const plane = Math.floor(line / third);
  return [Math.floor(plane / second), plane % second, line % third, place % fourth];
}

function forward(id: string, convolution: Convolution): Measurement {
  return compared({ id, bar: 2.0, unit: "GFLOP/s", make: () => part(convolution, "output") });
}

function gradient(id: string, convolution: Convolution, wanted: Part): Measurement {
  const unit = "of the forward's rate";
  return ownRate({
    id,
    bar: 0.65,
    unit,
    make: () => part(convolution, wanted),
    base: () => part(convolution, "output"),
  });
}

/** All of the family. */
export const convolutionRows: readonly Measurement[] = [
  forward("conv-28", conv28),
  forward("conv-32", conv32),
  gradient("conv-28-dx", conv28, "input"),
  gradient("conv-28-dw", conv28, "kernel"),
  gradient("conv-32-dx", conv32, "input"),
  gradient("conv-32-dw", conv32, "kernel"),
  gradient("conv-s2-dx", strided, "input"),
];
