/** The largest and smallest of rows: every NaN wins, 0 is above −0, wherever in a row they stand. */
import { expect, test } from "vitest";
import { compile, max, maximum, min, minimum, slice, type Tensor, tensor } from "../../src/index.ts";

const tiny = 2 ** -149;
const pools: readonly (readonly number[])[] = [
  [0, -0],
  [-0],
  [-1, -0, -tiny],
  [1, 0, tiny],
  [-3, -1, -2, -Infinity],
  [-Infinity],
  [3, 1, Infinity],
  [-1, 2, 0.5, -0, 0, tiny, -tiny],
  [Number.NaN, -1, -Infinity],
  [Number.NaN, 1, Infinity],
  [Number.NaN, 1, -2],
];
/** NaN with a sign, as arithmetic makes it, and without. */
const nanBits = [0xffc00000, 0x7fc00001];

/** Rows of numbers of each pool, each number at each place once. */
function rowsOf(length: number): number[][] {
  return pools.flatMap((pool) =>
    Array.from({ length }, (_, shift) => {
      const [first = 0, ...others] = pool;
      const rest = others.length > 0 ? others : pool;
      return Array.from({ length }, (_, place) => (place === shift ? first : (rest[place % rest.length] ?? 0)));
    }),
  );
}

test.each([5, 8, 16, 19, 67].flatMap((length) => nanBits.map((bits) => [length, bits])))(
  "rows of %i, NaN as %i",
  async (length, bits) => {
    const rows = rowsOf(length);
    const data = Float32Array.from(rows.flat());
    const words = new Uint32Array(data.buffer);
    data.forEach((value, place) => {
      if (Number.isNaN(value)) words[place] = bits;
    });
    const x = tensor(data, { shape: [rows.length, length] });
    const both = compile((each: Tensor) => [max(each, -1), min(each, -1)] as const);
    const [most, least] = await Promise.all(both(x).map((result) => result.data()));
    rows.forEach((row, index) => {
      const single = row.map(Math.fround);
      expect({ row, most: most?.[index], least: least?.[index] }).toEqual({
        row,
        most: Math.max(...single),
        least: Math.min(...single),
      });
    });
    const alone = await compile((each: Tensor) => max(each, -1))(x).data();
    expect(alone).toEqual(most);
  },
);

test.each([2, 3, 4, 5, 9])("the one of %i neighbours", async (count) => {
  const rows = rowsOf(count);
  const data = Float32Array.from(rows.flatMap((row) => [...row, ...row, ...row, ...row, ...row, ...row]));
  const x = tensor(data);
  const length = data.length - count + 1;
  const neighbours = (each: Tensor) =>
    Array.from({ length: count }, (_, start) => slice(each, [start, start + length]));
  const chosen = compile((each: Tensor) => [
    neighbours(each).reduce((a, b) => maximum(a, b)),
    neighbours(each).reduceRight((a, b) => minimum(b, a)),
  ]);
  const [most, least] = await Promise.all(chosen(x).map((result) => result.data()));
  for (let start = 0; start < length; start++) {
    const seen = data.subarray(start, start + count);
    expect([seen, most?.[start], least?.[start]]).toEqual([seen, Math.max(...seen), Math.min(...seen)]);
  }
});
