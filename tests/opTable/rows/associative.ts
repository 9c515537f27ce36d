/** Rows of scans of associative functions, against the same functions applied one position after the other. */

import * as S from "../../../src/index.ts";
import { type HostTensor, host } from "../host.ts";
import { draw, many, type OpRow, row, type Sample } from "../row.ts";

/** Running results along axis 0 of [length, inner], of any number of tensors at once. */
function running(
  xs: readonly HostTensor[],
  combine: (before: readonly number[], own: readonly number[]) => readonly number[],
  isReversed = false,
): HostTensor[] {
  const length = xs[0]?.shape[0] ?? 0;
  const inner = length === 0 ? 0 : (xs[0]?.data.length ?? 0) / length;
  const results = xs.map(({ data }) => [...data]);
  for (let count = 1; count < length; count++) {
    const place = isReversed ? length - 1 - count : count;
    const before = isReversed ? place + 1 : place - 1;
    for (let each = 0; each < inner; each++) {
      const own = xs.map(({ data }) => data[place * inner + each] ?? NaN);
      const made = combine(
        results.map((result) => result[before * inner + each] ?? NaN),
        own,
      );
      made.forEach((value, index) => {
        const result = results[index];
        if (result !== undefined) result[place * inner + each] = value;
      });
    }
  }
  return xs.map(({ shape, dtype }, index) => host(shape, dtype, results[index] ?? []));
}

function sumSample(shape: readonly number[], dtype: S.Dtype, reverse = false): Sample {
  return {
    label: `sums of ${dtype}[${shape}]${reverse ? " reversed" : ""}`,
    inputs: [draw(`associative${shape}${dtype}`, shape, dtype, [-3, 3])],
    call: (x) => S.associativeScan((a: S.Tensor, b: S.Tensor) => a.add(b), x, { reverse }),
    expected: (x) => running([x], ([a = 0], [b = 0]) => [a + b], reverse)[0] ?? x,
  };
}

/** h[i] = a[i]·h[i−1] + b[i] of pairs. */
function linearSample(length: number, reverse: boolean): Sample {
  return {
    label: `a linear recurrence of ${length}${reverse ? ", reversed" : ""}`,
    inputs: [draw(`associativeA${length}`, [length, 2], "f64"), draw(`associativeB${length}`, [length, 2], "f64")],
    call: (a, b = a) => {
      const after = (p: { a: S.Tensor; b: S.Tensor }, q: { a: S.Tensor; b: S.Tensor }) => ({
        a: q.a.multiply(p.a),
        b: q.a.multiply(p.b).add(q.b),
      });
      const { a: products, b: states } = S.associativeScan(after, { a, b }, { reverse });
      return [products, states];
    },
    expected: (a, b = a) => running([a, b], ([pa = 0, pb = 0], [qa = 0, qb = 0]) => [qa * pa, qa * pb + qb], reverse),
  };
}

const highest: Sample = {
  label: "running maxima along the last axis, with NaN",
  inputs: [host([2, 5], "f32", [1, 3, 2, NaN, 7, -Infinity, -0, 0, Infinity, 2])],
  call: (x) => S.associativeScan((a: S.Tensor, b: S.Tensor) => S.maximum(a, b), x, { axis: -1 }),
  expected: () => host([2, 5], "f32", [1, 3, 3, NaN, NaN, -Infinity, 0, 0, Infinity, Infinity]),
  hasDerivative: false,
};

/** Rows of the op table. */
export const rows: readonly OpRow[] = [
  row("associativeScan", {
    tolerance: many,
    samples: [
      sumSample([0], "f32"),
      sumSample([1], "f64"),
      sumSample([2], "f64"),
      sumSample([7], "f32", true),
      sumSample([33], "f64"),
      sumSample([2, 0, 3], "f32"),
      sumSample([6, 2], "i32", true),
      sumSample([3, 5], "f32"),
      linearSample(5, false),
      linearSample(8, true),
      highest,
    ],
    errors: [
      {
        label: "lengths that differ",
        call: () => S.associativeScan((a: S.Tensor[]) => a, [S.zeros([3]), S.zeros([4])]),
        error: S.ShapeError,
        message: /xs\[0\] is \[3\] along axis 0, xs\[1\] is \[4\] along axis 0/,
      },
      {
        label: "another shape",
        call: () => S.associativeScan((a: S.Tensor) => a.sum(), S.zeros([4])),
        error: S.ShapeError,
        message: /xs f32\[2\] becomes f32\[\]/,
      },
      {
        label: "another dtype",
        call: () => S.associativeScan((a: S.Tensor) => a.astype("f64"), S.zeros([4])),
        error: S.DtypeError,
        message: /f32\[2\] becomes f64\[2\]/,
      },
      {
        label: "another structure",
        call: () => S.associativeScan(((a: S.Tensor) => [a]) as never, S.zeros([4])),
        error: S.ArgumentError,
        message: /structure \* was expected/,
      },
      {
        label: "no such axis",
        call: () => S.associativeScan((a: S.Tensor) => a, S.zeros([4]), { axis: 1 }),
        error: S.ShapeError,
        message: /axis 1/,
      },
      {
        label: "no tensors",
        call: () => S.associativeScan((a: S.Tensor[]) => a, []),
        error: S.ArgumentError,
        message: /no tensors/,
      },
    ],
  }),
];
