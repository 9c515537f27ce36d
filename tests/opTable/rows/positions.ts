/** Rows of `tensor/indexed/nd.ts` and `segments.ts`: positions along several axes, and reductions by segment. */

import type { Dtype } from "../../../src/index.ts";
import * as S from "../../../src/index.ts";
import { dtypes, isFloat } from "../../../src/shape/dtype.ts";
import { broadcast, build, count, type HostTensor, host, read, upTo } from "../host.ts";
import { draw, type ErrorSample, floating, many, noAxis, type OpRow, row, type Sample, summedAs } from "../row.ts";

import { type Combine, counted, into, matrix, placeOf, unknown, whole, written } from "./scatter.ts";

/** Where the positions in the last axis of `indices` point, for a position of what is read; undefined where nowhere. */
function pointed(x: HostTensor, indices: HostTensor, batch: number, position: readonly number[]) {
  const rank = indices.shape.length - 1;
  const places = upTo(indices.shape.at(-1) ?? 0).map((each) =>
    placeOf(read(indices, [...position.slice(0, rank), each]), x.shape[batch + each] ?? 0),
  );
  const found = places.flatMap((place) => place ?? []);
  const to = [...position.slice(0, batch), ...found, ...position.slice(rank)];
  return found.length === places.length ? to : undefined;
}

function ndShape(x: HostTensor, indices: HostTensor, batch: number): number[] {
  return [...indices.shape.slice(0, -1), ...x.shape.slice(batch + (indices.shape.at(-1) ?? 0))];
}

const missing = (dtype: Dtype) => (isFloat(dtype) ? NaN : 0);

/** Shapes of tensor and indices, and batchDims. */
const ndCases: readonly (readonly [readonly number[], readonly number[], number])[] = [
  [[3, 4], [5, 2], 0],
  [[3, 4], [2], 0],
  [[2, 3, 4], [3, 2, 2], 0],
  [[2, 3, 4], [2, 2, 1], 1],
  [[2, 3, 2], [2, 3, 4, 1], 2],
  [[2, 3], [0, 2], 0],
  [[2, 0, 3], [2, 1], 0],
];

/** Positions whose every entry exists along its axis. */
function ndIndices(shape: readonly number[], indices: readonly number[], batch: number): HostTensor {
  const smallest = Math.min(...shape.slice(batch, batch + (indices.at(-1) ?? 0)));
  return into(smallest, indices, "nd");
}

const ndReads: readonly Sample[] = [
  ...ndCases.map(([shape, indices, batchDims]) =>
    ndRead(`f32[${shape}]`, draw("nd", shape, "f32"), ndIndices(shape, indices, batchDims), batchDims, true),
  ),
  ...(["f32", "i32", "bool"] as const).map((dtype) => {
    const x = draw(`nd${dtype}`, [2, 3], dtype, [1, 8]);
    const places = host([5, 2], "i32", [0, 3, 2, 0, -1, -3, -1, -4, -3, 0]);
    return ndRead(`${dtype}, out of range in one of two`, x, places, 0, false);
  }),
];

function ndRead(label: string, x: HostTensor, places: HostTensor, batchDims: number, hasDerivative: boolean): Sample {
  return {
    label: `${label} at [${places.shape}], batch ${batchDims}`,
    inputs: [x, places],
    call: (tensor, indices) => S.gatherNd(tensor, indices as S.Tensor, { batchDims }),
    expected: (tensor, indices) =>
      build(ndShape(tensor, indices, batchDims), tensor.dtype, (position) => {
        const from = pointed(tensor, indices, batchDims, position);
        return from === undefined ? missing(tensor.dtype) : read(tensor, from);
      }),
    hasDerivative,
  };
}

/** Two ways to write for each case, in turns. */
const turns = [
  ["set", "multiply"],
  ["add", "max"],
  ["min", "set"],
] as const;

const ndWrites: readonly Sample[] = ndCases.flatMap(([shape, indices, batchDims], index) =>
  (turns[index % 3] ?? turns[0]).map((combine) => {
    const [x, places] = [draw(`nd${combine}`, shape, "f32"), ndIndices(shape, indices, batchDims)];
    return {
      label: `${combine} f32[${shape}] at [${indices}], batch ${batchDims}`,
      inputs: [x, places, draw(`by${combine}`, ndShape(x, places, batchDims), "f32")],
      call: (tensor: S.Tensor, at: S.Tensor, by: S.Tensor) => S.scatterNd(tensor, at, by, { batchDims, combine }),
      expected: (tensor: HostTensor, at: HostTensor, by: HostTensor) =>
        written(tensor, ndShape(tensor, at, batchDims), by, combine, (position) =>
          pointed(tensor, at, batchDims, position),
        ),
    };
  }),
);

/** Shape of the tensor, and for each axis that of its positions; null for the whole axis. */
const indexCases: readonly (readonly [readonly number[], readonly (readonly number[] | null)[]])[] = [
  [[5], [[3]]],
  [
    [3, 4],
    [[2], [2]],
  ],
  [
    [3, 4],
    [[2, 1], [3]],
  ],
  [
    [2, 3, 4],
    [null, [2], [2]],
  ],
  [
    [2, 3, 4],
    [[2], null, [2]],
  ],
  [
    [2, 3, 4],
    [null, null, [2, 2]],
  ],
  [[2, 3], [[]]],
  [
    [2, 0, 3],
    [null, null, [2]],
  ],
];

/** Shape of what is read, and for a position in it the position in the tensor. */
function advanced(x: HostTensor, entries: readonly (HostTensor | null)[]) {
  const axes = entries.flatMap((each, axis) => (each === null ? [] : [axis]));
  const joined = broadcast(...entries.flatMap((each) => (each === null ? [] : [each.shape])));
  const isTogether = axes.every((axis, index) => axis === (axes[0] ?? 0) + index);
  const first = isTogether ? (axes[0] ?? 0) : 0;
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const sizes = kept.map((axis) => x.shape[axis] ?? 1);
  const shape = [...sizes.slice(0, first), ...joined, ...sizes.slice(first)];
  const from = (position: readonly number[]) => {
    const own = position.slice(first, first + joined.length);
    const others = [...position.slice(0, first), ...position.slice(first + joined.length)];
    const places = x.shape.map((size, axis) => {
      const entry = entries[axis];
      return entry ? placeOf(read(entry, own), size) : others[kept.indexOf(axis)];
    });
    const found = places.flatMap((place) => place ?? []);
    return found.length === places.length ? found : undefined;
  };
  return { shape, from };
}

/** `entries` with null where the case has null, from a list without. */
function spread<T>(shapes: readonly (readonly number[] | null)[], given: readonly T[]): (T | null)[] {
  const rest = [...given];
  return shapes.map((shape) => (shape === null ? null : (rest.shift() ?? null)));
}

function entriesOf(shape: readonly number[], shapes: readonly (readonly number[] | null)[]): HostTensor[] {
  return shapes.flatMap((each, axis) => (each === null ? [] : [into(shape[axis] ?? 1, each, `entry${axis}`)]));
}

const indexReads: readonly Sample[] = indexCases.map(([shape, shapes]) => ({
  label: `f32[${shape}] at ${JSON.stringify(shapes)}`,
  inputs: [draw("index", shape, "f32"), ...entriesOf(shape, shapes)],
  call: (x, ...entries) => S.advancedIndex(x as S.Tensor, spread(shapes, entries)),
  expected: (x, ...entries) => {
    const tensor = x as HostTensor;
    const { shape: result, from } = advanced(tensor, spread(shapes, entries));
    return build(result, tensor.dtype, (position) => read(tensor, from(position) ?? []));
  },
}));

const indexWrites: readonly Sample[] = indexCases.flatMap(([shape, shapes], index) => {
  const x = draw("put", shape, "f32");
  const entries = entriesOf(shape, shapes);
  const combine = (["set", "add", "multiply"] as const)[index % 3] ?? "set";
  const values = draw(`put by${shape}`, advanced(x, spread(shapes, entries)).shape, "f32");
  return {
    label: `${combine} f32[${shape}] at ${JSON.stringify(shapes)}`,
    inputs: [x, values, ...entries],
    call: (tensor: S.Tensor, by: S.Tensor, ...given: S.Tensor[]) =>
      S.indexPut(tensor, spread(shapes, given), by, { combine }),
    expected: (tensor: HostTensor, by: HostTensor, ...given: HostTensor[]) => {
      const { shape: result, from } = advanced(tensor, spread(shapes, given));
      return written(tensor, result, by, combine, from);
    },
  };
});

/** The slices of x combined by segment, from `empty` on. */
function segmented(
  x: HostTensor,
  segments: HostTensor,
  { numSegments, axis = 0 }: S.SegmentOptions,
  combine: Combine,
  empty: number,
  dtype: Dtype = x.dtype,
): HostTensor {
  const at = counted(axis, x.shape.length);
  const end = at + segments.shape.length;
  const shape = [...x.shape.slice(0, at), numSegments, ...x.shape.slice(end)];
  const nothing = host(shape, dtype, new Array<number>(count(shape)).fill(empty));
  return written(nothing, x.shape, x, combine, (position) => {
    const place = read(segments, position.slice(at, end));
    const exists = place >= 0 && place < numSegments;
    return exists ? [...position.slice(0, at), place, ...position.slice(end)] : undefined;
  });
}

type SegmentReference = (x: HostTensor, segments: HostTensor, options: S.SegmentOptions) => HostTensor;

function segmentSamples(name: string, call: typeof S.segmentSum, reference: SegmentReference): Sample[] {
  const sample = (
    label: string,
    x: HostTensor,
    segments: HostTensor,
    options: S.SegmentOptions,
    hasDerivative = true,
  ): Sample => ({
    label,
    inputs: [x, segments],
    call: (tensor, numbers) => call(tensor, numbers as S.Tensor, options),
    expected: (tensor, numbers) => reference(tensor, numbers, options),
    hasDerivative,
  });
  const three = host([7], "i32", [2, 0, 1, 0, 2, 2, 0]);
  return [
    sample("unsorted", draw(name, [7], "f32"), three, { numSegments: 3 }),
    sample("sorted rows", draw(name, [4, 3], "f32"), host([4], "i32", [0, 0, 1, 1]), { numSegments: 2 }),
    sample("columns", draw(name, [2, 7], "f32"), three, { numSegments: 3, axis: -1 }),
    sample("two axes of numbers", draw(name, [2, 3, 2], "f32"), host([2, 3], "i32", [0, 1, 0, 2, 1, 2]), {
      numSegments: 3,
    }),
    sample("nothing", draw(name, [0, 2], "f32"), host([0], "i32", []), { numSegments: 2 }, false),
    sample(
      "numbers outside, and empty segments",
      draw(name, [5], "f32"),
      host([5], "i32", [-1, 4, 1, 1, -5]),
      { numSegments: 4 },
      false,
    ),
    ...(["u8", "i64"] as const).map((dtype) =>
      sample(`numbers of ${dtype}`, draw(name, [3], "f32"), host([3], dtype, [1, 0, 1]), { numSegments: 2 }),
    ),
    sample("i64", draw(name, [7], "i64", [1, 2]), three, { numSegments: 3 }),
  ];
}

const wrongSegments = (call: typeof S.segmentSum): ErrorSample[] => [
  {
    label: "segments of another size",
    call: () => call(matrix(), S.zeros([3], { dtype: "i32" }), { numSegments: 2 }),
    error: S.ShapeError,
    message: /segments \[3\] are not the axes of \[2, 3\] from 0 on/,
  },
  {
    label: "half a segment",
    call: () => call(matrix(), whole(), { numSegments: 0.5 }),
    error: S.ShapeError,
    message: /size 0.5 at axis 0/,
  },
  noAxis(() => call(matrix(), whole(), { numSegments: 2, axis: 5 })),
];

function meanBySegment(x: HostTensor, segments: HostTensor, options: S.SegmentOptions): HostTensor {
  const wide = { ...x, dtype: "f64" as const };
  const total = segmented(wide, segments, options, "add", 0);
  const ones = { ...wide, data: wide.data.map(() => 1) };
  const counts = segmented(ones, segments, options, "add", 0);
  return host(
    total.shape,
    floating(x.dtype),
    total.data.map((value, index) => value / (counts.data[index] ?? 0)),
  );
}

const severalAxes: readonly OpRow[] = [
  row("gatherNd", {
    samples: ndReads,
    errors: [
      {
        label: "more positions than axes",
        call: () => S.gatherNd(matrix(), S.zeros([2, 3], { dtype: "i32" })),
        error: S.ShapeError,
        message: /indices \[2, 3\] do not point into \[2, 3\] with batchDims 0/,
      },
    ],
  }),
  row("scatterNd", {
    samples: ndWrites,
    errors: [
      unknown(() => S.scatterNd(matrix(), S.zeros([2, 1], { dtype: "i32" }), 1, { combine: "mean" as "add" })),
      {
        label: "a batch that differs",
        call: () => S.scatterNd(matrix(), S.zeros([3, 1], { dtype: "i32" }), 1, { batchDims: 1 }),
        error: S.ShapeError,
        message: /with batchDims 1/,
      },
    ],
  }),
  row("advancedIndex", {
    samples: indexReads,
    errors: [
      {
        label: "no positions",
        call: () => S.advancedIndex(matrix(), [null]),
        error: S.ArgumentError,
        message: /there are no positions/,
      },
      {
        label: "too many entries",
        call: () => S.advancedIndex(matrix(), [whole(), whole(), whole()]),
        error: S.ShapeError,
        message: /3 entries were given for \[2, 3\]/,
      },
      {
        label: "positions that do not broadcast",
        call: () => S.advancedIndex(matrix(), [whole(), S.zeros([3], { dtype: "i32" })]),
        error: S.ShapeError,
        message: /advancedIndex: shapes \[2\] and \[3\] do not broadcast/,
      },
    ],
  }),
  row("indexPut", {
    samples: indexWrites,
    errors: [unknown(() => S.indexPut(matrix(), [whole()], 1, { combine: "mean" as "add" }))],
  }),
];

const segments: readonly OpRow[] = [
  row("segmentSum", {
    samples: segmentSamples("segmentSum", S.segmentSum, (x, numbers, options) =>
      segmented(x, numbers, options, "add", 0, summedAs(x.dtype)),
    ),
    errors: wrongSegments(S.segmentSum),
  }),
  row("segmentProd", {
    samples: segmentSamples("segmentProd", S.segmentProd, (x, numbers, options) =>
      segmented(x, numbers, options, "multiply", 1, summedAs(x.dtype)),
    ),
    tolerance: many,
    errors: wrongSegments(S.segmentProd),
  }),
  row("segmentMean", {
    samples: segmentSamples("segmentMean", S.segmentMean, meanBySegment),
    errors: wrongSegments(S.segmentMean),
  }),
  row("segmentMax", {
    samples: segmentSamples("segmentMax", S.segmentMax, (x, numbers, options) =>
      segmented(x, numbers, options, "max", dtypes[x.dtype].lowest),
    ),
    errors: wrongSegments(S.segmentMax),
  }),
  row("segmentMin", {
    samples: segmentSamples("segmentMin", S.segmentMin, (x, numbers, options) =>
      // The largest i64 is no JavaScript number
      segmented(x, numbers, options, "min", Math.min(dtypes[x.dtype].highest, isFloat(x.dtype) ? Infinity : 2 ** 53)),
    ),
    errors: wrongSegments(S.segmentMin),
  }),
];

/** Rows. */
export const rows: readonly OpRow[] = [...severalAxes, ...segments];
