/** What ears make of spectra: mel scales and filter banks, spectrograms in decibels, cepstral coefficients. */
import { withOneOrigin } from "../../graph/node.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { ArgumentError } from "../../support/errors.ts";
import { maximum } from "../../tensor/arithmetic.ts";
import { matmul } from "../../tensor/linear.ts";
import { matrixTranspose } from "../../tensor/manipulate.ts";
import { throughFloats } from "../../tensor/operands.ts";
import { type Axes, max } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { log10 } from "../../tensor/transcendental.ts";
import { dct } from "./cosineTransform.ts";
import { requireCounts } from "./frames.ts";
import { type StftOptions, stft } from "./stft.ts";
import { hann } from "./windows.ts";

/** How frequencies become mels: by a logarithm everywhere, or a line up to 1000 Hz and a logarithm from there. */
export type MelScale = "htk" | "slaney";

/** What filter banks are told. */
export interface MelOptions {
  /** Samples a second. */
  readonly sampleRate: number;
  /** How many filters. Default 128. */
  readonly mels?: number;
  /** Lowest frequency in Hz. Default 0. */
  readonly low?: number;
  /** Highest frequency in Hz. Default half the sample rate. */
  readonly high?: number;
  /** Default "htk". */
  readonly scale?: MelScale;
  /** "slaney" divides each filter by its width, so that all have the same area. Default null. */
  readonly norm?: "slaney" | null;
}

/**
 * Triangular filters that are evenly spaced in mels: a matrix [bins, mels] that spectra [..., bins] are multiplied by; bins are
 * those of `rfft`, from 0 to half the sample rate. As torchaudio's `melscale_fbanks` has them.
 * "htk": 2595 · log₁₀(1 + f / 700) mels; "slaney": f · 3 / 200 up to 1000 Hz, and log steps of ln 6.4 / 27 from there.
 * @throws ArgumentError for counts below 1, and unless 0 ≤ low < high.
 *
 * @example
 * ```ts
 * import { signal } from "smilodon";
 * console.log(signal.melFilterBank(201, { sampleRate: 16_000, mels: 40 }).shape); // [201, 40]
 * ```
 */
export function melFilterBank(bins: number, options: MelOptions & { readonly dtype?: Dtype }): Tensor {
  const { sampleRate, mels = 128, low = 0, high = sampleRate / 2, scale = "htk", norm = null, dtype = "f32" } = options;
  requireCounts("melFilterBank", { bins, mels });
  if (!(sampleRate > 0 && low >= 0 && low < high))
    throw new ArgumentError(
      `melFilterBank: from ${low} to ${high} Hz of ${sampleRate} samples a second; there has to be 0 ≤ low < high.`,
      { low, high, sampleRate },
    );
  const { toMels, toHertz } = scales[scale];
  const [first, last] = [toMels(low), toMels(high)];
  const corner = (index: number) => toHertz(first + ((last - first) * index) / (mels + 1));
  const filters = new Float64Array(bins * mels);
  for (let mel = 0; mel < mels; mel++) {
    const [start, peak, end] = [corner(mel), corner(mel + 1), corner(mel + 2)];
    const height = norm === "slaney" ? 2 / (end - start) : 1;
    for (let bin = 0; bin < bins; bin++) {
      const frequency = bins === 1 ? 0 : ((sampleRate / 2) * bin) / (bins - 1);
      const triangle = Math.min((frequency - start) / (peak - start), (end - frequency) / (end - peak));
      filters[bin * mels + mel] = height * Math.max(0, triangle);
    }
  }
  return tensor(filters, { shape: [bins, mels], dtype });
}

const step = Math.log(6.4) / 27;
const scales = {
  htk: {
    toMels: (hertz) => 2595 * Math.log10(1 + hertz / 700),
    toHertz: (mels) => 700 * (10 ** (mels / 2595) - 1),
  },
  slaney: {
    toMels: (hertz) => (hertz < 1000 ? (3 * hertz) / 200 : 15 + Math.log(hertz / 1000) / step),
    toHertz: (mels) => (mels < 15 ? (200 * mels) / 3 : 1000 * Math.exp(step * (mels - 15))),
  },
} as const satisfies Record<MelScale, Record<"toMels" | "toHertz", (from: number) => number>>;

/** What spectrograms are told. */
export interface MelSpectrogramOptions extends Omit<StftOptions, "onesided">, MelOptions {
  /** Length of the transform. Default 400. */
  readonly fftLength?: number;
  /** Exponent of the absolute values: 2 for power, 1 for amplitude. Default 2. */
  readonly power?: 1 | 2;
}

/**
 * Power in mel bands over time: signals [..., samples] become [..., mels, frames]. A periodic Hann window by default, and hops of half its length,
 * as torchaudio's `MelSpectrogram` has them.
 * @throws ArgumentError and ShapeError as `stft` and `melFilterBank`.
 *
 * @example
 * ```ts
 * import { ones, signal } from "smilodon";
 * console.log(signal.melSpectrogram(ones([1600]), { sampleRate: 16_000, mels: 40 }).shape); // [40, 9]
 * ```
 */
export function melSpectrogram(x: Tensor, options: MelSpectrogramOptions): Tensor {
  return withOneOrigin(() => {
    const { fftLength = 400, power = 2, windowLength = fftLength } = options;
    const {
      hopLength = Math.max(1, Math.floor(windowLength / 2)),
      window = hann(windowLength, { periodic: true, dtype: x.dtype === "f64" ? "f64" : "f32" }),
    } = options;
    const { real, imag } = stft(x, fftLength, { ...options, windowLength, hopLength, window, onesided: true });
    const squares = real.square().add(imag.square());
    const size = power === 2 ? squares : squares.sqrt();
    const filters = melFilterBank(Math.floor(fftLength / 2) + 1, { ...options, dtype: size.dtype });
    return matmul(matrixTranspose(filters), size);
  });
}

/** What `powerToDb` is told. */
export interface DecibelOptions {
  /** What 0 dB is. Default 1. */
  readonly reference?: number;
  /** Smaller powers count as this. Default 1e-10. */
  readonly minimum?: number;
  /** Nothing is further below the greatest of all than this; null for no such bound. Default null. */
  readonly topDb?: number | null;
  /** Axes over which the greatest is sought for `topDb`. Default all. */
  readonly axis?: Axes;
}

/**
 * Powers in decibels: 10 · log₁₀(max(x, minimum) / reference).
 * @throws ArgumentError unless minimum and reference are above 0 and topDb is not below 0.
 *
 * @example
 * ```ts
 * import { signal, tensor } from "smilodon";
 * console.log(await signal.powerToDb(tensor([1, 100, 0])).toArray()); // [0, 20, -100]
 * ```
 */
export function powerToDb(
  x: Tensor,
  { reference = 1, minimum = 1e-10, topDb = null, axis }: DecibelOptions = {},
): Tensor {
  if (!(minimum > 0 && reference > 0) || (topDb !== null && !(topDb >= 0)))
    throw new ArgumentError(
      `powerToDb: minimum is ${minimum}, reference ${reference} and topDb ${topDb}; the first two have to be above 0, the last not below.`,
      { minimum, reference, topDb },
    );
  return throughFloats(x, (powers) => {
    const decibels = log10(maximum(powers, minimum))
      .multiply(10)
      .subtract(10 * Math.log10(Math.max(minimum, reference)));
    if (topDb === null) return decibels;
    return maximum(decibels, max(decibels, { axis, keepDims: true }).subtract(topDb));
  });
}

/** What `mfcc` is told. */
export interface CepstrumOptions extends MelSpectrogramOptions {
  /** How many coefficients. Default 40. */
  readonly coefficients?: number;
}

/**
 * Mel-frequency cepstral coefficients: signals [..., samples] become [..., coefficients, frames]. The orthogonal cosine transform of mel powers in
 * decibels, at most 80 below the greatest of each signal (Davis and Mermelstein, IEEE Transactions on Acoustics, Speech, and Signal
 * Processing 28 (1980), 357; the details are torchaudio's).
 * @throws ArgumentError where there are more coefficients than mels.
 *
 * @example
 * ```ts
 * import { ones, signal } from "smilodon";
 * console.log(signal.mfcc(ones([1600]), { sampleRate: 16_000, mels: 40, coefficients: 13 }).shape); // [13, 9]
 * ```
 */
export function mfcc(x: Tensor, { coefficients = 40, ...options }: CepstrumOptions): Tensor {
  return withOneOrigin(() => {
    const powers = melSpectrogram(x, options);
    const mels = options.mels ?? 128;
    requireCounts("mfcc", { coefficients });
    if (coefficients > mels)
      throw new ArgumentError(`mfcc: ${coefficients} coefficients of ${mels} mels; there cannot be more.`, {
        coefficients,
        mels,
      });
    const decibels = powerToDb(powers, { topDb: 80, axis: [-2, -1] });
    return slice(dct(decibels, { axis: -2, norm: "ortho" }), "...", [0, coefficients], null);
  });
}
