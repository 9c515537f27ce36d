/**
 * First values of parameters: tensors of a shape, drawn with the global generator. PyTorch's `nn.init`, as functions that
 * return what PyTorch's write in place.
 */
import type { Dtype } from "../shape/dtype.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { full } from "../tensor/creation.ts";
import * as random from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";

export { type OrthogonalOptions, orthogonal, type TruncatedOptions, truncatedNormal } from "./initDraws.ts";

/** What every initializer may be told. */
export interface InitOptions {
  /** Default f32. */
  readonly dtype?: Dtype;
}

/** All zero. */
export function zeros(shape: Shape, options?: InitOptions): Tensor {
  return full(shape, 0, options);
}

/** All one. */
export function ones(shape: Shape, options?: InitOptions): Tensor {
  return full(shape, 1, options);
}

/** All `value`. */
export function constant(shape: Shape, value: number, options?: InitOptions): Tensor {
  return full(shape, value, { dtype: "f32", ...options });
}

/** Uniform from `low` to `high`. */
export function uniform(shape: Shape, low: number, high: number, { dtype = "f32" }: InitOptions = {}): Tensor {
  return random.uniform(shape, { low, high, dtype });
}

/** Normal with the given mean and standard deviation. */
export function normal(shape: Shape, mean = 0, deviation = 1, { dtype = "f32" }: InitOptions = {}): Tensor {
  return random.normal(shape, { mean, deviation, dtype });
}

/** Factors by which nonlinearities shrink what they pass on; a layer before them begins that much larger. */
export const gains = {
  linear: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
} as const;

/** What the Kaiming initializers may be told. */
export interface KaimingOptions extends InitOptions {
  /** Keep the size of activations (`"in"`, default) or of gradients (`"out"`). */
  readonly mode?: "in" | "out";
  /** Slope below zero of the leaky relu that follows. Default 0, a relu. */
  readonly slope?: number;
}

/**
 * Uniform in ± √(6 / ((1 + slope²) · fan)), for layers before a relu.
 *
 * @param shape [out, in, …window]
 *
 * Source: K. He et al., "Delving deep into rectifiers", ICCV 2015.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * console.log(nn.init.kaimingUniform([16, 8]).shape);
 * ```
 */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingDeviation("kaimingUniform", shape, options);
  return uniform(shape, -bound, bound, options);
}

/** Normal with deviation √(2 / ((1 + slope²) · fan)); see `kaimingUniform`. */
export function kaimingNormal(shape: Shape, options: KaimingOptions = {}): Tensor {
  return normal(shape, 0, kaimingDeviation("kaimingNormal", shape, options), options);
}

/** What the Xavier initializers may be told. */
export interface XavierOptions extends InitOptions {
  /** Factor of the values, by the nonlinearity that follows: see `gains`. Default 1. */
  readonly gain?: number;
}

/**
 * Uniform in ± gain · √(6 / (in + out)), for layers before a tanh or sigmoid.
 *
 * @param shape [out, in, …window]
 *
 * Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * console.log(nn.init.xavierUniform([16, 8], { gain: nn.init.gains.tanh }).shape);
 * ```
 */
export function xavierUniform(shape: Shape, { gain = 1, ...options }: XavierOptions = {}): Tensor {
  const { fanIn, fanOut } = fansOf("xavierUniform", shape);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform(shape, -bound, bound, options);
}

/** Normal with deviation gain · √(2 / (in + out)); see `xavierUniform`. */
export function xavierNormal(shape: Shape, { gain = 1, ...options }: XavierOptions = {}): Tensor {
  const { fanIn, fanOut } = fansOf("xavierNormal", shape);
  return normal(shape, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), options);
}

function kaimingDeviation(name: string, shape: Shape, { mode = "in", slope = 0 }: KaimingOptions): number {
  if (mode !== "in" && mode !== "out")
    throw new ArgumentError(`${name}: the mode is ${JSON.stringify(mode)}; it has to be "in" or "out".`, { mode });
  const { fanIn, fanOut } = fansOf(name, shape);
  return Math.sqrt(2 / ((1 + slope ** 2) * (mode === "in" ? fanIn : fanOut)));
}

/** How many inputs an output has and the reverse, for weights of shape [out, in, …window]. */
function fansOf(name: string, shape: Shape): { fanIn: number; fanOut: number } {
  const [outputs, inputs, ...window] = shape;
  if (outputs === undefined || inputs === undefined) {
    throw new ShapeError(
      `${name}: shape ${showShape(shape)} has not the two axes [out, in] that say how many units are joined.`,
      { shape },
    );
  }
  return { fanIn: inputs * sizeOf(window), fanOut: outputs * sizeOf(window) };
}
