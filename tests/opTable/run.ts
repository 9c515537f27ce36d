/** What the tests of the op table share: devices, host tensors as tensors, reading many at once, comparing. */

import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { registerDevice, setDevice, Tensor, tensor } from "../../src/index.ts";
import { isFloat } from "../../src/shape/dtype.ts";
import { computeTogether } from "../../src/tensor/evaluation.ts";
import { count, type HostTensor } from "./host.ts";
import { few, type OpRow, type Sample, type Tolerance } from "./row.ts";

registerDevice("interpreter", () => new InterpreterDevice());

/** Devices that every row is tested on: the definition first. */
export const devices = ["interpreter", "wasm"] as const;

/** Runs `test` with new tensors on `device`. */
export async function onDevice<T>(device: string, test: () => Promise<T>): Promise<T> {
  const before = setDevice(device);
  try {
    return await test();
  } finally {
    setDevice(before);
  }
}

/** How the elements of an input lie in memory; the engine has to see the same tensor in all of them. */
export const layouts = ["dense", "permuted", "flipped", "sliced"] as const;

/** The tensor that `x` is, made of data in `layout`. */
export function toTensor(x: HostTensor, layout: (typeof layouts)[number] = "dense"): Tensor {
  const plain = dense(x.data, x);
  if (layout === "dense" || x.shape.length === 0) return plain;
  if (layout === "flipped") return dense([...x.data].reverse(), x).flip();
  const last = x.shape.length - 1;
  if (layout === "permuted") {
    const size = x.shape[last] ?? 1;
    const rows = x.data.length / Math.max(size, 1);
    const columns = Array.from(
      { length: x.data.length },
      (_, index) => x.data[(index % rows) * size + Math.floor(index / rows)] ?? 0,
    );
    return dense(columns, { ...x, shape: [size, ...x.shape.slice(0, last)] }).permuteDims([
      ...Array.from({ length: last }, (_, axis) => axis + 1),
      0,
    ]);
  }
  // Every second of twice as many, one further on
  const wide = x.data.flatMap((value) => [1, value]);
  const shape = [...x.shape.slice(0, last), 2 * (x.shape[last] ?? 1)];
  return dense(wide, { ...x, shape }).slice("...", [1, null, 2]);
}

function dense(data: readonly number[], { shape, dtype }: HostTensor): Tensor {
  return tensor(new Float64Array(data), { shape, dtype });
}

/** All of `items` where everything is to be tested (SMILODON_TESTS=all), else at most `most`, spread over the list. */
export function sampled<T>(items: readonly T[], most: number): readonly T[] {
  const step = process.env.SMILODON_TESTS === "all" ? 1 : Math.max(1, items.length / most);
  return Array.from({ length: Math.ceil(items.length / step) }, (_, index) => items[Math.floor(index * step)]).flatMap(
    (item) => (item === undefined ? [] : [item]),
  );
}

/** The same for samples of `row`; of an operation of many steps, which take long to compile, a third as many. */
export function sampledOf<T>(row: OpRow, items: readonly T[], most: number): readonly T[] {
  return sampled(items, row.name.startsWith("linalg.") ? Math.ceil(most / 3) : most);
}

/** The results of a sample as a list. */
export function callSample(sample: Sample, inputs: readonly Tensor[]): readonly Tensor[] {
  const result = sample.call(...inputs);
  return result instanceof Tensor ? [result] : result;
}

/** What a sample has to give, as a list. */
export function expectedOf(sample: Sample, inputs: readonly HostTensor[] = sample.inputs): readonly HostTensor[] {
  const result = sample.expected(...inputs);
  return "dtype" in result ? [result] : result;
}

/** The values of tensors, computed with one launch. */
export async function readAll(tensors: readonly Tensor[]): Promise<HostTensor[]> {
  computeTogether(tensors);
  return Promise.all(
    tensors.map(async (each) => ({ shape: each.shape, dtype: each.dtype, data: [...(await each.data())] })),
  );
}

/** Tolerance of `row` for results of a dtype. */
export function toleranceOf(row: Pick<OpRow, "tolerance">, x: HostTensor): Tolerance {
  if (!isFloat(x.dtype)) return { relative: 0, absolute: 0 };
  if (x.dtype === "f64") return row.tolerance.f64;
  const { f32 } = row.tolerance;
  // 16 bits: so many more units in the last place as the operation rounds more often than few
  const steps = { f16: 2 ** -9, bf16: 2 ** -6, f32: 0 };
  const unit = x.dtype in steps ? steps[x.dtype as keyof typeof steps] : 0;
  const factor = Math.max(1, f32.relative / few.f32.relative);
  return unit === 0 ? f32 : { relative: unit * factor, absolute: unit * factor };
}

/** What is wrong with `actual`, or nothing. */
export function difference(
  actual: HostTensor,
  expected: HostTensor,
  tolerance: Tolerance = few.f64,
): string | undefined {
  if (String(actual.shape) !== String(expected.shape)) return `shape [${actual.shape}], expected [${expected.shape}]`;
  if (actual.dtype !== expected.dtype) return `dtype ${actual.dtype}, expected ${expected.dtype}`;
  if (actual.data.length !== count(expected.shape))
    return `${actual.data.length} numbers, expected ${count(expected.shape)}`;
  for (const [index, value] of expected.data.entries()) {
    const got = actual.data[index] ?? NaN;
    if (
      Object.is(got, value) ||
      got === value ||
      Math.abs(got - value) <= tolerance.absolute + tolerance.relative * Math.abs(value)
    )
      continue;
    return `${got} at ${index}, expected ${value}`;
  }
  return undefined;
}

/** The same for many results with their labels: all faults as one text. */
export function faultsOf(
  cases: readonly {
    readonly label: string;
    readonly actual: HostTensor | undefined;
    readonly expected: HostTensor;
    readonly tolerance: Tolerance;
  }[],
): string {
  return cases
    .flatMap(({ label, actual, expected, tolerance }) => {
      const fault = actual === undefined ? "no result" : difference(actual, expected, tolerance);
      return fault === undefined ? [] : [`${label}: ${fault}`];
    })
    .join("\n");
}
