/**
 * Pictures before the first layer. Neighbouring pixels of photographs are nearly equal: their spectrum falls as 1 / f, and a layer
 * that sees them as they are spends all its filters on slow changes of light. Whitening makes all frequencies equally strong.
 */
import { fftfreq, irfft2, rfft2, rfftfreq } from "../../algorithms/fourier/index.ts";
import { eigh, matmul } from "../../algorithms/linalg/index.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { add, divide, floor, multiply, negative, pow, sqrt, square, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { take } from "../../tensor/indexing.ts";
import { flatten, flip, matrixTranspose, reshape } from "../../tensor/manipulate.ts";
import { bernoulli, uniform } from "../../tensor/random.ts";
import { mean } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp } from "../../tensor/transcendental.ts";

/** Options of `whitenPictures`. */
export interface WhiteningOptions {
  /** Frequency, in cycles a pixel, where the low pass has fallen to 1/e: what is above is noise of the grid. Default 0.4. */
  readonly cutoff?: number;
  /** Root of the mean square of the result. Default √0.1. */
  readonly contrast?: number;
}

/**
 * Pictures with a flat spectrum: each frequency f is multiplied by f · exp(−(f / f₀)⁴), the inverse of the 1/f of natural scenes with a
 * low pass. Each has mean 0 and the same contrast afterwards. Compute it once, not in every step.
 *
 * Source: B. Olshausen, D. Field, "Sparse coding with an overcomplete basis set: a strategy employed by V1?", 1997.
 * @param pictures grey ones, [count, height, width]
 *
 * @example
 * ```ts
 * import { whitenPictures } from "smilodon/deep-belief";
 * import { random } from "smilodon";
 * const white = whitenPictures(random.uniform([2, 32, 48]));
 * console.log(white.shape, (await white.square().mean().item()).toFixed(3)); // [2, 32, 48] 0.100
 * ```
 */
export function whitenPictures(
  pictures: Tensor,
  { cutoff = 0.4, contrast = Math.sqrt(0.1) }: WhiteningOptions = {},
): Tensor {
  const [, height, width] = pictures.shape;
  if (pictures.rank !== 3 || height === undefined || width === undefined)
    throw new ShapeError(
      `whitenPictures: the pictures have shape [${pictures.shape}]; they have to be [count, height, width].`,
      { shape: pictures.shape },
    );
  const vertical = reshape(fftfreq(height), [height, 1]);
  const frequency = sqrt(add(square(vertical), square(rfftfreq(width))));
  const gain = multiply(frequency, exp(negative(pow(divide(frequency, cutoff), 4))));
  const white = irfft2(rfft2(pictures).multiply(gain), { s: [height, width] });
  // The gain at frequency 0 is 0, so the mean is 0 already
  const strength = sqrt(mean(square(white), [1, 2], { keepDims: true }));
  return multiply(divide(white, add(strength, 1e-8)), contrast);
}

/** What `fitZca` found. */
export interface Zca {
  /** [features] */
  readonly mean: Tensor;
  /** [features, features], symmetric */
  readonly matrix: Tensor;
}

/**
 * The symmetric whitening of data: of all matrices that make features uncorrelated with variance 1 the one that changes
 * them least. Apply it with `applyZca`.
 *
 * Source: A. Bell, T. Sejnowski, "The independent components of natural scenes are edge filters", 1997.
 * @param x [count, features]
 * @param floor added to variances, so that directions of noise are not blown up. Default 10⁻⁵
 *
 * @example
 * ```ts
 * import { applyZca, fitZca } from "smilodon/deep-belief";
 * import { random, tensor } from "smilodon";
 * const x = random.normal([500, 1]).multiply(tensor([[1, 2]])).add(random.normal([500, 2]));
 * const white = applyZca(x, fitZca(x));
 * console.log((await white.square().mean().item()).toFixed(2)); // 1.00
 * ```
 */
export function fitZca(x: Tensor, floor = 1e-5): Zca {
  const [count, features] = x.shape;
  if (x.rank !== 2 || count === undefined || features === undefined || count < 2)
    throw new ShapeError(`fitZca: x has shape [${x.shape}]; it has to be [count, features], two rows or more.`, {
      shape: x.shape,
    });
  const center = mean(x, 0);
  const deviations = subtract(x, center);
  const covariance = divide(matmul(matrixTranspose(deviations), deviations), count);
  const [values, vectors] = eigh(covariance);
  const scaled = divide(vectors, sqrt(add(values, floor)));
  return { mean: center, matrix: matmul(scaled, matrixTranspose(vectors)) };
}

/** x [count, features], whitened. */
export function applyZca(x: Tensor, { mean: center, matrix }: Zca): Tensor {
  return matmul(subtract(x, center), matrix);
}

/** Options of `samplePatches`. */
export interface PatchOptions {
  /** Pixels at the edges of pictures that are left out: whitening wraps around there. Default 5. */
  readonly border?: number;
}

/**
 * Patches from random places of random pictures, half of them mirrored, each with mean 0: [count, 1, size, size]. May stand in
 * a compiled step.
 * @param pictures [pictures, height, width]
 * @throws ArgumentError where the pictures are smaller than a patch with the border.
 *
 * @example
 * ```ts
 * import { samplePatches } from "smilodon/deep-belief";
 * import { random } from "smilodon";
 * console.log(samplePatches(random.normal([3, 40, 50]), 8, 19).shape); // [8, 1, 19, 19]
 * ```
 */
export function samplePatches(
  pictures: Tensor,
  count: number,
  size: number,
  { border = 5 }: PatchOptions = {},
): Tensor {
  const [number = 0, height = 0, width = 0] = pictures.shape;
  if (Math.min(height, width) < size + 2 * border)
    throw new ArgumentError(
      `samplePatches: pictures of ${height} × ${width} have no patches of ${size} × ${size} with a border of ${border}.`,
      { shape: pictures.shape, size, border },
    );
  const place = (choices: number): Tensor => floor(uniform([count, 1, 1], { low: 0, high: choices })).astype("i32");
  const picture = place(number);
  const row = add(place(height - size - 2 * border + 1), reshape(arange(border, border + size, 1, i32), [size, 1]));
  const column = add(place(width - size - 2 * border + 1), arange(border, border + size, 1, i32));
  const places = add(multiply(add(multiply(picture, height), row), width), column);
  const patches: Tensor = reshape(take(flatten(pictures), flatten(places)), [count, size, size]);
  const turned = where(bernoulli([count, 1, 1], 0.5), flip(patches, 2), patches);
  return reshape(subtract(turned, mean(turned, [1, 2], { keepDims: true })), [count, 1, size, size]);
}

const i32 = { dtype: "i32" } as const;
