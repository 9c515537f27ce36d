/** Every second element, and elements backwards, are read in vectors: at any length, of any dtype, from any place. */
import { expect, test } from "vitest";
import { compile, flip, maxPool, slice, type Tensor, tensor } from "../../src/index.ts";

const rows = 9;
const valueAt = (row: number, column: number): number => (row * 41 + column * 37) % 101;

async function check(dtype: "f32" | "i32" | "f64" | "i8", width: number, view: View): Promise<void> {
  const data = Array.from({ length: rows * width }, (_, index) => valueAt(Math.floor(index / width), index % width));
  const x = tensor(data, { shape: [rows, width] }).astype(dtype);
  const result = compile(view.of)(x);
  const found = [...(await result.data())];
  const columns = result.shape[1] ?? 0;
  const expected = found.map((_, index) => valueAt(Math.floor(index / columns), view.column(index % columns, width)));
  expect({ dtype, width, found }).toEqual({ dtype, width, found: expected });
}

interface View {
  readonly of: (x: Tensor) => Tensor;
  /** The column that a column of the result is from. */
  readonly column: (place: number, width: number) => number;
}

const views: Readonly<Record<string, View>> = {
  "every second": { of: (x) => slice(x, null, [null, null, 2]), column: (place) => 2 * place },
  "every second, from the second on": { of: (x) => slice(x, null, [1, null, 2]), column: (place) => 2 * place + 1 },
  backwards: { of: (x) => flip(x, 1), column: (place, width) => width - 1 - place },
  "backwards, from the third on": {
    of: (x) => flip(slice(x, null, [2, null]), 1).add(0),
    column: (place, width) => width - 1 - place,
  },
};

test.each(Object.keys(views))("%s", async (name) => {
  const view = views[name];
  for (const width of [5, 8, 9, 16, 17, 33, 67])
    for (const dtype of ["f32", "i32", "f64", "i8"] as const) if (view !== undefined) await check(dtype, width, view);
});

test("maxima of pairs of rows and columns", async () => {
  for (const width of [6, 17, 34]) {
    const data = Float32Array.from({ length: rows * width }, (_, index) =>
      valueAt(Math.floor(index / width), index % width),
    );
    const pooled = compile((x: Tensor) => maxPool(x, [2, 2]))(tensor(data, { shape: [1, rows, width] }));
    const half = Math.floor(width / 2);
    const expected = Array.from({ length: 4 * half }, (_, index) => {
      const [row, column] = [2 * Math.floor(index / half), 2 * (index % half)];
      return Math.max(...[0, 1].flatMap((down) => [0, 1].map((right) => valueAt(row + down, column + right))));
    });
    expect([...(await pooled.data())]).toEqual(expected);
  }
});
