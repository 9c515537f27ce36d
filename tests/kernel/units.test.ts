/** Units: any split of them gives what one piece gives, and their number is what the loops say. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { costOf } from "../../src/kernel/cost.ts";
import type { Kernel, Statement } from "../../src/kernel/kernel.ts";
import { countUnits, dividedLoops } from "../../src/kernel/units.ts";
import { Draft } from "../conformance/draft.ts";
import { dataOf, launch } from "../conformance/launch.ts";

interface Shape {
  readonly rows: number;
  readonly middle: number;
  readonly columns: number;
  readonly rest: number;
  readonly step: number;
  readonly lanes: number;
}

/** out[r, m, c] = 1 + its place for all rows (in steps, copies side by side), then the same for `rest` more columns. */
function nested({ step, lanes }: Pick<Shape, "step" | "lanes">): Kernel {
  const d = new Draft();
  const out = d.buffer("f32", "readwrite");
  const [rows, middle, columns, rest] = [d.size(), d.size(), d.size(), d.size()];
  const mode = { mode: "parallel" } as const;
  const put = (place: ReturnType<Draft["size"]>): Statement =>
    d.store(out, place, d.e.cast("f32", d.i("add", place, 1)));
  const row = (r: ReturnType<Draft["size"]>): Statement[] => {
    const [width, base] = d.let(d.i("multiply", r, d.i("multiply", middle, columns)));
    const cells = d.loop(
      middle,
      (m) => [d.loop(columns, (c) => [put(d.i("add", base, d.i("add", d.i("multiply", m, columns), c)))], { lanes })],
      mode,
    );
    return [width, cells];
  };
  const loop = d.loop(rows, row, { ...mode, step });
  const after = d.i("multiply", rows, d.i("multiply", middle, columns));
  const tail = d.loop(rest, (c) => [put(d.i("add", after, c))], { lanes });
  return d.kernel("nested", [loop, tail]);
}

const extent = fc.integer({ min: 0, max: 9 });

test("any split of nested and neighbouring loops runs every iteration once", () => {
  const devices = [1, 7, 50, Number.POSITIVE_INFINITY].map(
    (chunk) => new WasmDevice({ threads: 1, grain: { chunk, wake: Number.POSITIVE_INFINITY, hire: 1 } }),
  );
  const kernels = new Map<string, Kernel>();
  fc.assert(
    fc.property(
      fc.record({
        rows: extent,
        middle: extent,
        columns: fc.integer({ min: 0, max: 40 }),
        rest: fc.integer({ min: 0, max: 40 }),
        step: fc.constantFrom(1, 2, 4),
        lanes: fc.constantFrom(4, 8, 16),
      }),
      ({ rows, middle, columns, rest, step, lanes }) => {
        const key = `${step} ${lanes}`;
        const kernel = kernels.get(key) ?? nested({ step, lanes });
        kernels.set(key, kernel);
        const count = rows * middle * columns + rest;
        const sizes = [rows, middle, columns, rest];
        const isRow = (place: number) =>
          place >= rows * middle * columns || Math.floor(place / (middle * columns)) % step === 0;
        const expected = dataOf(
          "f32",
          Array.from({ length: count }, (_, place) => (isRow(place) ? place + 1 : 0)),
        );
        for (const device of devices)
          expect(launch(device, kernel, [dataOf("f32", new Array(count).fill(0))], sizes)[0]).toEqual(expected);
        const units = Math.ceil(rows / step) * middle * Math.ceil(columns / lanes) + Math.ceil(rest / lanes);
        expect(countUnits(dividedLoops(kernel.body), sizes)).toBe(units);
      },
    ),
    { numRuns: 300 },
  );
});

test("loops that depend on each other, carry state or have bounds from data are not divided", () => {
  const d = new Draft();
  const [a, b, size] = [d.buffer("f32", "readwrite"), d.buffer("i32", "read"), d.size()];
  const copy = (from: number) =>
    d.loop(size, (i) => [d.store(a, i, d.load(a, d.i("add", i, from)))], { mode: "parallel" });
  expect(dividedLoops([copy(0)])).toHaveLength(1);
  expect(dividedLoops([copy(0), copy(1)])).toHaveLength(0);
  const sum = d.carry(d.e.literal("f32", 0));
  const add = d.loop(size, (i) => [sum.accumulate("add", d.load(a, i))], { lanes: 8 });
  expect(dividedLoops([sum.declare, add])).toHaveLength(0);
  expect(dividedLoops([d.loop(size, (i) => [d.store(a, i, d.e.literal("f32", 0))])])).toHaveLength(0);
  const ragged = d.loop(d.load(b, d.e.index(0)), (i) => [d.store(a, i, d.e.literal("f32", 0))], { mode: "parallel" });
  expect(dividedLoops([ragged])).toHaveLength(0);
});

test("the cost of a product is two operations and its loads for each step, and a store for each result", () => {
  const d = new Draft();
  const [a, b, out] = [d.buffer("f32", "read"), d.buffer("f32", "read"), d.buffer("f32", "write")];
  const [rows, columns, depth] = [d.size(), d.size(), d.size()];
  const product = d.kernel("product", [
    d.loop(rows, (r) => [
      d.loop(columns, (c) => {
        const sum = d.carry(d.e.literal("f32", 0));
        const term = (k: ReturnType<Draft["size"]>) =>
          d.e.apply(
            "multiply",
            d.load(a, d.i("add", d.i("multiply", r, depth), k)),
            d.load(b, d.i("add", d.i("multiply", k, columns), c)),
          );
        const body = d.loop(depth, (k) => [sum.accumulate("add", term(k))]);
        return [sum.declare, body, d.store(out, d.i("add", d.i("multiply", r, columns), c), sum.value)];
      }),
    ]),
  ]);
  expect(costOf(product, [3, 5, 7])).toEqual({ operations: 2 * 3 * 5 * 7, bytes: 8 * 3 * 5 * 7 + 4 * 3 * 5 });
});
