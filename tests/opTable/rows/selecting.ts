/** Rows of `algorithms/selecting/` and `algorithms/counting/`: results of a given size. What reads the size has tests of its own. */

import * as S from "../../../src/index.ts";
import { count, type HostTensor, host, positions } from "../host.ts";
import { draw, type ErrorSample, floating, type OpRow, row, type Sample, summedAs } from "../row.ts";
import { orderOf } from "./sorting.ts";

/** Positions of what is not zero, row by row. */
function found(x: HostTensor): number[][] {
  return positions(x.shape).filter((_, index) => x.data[index] !== 0);
}

/** The first of `values`, filled up to `size`. */
function filled(values: readonly number[], size: number, fillValue: number): number[] {
  return Array.from({ length: size }, (_, index) => values[index] ?? fillValue);
}

const sparse: readonly HostTensor[] = [
  host([7], "f32", [0, 1, NaN, 0, -0, 2, 0]),
  host([3, 4], "i32", [0, 1, 0, 2, 0, 0, 0, 3, 4, 0, 0, 0]),
  host([2, 2, 2], "bool", [1, 0, 0, 1, 1, 1, 0, 0]),
  host([3, 0], "f32", []),
  host([5], "i64", [0, 2 ** 40, 0, 1, 0]),
  host([4], "f16", [0, 0, 0, 0]),
];

const sizes = [0, 3, 9];

const places = sparse.flatMap((x) => sizes.map((size) => ({ x, size })));

const sizeErrors = (call: (options: { size: number }) => unknown, inside: () => unknown): ErrorSample[] => [
  {
    label: "half a size",
    call: () => call({ size: 0.5 }),
    error: S.ArgumentError,
    message: /size is 0.5 and has to be a whole number/,
  },
  {
    label: "no size inside a compiled function",
    call: () =>
      S.compile((x: S.Tensor) => {
        inside();
        return x;
      })(S.zeros([1])),
    error: S.UnsupportedError,
    message: /depends on the data, which a compiled function does not know. Say how many with \{ size/,
  },
];

const maskCases: readonly { readonly x: HostTensor; readonly mask: HostTensor }[] = [
  { x: draw("masked", [7], "f32"), mask: host([7], "bool", [1, 0, 1, 1, 0, 0, 1]) },
  { x: draw("masked", [3, 2], "f32"), mask: host([3, 2], "bool", [1, 0, 0, 0, 1, 1]) },
  { x: draw("masked", [3], "i64", [-9, 9]), mask: host([3], "bool", [0, 0, 0]) },
  { x: draw("masked", [4], "bool"), mask: host([4], "bool", [1, 1, 0, 1]) },
  { x: draw("masked", [0], "f32"), mask: host([0], "bool", []) },
];

const uniqueCases: readonly HostTensor[] = [
  host([7], "f32", [2, 1, 2, -0, 3, 0, 1]),
  host([2, 3], "i32", [5, 5, -1, 7, -1, 5]),
  host([4], "bool", [1, 0, 0, 1]),
  host([5], "i64", [2 ** 40, 1, 2 ** 40, -3, 1]),
  host([4], "f32", [NaN, 1, NaN, 1]),
  host([3], "u32", [2 ** 32 - 1, 0, 2 ** 32 - 1]),
  host([1], "f16", [4]),
];

interface Distinct {
  readonly values: HostTensor;
  readonly indices: HostTensor;
  readonly inverse: HostTensor;
  readonly counts: HostTensor;
}

function distinct(x: HostTensor, size: number): Distinct {
  const order = orderOf(x.data);
  const groups: number[][] = [];
  for (const position of order) {
    const last = groups.at(-1);
    if (last !== undefined && x.data[last[0] ?? 0] === x.data[position]) last.push(position);
    else groups.push([position]);
  }
  const first = groups.map((group) => group[0] ?? 0);
  const smallest = first[0] ?? 0;
  const indices = filled(first, size, smallest);
  return {
    values: host(
      [size],
      x.dtype,
      indices.map((index) => x.data[index] ?? 0),
    ),
    indices: host([size], "i32", indices),
    inverse: host(
      x.shape,
      "i32",
      x.data.map((_, position) => groups.findIndex((group) => group.includes(position))),
    ),
    counts: host(
      [size],
      "i32",
      filled(
        groups.map((group) => group.length),
        size,
        0,
      ),
    ),
  };
}

const unique = (
  call: (x: S.Tensor, size: number) => S.Tensor | readonly S.Tensor[],
  expected: (all: Distinct) => HostTensor | readonly HostTensor[],
): readonly Sample[] =>
  uniqueCases.flatMap((x) =>
    [2, 6].map((size) => ({
      label: `${size} of ${x.dtype}[${x.shape}]`,
      inputs: [x],
      call: (tensor) => call(tensor, size),
      expected: (each) => expected(distinct(each, size)),
      hasDerivative: false,
    })),
  );

const counted: readonly Sample[] = [
  ...(["i32", "u8", "i64", "u32"] as const).map(
    (dtype): Sample => ({
      label: `of ${dtype}`,
      inputs: [draw("bins", [9], dtype, [0, 5])],
      call: (x) => S.bincount(x, { size: 4 }),
      expected: (x) =>
        host(
          [4],
          "i32",
          [0, 1, 2, 3].map((bin) => x.data.filter((each) => each === bin).length),
        ),
      hasDerivative: false,
    }),
  ),
  {
    label: "negative elements and none",
    inputs: [host([4], "i32", [-1, -5, 0, 2])],
    call: (x) => S.bincount(x, { size: 1, minLength: 3 }),
    expected: () => host([3], "i32", [1, 0, 1]),
    hasDerivative: false,
  },
  {
    label: "of nothing",
    inputs: [host([0], "i32", [])],
    call: (x) => S.bincount(x, { size: 2 }),
    expected: () => host([2], "i32", [0, 0]),
    hasDerivative: false,
  },
  {
    label: "weights",
    inputs: [draw("weights", [6], "f32"), host([6], "i32", [2, 0, 2, 1, 0, 2])],
    call: (weights, x) => S.bincount(x as S.Tensor, { size: 3, weights }),
    expected: (weights, x) =>
      host(
        [3],
        summedAs(weights.dtype),
        [0, 1, 2].map((bin) =>
          weights.data.reduce((sum, each, index) => (x.data[index] === bin ? sum + each : sum), 0),
        ),
      ),
  },
];

function inBins(x: HostTensor, edges: readonly number[], weights: readonly number[] = x.data.map(() => 1)): number[] {
  return edges.slice(1).map((end, bin) =>
    x.data.reduce((sum, value, index) => {
      const isLast = bin === edges.length - 2 && value === end;
      return value >= (edges[bin] ?? 0) && (value < end || isLast) ? sum + (weights[index] ?? 0) : sum;
    }, 0),
  );
}

const equalEdges = (low: number, high: number, bins: number): number[] =>
  Array.from({ length: bins + 1 }, (_, index) => Math.fround(low + ((high - low) * index) / bins));

const histograms: readonly Sample[] = [
  ...([[], [1], [7], [0], [2, 3, 4]] as const).map(
    (shape): Sample => ({
      label: `f32[${shape}] in four bins of [-1, 1]`,
      inputs: [draw("histogram", shape, "f32")],
      call: (x) => {
        const { counts, edges } = S.histogram(x, { bins: 4, range: [-1, 1] });
        return [counts, edges];
      },
      expected: (x) => {
        const edges = equalEdges(-1, 1, 4);
        return [host([4], "i32", inBins(x, edges)), host([5], floating(x.dtype), edges)];
      },
      hasDerivative: false,
    }),
  ),
  {
    label: "edges, an end, NaN and infinities",
    inputs: [host([9], "f32", [0, 1, 2, 3, 3, 4, NaN, Infinity, -Infinity])],
    call: (x) => S.histogram(x, { bins: [0, 1, 3] }).counts,
    expected: (x) => host([2], "i32", inBins(x, [0, 1, 3])),
    hasDerivative: false,
  },
  {
    label: "densities, between the extremes",
    inputs: [host([5], "f32", [0, 1, 1, 4, 8])],
    call: (x) => S.histogram(x, { bins: 4, density: true }).counts,
    expected: () => host([4], "f32", [0.3, 0, 0.1, 0.1]),
    hasDerivative: false,
  },
  {
    label: "one number only",
    inputs: [host([3], "i32", [2, 2, 2])],
    call: (x) => S.histogram(x, { bins: 2 }).edges,
    expected: () => host([3], "f32", [1.5, 2, 2.5]),
    hasDerivative: false,
  },
  {
    label: "weights",
    inputs: [draw("weighing", [6], "f32"), host([6], "f32", [0.1, 0.9, 0.6, 0.2, 0.97, 2])],
    call: (weights, x) => S.histogram(x as S.Tensor, { bins: [0, 0.5, 1], weights }).counts,
    expected: (weights, x) => host([2], weights.dtype, inBins(x, [0, 0.5, 1], weights.data)),
  },
];

const x = (): S.Tensor => S.zeros([2, 3]);
const mask = (): S.Tensor => S.zeros([2, 3], { dtype: "bool" });

export const rows: readonly OpRow[] = [
  row("nonzero", {
    derivative: "none",
    samples: places.map(({ x: sample, size }) => ({
      label: `${size} of ${sample.dtype}[${sample.shape}]`,
      inputs: [sample],
      call: (each) => S.nonzero(each, { size, fillValue: -1 }),
      expected: (each) =>
        each.shape.map((_, axis) =>
          host(
            [size],
            "i32",
            filled(
              found(each).map((position) => position[axis] ?? 0),
              size,
              -1,
            ),
          ),
        ),
      hasDerivative: false,
    })),
    errors: [
      ...sizeErrors(
        (options) => S.nonzero(x(), options),
        () => S.nonzero(x()),
      ),
      { label: "no axes", call: () => S.nonzero(S.zeros([])), error: S.ShapeError, message: /a tensor of no axes/ },
    ],
  }),
  row("argwhere", {
    derivative: "none",
    samples: places.map(({ x: sample, size }) => ({
      label: `${size} of ${sample.dtype}[${sample.shape}]`,
      inputs: [sample],
      call: (each) => S.argwhere(each, { size }),
      expected: (each) => {
        const rank = each.shape.length;
        return host([size, rank], "i32", filled(found(each).flat(), size * rank, 0));
      },
      hasDerivative: false,
    })),
    errors: sizeErrors(
      (options) => S.argwhere(x(), options),
      () => S.argwhere(x()),
    ),
  }),
  row("maskedSelect", {
    samples: maskCases.flatMap(({ x: sample, mask: chosen }) =>
      [2, 5].map((size) => ({
        label: `${size} of ${sample.dtype}[${sample.shape}]`,
        inputs: [sample, chosen],
        call: (each, by) => S.maskedSelect(each, by as S.Tensor, { size }),
        expected: (each, by) =>
          host(
            [size],
            each.dtype,
            filled(
              each.data.filter((_, index) => by.data[index] !== 0),
              size,
              0,
            ),
          ),
      })),
    ),
    errors: [
      ...sizeErrors(
        (options) => S.maskedSelect(x(), mask(), options),
        () => S.maskedSelect(x(), mask()),
      ),
      {
        label: "a mask of numbers",
        call: () => S.maskedSelect(x(), x(), { size: 1 }),
        error: S.DtypeError,
        message: /has to be bool/,
      },
    ],
  }),
  row("booleanMask", {
    samples: [
      { sample: draw("rows", [3, 2], "f32"), chosen: host([3], "bool", [1, 0, 1]) },
      { sample: draw("rows", [2, 0, 3], "f32"), chosen: host([2], "bool", [1, 1]) },
      { sample: draw("rows", [2, 2, 3], "f32"), chosen: host([2, 2], "bool", [0, 1, 1, 0]) },
    ].map(({ sample, chosen }) => ({
      label: `f32[${sample.shape}] by [${chosen.shape}]`,
      inputs: [sample, chosen],
      call: (each, by) => S.booleanMask(each, by as S.Tensor, { size: 3 }),
      expected: (each, by) => {
        const inner = each.shape.slice(by.shape.length);
        const length = count(inner);
        const kept = each.data.filter((_, index) => by.data[Math.floor(index / length)] !== 0);
        return host([3, ...inner], each.dtype, filled(kept, 3 * length, 0));
      },
    })),
    errors: [
      ...sizeErrors(
        (options) => S.booleanMask(x(), mask(), options),
        () => S.booleanMask(x(), mask()),
      ),
      {
        label: "a mask of other axes",
        call: () => S.booleanMask(x(), S.zeros([3], { dtype: "bool" }), { size: 1 }),
        error: S.ShapeError,
        message: /the mask has shape \[3\], which are not the first axes of \[2, 3\]/,
      },
    ],
  }),
  row("uniqueAll", {
    derivative: "none",
    samples: unique(
      (each, size) => {
        const { values, indices, inverseIndices, counts } = S.uniqueAll(each, { size });
        return [values, indices, inverseIndices, counts];
      },
      ({ values, indices, inverse, counts }) => [values, indices, inverse, counts],
    ),
    errors: sizeErrors(
      (options) => S.uniqueAll(x(), options),
      () => S.uniqueAll(x()),
    ),
  }),
  row("uniqueCounts", {
    derivative: "none",
    samples: unique(
      (each, size) => {
        const { values, counts } = S.uniqueCounts(each, { size });
        return [values, counts];
      },
      ({ values, counts }) => [values, counts],
    ).slice(0, 4),
    errors: sizeErrors(
      (options) => S.uniqueCounts(x(), options),
      () => S.uniqueCounts(x()),
    ),
  }),
  row("uniqueInverse", {
    derivative: "none",
    samples: unique(
      (each, size) => {
        const { values, inverseIndices } = S.uniqueInverse(each, { size });
        return [values, inverseIndices];
      },
      ({ values, inverse }) => [values, inverse],
    ).slice(0, 4),
    errors: sizeErrors(
      (options) => S.uniqueInverse(x(), options),
      () => S.uniqueInverse(x()),
    ),
  }),
  row("uniqueValues", {
    derivative: "none",
    samples: unique(
      (each, size) => S.uniqueValues(each, { size }),
      ({ values }) => values,
    ).slice(0, 4),
    errors: sizeErrors(
      (options) => S.uniqueValues(x(), options),
      () => S.uniqueValues(x()),
    ),
  }),
  row("isIn", {
    derivative: "none",
    samples: [
      { sample: host([2, 3], "f32", [1, NaN, -0, 2, 5, 7]), elements: host([4], "f32", [NaN, 0, 5, 9]) },
      { sample: host([3], "u32", [2 ** 32 - 1, 0, 3]), elements: host([2], "u32", [2 ** 32 - 1, 3]) },
      { sample: host([], "i32", [4]), elements: host([2, 1], "i32", [1, 4]) },
      { sample: host([2], "f32", [1, 2]), elements: host([0], "f32", []) },
    ].flatMap(({ sample, elements }) =>
      [false, true].map((invert) => ({
        label: `${sample.dtype}[${sample.shape}] in [${elements.shape}]${invert ? ", inverted" : ""}`,
        inputs: [sample, elements],
        call: (each, of) => S.isIn(each, of as S.Tensor, { invert }),
        expected: (each, of) =>
          host(
            each.shape,
            "bool",
            each.data.map((value) => Number(of.data.some((other) => other === value) !== invert)),
          ),
        hasDerivative: false,
      })),
    ),
    errors: [],
  }),
  row("bincount", {
    derivative: "smooth",
    samples: counted,
    errors: [
      ...sizeErrors(
        (options) => S.bincount(S.zeros([2], { dtype: "i32" }), options),
        () => S.bincount(S.zeros([2], { dtype: "i32" })),
      ),
      {
        label: "floats",
        call: () => S.bincount(S.zeros([2]), { size: 1 }),
        error: S.DtypeError,
        message: /have to be integers/,
      },
      {
        label: "other weights",
        call: () => S.bincount(S.zeros([2], { dtype: "i32" }), { size: 1, weights: S.zeros([3]) }),
        error: S.ShapeError,
        message: /the weights have shape \[3\] and the elements \[2\]/,
      },
    ],
  }),
  row("histogram", {
    derivative: "smooth",
    samples: histograms,
    errors: [
      { label: "no bins", call: () => S.histogram(x(), { bins: 0 }), error: S.ArgumentError, message: /0 bins/ },
      {
        label: "edges that fall",
        call: () => S.histogram(x(), { bins: [2, 1] }),
        error: S.ArgumentError,
        message: /2, 1 do not rise/,
      },
      {
        label: "a range that falls",
        call: () => S.histogram(x(), { range: [2, 1] }),
        error: S.ArgumentError,
        message: /no range from 2 to 1/,
      },
    ],
  }),
];
