/** Rows of `tensor/cumulative.ts` and `tensor/differences.ts`. */

import * as S from "../../../src/index.ts";
import { type Dtype, dtypes, isFloat } from "../../../src/shape/dtype.ts";
import { build, type HostTensor, host, read } from "../host.ts";
import {
  draw,
  type ErrorSample,
  floating,
  many,
  noAxis,
  type OpRow,
  otherDtypes,
  row,
  type Sample,
  summedAs,
} from "../row.ts";

type Cumulation = (x: S.Tensor, options?: S.CumulativeOptions) => S.Tensor;

/** How a cumulation goes on, what that of no elements is, and what its dtype is. */
interface Meaning {
  readonly combine: (before: number, value: number) => number;
  readonly ofNothing: (dtype: Dtype) => number;
  readonly result: (dtype: Dtype) => Dtype;
  readonly derivative?: "once";
}

function cumulated(
  x: HostTensor,
  { axis = 0, reverse = false, exclusive = false, includeInitial = false }: S.CumulativeOptions,
  { combine, ofNothing, result }: Meaning,
): HostTensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const size = x.shape[at] ?? 0;
  const longer = includeInitial ? 1 : 0;
  return build(x.shape.with(at, size + longer), result(x.dtype), (position) => {
    const place = position[at] ?? 0;
    const count = (reverse ? size + longer - place : place + 1) - (exclusive || includeInitial ? 1 : 0);
    if (count === 0) return ofNothing(x.dtype);
    const along = (index: number) => read(x, position.with(at, reverse ? size - 1 - index : index));
    let total = along(0);
    for (let index = 1; index < count; index++) total = combine(total, along(index));
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

const flags: readonly S.CumulativeOptions[] = [
  { reverse: true },
  { exclusive: true },
  { includeInitial: true },
  { exclusive: true, reverse: true },
  { includeInitial: true, reverse: true },
];

function samplesOf(name: string, call: Cumulation, meaning: Meaning): Sample[] {
  const sample = (label: string, x: HostTensor, options: S.CumulativeOptions, hasDerivative = true): Sample => ({
    label,
    inputs: [x],
    call: (tensor) => call(tensor, options),
    expected: (each) => cumulated(each, options, meaning),
    hasDerivative,
  });
  const plain = cases.map(([shape, axis]) =>
    sample(`f32[${shape}] along ${axis}`, draw(`${name}${shape}`, shape, "f32", [-1.5, 1.5]), { axis }),
  );
  const typed = ["f64" as const, ...otherDtypes].map((dtype) =>
    sample(`${dtype}[4, 6]`, draw(`${name}${dtype}`, [4, 6], dtype, isFloat(dtype) ? [-1.5, 1.5] : [-3, 4]), {
      axis: 1,
    }),
  );
  const special = (["f32", "f64"] as const).flatMap((dtype) => [
    sample(
      `${dtype} with zeros`,
      host([2, 4], dtype, [2, 0, 3, -1, -0, 1, 0, 5]),
      { axis: 1 },
      meaning.derivative === undefined,
    ),
    sample(
      `${dtype} that is not finite`,
      host([4, 3], dtype, [1, Infinity, 2, 1, NaN, 0, 3, -Infinity, -1, -Infinity, -1000, -Infinity]),
      { axis: 1 },
      false,
    ),
  ]);
  const flagged = flags.flatMap((options, index) => [
    sample(
      `f32 ${JSON.stringify(options)}`,
      draw(`${name}${index}`, [3, 5], "f32", [-1.5, 1.5]),
      { axis: index % 2, ...options },
      !name.includes("Max") &&
        !name.includes("Min") &&
        !(name.includes("Log") && (options.exclusive === true || options.includeInitial === true)),
    ),
    sample(`i32 ${JSON.stringify(options)}`, draw(`${name}i${index}`, [2, 4], "i32", [-3, 4]), {
      axis: -1,
      ...options,
    }),
    sample(`f32[0] ${JSON.stringify(options)}`, host([0], "f32", []), options, false),
  ]);
  return [...plain, ...typed, ...special, ...flagged];
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
  {
    label: "both an initial result and none",
    call: () => call(S.zeros([2]), { exclusive: true, includeInitial: true }),
    error: S.ArgumentError,
    message: /Choose one of the two/,
  },
];

const cumulation = (name: string, call: Cumulation, meaning: Meaning): OpRow =>
  row(name, {
    samples: samplesOf(name, call, meaning),
    tolerance: many,
    errors: errorsOf(name, call),
    derivative: meaning.derivative ?? "smooth",
  });

const same = (dtype: Dtype): Dtype => dtype;

function logaddexp(a: number, b: number): number {
  if (a === b) return a === -Infinity ? a : a + Math.LN2;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** The elements of a list along one axis, for each position of the others. */
function along(x: HostTensor, axis: number, f: (values: number[]) => number[], dtype: Dtype): HostTensor {
  const size = x.shape[axis] ?? 0;
  const listAt = (position: readonly number[]) =>
    f(Array.from({ length: size }, (_, index) => read(x, position.with(axis, index))));
  const length = f(new Array<number>(size).fill(0)).length;
  return build(x.shape.with(axis, length), dtype, (position) => listAt(position)[position[axis] ?? 0] ?? NaN);
}

const differences = (values: readonly number[], n: number): number[] =>
  n === 0
    ? [...values]
    : differences(
        values.slice(1).map((value, index) => value - (values[index] ?? NaN)),
        n - 1,
      );

function diffs(): OpRow {
  const cases: readonly (readonly [readonly number[], number, number])[] = [
    [[7], -1, 1],
    [[3, 5], 0, 1],
    [[3, 5], 1, 2],
    [[2, 3, 4], -2, 3],
    [[2, 3], 0, 0],
    [[1], 0, 1],
    [[0], 0, 1],
    [[2, 0, 3], 1, 2],
  ];
  return row("diff", {
    samples: [
      ...cases.map(([shape, axis, n]) => ({
        label: `[${shape}] along ${axis}, ${n} times`,
        inputs: [draw(`diff${shape}`, shape, "f32")],
        call: (x: S.Tensor) => S.diff(x, { axis, n }),
        expected: (x: HostTensor) =>
          along(x, (axis + shape.length) % shape.length, (values) => differences(values, n), x.dtype),
      })),
      {
        label: "with values before and after",
        inputs: [draw("diffx", [2, 3], "f32"), draw("diffbefore", [2, 1], "f32"), draw("diffafter", [2, 2], "f32")],
        call: (...[x, prepend, append]: S.Tensor[]) =>
          S.diff(x ?? S.zeros([1]), { ...(prepend && { prepend }), ...(append && { append }) }),
        expected: (...[x, a, b]: HostTensor[]) =>
          build([2, 5], x?.dtype ?? "f32", ([place = 0, index = 0]) => {
            const part = (from: HostTensor | undefined) =>
              from?.data.slice((place * from.data.length) / 2, ((place + 1) * from.data.length) / 2) ?? [];
            return differences([...part(a), ...part(x), ...part(b)], 1)[index] ?? NaN;
          }),
      },
      {
        label: "booleans",
        inputs: [host([4], "bool", [1, 1, 0, 1])],
        call: (x: S.Tensor) => S.diff(x),
        expected: () => host([3], "bool", [0, 1, 1]),
      },
    ].filter(({ inputs }) => inputs.length > 0),
    errors: [
      {
        label: "half a difference",
        call: () => S.diff(S.zeros([3]), { n: 0.5 }),
        error: S.ArgumentError,
        message: /n is 0.5/,
      },
      noAxis(() => S.diff(S.zeros([2, 3]), { axis: 5 })),
    ],
  });
}

function trapezoids(name: "trapezoid" | "cumulativeTrapezoid"): OpRow {
  const call = name === "trapezoid" ? S.trapezoid : S.cumulativeTrapezoid;
  const areas = (values: readonly number[], places: readonly number[]) =>
    values
      .slice(1)
      .map((value, index) => ((value + (values[index] ?? 0)) / 2) * ((places[index + 1] ?? 0) - (places[index] ?? 0)));
  const sums = (list: readonly number[]) =>
    list.map((_, index) => list.slice(0, index + 1).reduce((sum, each) => sum + each, 0));
  const finish = (list: readonly number[]) =>
    name === "trapezoid" ? [list.reduce((sum, each) => sum + each, 0)] : sums(list);
  const squeezed = (x: HostTensor, axis: number): HostTensor =>
    name === "trapezoid" ? { ...x, shape: x.shape.toSpliced(axis, 1) } : x;
  const even = [0, 0.5, 1, 1.5, 2];
  return row(name, {
    tolerance: many,
    samples: [
      ...(
        [
          [[5], 0],
          [[5, 2], 0],
          [[2, 3, 5], 2],
          [[1, 4], 0],
          [[2, 0], 0],
        ] as const
      ).map(([shape, axis]) => ({
        label: `[${shape}] along ${axis}`,
        inputs: [draw(`${name}${shape}`, shape, "f32")],
        call: (y: S.Tensor) => call(y, { dx: 0.5, axis }),
        expected: (y: HostTensor) =>
          squeezed(
            along(y, axis, (values) => finish(areas(values, even)), floating(y.dtype)),
            axis,
          ),
      })),
      {
        label: "with places",
        inputs: [draw(`${name}y`, [2, 4], "f32"), draw(`${name}x`, [4], "f32")],
        call: (...[y, x]: S.Tensor[]) => call(y ?? S.zeros([4]), x === undefined ? {} : { x }),
        expected: (...[y, x]: HostTensor[]) =>
          squeezed(
            along(
              y ?? host([0], "f32", []),
              1,
              (values) => finish(areas(values, x?.data ?? [])),
              floating(y?.dtype ?? "f32"),
            ),
            1,
          ),
      },
    ],
    errors: [
      {
        label: "too few places",
        call: () => call(S.zeros([2, 4]), { x: S.zeros([3]) }),
        error: S.ShapeError,
        message: /where the 4 samples along axis 1 are/,
      },
    ],
  });
}

export const rows: readonly OpRow[] = [
  cumulation("cumulativeSum", S.cumulativeSum, {
    combine: (total, value) => total + value,
    ofNothing: () => 0,
    result: summedAs,
  }),
  cumulation("cumulativeProd", S.cumulativeProd, {
    combine: (total, value) => total * value,
    ofNothing: () => 1,
    result: summedAs,
  }),
  cumulation("cumulativeMax", S.cumulativeMax, {
    combine: Math.max,
    ofNothing: (dtype) => dtypes[dtype].lowest,
    result: same,
    derivative: "once",
  }),
  cumulation("cumulativeMin", S.cumulativeMin, {
    combine: Math.min,
    ofNothing: (dtype) => dtypes[dtype].highest,
    result: same,
    derivative: "once",
  }),
  cumulation("cumulativeLogSumExp", S.cumulativeLogSumExp, {
    combine: logaddexp,
    ofNothing: () => -Infinity,
    result: floating,
  }),
  diffs(),
  trapezoids("trapezoid"),
  trapezoids("cumulativeTrapezoid"),
];
