/**
 * Fourier transforms in JavaScript as peers: fft.js (powers of two, in double precision) and kissfft-js (any length). The latter
 * has 16 MiB, too little for a million numbers: its module is started with more here, and called as its own interface does.
 */
import FFT from "fft.js";
import makeModule from "kissfft-js/src/KissFFT.js";
import type { Entrant, Given } from "../../vocabulary/line.ts";

const kissBytes = 2 ** 28;

/** Those that can transform the numbers with these real and imaginary parts. */
export function enterFourier([real, imag]: readonly Given[]): Entrant[] {
  const size = real.data.length;
  const pairs = new Float32Array(2 * size);
  for (let index = 0; index < size; index++) {
    pairs[2 * index] = real.data[index];
    pairs[2 * index + 1] = imag.data[index];
  }
  const entrants = [entrantOf("kissfft-js 0.1.8", prepareKiss(size, pairs))];
  if ((size & (size - 1)) === 0) entrants.push(entrantOf("fft.js 4.0.4", prepareFft(size, pairs)));
  return entrants;
}

function prepareFft(size: number, pairs: Float32Array): () => ArrayLike<number> {
  const fft = new FFT(size);
  const input = Array.from(pairs);
  const output = fft.createComplexArray();
  return () => {
    fft.transform(output, input);
    return output;
  };
}

function prepareKiss(size: number, pairs: Float32Array): () => ArrayLike<number> {
  const kiss = makeModule({ TOTAL_MEMORY: kissBytes });
  const plan = kiss.cwrap("kiss_fft_alloc", "number", ["number", "number", "number", "number"])(size, false);
  const transform = kiss.cwrap("kiss_fft", "void", ["number", "number", "number"]);
  const [input, output] = [kiss._malloc(size * 8), kiss._malloc(size * 8)];
  const given = new Float32Array(kiss.HEAPU8.buffer, input, 2 * size);
  return () => {
    given.set(pairs);
    transform(plan, input, output);
    return new Float32Array(kiss.HEAPU8.buffer, output, 2 * size);
  };
}

function entrantOf(name: string, transform: () => ArrayLike<number>): Entrant {
  let last: ArrayLike<number> = [];
  return {
    name,
    run: () => {
      last = transform();
    },
    read: async () => Float64Array.from(last).filter((_, index) => index % 2 === 0),
  };
}
