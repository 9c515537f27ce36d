/** What only moves elements. */
import * as s from "../../../src/index.ts";
import { between, matrixSizes, sized, squareSizes } from "../inputs.ts";
import { call, type Family, type Line, longs, node } from "../line.ts";

const around = between(-4, 4);
const matrices = sized(matrixSizes, (shape) => [around(shape)]);
const twoMatrices = sized(matrixSizes, (shape) => [around(shape), between(-4, 4, 2)(shape)]);
const blocks = sized(
  [
    [1, 16, 8, 8],
    [4, 16, 126, 124],
    [3, 20, 129, 129],
  ],
  (shape) => [around(shape)],
);
const widths = [
  [1, 2],
  [3, 4],
] as const;
const onnxWidths = longs(1, 3, 2, 4);

const lines: readonly Line[] = [
  {
    name: "transpose",
    ours: (x) => s.matrixTranspose(x),
    sizes: matrices,
    tf: "transpose",
    jax: "np.transpose",
    ort: "Transpose",
  },
  {
    name: "permuteDims-201",
    ours: (x) => s.permuteDims(x, [2, 0, 1]),
    sizes: sized(squareSizes, (shape) => [around(shape)]),
    tf: call("transpose", [2, 0, 1]),
    jax: call("np.transpose", [2, 0, 1]),
    ort: node("Transpose", { perm: [2, 0, 1] }),
  },
  {
    name: "pad",
    ours: (x) => s.pad(x, widths),
    sizes: matrices,
    tf: call("pad", widths),
    jax: call("np.pad", widths),
    ort: node("Pad", {}, { more: [onnxWidths] }),
  },
  {
    name: "pad-reflect",
    ours: (x) => s.pad(x, widths, { mode: "reflect" }),
    sizes: matrices,
    tf: call("mirrorPad", widths, "reflect"),
    ort: node("Pad", { mode: "reflect" }, { more: [onnxWidths] }),
  },
  {
    name: "pad-replicate",
    ours: (x) => s.pad(x, widths, { mode: "replicate" }),
    sizes: matrices,
    ort: node("Pad", { mode: "edge" }, { more: [onnxWidths] }),
  },
  {
    name: "tile",
    ours: (x) => s.tile(x, [2, 3]),
    sizes: matrices,
    tf: call("tile", [2, 3]),
    jax: call("np.tile", [2, 3]),
    ort: node("Tile", {}, { more: [longs(2, 3)] }),
  },
  { name: "repeat", ours: (x) => s.repeat(x, 3, 0), sizes: matrices, jax: call("np.repeat", 3, 0) },
  { name: "repeat-columns", ours: (x) => s.repeat(x, 3, 1), sizes: matrices, jax: call("np.repeat", 3, 1) },
  { name: "flip", ours: (x) => s.flip(x, 1), sizes: matrices, tf: call("reverse", 1), jax: call("np.flip", 1) },
  { name: "flip-rows", ours: (x) => s.flip(x, 0), sizes: matrices, tf: call("reverse", 0), jax: call("np.flip", 0) },
  { name: "rot90", ours: (x) => s.rot90(x), sizes: matrices, jax: "np.rot90" },
  { name: "roll", ours: (x) => s.roll(x, 7, 1), sizes: matrices, jax: call("np.roll", 7, 1) },
  {
    name: "concat",
    ours: (a, b) => s.concat([a, b], 1),
    sizes: twoMatrices,
    tf: { ...call("concat", 1), inputs: "list" },
    jax: { ...call("np.concatenate", 1), inputs: "list" },
    ort: node("Concat", { axis: 1 }),
  },
  {
    name: "concat-rows",
    ours: (a, b) => s.concat([a, b], 0),
    sizes: twoMatrices,
    tf: { ...call("concat", 0), inputs: "list" },
    jax: { ...call("np.concatenate", 0), inputs: "list" },
    ort: node("Concat", { axis: 0 }),
  },
  {
    name: "stack",
    ours: (a, b) => s.stack([a, b], 2),
    sizes: twoMatrices,
    tf: { ...call("stack", 2), inputs: "list" },
    jax: { ...call("np.stack", 2), inputs: "list" },
  },
  {
    name: "split",
    ours: (x) => {
      const half = Math.floor((x.shape[1] ?? 2) / 2);
      const [first = x, second = x] = s.split(x, [half, (x.shape[1] ?? 2) - half], 1);
      return [first, second];
    },
    sizes: matrices,
    tf: ([x]) => {
      const [, columns = 2] = x?.shape ?? [];
      const half = Math.floor(columns / 2);
      return { ...call("split", [half, columns - half], 1), pick: 0 };
    },
    jax: ([x]) => ({ ...call("np.split", [Math.floor((x?.shape[1] ?? 2) / 2)], 1), pick: 0 }),
    ort: ([x]) => {
      const [, columns = 2] = x?.shape ?? [];
      const half = Math.floor(columns / 2);
      return node("Split", { axis: 1 }, { more: [longs(half, columns - half)], outputs: ["y", "z"] });
    },
  },
  {
    name: "slice",
    ours: (x) => s.slice(x, [1, -1], [1, -1]),
    sizes: matrices,
    tf: ([x]) =>
      call(
        "slice",
        [1, 1],
        x?.shape.map((size) => size - 2),
      ),
    ort: node("Slice", {}, { more: [longs(1, 1), longs(-1, -1)] }),
  },
  {
    name: "slice-steps",
    ours: (x) => s.slice(x, null, [null, null, 2]),
    sizes: matrices,
    tf: ([x]) => call("stridedSlice", [0, 0], x?.shape, [1, 2]),
    ort: ([x]) => node("Slice", {}, { more: [longs(0), longs(x?.shape[1] ?? 1), longs(1), longs(2)] }),
  },
  {
    name: "tril",
    ours: (x) => s.tril(x),
    sizes: matrices,
    tf: call("linalg.bandPart", -1, 0),
    jax: "np.tril",
    ort: node("Trilu", { upper: 0 }),
  },
  {
    name: "triu",
    ours: (x) => s.triu(x),
    sizes: matrices,
    tf: call("linalg.bandPart", 0, -1),
    jax: "np.triu",
    ort: "Trilu",
  },
  { name: "diagonal", ours: (x) => s.diagonal(x), sizes: matrices, jax: "np.diagonal" },
  {
    name: "broadcastTo",
    ours: (x, like) => s.broadcastTo(x, like.shape),
    sizes: matrixSizes.map((shape) => ({
      size: shape.reduce((a, b) => a * b, 1),
      make: () => [around([1, shape[1] ?? 1]), around(shape)],
    })),
    tf: ([, like]) => ({ ...call("broadcastTo", like?.shape), order: [0] }),
    jax: ([, like]) => ({ ...call("np.broadcastTo", like?.shape), order: [0] }),
    ort: ([, like]) => node("Expand", {}, { order: [0], more: [longs(...(like?.shape ?? []))] }),
  },
  {
    name: "depthToSpace",
    ours: (x) => s.depthToSpace(x, 2),
    sizes: blocks,
    tf: { ...call("depthToSpace", 2), channelsLast: true },
    ort: node("DepthToSpace", { blocksize: 2 }),
  },
  {
    name: "spaceToDepth",
    ours: (x) => s.spaceToDepth(x, 2),
    sizes: sized(
      [
        [1, 4, 16, 16],
        [4, 16, 126, 124],
        [3, 17, 140, 140],
      ],
      (shape) => [around(shape)],
    ),
    ort: node("SpaceToDepth", { blocksize: 2 }),
  },
];

/** What only moves elements. */
export const rearranging: readonly Family[] = [{ name: "rearranging", lines }];
