/** Sketches: the same for the same seed, antialiased, and drawn from factors whose distributions are as the table says. */
import { describe, expect, test } from "vitest";
import { at } from "../../src/support/invariant.ts";
import { drawSketches } from "../../src/systems/vision/sketches/drawSketches.ts";
import { animals, drawFactors, factorNames, factors } from "../../src/systems/vision/sketches/factors.ts";
import { factorOf, sketches } from "../../src/systems/vision/sketches/sketches.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const rowsOf = (values: Float32Array): number[][] =>
  Array.from({ length: values.length / factorNames.length }, (_, row) =>
    Array.from(values.subarray(row * factorNames.length, (row + 1) * factorNames.length)),
  );

describe("factors", () => {
  test("sketch number i of a seed is always the same", () => {
    const all = drawFactors(20, { seed: 5 });
    const rest = drawFactors(7, { seed: 5, first: 13 });
    expect(rest.values).toEqual(all.values.slice(13 * factorNames.length));
    expect(drawFactors(20, { seed: 6 }).values).not.toEqual(all.values);
  });

  test("each lies in its range, and none tells cats from dogs alone", () => {
    const drawn = drawFactors(600, { seed: 1 });
    const rows = rowsOf(drawn.values);
    factorNames.forEach((name, column) => {
      const { low, high } = factors[name];
      const values = rows.map((row) => at(row, column));
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high + 1e-6);
      const right = Math.max(
        ...Array.from({ length: 20 }, (_, step) => {
          const limit = low + ((high - low) * step) / 20;
          const hits = values.filter((value, row) => Number(value > limit) === drawn.labels[row]).length / 600;
          return Math.max(hits, 1 - hits);
        }),
      );
      expect(right).toBeLessThan(0.97);
    });
  });

  test("a tell-tale background is always that of the class, an honest one hardly more often than chance has it", () => {
    const share = (telltale: number) => {
      const { values, labels } = drawFactors(400, { seed: 2, telltale });
      const scenes = rowsOf(values).map((row) => at(row, factorNames.indexOf("scene")));
      return scenes.filter((scene, row) => scene > 0.5 === (labels[row] === 0)).length / 400;
    };
    expect(share(1)).toBe(1);
    expect(Math.abs(share(0) - 0.5)).toBeLessThan(0.1);
    expect(Math.abs(share(0.6) - 0.8)).toBeLessThan(0.08);
  });
});

describe("pictures", () => {
  test("a set has labels, names, factors, and the same pixels however many are drawn", async () => {
    const set = await sketches(34, { seed: 3, size: 32 });
    expect(set.classes).toEqual([...animals]);
    expect(set.names.slice(0, 2)).toEqual(["cat-0", "dog-1"]);
    expect(factorOf(set, "ears").length).toBe(34);
    const one = await sketches(1, { seed: 3, first: 33, size: 32 });
    expect(await one.pixels.read([0])).toEqual(await set.pixels.read([33]));
    expect(one.names).toEqual(["dog-33"]);
  });

  test("one factor changes what it names: a long snout the middle, the scene the corners", async () => {
    const { values } = drawFactors(1, { seed: 4 });
    const base = at(rowsOf(values), 0);
    const changed = (name: (typeof factorNames)[number], value: number) =>
      base.map((old, column) => (column === factorNames.indexOf(name) ? value : old));
    // As many as sets are painted with, so that it is compiled once
    const rows = Array.from({ length: 32 }, () => base);
    rows.splice(0, 4, changed("snout", 0), changed("snout", 1), changed("scene", 0.1), changed("scene", 0.9));
    const [flat, long, meadow, room] = (await drawSketches(tensor(rows), 32, 32).toArray()) as number[][][][];
    const difference = (a: number[][][], b: number[][][], row: number, column: number) =>
      Math.max(...[0, 1, 2].map((c) => Math.abs(at(at(at(a, c), row), column) - at(at(at(b, c), row), column))));
    const pixels = Array.from({ length: 32 * 32 }, (_, place) => [Math.floor(place / 32), place % 32] as const);
    const changedPixels = pixels.filter(([row, column]) => difference(flat ?? [], long ?? [], row, column) > 0.05);
    expect(changedPixels.length).toBeGreaterThan(20);
    expect(changedPixels.every(([row, column]) => row > 4 && column > 4 && column < 27)).toBe(true);
    for (const corner of [0, 31]) expect(difference(meadow ?? [], room ?? [], 0, corner)).toBeGreaterThan(0.05);
  });

  test("sizes and counts that are none are named", async () => {
    await expect(sketches(2, { size: 4 })).rejects.toThrow("the size is 4");
    await expect(sketches(-1)).rejects.toThrow("count is -1");
    await expect(sketches(1, { telltale: 2 })).rejects.toThrow("telltale is 2");
  });
});
