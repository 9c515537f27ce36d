/** Calibration: which range each method finds for values that are known, and what comes of it. */
import { describe, expect, test } from "vitest";
import { ArgumentError, DataError, quantization, random, seed, type Tensor, tensor } from "../../src/index.ts";

const { dequantizeLinear, Observer, quantizeLinear } = quantization;

/** Mean square of what quantization changes. */
async function errorOf(x: Tensor, { scale, zeroPoint }: quantization.Calibration): Promise<number> {
  const back = dequantizeLinear(quantizeLinear(x, scale, zeroPoint), scale, zeroPoint);
  return Number(await back.subtract(x).square().mean().item());
}

/** Mostly small numbers, and a few far away. */
function longTailed(): Tensor {
  seed(4);
  const x = random.normal([20_000]);
  return x.multiply(x.square().multiply(0.05).exp());
}

test("minmax covers all that was seen, 0 included, in any number of parts", async () => {
  const observer = new Observer();
  for (const part of [[1, 2], [0.5, 5.1], [3]]) await observer.observe(tensor(part));
  const { low, high, scale, zeroPoint } = observer.calibration();
  expect([low, high]).toEqual([0, Math.fround(5.1)]);
  expect(await scale.item()).toBeCloseTo(0.02, 7);
  expect([zeroPoint.dtype, await zeroPoint.item()]).toEqual(["u8", 0]);
  const around = new Observer({ symmetric: true, bits: 4 });
  await around.observe(tensor([-3.5, 1]));
  const found = around.calibration();
  expect([found.low, found.high, await found.scale.item(), found.zeroPoint.dtype]).toEqual([-3.5, 3.5, 0.5, "i8"]);
});

test("percentile leaves the outermost values outside", async () => {
  const observer = new Observer({ method: "percentile", percentile: 98 });
  await observer.observe(tensor(Float32Array.from({ length: 1000 }, (_, index) => index / 10 - 50)));
  const { low, high } = observer.calibration();
  expect(low).toBeGreaterThan(-49.2);
  expect(low).toBeLessThan(-48.8);
  expect(high).toBeGreaterThan(48.8);
  expect(high).toBeLessThan(49.2);
});

test("counts stay where they belong when the range widens", async () => {
  const [parts, whole] = [1, 2].map(() => new Observer({ method: "percentile", percentile: 90 }));
  seed(9);
  const pieces = [0.01, 0.3, 4].map((size) => random.normal([3000]).multiply(size));
  for (const piece of pieces) await parts?.observe(piece);
  for (const piece of [...pieces].reverse()) await whole?.observe(piece);
  const [a, b] = [parts?.calibration(), whole?.calibration()];
  expect(Math.abs((a?.high ?? NaN) - (b?.high ?? NaN))).toBeLessThan(0.05);
});

describe.each([4, 8] as const)("of %s bits", (bits) => {
  test.each([true, false])("mse finds a range with less error than the whole one; symmetric: %s", async (symmetric) => {
    const x = longTailed();
    const [best, whole] = (["mse", "minmax"] as const).map((method) => new Observer({ method, bits, symmetric }));
    await best?.observe(x);
    await whole?.observe(x);
    if (best === undefined || whole === undefined) throw new Error("both are there");
    const clipped = (range: quantization.Calibration) => errorOf(x.clip(range.low, range.high), range);
    const lost = async (range: quantization.Calibration) =>
      (await clipped(range)) + Number(await x.subtract(x.clip(range.low, range.high)).square().mean().item());
    expect(await lost(best.calibration())).toBeLessThan((await lost(whole.calibration())) * (bits === 4 ? 0.6 : 1.001));
  });
});

test("entropy keeps the bulk of a long-tailed distribution, and all of an even one", async () => {
  const [tailed, even] = [1, 2].map(() => new Observer({ method: "entropy" }));
  const x = longTailed();
  await tailed?.observe(x);
  await even?.observe(tensor(Float32Array.from({ length: 40_000 }, (_, index) => index / 20_000 - 1)));
  const most = Number(await x.abs().max().item());
  expect(tailed?.calibration().high).toBeLessThan(0.9 * most);
  expect(tailed?.calibration().high).toBeGreaterThan(2);
  expect(even?.calibration().high).toBeGreaterThan(0.95);
});

test("says what has no range", async () => {
  expect(() => new Observer().calibration()).toThrow(DataError);
  expect(() => new Observer({ percentile: 0 })).toThrow(ArgumentError);
  await expect(new Observer().observe(tensor([1, NaN]))).rejects.toThrow(/NaN/);
  const still = new Observer({ method: "mse" });
  await still.observe(tensor([0, 0]));
  expect(await still.calibration().scale.item()).toBe(1);
});
