/** What `compile(…, { precision: "bf16" })` gives on the native device: in tiles where the CPU has them, as without it elsewhere. */
import { afterAll, describe, expect, test } from "vitest";
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import { compile, conv2d, grad, setDevice, type Tensor, tensor } from "../../../src/index.ts";
import { registerDevice } from "../../../src/runtime/registry.ts";
import "../../../src/runtime/registry.node.ts";
import { sizeOf } from "../../../src/shape/shape.ts";
import { at } from "../../../src/support/invariant.ts";
import { DevicesInStep } from "../../conformance/devicesInStep.ts";
import { hasNative, reason } from "./available.ts";

/** The nearest bf16, ties to even. */
function rounded(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  const word = at([...bits], 0);
  return at([...new Float32Array(Uint32Array.of((word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000).buffer)], 0);
}

function numbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The product in doubles of a [m, k] and b [k, n]. */
function product(a: Float32Array, b: Float32Array, [m, k, n]: readonly [number, number, number]): Float64Array {
  const result = new Float64Array(m * n);
  for (let row = 0; row < m; row++)
    for (let term = 0; term < k; term++) {
      const left = a[row * k + term] ?? 0;
      for (let column = 0; column < n; column++)
        result[row * n + column] = (result[row * n + column] ?? 0) + left * (b[term * n + column] ?? 0);
    }
  return result;
}

function furthest(found: ArrayLike<number>, expected: Float64Array): number {
  return expected.reduce((most, value, index) => Math.max(most, Math.abs(value - (found[index] ?? 0))), 0);
}

const sizes = [
  [16, 509, 256],
  [17, 64, 509],
  [33, 300, 31],
  [128, 1, 128],
  [15, 509, 509],
  [1, 31, 509],
] as const;

describe.skipIf(!hasNative)(`products in bf16 ${reason}`, () => {
  const one = new NativeDevice({ threads: 1 });
  const both = new NativeDevice({ threads: 2, grain: { share: 1, piece: 1 << 10, wake: 1 << 10 } });
  const hasTiles = one.target.tiles === true;
  afterAll(() => {
    one.dispose();
    both.dispose();
  });

  test.each(sizes)("%i × %i × %i: operands are rounded once, or not at all", async (m, k, n) => {
    registerDevice("native", () => new DevicesInStep([one, both]));
    setDevice("native");
    const [a, b] = [numbers(m * k, 1), numbers(k * n, 2)];
    const exact = product(a, b, [m, k, n]);
    const inHalves = product(a.map(rounded), b.map(rounded), [m, k, n]);
    for (const turned of ["none", "left", "right"]) {
      const step = compile(
        (x: Tensor, y: Tensor) =>
          (turned === "left" ? x.permuteDims([1, 0]) : x).matmul(turned === "right" ? y.permuteDims([1, 0]) : y),
        { precision: "bf16" },
      );
      const across = (values: Float32Array, rows: number, columns: number) =>
        Float32Array.from(values, (_, index) => values[(index % rows) * columns + Math.floor(index / rows)] ?? 0);
      const x = turned === "left" ? tensor(across(a, m, k)).reshape([k, m]) : tensor(a).reshape([m, k]);
      const y = turned === "right" ? tensor(across(b, k, n)).reshape([n, k]) : tensor(b).reshape([k, n]);
      const found = await step(x, y).data();
      const limit = 1e-6 * k;
      const [off, offInHalves] = [furthest(found, exact), furthest(found, inHalves)];
      expect(Math.min(off, offInHalves)).toBeLessThan(limit);
      if (!hasTiles) expect(off).toBeLessThan(limit);
    }
  });

  /** Small whole numbers, which bf16 holds, and whose sums f32 holds. */
  const whole = (shape: readonly number[], step: number) =>
    tensor(Float32Array.from({ length: sizeOf(shape) }, (_, index) => ((index * step) % 7) - 3)).reshape(shape);

  test.each([
    [4, 32, 18, 20, 48, 3, 1],
    [3, 40, 7, 7, 64, 3, 1],
    [5, 33, 9, 31, 17, 2, 0],
    [4, 64, 12, 12, 32, 1, 0],
  ] as const)("a convolution of %i × %i × %i × %i to %i channels and its derivatives", async (...shape) => {
    registerDevice("native", () => new DevicesInStep([one, both]));
    setDevice("native");
    const [pictures, channels, height, width, filters, kernel, padding] = shape;
    const input = whole([pictures, channels, height, width], 5);
    const weight = whole([filters, channels, kernel, kernel], 3);
    const convolve = (x: Tensor, w: Tensor) => conv2d(x, w, { padding });
    const back = whole(convolve(input, weight).shape, 2);
    const asked = (["f32", "bf16"] as const).map((precision) => {
      const inPrecision = (traced: (x: Tensor, w: Tensor) => Tensor) => compile(traced, { precision })(input, weight);
      return [
        inPrecision((x, w) => convolve(x, w).add(1)),
        inPrecision((x, w) => grad((each: Tensor) => convolve(each, w).multiply(back).sum())(x)),
        inPrecision((x, w) => grad((each: Tensor) => convolve(x, each).multiply(back).sum())(w)),
      ];
    });
    const [exact = [], inHalves = []] = asked;
    for (const [index, found] of inHalves.entries()) expect(await found.data()).toEqual(await at(exact, index).data());
  });
});
