/** Pooling, normalization over channels, resizing and regions of images. */
import * as s from "../../../src/index.ts";
import { between, imageSizes, integers, sized } from "../inputs.ts";
import { call, type Family, type Given, type Line, longs, node } from "../line.ts";

const around = between(-1, 1);
const images = sized(imageSizes, (shape) => [around(shape)]);
const channels = (shape: readonly number[], seed: number): Given => between(0.5, 2, seed)([shape[1] ?? 1]);

const pooling: readonly Line[] = [
  {
    name: "maxPool",
    ours: (x) => s.maxPool(x, [2, 2]),
    sizes: images,
    tf: { ...call("maxPool", 2, 2, "valid"), channelsLast: true },
    ort: node("MaxPool", { kernel_shape: [2, 2], strides: [2, 2] }),
  },
  {
    name: "maxPool-3",
    ours: (x) => s.maxPool(x, [3, 3], { stride: 1, padding: 1 }),
    sizes: images,
    tf: { ...call("maxPool", 3, 1, "same"), channelsLast: true },
    ort: node("MaxPool", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  },
  {
    name: "averagePool",
    ours: (x) => s.averagePool(x, [2, 2]),
    sizes: images,
    tf: { ...call("avgPool", 2, 2, "valid"), channelsLast: true },
    ort: node("AveragePool", { kernel_shape: [2, 2], strides: [2, 2] }),
  },
  {
    name: "averagePool-3",
    ours: (x) => s.averagePool(x, [3, 3], { stride: 1 }),
    sizes: images,
    tf: { ...call("avgPool", 3, 1, "valid"), channelsLast: true },
    ort: node("AveragePool", { kernel_shape: [3, 3] }),
  },
  {
    name: "lpPool",
    ours: (x) => s.lpPool(x, [2, 2]),
    sizes: images,
    ort: node("LpPool", { kernel_shape: [2, 2], strides: [2, 2] }),
  },
  { name: "globalAveragePool", ours: (x) => s.globalAveragePool(x), sizes: images, ort: "GlobalAveragePool" },
  { name: "globalMaxPool", ours: (x) => s.globalMaxPool(x), sizes: images, ort: "GlobalMaxPool" },
  {
    name: "batchNorm",
    ours: (x, mean, variance) => s.batchNorm(x, { mean, variance }),
    sizes: sized(imageSizes, (shape) => [around(shape), channels(shape, 2), channels(shape, 3)]),
    tf: { ...call("batchNorm", undefined, undefined, 1e-5), channelsLast: true },
    ort: ([, mean, variance]) => {
      const count = mean?.data.length ?? 1;
      const same = [1, 0].map((value) => ({ data: new Float32Array(count).fill(value) }));
      return node("BatchNormalization", {}, { order: [0], more: [...same, mean, variance] });
    },
  },
  {
    name: "instanceNorm",
    ours: (x, weight, bias) => s.instanceNorm(x, { weight, bias }),
    sizes: sized(imageSizes, (shape) => [around(shape), channels(shape, 2), channels(shape, 3)]),
    ort: "InstanceNormalization",
  },
];

const tfMode = { linear: "resizeBilinear", nearest: "resizeNearestNeighbor" } as const;

/** To twice and to half the sides. */
function resize(mode: "nearest" | "linear" | "cubic"): Line[] {
  return [2, 0.5].map((factor) => {
    const sidesOf = (shape: readonly number[] = []): number[] =>
      shape.slice(2).map((side) => Math.floor(side * factor));
    const rule = mode === "nearest" ? "asymmetric" : "half_pixel";
    const rounding = mode === "nearest" ? { nearest_mode: "floor" } : {};
    return {
      name: `resize-${mode}-${factor === 2 ? "up" : "down"}`,
      ours: (x) => s.images.interpolate(x, { size: sidesOf(x.shape), mode }),
      sizes: images,
      agree: { absolute: 1e-3, relative: 1e-3 },
      ...(mode === "cubic"
        ? {}
        : {
            tf: ([x]) => ({
              ...call(`image.${tfMode[mode]}`, sidesOf(x?.shape), false, mode === "linear"),
              channelsLast: true,
            }),
          }),
      ort: ([x]) =>
        node(
          "Resize",
          { mode, coordinate_transformation_mode: rule, ...rounding },
          { more: [undefined, undefined, longs(...(x?.shape.slice(0, 2) ?? []), ...sidesOf(x?.shape))] },
        ),
    };
  });
}

/** Corners (y1, x1, y2, x2) or (x1, y1, x2, y2) of boxes within `side`. */
function boxes(count: number, side: number): Given {
  const { data } = between(0, 0.5, 5)([count, 4]);
  return { shape: [count, 4], data: data.map((value, index) => (index % 4 < 2 ? value : value + 0.5) * side) };
}

const regions: readonly Line[] = [
  {
    name: "gridSample",
    ours: (x, grid) => s.images.gridSample(x, grid),
    sizes: sized(imageSizes, (shape) => [around(shape), between(-1, 1, 2)([shape[0] ?? 1, ...shape.slice(2), 2])]),
    agree: { absolute: 1e-3, relative: 1e-3 },
    ort: node("GridSample", { mode: "linear" }),
  },
  {
    name: "cropAndResize",
    ours: (x, corners, indices) => s.images.cropAndResize(x, corners, indices, { outputSize: [14, 14] }),
    sizes: sized(imageSizes, (shape) => [around(shape), boxes(16, 1), integers(0, shape[0] ?? 1)([16])]),
    agree: { absolute: 1e-3, relative: 1e-3 },
    tf: { ...call("image.cropAndResize", [14, 14]), channelsLast: true },
  },
  {
    name: "roiAlign",
    ours: (x, corners, indices) => s.images.roiAlign(x, corners, indices, { outputSize: [7, 7], samplingRatio: 2 }),
    sizes: sized(imageSizes, (shape) => [around(shape), boxes(16, shape[2] ?? 1), integers(0, shape[0] ?? 1)([16])]),
    agree: { absolute: 1e-3, relative: 1e-3 },
    ort: node("RoiAlign", { output_height: 7, output_width: 7, sampling_ratio: 2 }, { longs: [2] }),
  },
  {
    name: "rgbToGrayscale",
    ours: (x) => s.images.rgbToGrayscale(x),
    sizes: sized(
      [
        [1, 3, 18, 18],
        [4, 3, 289, 288],
        [3, 3, 333, 333],
      ],
      (shape) => [between(0, 1)(shape)],
    ),
    agree: { absolute: 1e-3, relative: 1e-3 },
    tf: { of: "image.rgbToGrayscale", channelsLast: true },
  },
];

/** Pooling, resizing and regions. */
export const pictures: readonly Family[] = [
  { name: "pooling", lines: pooling },
  { name: "images", lines: [...resize("nearest"), ...resize("linear"), ...resize("cubic"), ...regions] },
];
