/**
 * Normalizing functions: differences from a mean, divided by a deviation. Each is a few reductions along a row and a map, which
 * the compiler makes one kernel. Functions only: a bundle that does not normalize does not hold them.
 */
import { withOneOrigin } from "../graph/node.ts";
import { normalizeAxis, type Shape, sameShape, showShape } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { add, multiply, rsqrt, square, subtract } from "./arithmetic.ts";
import { reshape } from "./manipulate.ts";
import { explaining, throughFloats, whence } from "./operands.ts";
import { mean } from "./reduce.ts";
import type { ShapeType } from "./shapeTypes.ts";
import type { Tensor } from "./tensor.ts";

/** What is done with the normalized values. */
export interface NormalizationOptions {
  /** Multiplies them; by default nothing does. */
  readonly weight?: Tensor;
  /** Is added then; by default nothing is. */
  readonly bias?: Tensor;
  /** Is added to the variance, so that equal elements do no harm. Default 1e-5. */
  readonly epsilon?: number;
}

/** What `layerNorm` and `rmsNorm` may be told. */
export interface RowNormalizationOptions extends NormalizationOptions {
  /** How many of the last axes are normalized together; weight and bias have their shape. Default 1. */
  readonly axes?: number;
}

/** What `batchNorm` may be told. */
export interface BatchNormalizationOptions extends NormalizationOptions {
  /** [channels], with `variance`: what to normalize by instead of the batch's own. */
  readonly mean?: Tensor;
  /** [channels], with `mean`. */
  readonly variance?: Tensor;
}

/**
 * (x − mean) / √(variance + ε) · weight + bias over the last axes.
 * @throws ShapeError where weight or bias have another shape than the axes, ArgumentError where there are fewer axes.
 *
 * Source: J. Ba, J. Kiros, G. Hinton, "Layer normalization", 2016.
 *
 * @example
 * ```ts
 * import { layerNorm, tensor } from "smilodon";
 * console.log(await layerNorm(tensor([[1, 3], [5, 9]]), { epsilon: 0 }).toArray()); // [[-1, 1], [-1, 1]]
 * ```
 */
export function layerNorm<S extends ShapeType>(x: Tensor<S>, options?: RowNormalizationOptions): Tensor<S>;
export function layerNorm(x: Tensor, { axes = 1, ...options }: RowNormalizationOptions = {}): Tensor {
  return withOneOrigin(() => {
    const last = lastAxes("layerNorm", x, axes);
    return throughFloats(x, (values) => {
      const centred = subtract(values, mean(values, last, { keepDims: true }));
      const scaled = multiply(centred, inverseDeviation(mean(square(centred), last, { keepDims: true }), options));
      return scaleAndShift("layerNorm", scaled, options, x.shape.slice(-axes), x.shape.slice(-axes));
    });
  });
}

/**
 * x / √(mean of squares + ε) · weight (+ bias) over the last axes: layer normalization that leaves the mean alone. ε is 1e-5
 * unless given.
 * @throws ShapeError where weight or bias have another shape than the axes, ArgumentError where there are fewer axes.
 *
 * Source: B. Zhang, R. Sennrich, "Root mean square layer normalization", NeurIPS 2019.
 *
 * @example
 * ```ts
 * import { rmsNorm, tensor } from "smilodon";
 * console.log(await rmsNorm(tensor([1, -7]), { epsilon: 0 }).toArray()); // [0.2, -1.4]
 * ```
 */
export function rmsNorm<S extends ShapeType>(x: Tensor<S>, options?: RowNormalizationOptions): Tensor<S>;
export function rmsNorm(x: Tensor, { axes = 1, ...options }: RowNormalizationOptions = {}): Tensor {
  return withOneOrigin(() => {
    const last = lastAxes("rmsNorm", x, axes);
    return throughFloats(x, (values) => {
      const scaled = multiply(values, inverseDeviation(mean(square(values), last, { keepDims: true }), options));
      return scaleAndShift("rmsNorm", scaled, options, x.shape.slice(-axes), x.shape.slice(-axes));
    });
  });
}

/**
 * Each channel of x [batch, channels, …sizes] normalized over batch and sizes: by its own mean and variance (divided by the
 * count), or by those given. Weight and bias are [channels].
 * @throws ShapeError where x has no channels or the others are not [channels]; ArgumentError where mean or variance is given alone.
 *
 * Source: S. Ioffe, C. Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate
 * shift", ICML 2015.
 *
 * @example
 * ```ts
 * import { batchNorm, tensor } from "smilodon";
 * console.log(await batchNorm(tensor([[1, 0], [3, 4]]), { epsilon: 0 }).toArray()); // [[-1, -1], [1, 1]]
 * ```
 */
export function batchNorm<S extends ShapeType>(x: Tensor<S>, options?: BatchNormalizationOptions): Tensor<S>;
export function batchNorm(x: Tensor, { mean: given, variance, ...options }: BatchNormalizationOptions = {}): Tensor {
  return withOneOrigin(() => {
    const channels = channelsOf("batchNorm", x);
    const perChannel = x.shape.slice(1).map((size, axis) => (axis === 0 ? size : 1));
    const others = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    if ((given === undefined) !== (variance === undefined))
      throw new ArgumentError("batchNorm: mean and variance belong together; give both or neither.");
    const fitted = (name: string, value: Tensor) => fitOne("batchNorm", name, value, [channels], perChannel);
    return throughFloats(x, (values) => {
      const middle = given === undefined ? mean(values, others, { keepDims: true }) : fitted("mean", given);
      const centred = subtract(values, middle);
      const spread =
        variance === undefined ? mean(square(centred), others, { keepDims: true }) : fitted("variance", variance);
      const scaled = multiply(centred, inverseDeviation(spread, options));
      return scaleAndShift("batchNorm", scaled, options, [channels], perChannel);
    });
  });
}

/**
 * Each of `groups` groups of neighbouring channels of x [batch, channels, …sizes] normalized by itself, for each example.
 * Weight and bias are [channels].
 * @throws ShapeError where x has no channels or weight or bias are not [channels]; ArgumentError where the channels do not
 * divide into so many groups.
 *
 * Source: Y. Wu, K. He, "Group normalization", ECCV 2018.
 *
 * @example
 * ```ts
 * import { groupNorm, tensor } from "smilodon";
 * console.log(await groupNorm(tensor([[1, 3, 5, 9]]), 2, { epsilon: 0 }).toArray()); // [[-1, 1, -1, 1]]
 * ```
 */
export function groupNorm<S extends ShapeType>(x: Tensor<S>, groups: number, options?: NormalizationOptions): Tensor<S>;
export function groupNorm(x: Tensor, groups: number, options: NormalizationOptions = {}): Tensor {
  return withOneOrigin(() => normalizeGroups("groupNorm", x, groups, options));
}

/**
 * Each channel of each example of x [batch, channels, …sizes] normalized by itself. Weight and bias are [channels].
 * @throws ShapeError where x has no sizes or weight or bias are not [channels].
 *
 * Source: D. Ulyanov, A. Vedaldi, V. Lempitsky, "Instance normalization: the missing ingredient for fast stylization", 2016.
 *
 * @example
 * ```ts
 * import { instanceNorm, tensor } from "smilodon";
 * console.log(await instanceNorm(tensor([[[1, 3], [5, 9]]]), { epsilon: 0 }).toArray()); // [[[-1, 1], [-1, 1]]]
 * ```
 */
export function instanceNorm<S extends ShapeType>(x: Tensor<S>, options?: NormalizationOptions): Tensor<S>;
export function instanceNorm(x: Tensor, options: NormalizationOptions = {}): Tensor {
  return withOneOrigin(() => normalizeGroups("instanceNorm", x, channelsOf("instanceNorm", x, 3), options));
}

function normalizeGroups(operation: string, x: Tensor, groups: number, options: NormalizationOptions): Tensor {
  const channels = channelsOf(operation, x);
  const [batch, sizes] = [at(x.shape, 0), x.shape.slice(2)];
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
    throw new ArgumentError(
      `${operation}: ${channels} channels do not divide into ${groups} groups of equal size.${whence([x])}`,
      { channels, groups },
    );
  const perChannel = [channels, ...sizes.map(() => 1)];
  return throughFloats(x, (values) => {
    const grouped: Tensor = reshape(values, [batch, groups, channels / groups, ...sizes]);
    const own = grouped.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
    const centred = subtract(grouped, mean(grouped, own, { keepDims: true }));
    const scaled = multiply(centred, inverseDeviation(mean(square(centred), own, { keepDims: true }), options));
    return scaleAndShift(operation, reshape(scaled, x.shape), options, [channels], perChannel);
  });
}

function inverseDeviation(variance: Tensor, { epsilon = 1e-5 }: NormalizationOptions): Tensor {
  return rsqrt(add(variance, epsilon));
}

/** `x` times weight plus bias, which have to be of shape `expected` and are used in shape `used`. */
function scaleAndShift(
  operation: string,
  x: Tensor,
  { weight, bias }: NormalizationOptions,
  expected: Shape,
  used: Shape,
): Tensor {
  const scaled = weight === undefined ? x : multiply(x, fitOne(operation, "weight", weight, expected, used));
  return bias === undefined ? scaled : add(scaled, fitOne(operation, "bias", bias, expected, used));
}

function fitOne(operation: string, name: string, value: Tensor, expected: Shape, used: Shape): Tensor {
  if (!sameShape(value.shape, expected))
    throw new ShapeError(
      `${operation}: ${name} has shape ${showShape(value.shape)}; it has to be ${showShape(expected)}.${whence([value])}`,
      { name, expected, given: value.shape },
    );
  return reshape(value, used);
}

function lastAxes(operation: string, x: Tensor, count: number): readonly number[] {
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`${operation}: axes is ${count}; a whole number of 1 or more is needed.`, { axes: count });
  return explaining(operation, [x], () =>
    Array.from({ length: count }, (_, index) => normalizeAxis(operation, index - count, x.rank)),
  );
}

/** The number of channels: the size of the second axis. */
function channelsOf(operation: string, x: Tensor, least = 2): number {
  if (x.rank < least)
    throw new ShapeError(
      `${operation}: x has shape ${showShape(x.shape)}; [batch, channels${least > 2 ? ", sizes" : ""}, …] is needed.${whence([x])}`,
      { shape: x.shape },
    );
  return at(x.shape, 1);
}
