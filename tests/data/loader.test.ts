import { describe, expect, it } from "vitest";
import { Loader } from "../../src/data/loader.ts";
import { DataError } from "../../src/support/errors.ts";
import { hostArray } from "../../src/tensor/hostArray.ts";

const arrays = {
  x: hostArray(new Float32Array(Array.from({ length: 14 }, (_, index) => index)), [7, 2]),
  y: hostArray(new Int32Array([0, 1, 2, 3, 4, 5, 6])),
};

async function rows(batches: Iterable<{ readonly y: { data(): Promise<ArrayLike<number>> } }>): Promise<number[][]> {
  const result: number[][] = [];
  for (const { y } of batches) result.push(Array.from(await y.data()));
  return result;
}

describe("Loader", () => {
  it("gives each row once an epoch, rows of all arrays together, in the arrays' dtypes", async () => {
    const loader = new Loader(arrays, { batchSize: 3, seed: 1 });
    const seen: number[] = [];
    for (const { x, y } of loader) {
      expect([x.dtype, y.dtype]).toEqual(["f32", "i32"]);
      const [features, labels] = [await x.data(), await y.data()];
      labels.forEach((label, index) =>
        expect([features[2 * index], features[2 * index + 1]]).toEqual([2 * label, 2 * label + 1]),
      );
      seen.push(...labels);
    }
    expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("takes epochs one after the other, each in an order of its own, the same for the same seed", async () => {
    const loader = new Loader(arrays, { batchSize: 3, seed: 1 });
    const [first, second] = [await rows(loader), await rows(loader)];
    expect(first.map((batch) => batch.length)).toEqual([3, 3, 1]);
    expect(second).not.toEqual(first);
    expect(loader.position).toEqual({ epoch: 2, batch: 0 });
    expect(await rows(loader.epoch(0))).toEqual(first);
    expect(await rows(loader.epoch(1))).toEqual(second);
    expect(await rows(new Loader(arrays, { batchSize: 3, seed: 1 }))).toEqual(first);
    expect(await rows(new Loader(arrays, { batchSize: 3, seed: 2 }))).not.toEqual(first);
  });

  it("goes on at a position, and where a loop was left", async () => {
    const whole = await rows(new Loader(arrays, { batchSize: 2 }).epoch(5));
    const loader = new Loader(arrays, { batchSize: 2 });
    loader.position = { epoch: 5, batch: 1 };
    for (const { y } of loader) {
      expect(Array.from(await y.data())).toEqual(whole[1]);
      break;
    }
    expect(loader.position).toEqual({ epoch: 5, batch: 2 });
    expect(await rows(loader)).toEqual(whole.slice(2));
    expect(await rows(loader.epoch(5).skip(3))).toEqual(whole.slice(3));
    expect(() => (loader.position = { epoch: 0, batch: 9 })).toThrow("an epoch has 4 batches");
  });

  it("keeps the order and leaves out a smaller last batch when told", async () => {
    const loader = new Loader(arrays, { batchSize: 3, shuffle: false, dropLast: true });
    expect(loader.batchCount).toBe(2);
    expect(await rows(loader)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it("refuses arrays that do not fit together", () => {
    expect(() => new Loader({ ...arrays, z: hostArray([1, 2]) }, { batchSize: 3 })).toThrow(
      'array "x" has 7 rows and "z" has 2',
    );
    expect(() => new Loader({ z: hostArray([1], []) }, { batchSize: 3 })).toThrow("is a scalar");
    expect(() => new Loader({}, { batchSize: 3 })).toThrow(DataError);
    expect(() => new Loader(arrays, { batchSize: 8, dropLast: true })).toThrow("make no batch of 8");
    expect(() => new Loader(arrays, { batchSize: 0 })).toThrow("batch size is 0");
  });
});
