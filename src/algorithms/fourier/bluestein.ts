/**
 * The Fourier transform of any length as a convolution with a chirp, by transforms of a longer, smooth length (Bluestein,
 * IEEE Transactions on Audio and Electroacoustics 18 (1970), 451): jk = (j² + k² − (k − j)²) / 2.
 */
import type { Dtype } from "../../shape/dtype.ts";
import { concat } from "../../tensor/joining.ts";
import { slice } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { mixedRadix, type TransformOptions } from "./mixedRadix.ts";
import { radicesOf, smoothLength } from "./radices.ts";
import { type ComplexTable, keptTable, rootOfUnity, rootTable, rotate } from "./tables.ts";
import { type Numbers, transformNumbers } from "./transformNumbers.ts";

/** The transform of `x` [batch, parts, inputs], of which positions from `inputs` to the length count as zeros. */
export function bluestein(x: Tensor, options: TransformOptions): Tensor {
  const { length, direction, outputs, partsOut, scale } = options;
  const padded = smoothLength(2 * length - 1);
  const radices = radicesOf(padded) ?? [padded];
  const isConjugate = direction < 0;
  const chirp = rootTable(`chirp ${length}`, [length], x.dtype, 2 * length, (index) => turnsOf(index, length));
  const step = (input: Tensor, way: -1 | 1, wanted: number) =>
    mixedRadix(input, radices, { length: padded, direction: way, outputs: wanted, partsOut: 2, scale: 1 });
  const first = upTo(chirp, x.shape.at(-1) ?? 0);
  const turned = x.shape[1] === 2 ? rotate(x, first, isConjugate) : realTurned(x, first, isConjugate);
  const product = rotate(step(turned, -1, padded), chirpSpectrum(length, padded, x.dtype), !isConjugate);
  const convolved = rotate(step(product, 1, outputs), upTo(chirp, outputs), isConjugate);
  return slice(convolved, null, [0, partsOut]).multiply(scale);
}

/** j² in units of which 2 · length are a turn. */
function turnsOf(index: number, length: number): number {
  return (index * index) % (2 * length);
}

function upTo({ real, imag }: ComplexTable, count: number): ComplexTable {
  return { real: slice(real, [0, count]), imag: slice(imag, [0, count]) };
}

/** Real numbers [batch, 1, inputs] times those of a table. */
function realTurned(x: Tensor, { real, imag }: ComplexTable, isConjugate: boolean): Tensor {
  return concat([x.multiply(real), x.multiply(isConjugate ? imag.negative() : imag)], 1);
}

/** The transform of the chirp, wrapped around at `padded`, over `padded`; the conjugate chirp's is its conjugate, as the chirp is even. */
function chirpSpectrum(length: number, padded: number, dtype: Dtype): ComplexTable {
  let spectrum: readonly [Numbers, Numbers] | undefined;
  const part = (index: 0 | 1) =>
    keptTable(`chirp spectrum ${index} ${length}`, dtype, () => {
      spectrum ??= transformedChirp(length, padded);
      return tensor(spectrum[index], { dtype });
    });
  return { real: part(0), imag: part(1) };
}

function transformedChirp(length: number, padded: number): readonly [Numbers, Numbers] {
  const [real, imag] = [new Float64Array(padded), new Float64Array(padded)];
  for (let index = 0; index < length; index++) {
    const [cos, sin] = rootOfUnity(turnsOf(index, length), 2 * length);
    for (const place of [index, (padded - index) % padded]) {
      real[place] = cos / padded;
      imag[place] = sin / padded;
    }
  }
  return transformNumbers(real, imag);
}
