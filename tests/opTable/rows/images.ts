/** Rows of resizing and sampling in `algorithms/images/`. The references follow the definitions, position by position. */

import * as S from "../../../src/index.ts";
import { images, zeros } from "../../../src/index.ts";
import { build, type HostTensor, host, positions, read } from "../host.ts";
import { draw, floating, many, type OpRow, row, type Sample } from "../row.ts";

type Shape = readonly number[];
type Options = images.InterpolateOptions;

const clamp = (place: number, size: number) => Math.min(Math.max(place, 0), size - 1);

/** Where a position of a resized axis lies, by ONNX's formulas. */
function coordinateOf(position: number, from: number, to: number, scale: number, options: Options, d: number): number {
  const isNearest = options.mode === undefined || options.mode === "nearest";
  const rule =
    options.coordinates ??
    (isNearest ? "asymmetric" : options.mode === "nearestExact" ? "tfHalfPixelForNn" : "halfPixel");
  const half = (position + 0.5) / scale;
  if (rule === "asymmetric") return position / scale;
  if (rule === "tfHalfPixelForNn") return half;
  if (rule === "halfPixel") return half - 0.5;
  if (rule === "pytorchHalfPixel") return to > 1 ? half - 0.5 : 0;
  if (rule === "alignCorners") return to > 1 ? (position * (from - 1)) / (to - 1) : 0;
  if (rule === "halfPixelSymmetric") return (from / 2) * (1 - to / (scale * from)) + half - 0.5;
  const [start, end] = options.region?.[d] ?? [0, 1];
  if (to <= 1) return 0.5 * (start + end) * (from - 1);
  return start * (from - 1) + (position * (end - start) * (from - 1)) / (to - 1);
}

function cubic(distance: number, a: number): number {
  if (distance <= 1) return (a + 2) * distance ** 3 - (a + 3) * distance ** 2 + 1;
  return distance < 2 ? a * distance ** 3 - 5 * a * distance ** 2 + 8 * a * distance - 4 * a : 0;
}

/** The weights of all positions of an axis for one of the result. */
function weightsOf(position: number, from: number, to: number, scale: number, options: Options, d: number): number[] {
  const weights = new Array<number>(from).fill(0);
  const give = (place: number, weight: number) => {
    weights[place] = (weights[place] ?? 0) + weight;
  };
  const { mode = "nearest", antialias = false } = options;
  const centre = coordinateOf(position, from, to, scale, options, d);
  if (mode === "area") {
    const [start, end] = [Math.floor((position * from) / to), Math.ceil(((position + 1) * from) / to)];
    for (let place = start; place < end; place++) give(place, 1 / (end - start));
  } else if (mode === "nearest" || mode === "nearestExact") {
    const { rounding = "floor" } = options;
    const down = centre - Math.floor(centre) < 0.5;
    const isHalf = centre - Math.floor(centre) === 0.5;
    const isLow = { floor: true, ceil: false, roundPreferFloor: down || isHalf, roundPreferCeil: down }[rounding];
    give(clamp(isLow ? Math.floor(centre) : Math.ceil(centre), from), 1);
  } else {
    const a = options.cubicCoefficient ?? (antialias ? -0.5 : -0.75);
    const step = antialias ? Math.max(1, 1 / scale) : 1;
    for (let place = Math.floor(centre - 2 * step); place <= centre + 2 * step; place++) {
      const distance = Math.abs(place - centre) / step;
      const isLeftOut = (options.excludeOutside ?? antialias) && (place < 0 || place >= from);
      const weight = mode === "linear" ? Math.max(0, 1 - distance) : cubic(distance, a);
      if (!isLeftOut) give(clamp(place, from), weight);
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  }
  return weights;
}

function resized(x: HostTensor, options: Options): HostTensor {
  const given = options.size ?? options.scale ?? 1;
  const values = typeof given === "number" ? x.shape.slice(2).map(() => given) : given;
  const first = x.shape.length - values.length;
  const from = x.shape.slice(first);
  const to = values.map((value, d) => (options.size === undefined ? Math.floor((from[d] ?? 0) * value) : value));
  const scales = values.map((value, d) => (options.size === undefined ? value : (to[d] ?? 0) / (from[d] ?? 1)));
  const isNearest = options.mode === undefined || options.mode.startsWith("nearest");
  return build([...x.shape.slice(0, first), ...to], isNearest ? x.dtype : floating(x.dtype), (position) => {
    const places = position.slice(first);
    const isOutside = places.some((place, d) => {
      const coordinate = coordinateOf(place, from[d] ?? 1, to[d] ?? 1, scales[d] ?? 1, options, d);
      return coordinate < 0 || coordinate > (from[d] ?? 1) - 1;
    });
    if (options.coordinates === "tfCropAndResize" && isOutside) return options.extrapolationValue ?? 0;
    const weights = places.map((place, d) => weightsOf(place, from[d] ?? 1, to[d] ?? 1, scales[d] ?? 1, options, d));
    return positions(from).reduce((sum, place) => {
      const weight = place.reduce((product, index, d) => product * (weights[d]?.[index] ?? 0), 1);
      return weight === 0 ? sum : sum + weight * read(x, [...position.slice(0, first), ...place]);
    }, 0);
  });
}

const resizings: readonly (readonly [Shape, Options])[] = [
  [[1, 2, 5], { scale: 2 }],
  [[1, 1, 4, 3], { size: [7, 2], mode: "linear" }],
  [[6], { size: [4], mode: "nearestExact" }],
  [[1, 1, 4], { size: 8, coordinates: "halfPixel", rounding: "roundPreferFloor" }],
  [[1, 1, 4], { size: 8, coordinates: "halfPixel", rounding: "roundPreferCeil" }],
  [[1, 1, 5], { size: 3, coordinates: "halfPixel", rounding: "ceil" }],
  [[1, 1, 4], { scale: [2.6], mode: "linear", coordinates: "halfPixelSymmetric" }],
  [[2, 1, 3], { size: 5, mode: "linear", coordinates: "alignCorners" }],
  [[1, 1, 3, 2], { size: [1, 5], mode: "cubic", coordinates: "pytorchHalfPixel" }],
  [[1, 1, 5], { size: 3, mode: "cubic", excludeOutside: true, cubicCoefficient: -0.5 }],
  [[1, 1, 5], { size: 4, mode: "cubic", coordinates: "asymmetric" }],
  [[1, 1, 9], { size: 4, mode: "linear", antialias: true }],
  [[1, 1, 6, 5], { size: [2, 3], mode: "cubic", antialias: true }],
  [[1, 1, 9], { size: 4, mode: "linear", antialias: true, excludeOutside: false }],
  [[1, 1, 5, 4], { size: [2, 6], mode: "area" }],
  [
    [1, 1, 4, 5],
    {
      size: [3, 4],
      mode: "linear",
      coordinates: "tfCropAndResize",
      region: [
        [0.4, 1.2],
        [0.1, 0.8],
      ],
      extrapolationValue: 10,
    },
  ],
  [[1, 1, 2, 3, 2], { size: [3, 2, 3], mode: "linear" }],
];

/** What an axis of `size` has at `place`, by the rule for outside; undefined for zero. */
function broughtBack(place: number, size: number, { padding = "zeros", alignCorners }: images.GridSampleOptions) {
  if (padding === "zeros") return place;
  if (padding === "border") return clamp(place, size);
  const [low, high] = alignCorners ? [0, size - 1] : [-0.5, size - 0.5];
  let mirrored = place;
  for (let turns = 0; turns < 100 && high > low && (mirrored < low || mirrored > high); turns++)
    mirrored = mirrored < low ? 2 * low - mirrored : 2 * high - mirrored;
  return clamp(high > low ? mirrored : 0, size);
}

function sampled(x: HostTensor, grid: HostTensor, options: images.GridSampleOptions): HostTensor {
  const sizes = x.shape.slice(2);
  const places = grid.shape.slice(1, -1);
  const { mode = "linear", alignCorners = false } = options;
  return build([...x.shape.slice(0, 2), ...places], floating(x.dtype), ([n = 0, c = 0, ...place]) => {
    const taps = sizes.map((size, d): [number, number][] => {
      const given = read(grid, [n, ...place, sizes.length - 1 - d]);
      const raw = alignCorners ? ((given + 1) / 2) * (size - 1) : ((given + 1) * size - 1) / 2;
      if (mode === "cubic") {
        const low = Math.floor(raw);
        return [-1, 0, 1, 2].map((step) => [
          broughtBack(low + step, size, options),
          cubic(Math.abs(raw - low - step), -0.75),
        ]);
      }
      const centre = broughtBack(raw, size, options);
      const low = Math.floor(centre);
      if (mode === "nearest") return [[Math.abs(centre - low - 0.5) === 0 ? low + (low % 2) : Math.round(centre), 1]];
      return [
        [low, low + 1 - centre],
        [low + 1, centre - low],
      ];
    });
    const combinations = taps.reduce<[number[], number][]>(
      (known, list) =>
        known.flatMap(([before, weight]) => list.map(([p, w]): [number[], number] => [[...before, p], weight * w])),
      [[[], 1]],
    );
    return combinations.reduce((sum, [from, weight]) => {
      const isInside = from.every((p, d) => p >= 0 && p < (sizes[d] ?? 0));
      return isInside ? sum + weight * read(x, [n, c, ...from]) : sum;
    }, 0);
  });
}

const grids: readonly (readonly [Shape, Shape, images.GridSampleOptions])[] = [
  [[1, 2, 2, 2], [1, 1, 2, 2], {}],
  [[2, 1, 2, 3], [2, 1, 3, 2], { padding: "border", alignCorners: true }],
  [[1, 1, 3, 3], [1, 1, 2, 2], { padding: "reflection" }],
  [[1, 1, 3, 2], [1, 1, 2, 2], { mode: "nearest", padding: "reflection", alignCorners: true }],
  [[1, 1, 2, 3, 2], [1, 1, 2, 1, 3], {}],
  [[1, 1, 4], [1, 3, 1], { padding: "border" }],
  [[1, 1, 4], [1, 5, 1], { mode: "cubic" }],
];

function affine(theta: HostTensor, size: Shape, alignCorners: boolean): HostTensor {
  const sizes = size.slice(2);
  return build([size[0] ?? 0, ...sizes, sizes.length], theta.dtype, ([n = 0, ...rest]) => {
    const [k = 0, ...place] = [rest.at(-1) ?? 0, ...rest.slice(0, -1)];
    const along = place.map((p, d) => {
      const count = sizes[d] ?? 1;
      if (!alignCorners) return (2 * p + 1) / count - 1;
      return count > 1 ? (2 * p) / (count - 1) - 1 : 0;
    });
    return [...along.reverse(), 1].reduce((sum, value, column) => sum + value * read(theta, [n, k, column]), 0);
  });
}

const wrong = (label: string, call: () => unknown, error: OpRow["errors"][number]["error"], message: RegExp) => ({
  label,
  call,
  error,
  message,
});
/** Rows. */
export const rows: readonly OpRow[] = [
  row("images.interpolate", {
    tolerance: many,
    samples: resizings.map(([shape, options]) => ({
      label: `[${shape}] ${JSON.stringify(options)}`,
      inputs: [draw(`interpolate${shape}`, shape, "f32")],
      call: (x) => images.interpolate(x, options),
      expected: (x) => resized(x, options),
    })),
    errors: [
      wrong("no size", () => images.interpolate(zeros([1, 1, 3]), {}), S.ArgumentError, /one of size and scale/),
      wrong(
        "a size of 0",
        () => images.interpolate(zeros([1, 1, 3]), { size: 0 }),
        S.ArgumentError,
        /every dimension has to keep a position/,
      ),
      wrong(
        "too many sizes",
        () => images.interpolate(zeros([3]), { size: [2, 2] }),
        S.ShapeError,
        /2 last dimensions/,
      ),
      wrong(
        "another mode",
        () => images.interpolate(zeros([1, 1, 3]), { size: 2, mode: "lanczos" as "cubic" }),
        S.ArgumentError,
        /no mode "lanczos"/,
      ),
    ],
  }),
  row("images.gridSample", {
    tolerance: many,
    derivative: "once",
    samples: [
      ...grids.map(
        ([x, grid, options]): Sample => ({
          label: `[${x}] [${grid}] ${JSON.stringify(options)}`,
          inputs: [draw(`sampled${x}`, x, "f32"), draw(`grid${grid}`, grid, "f32", [-1.4, 1.4])],
          call: (a, b) => images.gridSample(a, b, options),
          expected: (a, b) => sampled(a, b, options),
        }),
      ),
      {
        label: "NaN and far outside",
        inputs: [host([1, 1, 2], "f32", [3, 5]), host([1, 4, 1], "f32", [Number.NaN, 1e30, -Infinity, 0])],
        call: (x, grid) => images.gridSample(x, grid),
        expected: () => host([1, 1, 4], "f32", [0, 0, 0, 4]),
        hasDerivative: false,
      },
    ],
    errors: [
      wrong(
        "a grid of other coordinates",
        () => images.gridSample(zeros([1, 1, 2, 2]), zeros([1, 2, 2, 3])),
        S.ShapeError,
        /then 2 coordinates/,
      ),
      wrong(
        "a grid of integers",
        () => images.gridSample(zeros([1, 1, 2, 2]), zeros([1, 2, 2, 2], { dtype: "i32" })),
        S.DtypeError,
        /the grid is i32/,
      ),
    ],
  }),
  row("images.affineGrid", {
    tolerance: many,
    samples: (
      [
        [[2, 1, 3, 4], false],
        [[1, 1, 2, 1, 3], true],
        [[1, 3, 5], false],
      ] as const
    ).map(([size, alignCorners]) => ({
      label: `[${size}] ${alignCorners}`,
      inputs: [draw(`theta${size}`, [size[0], size.length - 2, size.length - 1], "f32")],
      call: (theta) => images.affineGrid(theta, size, { alignCorners }),
      expected: (theta) => affine(theta, size, alignCorners),
    })),
    errors: [
      wrong(
        "a matrix of another size",
        () => images.affineGrid(zeros([1, 3, 3]), [1, 1, 2, 2]),
        S.ShapeError,
        /has to be \[1, 2, 3\]/,
      ),
    ],
  }),
];
