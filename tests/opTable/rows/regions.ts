/** Rows of boxes, regions and colours in `algorithms/images/`. The references follow the definitions, position by position. */

import * as S from "../../../src/index.ts";
import { type Dtype, images, zeros } from "../../../src/index.ts";
import { build, type HostTensor, host, positions, read } from "../host.ts";
import { draw, floating, many, type OpRow, row, type Sample } from "../row.ts";

type Shape = readonly number[];

const clamp = (place: number, size: number) => Math.min(Math.max(place, 0), size - 1);

/** The four numbers of box `index`. */
const boxAt = (boxes: HostTensor, index: number) => [0, 1, 2, 3].map((side) => boxes.data[4 * index + side] ?? 0);

function overlap(a: Shape, b: Shape): number {
  const [ax1 = 0, ay1 = 0, ax2 = 0, ay2 = 0] = a;
  const [bx1 = 0, by1 = 0, bx2 = 0, by2 = 0] = b;
  const width = Math.max(0, Math.min(ax2, bx2) - Math.max(ax1, bx1));
  const both = width * Math.max(0, Math.min(ay2, by2) - Math.max(ay1, by1));
  return both === 0 ? 0 : both / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - both);
}

/** New numbers of each box. */
const converted = (f: (box: Shape) => Shape) => (x: HostTensor) =>
  build(x.shape, floating(x.dtype), (position) => {
    const index = position.slice(0, -1).reduce((sum, place, axis) => sum * (x.shape[axis] ?? 1) + place, 0);
    return f(boxAt(x, index))[position.at(-1) ?? 0] ?? Number.NaN;
  });

/** Boxes with corners in order. */
function drawBoxes(key: string, shape: Shape, dtype: Dtype = "f32"): HostTensor {
  const corners = draw(key, shape, dtype, [0, 4]);
  const data = corners.data.map((value, index) => (index % 4 < 2 ? value : value + (corners.data[index - 2] ?? 0) + 1));
  return host(shape, dtype, data);
}

/** Kept boxes, best first, of one class. */
function kept(
  boxes: readonly Shape[],
  scores: Shape,
  options: images.SuppressionOptions & { readonly size?: number },
): number[] {
  const { iouThreshold = 0, scoreThreshold = -Infinity, maxOutputBoxesPerClass = boxes.length } = options;
  const found: number[] = [];
  const order = scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  for (const index of order) {
    if (!((scores[index] ?? 0) >= scoreThreshold) || scores[index] === scoreThreshold) continue;
    if (found.length < maxOutputBoxesPerClass)
      if (found.every((other) => overlap(boxes[index] ?? [], boxes[other] ?? []) <= iouThreshold)) found.push(index);
  }
  return found;
}

/** (x1, y1, x2, y2) of any two corners, or of centre and sizes. */
function cornersOf([a = 0, b = 0, c = 0, d = 0]: Shape, isCentred: boolean): Shape {
  if (isCentred) return [a - c / 2, b - d / 2, a + c / 2, b + d / 2];
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

const padTo = (list: readonly number[], size: number) => Array.from({ length: size }, (_, index) => list[index] ?? -1);

function suppressed(boxes: HostTensor, scores: HostTensor, options: images.SizedSuppressionOptions): HostTensor {
  const [batch = 0, classes = 0, count = 0] = scores.shape;
  const rows = positions([batch, classes]).flatMap(([n = 0, c = 0]) => {
    const given = Array.from({ length: count }, (_, index) =>
      cornersOf(boxAt(boxes, n * count + index), options.centerPointBox ?? false),
    );
    const own = scores.data.slice((n * classes + c) * count, (n * classes + c + 1) * count);
    return kept(given, own, options).map((box) => [n, c, box]);
  });
  const padded = Array.from({ length: options.size }, (_, index) => rows[index] ?? [-1, -1, -1]);
  return host([options.size, 3], "i32", padded.flat());
}

/** Bilinear, nothing farther than 1 outside. */
function bilinear(x: HostTensor, n: number, c: number, y: number, column: number): number[] {
  const [, , height = 1, width = 1] = x.shape;
  if (y < -1 || y > height || column < -1 || column > width) return [0, 0, 0, 0];
  const [cy, cx] = [clamp(y, height), clamp(column, width)];
  const [y0, x0] = [Math.floor(cy), Math.floor(cx)];
  return [0, 1].flatMap((i) =>
    [0, 1].map((j) => {
      const weight = (i === 0 ? 1 - cy + y0 : cy - y0) * (j === 0 ? 1 - cx + x0 : cx - x0);
      return weight * read(x, [n, c, clamp(y0 + i, height), clamp(x0 + j, width)]);
    }),
  );
}

function aligned(x: HostTensor, boxes: HostTensor, indices: HostTensor, options: images.RoiAlignOptions): HostTensor {
  const { outputSize, spatialScale = 1, samplingRatio = 0, aligned: isAligned = true, mode = "avg" } = options;
  const [rows, columns] = outputSize;
  return build(
    [indices.data.length, x.shape[1] ?? 0, rows, columns],
    floating(x.dtype),
    ([r = 0, c = 0, i = 0, j = 0]) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxAt(boxes, r).map(
        (side) => side * spatialScale - (isAligned ? 0.5 : 0),
      );
      const least = isAligned ? -Infinity : 1;
      const [high, wide] = [Math.max(least, y2 - y1) / rows, Math.max(least, x2 - x1) / columns];
      const [down, across] = [high, wide].map((size) =>
        samplingRatio > 0 ? samplingRatio : Math.max(0, Math.ceil(size)),
      );
      const samples = positions([down ?? 0, across ?? 0]).map(([k = 0, l = 0]) =>
        bilinear(
          x,
          indices.data[r] ?? 0,
          c,
          y1 + i * high + ((k + 0.5) * high) / (down ?? 1),
          x1 + j * wide + ((l + 0.5) * wide) / (across ?? 1),
        ),
      );
      if (mode === "max") return Math.max(...samples.flat());
      return samples.flat().reduce((sum, part) => sum + part, 0) / Math.max(1, samples.length);
    },
  );
}

function poolRegions(x: HostTensor, boxes: HostTensor, indices: HostTensor, options: images.RegionOptions): HostTensor {
  const { outputSize, spatialScale = 1 } = options;
  return build([indices.data.length, x.shape[1] ?? 0, ...outputSize], floating(x.dtype), ([r = 0, c = 0, ...bin]) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxAt(boxes, r).map((side) => Math.round(side * spatialScale));
    const ranges = [
      [y1, y2],
      [x1, x2],
    ].map(([start = 0, end = 0], axis) => {
      const step = Math.max(end - start + 1, 1) / (outputSize[axis] ?? 1);
      const place = bin[axis] ?? 0;
      const [low, high] = [Math.floor(place * step) + start, Math.ceil((place + 1) * step) + start];
      return Array.from({ length: x.shape[axis + 2] ?? 0 }, (_, p) => p).filter((p) => p >= low && p < high);
    });
    const values = (ranges[0] ?? []).flatMap((y) =>
      (ranges[1] ?? []).map((p) => read(x, [indices.data[r] ?? 0, c, y, p])),
    );
    return values.length === 0 ? 0 : Math.max(...values);
  });
}

function cropped(x: HostTensor, boxes: HostTensor, indices: HostTensor, options: images.CropOptions): HostTensor {
  const [rows, columns] = options.outputSize;
  const [, channels = 0, height = 1, width = 1] = x.shape;
  return build([indices.data.length, channels, rows, columns], floating(x.dtype), ([r = 0, c = 0, i = 0, j = 0]) => {
    const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = boxAt(boxes, r);
    const along = (start: number, end: number, size: number, place: number, count: number) =>
      count > 1
        ? start * (size - 1) + (place * (end - start) * (size - 1)) / (count - 1)
        : 0.5 * (start + end) * (size - 1);
    const [y, p] = [along(y1, y2, height, i, rows), along(x1, x2, width, j, columns)];
    if (y < 0 || y > height - 1 || p < 0 || p > width - 1) return options.extrapolationValue ?? 0;
    const n = indices.data[r] ?? 0;
    if (options.mode === "nearest") return read(x, [n, c, Math.round(y), Math.round(p)]);
    return bilinear(x, n, c, y, p).reduce((sum, part) => sum + part, 0);
  });
}

const regionBoxes = host([1, 4], "f32", [-0.4, 0.6, 3.1, 2.7]);
const fractionBoxes = host([1, 4], "f32", [0.8, 0.15, -0.3, 0.9]);
const pictures = (list: Shape) => host([list.length], "i32", list);

/** A call with a region of the second picture. */
function regionSample<O>(
  call: (x: S.Tensor, boxes: S.Tensor, indices: S.Tensor, options: O) => S.Tensor,
  expected: (x: HostTensor, boxes: HostTensor, indices: HostTensor, options: O) => HostTensor,
  boxes: HostTensor,
  options: O,
): Sample {
  // Boxes are given, not differentiated: pictures are
  return {
    label: JSON.stringify(options),
    inputs: [draw("regions", [2, 1, 3, 4], "f32"), pictures([1])],
    call: (x, indices) => call(x, S.tensor([...boxes.data], { shape: boxes.shape }), indices, options),
    expected: (x, indices) => expected(x, boxes, indices, options),
  };
}

const colours = (key: string, shape: Shape = [3, 2, 3]) => draw(key, shape, "f32", [0, 1]);

/** Of the three channels, new ones. */
function recoloured(x: HostTensor, channels: number, f: (r: number, g: number, b: number) => Shape): HostTensor {
  const axis = x.shape.length - 3;
  return build(x.shape.with(axis, channels), floating(x.dtype), (position) => {
    const [r = 0, g = 0, b = 0] = [0, 1, 2].map((channel) => read(x, position.with(axis, channel)));
    return f(r, g, b)[position[axis] ?? 0] ?? Number.NaN;
  });
}

const modulo = (a: number, b: number) => a - b * Math.floor(a / b);

function hsv(r: number, g: number, b: number): Shape {
  const value = Math.max(r, g, b);
  const range = value - Math.min(r, g, b);
  const sixths =
    range === 0
      ? 0
      : value === r
        ? modulo((g - b) / range, 6)
        : value === g
          ? (b - r) / range + 2
          : (r - g) / range + 4;
  return [sixths / 6, value === 0 ? 0 : range / value, value];
}

function rgb(h: number, s: number, v: number): Shape {
  return [5, 3, 1].map((n) => {
    const k = modulo(n + 6 * h, 6);
    return v - v * s * Math.max(0, Math.min(k, 4 - k, 1));
  });
}

const wrong = (label: string, call: () => unknown, error: OpRow["errors"][number]["error"], message: RegExp) => ({
  label,
  call,
  error,
  message,
});
const noColours = (call: (x: S.Tensor) => unknown) =>
  wrong("four channels", () => call(zeros([4, 2, 2])), S.ShapeError, /\[\.\.\., 3, height, width\]/);
const noBoxes = (call: (x: S.Tensor) => unknown) =>
  wrong("three sides", () => call(zeros([2, 3])), S.ShapeError, /the last axis has to be 4/);
const noRegions = (call: (x: S.Tensor, boxes: S.Tensor, indices: S.Tensor) => unknown) => [
  wrong(
    "other numbers of boxes and pictures",
    () => call(zeros([1, 1, 2, 2]), zeros([2, 4]), zeros([3], { dtype: "i32" })),
    S.ShapeError,
    /\[regions, 4\] and \[regions\] are needed/,
  ),
  wrong(
    "pictures by floats",
    () => call(zeros([1, 1, 2, 2]), zeros([2, 4]), zeros([2])),
    S.DtypeError,
    /positions have to be integers/,
  ),
];

/** Rows. */
export const rows: readonly OpRow[] = [
  row("images.centersToCorners", {
    tolerance: many,
    samples: [[3, 4], [4], [0, 4]].map((shape) => ({
      label: `[${shape}]`,
      inputs: [draw(`centres${shape}`, shape, "f32", [0, 5])],
      call: images.centersToCorners,
      expected: converted(([x = 0, y = 0, w = 0, h = 0]) => [x - w / 2, y - h / 2, x + w / 2, y + h / 2]),
    })),
    errors: [noBoxes(images.centersToCorners)],
  }),
  row("images.cornersToCenters", {
    tolerance: many,
    samples: [[3, 4], [4], [0, 4]].map((shape) => ({
      label: `[${shape}]`,
      inputs: [drawBoxes(`corners${shape}`, shape)],
      call: images.cornersToCenters,
      expected: converted(([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]),
    })),
    errors: [noBoxes(images.cornersToCenters)],
  }),
  row("images.boxArea", {
    tolerance: many,
    samples: [[3, 4], [4], [0, 4]].map((shape) => ({
      label: `[${shape}]`,
      inputs: [drawBoxes(`areas${shape}`, shape)],
      call: images.boxArea,
      expected: (x) =>
        build(x.shape.slice(0, -1), x.dtype, (position) => {
          const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxAt(x, position[0] ?? 0);
          return (x2 - x1) * (y2 - y1);
        }),
    })),
    errors: [noBoxes(images.boxArea)],
  }),
  row("images.boxIou", {
    tolerance: many,
    samples: [
      [
        [3, 4],
        [2, 4],
      ],
      [
        [1, 4],
        [0, 4],
      ],
    ].map(([a = [], b = []]) => ({
      label: `[${a}] [${b}]`,
      inputs: [drawBoxes(`iou a${a}`, a), drawBoxes(`iou b${b}`, b)],
      call: images.boxIou,
      expected: (x, y) =>
        build([x.shape[0] ?? 0, y.shape[0] ?? 0], floating(x.dtype), ([i = 0, j = 0]) =>
          overlap(boxAt(x, i), boxAt(y, j)),
        ),
    })),
    errors: [
      wrong("one box", () => images.boxIou(zeros([4]), zeros([1, 4])), S.ShapeError, /lists of them are needed/),
    ],
  }),
  row("images.nms", {
    derivative: "none",
    samples: (
      [
        [6, { iouThreshold: 0.2, size: 6 }],
        [5, { iouThreshold: 0.5, scoreThreshold: 0.4, size: 2 }],
        [0, { size: 1 }],
      ] as const
    ).map(([count, options]) => ({
      label: `${count} ${JSON.stringify(options)}`,
      inputs: [drawBoxes(`nms${count}`, [count, 4]), draw(`scores${count}`, [count], "f32", [0, 1])],
      call: (boxes, scores) => images.nms(boxes, scores, options),
      expected: (boxes, scores) => {
        const list = scores.data.map((_, index) => boxAt(boxes, index));
        return host([options.size], "i32", padTo(kept(list, scores.data, options), options.size));
      },
    })),
    errors: [
      wrong(
        "other numbers of boxes and scores",
        () => images.nms(zeros([2, 4]), zeros([3]), { size: 1 }),
        S.ShapeError,
        /\[n, 4\] and \[n\] are needed/,
      ),
      wrong(
        "a threshold above 1",
        () => images.nms(zeros([2, 4]), zeros([2]), { iouThreshold: 2, size: 1 }),
        S.ArgumentError,
        /iouThreshold is 2/,
      ),
      wrong("a size below 0", () => images.nms(zeros([2, 4]), zeros([2]), { size: -1 }), S.ArgumentError, /size is -1/),
    ],
  }),
  row("images.nonMaximumSuppression", {
    derivative: "none",
    samples: (
      [
        [[2, 2, 5], { iouThreshold: 0.3, scoreThreshold: 0.2, maxOutputBoxesPerClass: 2, size: 9 }],
        [[1, 2, 4], { iouThreshold: 0.5, centerPointBox: true, size: 8 }],
      ] as const
    ).map(([shape, options]) => ({
      label: `[${shape}] ${JSON.stringify(options)}`,
      // Corners in either order
      inputs: [
        draw(`boxes${shape}`, [shape[0], shape[2], 4], "f32", [0, 4]),
        draw(`class scores${shape}`, shape, "f32", [0, 1]),
      ],
      call: (boxes, scores) => images.nonMaximumSuppression(boxes, scores, options),
      expected: (boxes, scores) => suppressed(boxes, scores, options),
    })),
    errors: [
      wrong(
        "boxes of another batch",
        () => images.nonMaximumSuppression(zeros([2, 3, 4]), zeros([1, 1, 3]), { size: 1 }),
        S.ShapeError,
        /\[batch, n, 4\] and \[batch, classes, n\]/,
      ),
    ],
  }),
  row("images.roiAlign", {
    tolerance: many,
    samples: [
      { outputSize: [1, 2], samplingRatio: 1 },
      { outputSize: [2, 1], spatialScale: 0.8, aligned: false },
      { outputSize: [1, 2], mode: "max" },
    ].map((options) =>
      regionSample(images.roiAlign, aligned, regionBoxes, options as unknown as images.RoiAlignOptions),
    ),
    errors: [
      ...noRegions((x, boxes, indices) => images.roiAlign(x, boxes, indices, { outputSize: [1, 1] })),
      wrong(
        "a ratio below 0",
        () =>
          images.roiAlign(zeros([1, 1, 2, 2]), zeros([1, 4]), zeros([1], { dtype: "i32" }), {
            outputSize: [1, 1],
            samplingRatio: -1,
          }),
        S.ArgumentError,
        /samplingRatio is -1/,
      ),
    ],
  }),
  row("images.roiPool", {
    samples: [{ outputSize: [2, 2] as const }, { outputSize: [1, 3] as const, spatialScale: 1.4 }].map((options) =>
      regionSample(images.roiPool, poolRegions, regionBoxes, options),
    ),
    errors: noRegions((x, boxes, indices) => images.roiPool(x, boxes, indices, { outputSize: [1, 1] })),
  }),
  row("images.cropAndResize", {
    tolerance: many,
    samples: [
      { outputSize: [1, 2] as const },
      { outputSize: [3, 2] as const, extrapolationValue: 7 },
      { outputSize: [3, 1] as const, mode: "nearest" as const },
    ].map((options) => regionSample(images.cropAndResize, cropped, fractionBoxes, options)),
    errors: noRegions((x, boxes, indices) => images.cropAndResize(x, boxes, indices, { outputSize: [1, 1] })),
  }),
  row("images.rgbToGrayscale", {
    tolerance: many,
    samples: [
      [3, 2, 3],
      [2, 3, 1, 2],
    ].map((shape) => ({
      label: `[${shape}]`,
      inputs: [colours(`grey${shape}`, shape)],
      call: images.rgbToGrayscale,
      expected: (x) => recoloured(x, 1, (r, g, b) => [0.299 * r + 0.587 * g + 0.114 * b]),
    })),
    errors: [noColours(images.rgbToGrayscale)],
  }),
  row("images.rgbToHsv", {
    tolerance: many,
    samples: [
      {
        label: "random",
        inputs: [colours("hsv")],
        call: images.rgbToHsv,
        expected: (x) => recoloured(x, 3, hsv),
      },
      {
        label: "black, grey and pure colours",
        inputs: [host([3, 1, 5], "f32", [0, 0.5, 1, 0, 0, 0, 0.5, 0, 1, 0, 0, 0.5, 0, 0, 1])],
        call: images.rgbToHsv,
        expected: () => host([3, 1, 5], "f32", [0, 0, 0, 1 / 3, 2 / 3, 0, 0, 1, 1, 1, 0, 0.5, 1, 1, 1]),
        hasDerivative: false,
      },
    ],
    errors: [noColours(images.rgbToHsv)],
  }),
  row("images.hsvToRgb", {
    tolerance: many,
    samples: [
      {
        label: "random",
        inputs: [draw("rgb", [3, 2, 3], "f32", [0, 1])],
        call: images.hsvToRgb,
        expected: (x) => recoloured(x, 3, rgb),
      },
    ],
    errors: [noColours(images.hsvToRgb)],
  }),
];
