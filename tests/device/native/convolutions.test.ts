/** Convolutions that native runs the other way round, windows read in place: the numbers of WebAssembly, the same bits with any threads. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import { WasmDevice } from "../../../src/device/wasm/wasmDevice.ts";
import {
  compile,
  conv2d,
  explainPlan,
  optim,
  Parameter,
  random,
  seed,
  setDevice,
  type Tensor,
  vjp,
} from "../../../src/index.ts";
import "../../../src/runtime/registry.node.ts";
import { registerDevice } from "../../../src/runtime/registry.ts";
import { at } from "../../../src/support/invariant.ts";
import { DevicesInStep } from "../../conformance/devicesInStep.ts";
import { hasNative, reason } from "./available.ts";

interface Shape {
  readonly n: number;
  readonly channels: number;
  readonly size: readonly [number, number];
  readonly filters: number;
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly padding: number;
}

const square = (
  n: number,
  channels: number,
  size: number,
  filters: number,
  kernel = 3,
  stride = 1,
  padding = 1,
): Shape => ({
  n,
  channels,
  size: [size, size],
  filters,
  kernel: [kernel, kernel],
  stride,
  padding,
});

const shapes: readonly Shape[] = [
  square(6, 8, 15, 32),
  square(4, 24, 7, 40),
  square(7, 9, 13, 48, 3, 2),
  square(3, 3, 33, 64, 7, 2, 3),
  { n: 8, channels: 11, size: [10, 9], filters: 24, kernel: [2, 5], stride: 1, padding: 1 },
  { n: 1, channels: 6, size: [24, 20], filters: 64, kernel: [3, 3], stride: 1, padding: 1 },
  { n: 6, channels: 4, size: [1, 50], filters: 32, kernel: [1, 5], stride: 1, padding: 0 },
  { n: 5, channels: 16, size: [6, 21], filters: 16, kernel: [3, 1], stride: 1, padding: 0 },
  // sums over more places than caches hold, for few weights: of channels that fill no tile
  square(16, 90, 28, 96, 1, 1, 0),
];

/** The convolution and both derivatives, with something done to each result. */
async function results({
  n,
  channels,
  size,
  filters,
  kernel,
  stride,
  padding,
}: Shape): Promise<readonly Float32Array[]> {
  seed(3);
  const [x, w] = [random.normal([n, channels, ...size]), random.normal([filters, channels, ...kernel])];
  const convolve = (a: Tensor, b: Tensor) => conv2d(a, b, { stride, padding });
  const upstream = random.normal(convolve(x, w).shape);
  const all = compile((a: Tensor, b: Tensor, g: Tensor) => {
    const [y, back] = vjp(convolve, a, b);
    const [dx, dw] = back(g);
    return [y.relu(), dx, dw.multiply(0.5).add(b)];
  });
  return (await Promise.all(all(x, w, upstream).map((each) => each.data()))) as Float32Array[];
}

/** Filters after two steps of an optimizer that overwrites its averages in the kernel that sums their gradient. */
async function filtersAfterSteps(shape: Shape): Promise<{ values: Float32Array; kernels: readonly string[] }> {
  const { n, channels, size, filters, kernel, stride, padding } = shape;
  seed(4);
  const x = random.normal([n, channels, ...size]);
  const w = new Parameter(random.normal([filters, channels, ...kernel]));
  const optimizer = new optim.SGD([w], { learningRate: 1e-3, momentum: 0.6 });
  const step = compile((a: Tensor) =>
    optimizer.minimize(() => conv2d(a, w.value, { stride, padding }).square().mean().multiply(size[0])),
  );
  const kernels = explainPlan(step, x).launches.map(({ name }) => name);
  for (const _ of [1, 2]) step(x);
  return { values: (await w.value.data()) as Float32Array, kernels };
}

function distance(values: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return values.reduce((most, value, place) => Math.max(most, Math.abs(value - at(expected, place))), 0) / largest;
}

/** How far two sums of `terms` terms may be apart: each is rounded as often, up or down. */
function tolerance(terms: number): number {
  return Math.max(2e-6, 2 ** -24 * Math.sqrt(terms));
}

describe.skipIf(!hasNative)(`convolutions ${reason}`, () => {
  const devices: NativeDevice[] = [];
  beforeAll(() => {
    for (const threads of [1, 2, 3])
      devices.push(new NativeDevice({ threads, grain: { share: 1, piece: 1 << 10, wake: 1 << 10 } }));
    const wasm = new WasmDevice({ threads: 1 });
    registerDevice("native", () => new DevicesInStep(devices));
    registerDevice("wasm", () => wasm);
  });
  afterAll(() => {
    for (const device of devices) device.dispose();
  });

  test.each(shapes)("$n × $channels × $size → $filters by $kernel, stride $stride", async (shape) => {
    setDevice("native");
    const found = await results(shape);
    setDevice("wasm");
    const expected = await results(shape);
    found.forEach((values, index) => {
      expect(distance(values, at(expected, index))).toBeLessThan(tolerance(shape.n * shape.size[0] * shape.size[1]));
    });
  });

  test.each([square(6, 8, 15, 32), square(4, 24, 7, 40), square(4, 16, 7, 64), square(16, 90, 28, 96, 1, 1, 0)])(
    "$n × $channels × $size → $filters by $kernel, stride $stride, updated in place",
    async (shape) => {
      setDevice("native");
      const found = await filtersAfterSteps(shape);
      setDevice("wasm");
      const expected = await filtersAfterSteps(shape);
      expect(distance(found.values, expected.values)).toBeLessThan(2e-6);
    },
  );

  test("long sums of small products have the values of WebAssembly", async () => {
    const found = [];
    for (const device of ["native", "wasm"]) {
      setDevice(device);
      seed(5);
      const [a, b] = [random.normal([12_600, 90]), random.normal([12_600, 100])];
      const multiply = compile((x: Tensor, y: Tensor) => x.matrixTranspose().matmul(y).add(1));
      found.push((await multiply(a, b).data()) as Float32Array);
    }
    expect(distance(at(found, 0), at(found, 1))).toBeLessThan(tolerance(12_600));
  });

  test("sum windows in groups where an optimizer overwrites its average behind the sum", async () => {
    setDevice("native");
    const { kernels } = await filtersAfterSteps(square(6, 8, 14, 16));
    expect(kernels.at(-1)).toBe("add");
    expect(kernels.filter((name) => name.startsWith("contract_add"))).toEqual([]);
  });
});
