/** Sorting, and what reads and writes at positions. */
import * as s from "../../../src/index.ts";
import { between, flatSizes, integers, matrixSizes, sized } from "../inputs.ts";
import { call, type Family, type Given, type Line, longs, node } from "../line.ts";

const around = between(-4, 4);

/** Sorted numbers. */
function rising(count: number): Given {
  return { shape: [count], data: between(-4, 4, 7)([count]).data.slice().sort() };
}

/** Every position below `count` once, far from each other. */
function scattered(count: number): Given {
  return { shape: [count], data: Int32Array.from({ length: count }, (_, index) => (index * 7919) % count) };
}

function inside([rows = 1, columns = 1]: readonly number[]): Given {
  const places = integers(0, 1 << 30, 3)([rows * columns, 2]).data;
  return {
    shape: [rows * columns, 2],
    data: Int32Array.from(places, (value, index) => value % (index % 2 === 0 ? rows : columns)),
  };
}

function ids(count: number, segments: number): Given {
  return integers(0, segments, 4)([count]);
}

const sorting: readonly Line[] = [
  { name: "sort", ours: (x) => s.sort(x), jax: "np.sort", sizes: sized(flatSizes, (shape) => [around(shape)]) },
  { name: "sort-rows", ours: (x) => s.sort(x), jax: "np.sort", sizes: sized(matrixSizes, (shape) => [around(shape)]) },
  {
    name: "sort-columns",
    ours: (x) => s.sort(x, { axis: 0 }),
    jax: call("np.sort", 0),
    sizes: sized(matrixSizes, (shape) => [around(shape)]),
  },
  {
    name: "argsort",
    ours: (x) => s.argsort(x),
    jax: "np.argsort",
    sizes: sized(flatSizes, (shape) => [around(shape)]),
  },
  {
    name: "argsort-rows",
    ours: (x) => s.argsort(x),
    jax: "np.argsort",
    sizes: sized(matrixSizes, (shape) => [around(shape)]),
  },
  ...[flatSizes, matrixSizes].map(
    (shapes, index): Line => ({
      name: index === 0 ? "topK" : "topK-rows",
      ours: (x) => {
        const { values, indices } = s.topK(x, 10);
        return [values, indices];
      },
      tf: { ...call("topk", 10), pick: "values" },
      jax: { ...call("lax.topK", 10), pick: 0 },
      ort: node("TopK", { axis: -1 }, { more: [longs(10)], outputs: ["y", "places"] }),
      sizes: sized(shapes, (shape) => [around(shape)]),
    }),
  ),
  {
    name: "searchSorted",
    ours: (values, sorted) => s.searchSorted(sorted, values),
    tf: { of: "searchSorted", order: [1, 0], more: ["left"] },
    sizes: sized(flatSizes, (shape) => [around(shape), rising(1000)]),
  },
  {
    name: "uniqueValues",
    ours: (x) => s.uniqueValues(x, { size: 100 }),
    ort: node("Unique", {}, { type: "int64", longs: [0] }),
    sizes: sized(flatSizes, (shape) => [integers(0, 100)(shape)]).map(({ size, make }) => ({
      size,
      make: () => everyHundred(make()),
    })),
  },
  {
    name: "bincount",
    ours: (x) => s.bincount(x, { size: 256 }),
    tf: call("bincount", 256),
    sizes: sized(flatSizes, (shape) => [integers(0, 256)(shape), { shape: [0], data: new Float32Array(0) }]),
  },
];

/** Each of a hundred numbers occurs. */
function everyHundred([given]: readonly Given[]): readonly Given[] {
  if (given === undefined) return [];
  for (let value = 0; value < 100; value++) given.data[value] = value;
  return [given];
}

const indexing: readonly Line[] = [
  {
    name: "take",
    ours: (x, places) => s.take(x, places),
    tf: call("gather", 0),
    jax: call("np.take", 0),
    ort: node("Gather", { axis: 0 }),
    sizes: sized(flatSizes, (shape) => [around(shape), scattered(shape[0] ?? 1)]),
  },
  {
    name: "take-rows",
    ours: (x, places) => s.take(x, places),
    tf: call("gather", 0),
    jax: call("np.take", 0),
    ort: node("Gather", { axis: 0 }),
    sizes: sized(matrixSizes, (shape) => [around(shape), ids(shape[0] ?? 1, shape[0] ?? 1)]),
  },
  {
    name: "takeAlongAxis",
    ours: (x, places) => s.takeAlongAxis(x, places),
    jax: call("np.takeAlongAxis", 1),
    ort: node("GatherElements", { axis: 1 }),
    sizes: sized(matrixSizes, (shape) => [around(shape), integers(0, shape[1] ?? 1)(shape)]),
  },
  {
    name: "gatherNd",
    ours: (x, places) => s.gatherNd(x, places),
    tf: "gatherND",
    ort: node("GatherND", {}, { longs: [1] }),
    sizes: sized(matrixSizes, (shape) => [around(shape), inside(shape)]),
  },
  {
    name: "scatterNd-add",
    ours: (updates, places) => s.scatterNd(s.zeros(updates.shape), places, updates, { combine: "add" }),
    tf: ([updates]) => ({ of: "scatterND", order: [1, 0], more: [updates?.shape] }),
    sizes: sized(flatSizes, ([count = 1]) => [around([count]), { ...scattered(count), shape: [count, 1] }]),
  },
  {
    name: "scatterNd-set",
    ours: (x, places, updates) => s.scatterNd(x, places, updates),
    tf: "tensorScatterUpdate",
    ort: node("ScatterND", {}, { longs: [1] }),
    sizes: sized(flatSizes, ([count = 1]) => [
      around([count]),
      { ...scattered(count), shape: [count, 1] },
      between(-4, 4, 2)([count]),
    ]),
  },
  {
    name: "putAlongAxis-add",
    ours: (x, places, updates) => s.putAlongAxis(x, places, updates, { combine: "add" }),
    ort: node("ScatterElements", { axis: 1, reduction: "add" }),
    sizes: sized(matrixSizes, (shape) => [around(shape), integers(0, shape[1] ?? 1)(shape), between(-4, 4, 2)(shape)]),
  },
  {
    name: "segmentSum",
    ours: (x, segments) => s.segmentSum(x, segments, { numSegments: 100 }),
    tf: call("unsortedSegmentSum", 100),
    agree: { absolute: 1e-2, relative: 1e-3 },
    sizes: sized(flatSizes, ([count = 1]) => [around([count]), ids(count, 100)]),
  },
  {
    name: "segmentSum-rows",
    ours: (x, segments) => s.segmentSum(x, segments, { numSegments: 10 }),
    tf: call("unsortedSegmentSum", 10),
    agree: { absolute: 1e-2, relative: 1e-3 },
    sizes: sized(matrixSizes, (shape) => [around(shape), ids(shape[0] ?? 1, 10)]),
  },
  {
    name: "oneHot",
    ours: (x) => s.oneHot(x, 10),
    tf: call("oneHot", 10),
    jax: call("nn.oneHot", 10),
    ort: node("OneHot", {}, { longs: [0], more: [{ ...longs(10), shape: [] }, { data: Float32Array.of(0, 1) }] }),
    sizes: sized([[100], [100_000], [99_991]], (shape) => [integers(0, 10)(shape)]).map(({ size, make }) => ({
      size: size * 10,
      make,
    })),
  },
];

/** Sorting, reading and writing at positions. */
export const positions: readonly Family[] = [
  { name: "sorting", lines: sorting },
  { name: "indexing", lines: indexing },
];
