/** Rows of `tensor/normalization.ts`. */

import * as S from "../../../src/index.ts";
import { build, count, type HostTensor, positions, read } from "../host.ts";
import { draw, floating, many, type OpRow, row, type Sample } from "../row.ts";

type Shape = readonly number[];

/** How elements are normalized together: those for which `groupOf` gives the same text. */
type GroupOf = (position: readonly number[]) => string;

/** x less the mean of its group (unless `isCentred`), divided by the root of the group's mean square and ε. */
function normalized(x: HostTensor, groupOf: GroupOf, epsilon: number, isCentred = true): HostTensor {
  const members = new Map<string, number[]>();
  for (const position of positions(x.shape)) {
    const group = groupOf(position);
    members.set(group, [...(members.get(group) ?? []), read(x, position)]);
  }
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const scales = new Map(
    [...members].map(([group, values]) => {
      const middle = isCentred ? average(values) : 0;
      return [group, [middle, Math.sqrt(average(values.map((value) => (value - middle) ** 2)) + epsilon)]] as const;
    }),
  );
  return build(x.shape, floating(x.dtype), (position) => {
    const [middle = NaN, deviation = NaN] = scales.get(groupOf(position)) ?? [];
    return (read(x, position) - middle) / deviation;
  });
}

/** `x` times weight plus bias, whose shape stands at `first` of the axes of x. */
function scaled(x: HostTensor, first: number, weight?: HostTensor, bias?: HostTensor): HostTensor {
  const own = (value: HostTensor | undefined, position: readonly number[], otherwise: number) =>
    value === undefined ? otherwise : read(value, position.slice(first, first + value.shape.length));
  return build(x.shape, x.dtype, (position) => read(x, position) * own(weight, position, 1) + own(bias, position, 0));
}

interface Case {
  readonly label: string;
  readonly shape: Shape;
  readonly affine: Shape;
  readonly call: (x: S.Tensor, options: S.NormalizationOptions) => S.Tensor;
  readonly groupOf: GroupOf;
  /** Axis at which weight and bias stand. */
  readonly first: number;
  readonly isCentred?: boolean;
}

/** With and without weight and bias, in both dtypes, and of integers. */
function samplesOf(cases: readonly Case[]): Sample[] {
  return cases.flatMap(({ label, shape, affine, call, groupOf, first, isCentred }, index) => {
    const of = (dtype: "f32" | "f64" | "i32", isAffine: boolean, epsilon: number): Sample => ({
      label: `${dtype} ${label}${isAffine ? ", weight and bias" : ""}`,
      inputs: [
        draw(`normal${shape}`, shape, dtype, [-3, 5]),
        ...(isAffine ? ["weight", "bias"] : []).map((name) => draw(name, affine, dtype === "i32" ? "f32" : dtype)),
      ],
      call: (x, weight, bias) => call(x as S.Tensor, { epsilon, ...(weight && bias ? { weight, bias } : {}) }),
      expected: (x, weight, bias) => scaled(normalized(x, groupOf, epsilon, isCentred), first, weight, bias),
      hasDerivative: count(shape) > 0,
    });
    const plain = [of("f32", false, 1e-5), of("f32", true, 1e-3)];
    return index === 0 ? [...plain, of("f64", true, 1e-5), of("i32", false, 1e-5)] : plain;
  });
}

const last = (axes: number) => (position: readonly number[]) => String(position.slice(0, position.length - axes));
const rowShapes: readonly (readonly [Shape, number])[] = [
  [[3, 5], 1],
  [[7], 1],
  [[2, 3, 4], 2],
  [[2, 0, 3], 1],
  [[2, 33], 1],
];

function rowCases(call: (x: S.Tensor, options: S.RowNormalizationOptions) => S.Tensor, isCentred: boolean): Case[] {
  return rowShapes.map(([shape, axes]) => ({
    label: `[${shape}], ${axes} axes`,
    shape,
    affine: shape.slice(-axes),
    call: (x, options) => call(x, { ...options, axes }),
    groupOf: last(axes),
    first: shape.length - axes,
    isCentred,
  }));
}

const images: readonly Shape[] = [
  [3, 4],
  [2, 4, 3],
  [2, 4, 2, 2],
  [5, 4, 0],
];

const wrong = (name: string, call: () => unknown, message: RegExp, error: OpRow["errors"][number]["error"]) => [
  { label: name, call, error, message },
];

/** Rows. */
export const rows: readonly OpRow[] = [
  row("layerNorm", {
    tolerance: many,
    samples: samplesOf(rowCases((x, options) => S.layerNorm(x, options), true)),
    errors: [
      ...wrong(
        "a weight of another shape",
        () => S.layerNorm(S.ones([2, 3]), { weight: S.ones([2]) }),
        /weight has shape \[2\]; it has to be \[3\]/,
        S.ShapeError,
      ),
      ...wrong("no axes", () => S.layerNorm(S.ones([2, 3]), { axes: 0 }), /axes is 0/, S.ArgumentError),
      ...wrong("too many axes", () => S.layerNorm(S.ones([2, 3]), { axes: 3 }), /no axis -3/, S.ShapeError),
    ],
  }),
  row("rmsNorm", {
    tolerance: many,
    samples: samplesOf(rowCases((x, options) => S.rmsNorm(x, options), false)),
    errors: wrong(
      "a bias of another shape",
      () => S.rmsNorm(S.ones([2, 3]), { bias: S.ones([3, 1]) }),
      /bias has shape \[3, 1\]/,
      S.ShapeError,
    ),
  }),
  row("batchNorm", {
    tolerance: many,
    samples: [
      ...samplesOf(
        images.map((shape) => ({
          label: `[${shape}]`,
          shape,
          affine: [shape[1] ?? 0],
          call: (x, options) => S.batchNorm(x, options),
          groupOf: (position) => String(position[1]),
          first: 1,
        })),
      ),
      {
        label: "by mean and variance that are given",
        inputs: [draw("given", [2, 3, 2], "f32"), draw("mean", [3], "f32"), draw("variance", [3], "f32", [0.5, 2])],
        call: (x, mean, variance) =>
          S.batchNorm(x as S.Tensor, mean && variance ? { mean, variance, epsilon: 0.1 } : {}),
        expected: (x, mean, variance) =>
          build(x?.shape ?? [], x?.dtype ?? "f32", (position) => {
            const [middle, spread] = [mean, variance].map((each) => (each ? read(each, position.slice(1, 2)) : NaN));
            return ((x ? read(x, position) : NaN) - (middle ?? NaN)) / Math.sqrt((spread ?? NaN) + 0.1);
          }),
      },
    ],
    errors: [
      ...wrong(
        "a mean without a variance",
        () => S.batchNorm(S.ones([2, 3]), { mean: S.ones([3]) }),
        /belong together/,
        S.ArgumentError,
      ),
      ...wrong("no channels", () => S.batchNorm(S.ones([3])), /\[batch, channels, …\] is needed/, S.ShapeError),
    ],
  }),
  row("groupNorm", {
    tolerance: many,
    samples: samplesOf(
      images.map((shape) => ({
        label: `[${shape}]`,
        shape,
        affine: [4],
        call: (x, options) => S.groupNorm(x, 2, options),
        groupOf: ([batch, channel = 0]) => `${batch} ${Math.floor(channel / 2)}`,
        first: 1,
      })),
    ),
    errors: wrong(
      "groups that do not divide",
      () => S.groupNorm(S.ones([2, 4]), 3),
      /4 channels do not divide into 3 groups/,
      S.ArgumentError,
    ),
  }),
  row("instanceNorm", {
    tolerance: many,
    samples: samplesOf(
      images
        .filter((shape) => shape.length > 2)
        .map((shape) => ({
          label: `[${shape}]`,
          shape,
          affine: [4],
          call: (x, options) => S.instanceNorm(x, options),
          groupOf: ([batch, channel]) => `${batch} ${channel}`,
          first: 1,
        })),
    ),
    errors: wrong(
      "no sizes",
      () => S.instanceNorm(S.ones([2, 4])),
      /\[batch, channels, sizes, …\] is needed/,
      S.ShapeError,
    ),
  }),
];
