/** The first elements of rows of any length, any number of them: those that a stable sort of the row begins with. */
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import * as S from "../../src/index.ts";

beforeAll(() => S.setDevice("wasm"));

const hard = [NaN, 0, -0, Infinity, -Infinity, 1e-45, -3e38, 1, 1, -1];

/** Numbers with many ties. */
function numbers(length: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pick = state >>> 24;
    return pick < 30 ? (hard[pick % hard.length] ?? 0) : Math.fround(((state >>> 8) % 500) / 7 - 30);
  });
}

async function check(x: S.Tensor, k: number, largest: boolean): Promise<void> {
  const { values, indices } = S.topK(x, k, { largest });
  const order = S.argsort(x, { descending: largest }).slice("...", [0, k]);
  const [chosen, expected] = [await indices.data(), await order.data()];
  expect({ k, largest, chosen: [...chosen] }).toEqual({ k, largest, chosen: [...expected] });
  const taken = await S.takeAlongAxis(x, order, { axis: -1 }).data();
  expect([...(await values.data())]).toEqual([...taken]);
}

test.each([
  [1, 257],
  [1, 512],
  [1, 20_011],
  [3, 4097],
  [40, 125],
])("rows of %i × %i", async (rows, length) => {
  const x = S.tensor(Float32Array.from(numbers(rows * length, length)), { shape: [rows, length] });
  for (const k of [0, 1, 10, 65, length]) await check(x, k, k % 2 === 0);
});

test("rows in which all are equal, or NaN, or one is found in the last place", async () => {
  for (const value of [0, NaN, -Infinity, Infinity]) {
    const data = new Float32Array(1501).fill(value);
    for (const largest of [true, false]) await check(S.tensor(data), 7, largest);
    data[1500] = 1;
    for (const largest of [true, false]) await check(S.tensor(data), 7, largest);
  }
});

test.each(["f64", "f16", "i64", "i32", "u32", "u8", "i8", "bool"] as const)("elements of %s", async (dtype) => {
  const floats = numbers(1003, 5);
  const whole = floats.map((value) => (Number.isFinite(value) ? Math.trunc(Math.abs(value)) % 100 : 0));
  const ends = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1], i8: [-128, 127], u8: [0, 255] } as const;
  const values = dtype === "f64" || dtype === "f16" ? floats : whole;
  if (dtype in ends) values.push(...ends[dtype as keyof typeof ends], ...ends[dtype as keyof typeof ends]);
  const x = S.tensor(values, { dtype: dtype === "bool" || dtype === "i64" ? "i32" : dtype }).astype(dtype);
  for (const largest of [true, false]) await check(x, 12, largest);
});

test("any rows, any number of elements", async () => {
  const number = fc.oneof(fc.constantFrom(...hard), fc.float(), fc.integer({ min: -3, max: 3 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(number, { minLength: 1, maxLength: 90 }),
      fc.nat(40),
      fc.boolean(),
      async (list, k, largest) => {
        const x = S.tensor(new Float32Array(Array.from({ length: 9 }, () => list).flat()));
        await check(x, Math.min(k, x.size), largest);
      },
    ),
    { numRuns: 12 },
  );
});

test("the derivative goes to where the values came from, and rows are chosen from one by one in a batch", async () => {
  const x = S.tensor(Float32Array.from({ length: 2000 }, (_, index) => (index * 7919) % 2003));
  const slope = await S.grad((each: S.Tensor) => S.topK(each, 3).values.square().sum())(x).data();
  const { values, indices } = S.topK(x, 3);
  const [found, places] = [await values.data(), await indices.data()];
  expect(slope.filter((each) => each !== 0)).toHaveLength(3);
  expect(Array.from(places, (place) => slope[place])).toEqual(Array.from(found, (value) => 2 * value));
  const many = x.reshape([4, 500]);
  const batched = S.vmap((row: S.Tensor) => S.topK(row, 5).indices)(many);
  expect(await batched.toArray()).toEqual(await S.topK(many, 5).indices.toArray());
});

test("choosing ten of a million reads each number once and sorts nothing", () => {
  const report = S.explainPlan(
    S.compile((x: S.Tensor) => S.topK(x, 10).indices),
    S.zeros([1_000_000]),
  );
  expect(report.launches.length).toBeLessThanOrEqual(30);
});
