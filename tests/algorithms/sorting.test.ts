/**
 * Sorting at lengths that the op table does not reach: rows in several chunks, with a rest; any split of the work gives the same bits.
 * And properties: against JavaScript's own sort, which is stable, on numbers with many ties, NaN, zeros of both signs and denormals.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NativeDevice } from "../../src/device/native/nativeDevice.node.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import * as S from "../../src/index.ts";
import { registerDevice, setDevice } from "../../src/index.ts";
import { DevicesInStep } from "../conformance/devicesInStep.ts";
import { hasNative, reason } from "../device/native/available.ts";

const never = Number.POSITIVE_INFINITY;
registerDevice("wasm", () => {
  const whole = new WasmDevice({ threads: 1, grain: { chunk: never, wake: never, hire: 1 } });
  const cut = new WasmDevice({ threads: 1, grain: { chunk: 1, wake: never, hire: 1 } });
  return new DevicesInStep([whole, cut, new WasmDevice({ threads: 2, grain: { chunk: 1, wake: 1, hire: 1 } })]);
});

const order = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b || 0;

/** Positions in stable order; equal infinities have no difference above, and count as equal. */
function expectedOrder(values: ArrayLike<number>, isDescending: boolean): number[] {
  const compare = (a: number, b: number) => order(values[a] ?? 0, values[b] ?? 0);
  return Array.from(values, (_, position) => position).sort((a, b) => (isDescending ? compare(b, a) : compare(a, b)));
}

const hard = [NaN, 0, -0, Infinity, -Infinity, 1e-45, -1e-45, 3e38, -3e38, 1, 1, -1];

/** Numbers with many ties. */
function numbers(length: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pick = state >>> 24;
    return pick < 60 ? (hard[pick % hard.length] ?? 0) : Math.fround(((state >>> 8) % 5000) / 7 - 300);
  });
}

async function check(values: Float32Array<ArrayBuffer>, descending: boolean): Promise<void> {
  const x = S.tensor(values);
  const expected = expectedOrder(values, descending);
  expect([...(await S.argsort(x, { descending }).data())]).toEqual(expected);
  const sorted = await S.sort(x, { descending }).data();
  expect(sorted.findIndex((value, index) => !Object.is(value, values[expected[index] ?? 0]))).toBe(-1);
}

registerDevice("native", () => new NativeDevice({ threads: 2 }));

describe("on wasm, in one piece, in many, and on two threads", () => {
  it("sorts rows in several chunks, with a rest", async () => {
    setDevice("wasm");
    await check(numbers(20_011, 1), false);
    await check(numbers(20_011, 2), true);
    // Doubles: by two words of the key
    const x = S.tensor(Float64Array.from(numbers(9001, 3)));
    expect([...(await S.argsort(x).data())]).toEqual(expectedOrder(await x.data(), false));
  });

  it("sorts many long rows, each by itself", async () => {
    setDevice("wasm");
    const values = numbers(20 * 200, 5);
    const sorted = await S.sort(S.tensor(values, { shape: [20, 200] })).data();
    for (let row = 0; row < 20; row++) {
      const own = values.slice(200 * row, 200 * row + 200);
      expect([...sorted.slice(200 * row, 200 * row + 200)]).toEqual(
        expectedOrder(own, false).map((place) => own[place]),
      );
    }
  });
});

it.skipIf(!hasNative)(`sorts rows in several chunks on native ${reason}`, async () => {
  setDevice("native");
  const values = numbers(20_011, 4);
  const sorted = await S.sort(S.tensor(values)).data();
  const expected = expectedOrder(values, false);
  expect(sorted.findIndex((value, index) => !Object.is(value, values[expected[index] ?? 0]))).toBe(-1);
});

it("orders any numbers as JavaScript does, stably", async () => {
  setDevice("wasm");
  const number = fc.oneof(fc.constantFrom(...hard), fc.float(), fc.integer({ min: -3, max: 3 }));
  await fc.assert(
    fc.asyncProperty(fc.array(number, { maxLength: 160 }), fc.boolean(), async (list, descending) =>
      check(new Float32Array(list), descending),
    ),
    { numRuns: 40 },
  );
});

it("sorts a million numbers in four passes, and says where it will write next", () => {
  setDevice("wasm");
  const report = S.explainPlan(
    S.compile((x: S.Tensor) => S.sort(x)),
    S.zeros([1_000_000]),
  );
  expect(report.launches.filter(({ name }) => name === "distribute")).toHaveLength(8);
  expect(report.launches.length).toBeLessThanOrEqual(22);
});

it("counts many elements in pieces, and few at once", async () => {
  setDevice("wasm");
  const places = Int32Array.from({ length: 70_003 }, (_, index) => (index * 7919) % 101);
  const expected = new Array<number>(101).fill(0);
  for (const place of places) expected[place] = (expected[place] ?? 0) + 1;
  expect([...(await (await S.bincount(S.tensor(places))).data())]).toEqual(expected);
});

describe("results whose size is read", () => {
  const x = (): S.Tensor =>
    S.tensor([
      [3, 0, 1],
      [0, 3, 2],
    ]);

  it("are promises of just that size", async () => {
    setDevice("wasm");
    expect(await Promise.all((await S.nonzero(x())).map((each) => each.toArray()))).toEqual([
      [0, 0, 1, 1],
      [0, 2, 1, 2],
    ]);
    expect(await (await S.argwhere(x())).toArray()).toEqual([
      [0, 0],
      [0, 2],
      [1, 1],
      [1, 2],
    ]);
    expect(await (await S.maskedSelect(x(), x().greater(1))).toArray()).toEqual([3, 3, 2]);
    expect(await (await S.booleanMask(x(), S.tensor([false, true]))).toArray()).toEqual([[0, 3, 2]]);
    expect(await (await S.uniqueValues(x())).toArray()).toEqual([0, 1, 2, 3]);
    expect(await (await S.uniqueCounts(x())).counts.toArray()).toEqual([2, 1, 1, 2]);
    expect(await (await S.uniqueInverse(x())).inverseIndices.toArray()).toEqual([
      [3, 0, 1],
      [0, 3, 2],
    ]);
    expect(await (await S.bincount(S.tensor([], { dtype: "i32" }), { minLength: 2 })).toArray()).toEqual([0, 0]);
    expect((await S.uniqueValues(S.zeros([0]))).shape).toEqual([0]);
  });

  it("have derivatives, where they are values of the tensor", async () => {
    const chosen = S.grad((each: S.Tensor) => S.maskedSelect(each, each.greater(1), { size: 3 }).square().sum());
    expect(await chosen(x()).toArray()).toEqual([
      [6, 0, 0],
      [0, 6, 4],
    ]);
    const distinct = S.grad((each: S.Tensor) => S.uniqueValues(each, { size: 4 }).sum());
    expect(await distinct(x()).toArray()).toEqual([
      [1, 1, 1],
      [0, 0, 1],
    ]);
  });
});
