/** Rows of `tensor/cumulative.ts`. */

import * as S from "../../../src/index.ts";
import { isFloat } from "../../../src/shape/dtype.ts";
import { build, type HostTensor, host, read } from "../host.ts";
import { draw, type ErrorSample, many, type OpRow, otherDtypes, row, type Sample, summedAs } from "../row.ts";

type Cumulation = (x: S.Tensor, options?: S.CumulativeOptions) => S.Tensor;
type Combine = (before: number, value: number) => number;

function cumulated(x: HostTensor, axis: number, combine: Combine): HostTensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  return build(x.shape, summedAs(x.dtype), (position) => {
    let total = read(x, position.with(at, 0));
    for (let index = 1; index <= (position[at] ?? 0); index++)
      total = combine(total, read(x, position.with(at, index)));
    return total;
  });
}

/** Shapes and axes: along neighbours and across them, one row and several, of one element and of none. */
const cases: readonly (readonly [readonly number[], number])[] = [
  [[7], 0],
  [[1], 0],
  [[0], 0],
  [[3, 5], 0],
  [[3, 5], 1],
  [[9, 4], -1],
  [[2, 3, 4], 1],
  [[2, 3, 4], -3],
  [[2, 0, 3], 1],
  [[2, 0, 3], 2],
  [[5, 1], 1],
  [[6, 9, 17], 1],
  [[13, 33], -1],
];

function samplesOf(name: string, call: Cumulation, combine: Combine): Sample[] {
  const sample = (label: string, x: HostTensor, axis: number, hasDerivative = true): Sample => ({
    label,
    inputs: [x],
    call: (tensor) => call(tensor, { axis }),
    expected: (each) => cumulated(each, axis, combine),
    hasDerivative,
  });
  const plain = cases.map(([shape, axis]) =>
    sample(`f32[${shape}] along ${axis}`, draw(`${name}${shape}`, shape, "f32", [-1.5, 1.5]), axis),
  );
  const typed = ["f64" as const, ...otherDtypes].map((dtype) =>
    sample(`${dtype}[4, 6]`, draw(`${name}${dtype}`, [4, 6], dtype, isFloat(dtype) ? [-1.5, 1.5] : [-3, 4]), 1),
  );
  const special = (["f32", "f64"] as const).flatMap((dtype) => [
    sample(`${dtype} with zeros`, host([2, 4], dtype, [2, 0, 3, -1, -0, 1, 0, 5]), 1),
    sample(`${dtype} that is not finite`, host([3, 3], dtype, [1, Infinity, 2, 1, NaN, 0, 3, -Infinity, -1]), 1, false),
  ]);
  return [...plain, ...typed, ...special];
}

const errorsOf = (name: string, call: Cumulation): readonly ErrorSample[] => [
  {
    label: "an axis that is not there",
    call: () => call(S.zeros([2, 3]), { axis: 2 }),
    error: S.ShapeError,
    message: /no axis 2 in a tensor of rank 2/,
  },
  {
    label: "no axis where there are several",
    call: () => call(S.zeros([2, 3])),
    error: S.ArgumentError,
    message: new RegExp(`${name}: a tensor of rank 2 needs an axis`),
  },
];

const cumulation = (name: string, call: Cumulation, combine: Combine): OpRow =>
  row(name, { samples: samplesOf(name, call, combine), tolerance: many, errors: errorsOf(name, call) });

export const rows: readonly OpRow[] = [
  cumulation("cumulativeSum", S.cumulativeSum, (total, value) => total + value),
  cumulation("cumulativeProd", S.cumulativeProd, (total, value) => total * value),
];
