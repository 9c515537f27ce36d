/** Spectra of short pieces of a signal, and the signal back from them, with PyTorch's conventions. */
import { withOneOrigin } from "../../graph/node.ts";
import { computedIn } from "../../shape/dtype.ts";
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { square } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { where } from "../../tensor/comparison.ts";
import { ones } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { broadcastTo, flip } from "../../tensor/manipulate.ts";
import { toFloat, whence } from "../../tensor/operands.ts";
import { type Padding, pad, slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Complex, isComplex } from "../complex/complex.ts";
import { fft, ifft } from "../fourier/complexTransforms.ts";
import { irfft, rfft } from "../fourier/realTransforms.ts";
import type { Transformable } from "../fourier/transform.ts";
import { frame, overlapAdd, requireCounts } from "./frames.ts";

/** What the short-time transform and its inverse are told alike. */
export interface ShortTimeOptions {
  /** Samples from one frame to the next. Default a quarter of the transform's length, rounded down. */
  readonly hopLength?: number;
  /** Length of the window, which stands in the middle of a frame, between zeros. Default that of the transform. */
  readonly windowLength?: number;
  /** Weights of `windowLength`; `signal.hann(n, { periodic: true })` is usual. Default ones. */
  readonly window?: Tensor;
  /** Does frame t stand around sample t · hopLength? Else it begins there. Default true. */
  readonly center?: boolean;
  /** Divides by the root of the transform's length. Default false. */
  readonly normalized?: boolean;
  /** Only the first half of each spectrum, which says all of real signals. Default true, and false for complex signals. */
  readonly onesided?: boolean;
}

/** What stands before and after a signal. */
export type PadMode = "reflect" | "constant" | "replicate" | "circular";

/** What `stft` is told. */
export interface StftOptions extends ShortTimeOptions {
  /** What centred frames see beyond the ends: the signal mirrored, zeros, its last sample, or its other end. Default "reflect". */
  readonly padMode?: PadMode;
}

/**
 * The short-time Fourier transform of signals [..., samples], real or complex: [..., frequencies, frames], where frequencies are
 * ⌊fftLength / 2⌋ + 1, or fftLength where not `onesided`.
 * @throws ArgumentError for lengths that do not fit each other, ShapeError for signals shorter than a frame or a window of another length.
 *
 * @example
 * ```ts
 * import { ones, signal } from "smilodon";
 * const window = signal.hann(8, { periodic: true });
 * console.log(signal.stft(ones([16]), 8, { window }).shape); // [5, 9]
 * ```
 */
export function stft(x: Transformable, fftLength: number, options: StftOptions = {}): Complex {
  return withOneOrigin(() => {
    const { center = true, padMode = "reflect", normalized = false, onesided = !isComplex(x) } = options;
    if (x.shape.length === 0)
      throw new ShapeError(`stft: a scalar, of shape [], has no axis of samples.`, { shape: x.shape });
    const { hop, window } = readOptions("stft", x, fftLength, options);
    if (onesided && isComplex(x))
      throw new ArgumentError("stft: the spectrum of a complex signal has two sides; leave onesided out.", {
        onesided,
      });
    const half = center ? Math.floor(fftLength / 2) : 0;
    const pieces = (part: Tensor) => {
      const numbers = astype(part, computedIn(toFloat(part.dtype)));
      const whole = center ? padEnds("stft", numbers, half, padMode) : numbers;
      if (at(whole.shape, -1) < fftLength)
        throw new ShapeError(
          `stft: ${showShape(x.shape)} is too short for a frame of ${fftLength} samples.${whence([part])}`,
          { shape: x.shape, fftLength },
        );
      return frame(whole, fftLength, hop).multiply(window);
    };
    const norm = normalized ? "ortho" : "backward";
    const spectra = isComplex(x)
      ? fft(new Complex(pieces(x.real), pieces(x.imag)), { norm })
      : onesided
        ? rfft(pieces(x), { norm })
        : fft(pieces(x), { norm });
    return spectra.matrixTranspose();
  });
}

/** What `istft` is told. */
export interface IstftOptions extends ShortTimeOptions {
  /** Samples of the result: cut, or with zeros at the end. Default what the frames reach, without their centred ends. */
  readonly length?: number;
  /** A complex signal, of two-sided spectra. Default false. */
  readonly returnComplex?: boolean;
}

/**
 * The signal [..., samples] whose `stft` with the same options is nearest to `spectra` [..., frequencies, frames]: frames are
 * added up under their windows and divided by what the squared windows add up to (Griffin and Lim, IEEE Transactions on
 * Acoustics, Speech, and Signal Processing 32 (1984), 236). Real signals are made of the
 * first half of each spectrum, whatever the other half is. Where no window reaches, the result is 0; PyTorch refuses.
 * @throws ArgumentError for lengths that do not fit each other, ShapeError for another number of frequencies.
 *
 * @example
 * ```ts
 * import { arange, signal } from "smilodon";
 * const window = signal.hann(8, { periodic: true });
 * const spectra = signal.stft(arange(16, undefined, 1, { dtype: "f32" }), 8, { window });
 * console.log(signal.istft(spectra, 8, { window }).shape); // [16]
 * ```
 */
export function istft(
  spectra: Complex,
  fftLength: number,
  options: IstftOptions & { readonly returnComplex: true },
): Complex;
export function istft(
  spectra: Complex,
  fftLength: number,
  options?: IstftOptions & { readonly returnComplex?: false },
): Tensor;
export function istft(spectra: Complex, fftLength: number, options: IstftOptions = {}): Transformable {
  return withOneOrigin(() => {
    const { center = true, normalized = false, returnComplex = false, onesided = !returnComplex, length } = options;
    const { hop, window } = readOptions("istft", spectra, fftLength, options);
    const wanted = onesided ? Math.floor(fftLength / 2) + 1 : fftLength;
    if (onesided && returnComplex)
      throw new ArgumentError("istft: complex signals have spectra of two sides; leave onesided out.", { onesided });
    if (spectra.rank < 2 || spectra.shape.at(-2) !== wanted || spectra.shape.at(-1) === 0)
      throw new ShapeError(
        `istft: ${showShape(spectra.shape)} has to be [..., ${wanted} frequencies, frames] for transforms of length ${fftLength}${onesided ? " and one side" : ""}.`,
        { shape: spectra.shape, fftLength },
      );
    const norm = normalized ? "ortho" : "backward";
    const upright = spectra.matrixTranspose();
    const count = at(upright.shape, -2);
    const envelope = overlapAdd(broadcastTo(square(window), [count, fftLength]), hop);
    const start = center ? Math.floor(fftLength / 2) : 0;
    const joined = (pieces: Tensor) => {
      const sum = overlapAdd(pieces.multiply(window), hop);
      const isReached = envelope.greater(1e-11);
      const whole = where(isReached, sum.divide(where(isReached, envelope, 1)), 0);
      const end = length === undefined ? at(whole.shape, -1) - start : start + length;
      const cut = slice(whole, "...", [start, Math.max(start, end)]);
      const missing = (length ?? 0) - at(cut.shape, -1);
      return missing > 0 ? pad(cut, lastAxis(cut, 0, missing)) : cut;
    };
    if (!returnComplex) return joined(irfft(upright, { n: fftLength, norm }));
    const { real, imag } = ifft(upright, { norm });
    return new Complex(joined(real), joined(imag));
  });
}

/** Hop and window, which is as long as the transform. */
function readOptions(operation: string, x: Transformable, fftLength: number, options: ShortTimeOptions) {
  const { hopLength = Math.floor(fftLength / 4), windowLength = fftLength } = options;
  requireCounts(operation, { fftLength, hopLength, windowLength });
  if (windowLength > fftLength)
    throw new ArgumentError(
      `${operation}: a window of ${windowLength} does not fit into a transform of length ${fftLength}.`,
      { windowLength, fftLength },
    );
  const window = options.window ?? ones([windowLength], { dtype: x.dtype === "f64" ? "f64" : "f32" });
  if (window.rank !== 1 || window.size !== windowLength)
    throw new ShapeError(
      `${operation}: window has shape ${showShape(window.shape)} and has to be [${windowLength}].${whence([window])}`,
      { shape: window.shape, windowLength },
    );
  const before = Math.floor((fftLength - windowLength) / 2);
  return { hop: hopLength, window: pad(window, [[before, fftLength - windowLength - before]]) };
}

/** `count` more samples at both ends of the last axis. */
function padEnds(operation: string, x: Tensor, count: number, mode: PadMode): Tensor {
  const size = at(x.shape, -1);
  if (mode === "constant" || count === 0) return pad(x, lastAxis(x, count, count));
  const most = { reflect: size - 1, circular: size, replicate: size === 0 ? 0 : Infinity }[mode];
  if (count > most)
    throw new ShapeError(
      `${operation}: ${count} samples cannot be added to ${showShape(x.shape)} by "${mode}": the signal is too short. Use padMode "constant".${whence([x])}`,
      { shape: x.shape, count, mode },
    );
  const part = (start: number, stop: number) => slice(x, "...", [start, stop]);
  const edge = (start: number) => broadcastTo(part(start, start + 1), [...x.shape.slice(0, -1), count]);
  const ends = {
    reflect: () => [flip(part(1, count + 1), -1), flip(part(size - 1 - count, size - 1), -1)],
    circular: () => [part(size - count, size), part(0, count)],
    replicate: () => [edge(0), edge(size - 1)],
  }[mode]();
  return concat([at(ends, 0), x, at(ends, 1)], -1);
}

function lastAxis(x: Tensor, low: number, high: number): Padding[] {
  return x.shape.map((_, axis): Padding => (axis === x.rank - 1 ? [low, high] : [0, 0]));
}
