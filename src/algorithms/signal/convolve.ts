/** Convolution and correlation of signals along one axis: sums of products, or by way of the spectra where that is less work. */
import { withOneOrigin } from "../../graph/node.ts";
import { isFloat } from "../../shape/dtype.ts";
import { broadcastShapes, normalizeAxis, type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { astype } from "../../tensor/cast.ts";
import { zeros } from "../../tensor/creation.ts";
import { broadcastTo, flip, moveAxis, reshape } from "../../tensor/manipulate.ts";
import { commonDtype, explaining, toNumber, whence } from "../../tensor/operands.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conv1d } from "../../tensor/windows/convolution.ts";
import { smoothLength } from "../fourier/radices.ts";
import { irfft, rfft } from "../fourier/realTransforms.ts";

/** Which part of all positions at which both overlap: all, the middle ones, as many as the first has, or those at which one lies inside the other. */
export type ConvolveMode = "full" | "same" | "valid";

/** What convolutions are told. */
export interface ConvolveOptions {
  /** Default "full". */
  readonly mode?: ConvolveMode;
  /** By sums of products, or by Fourier transforms. Default "auto": the latter where both are long and floats. */
  readonly method?: "auto" | "direct" | "fft";
  /** Default the last axis. The others broadcast. */
  readonly axis?: number;
}

/** From so many samples of the shorter signal on, spectra are less work. */
const manySamples = 256;

/**
 * The convolution of two signals along one axis: y[k] = Σ x[j] · h[k − j]. "full" has n + m − 1 samples, "same" the middle n of
 * them (as SciPy; NumPy takes the longer), "valid" max(n, m) − min(n, m) + 1.
 * @throws ShapeError where the other axes do not broadcast or one signal is empty; ArgumentError for an unknown mode or method.
 *
 * @example
 * ```ts
 * import { signal, tensor } from "smilodon";
 * console.log(await signal.convolve(tensor([1, 2, 3]), tensor([1, 1])).toArray()); // [1, 3, 5, 3]
 * ```
 */
export function convolve(x: Tensor, h: Tensor, options: ConvolveOptions = {}): Tensor {
  return withOneOrigin(() => convolved("convolve", x, h, options));
}

/**
 * The correlation of two signals along one axis: y[k] = Σ x[j + k] · h[j], for k from −(m − 1) on; modes as in `convolve`.
 * @throws ShapeError where the other axes do not broadcast or one signal is empty; ArgumentError for an unknown mode or method.
 *
 * @example
 * ```ts
 * import { signal, tensor } from "smilodon";
 * console.log(await signal.correlate(tensor([1, 2, 3]), tensor([0, 1]), { mode: "valid" }).toArray()); // [2, 3]
 * ```
 */
export function correlate(x: Tensor, h: Tensor, options: ConvolveOptions = {}): Tensor {
  return withOneOrigin(() => {
    const axis = explaining("correlate", [h], () => normalizeAxis("correlate", options.axis ?? -1, h.rank));
    return convolved("correlate", x, flip(h, axis), options);
  });
}

function convolved(operation: string, x: Tensor, h: Tensor, options: ConvolveOptions): Tensor {
  const { mode = "full", method = "auto", axis = -1 } = options;
  requireOneOf(operation, "mode", mode, ["full", "same", "valid"]);
  requireOneOf(operation, "method", method, ["auto", "direct", "fft"]);
  const dtype = toNumber(commonDtype(operation, [x, h]));
  const [left, right] = [x, h].map((each) => {
    const place = explaining(operation, [each], () => normalizeAxis(operation, axis, each.rank));
    return moveAxis(astype(each, dtype), place, -1);
  }) as [Tensor, Tensor];
  const [n, m] = [at(left.shape, -1), at(right.shape, -1)];
  if (n === 0 || m === 0)
    throw new ShapeError(
      `${operation}: ${showShape(x.shape)} and ${showShape(h.shape)}: a signal without samples along axis ${axis}.${whence([x, h])}`,
      { shapes: [x.shape, h.shape] },
    );
  const outer = explaining(operation, [x, h], () =>
    broadcastShapes(operation, left.shape.slice(0, -1), right.shape.slice(0, -1)),
  );
  const isSpectral = method === "fft" || (method === "auto" && isFloat(dtype) && Math.min(n, m) >= manySamples);
  const full = isSpectral ? bySpectra(left, right) : directly(left, right, outer);
  const start = mode === "full" ? 0 : mode === "same" ? Math.floor((m - 1) / 2) : Math.min(n, m) - 1;
  const count = { full: n + m - 1, same: n, valid: Math.max(n, m) - Math.min(n, m) + 1 }[mode];
  return moveAxis(slice(full, "...", [start, start + count]), -1, axis);
}

/** All overlaps as one convolution with a group a signal. */
function directly(x: Tensor, h: Tensor, outer: Shape): Tensor {
  const [n, m, rows] = [at(x.shape, -1), at(h.shape, -1), sizeOf(outer)];
  if (rows === 0) return zeros([...outer, n + m - 1], { dtype: x.dtype });
  const signals = reshape(broadcastTo(x, [...outer, n]), [1, rows, n]);
  const kernels = reshape(flip(broadcastTo(h, [...outer, m]), -1), [rows, 1, m]);
  return reshape(conv1d(signals, kernels, { padding: m - 1, groups: rows }), [...outer, n + m - 1]);
}

function bySpectra(x: Tensor, h: Tensor): Tensor {
  const samples = at(x.shape, -1) + at(h.shape, -1) - 1;
  const n = smoothLength(samples);
  const product = rfft(x, { n }).multiply(rfft(h, { n }));
  const result = slice(irfft(product, { n }), "...", [0, samples]);
  return isFloat(x.dtype) ? astype(result, x.dtype) : result;
}

function requireOneOf(operation: string, name: string, given: string, known: readonly string[]): void {
  if (!known.includes(given))
    throw new ArgumentError(`${operation}: ${name} is ${given}; it is one of ${known.join(", ")}.`, { [name]: given });
}
