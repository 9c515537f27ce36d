/** Fourier transforms, windows, short-time transforms and their kin against NumPy, SciPy and PyTorch. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Complex, complex, fft, grad, isComplex, signal, type Tensor, tensor } from "../../src/index.ts";

type Numbers = readonly number[];
type Options = Readonly<Record<string, unknown>>;

interface Golden {
  readonly fourier: readonly {
    readonly n: number;
    readonly input: Numbers;
    readonly fft: Numbers;
    readonly ifft: Numbers;
    readonly rfft: Numbers;
    readonly hfft?: Numbers;
    readonly irfft?: Numbers;
  }[];
  readonly several: Readonly<Record<"input" | "fftn" | "ifftn" | "rfftn" | "irfftn", Numbers>>;
  readonly windows: readonly {
    readonly name: keyof typeof windows;
    readonly length: number;
    readonly options: Options;
    readonly values: Numbers;
  }[];
  readonly cosines: readonly {
    readonly input: Numbers;
    readonly options: signal.CosineOptions;
    readonly dct: Numbers;
    readonly idct: Numbers;
  }[];
  readonly convolutions: readonly {
    readonly x: Numbers;
    readonly h: Numbers;
    readonly mode: signal.ConvolveMode;
    readonly convolve: Numbers;
    readonly correlate?: Numbers;
  }[];
  readonly shortTime: readonly {
    readonly input: Numbers;
    readonly shape: Numbers;
    readonly n: number;
    readonly options: Omit<signal.StftOptions, "window">;
    readonly window: Numbers;
    readonly stft: Numbers;
    readonly weights: Numbers;
    readonly gradient: Numbers;
    readonly istft?: Numbers;
    readonly cut?: Numbers;
  }[];
  readonly mels: readonly {
    readonly options: signal.MelOptions & { readonly bins: number };
    readonly values: Numbers;
  }[];
}

const windows = {
  hann: signal.hann,
  hamming: signal.hamming,
  blackman: signal.blackman,
  nuttall: signal.nuttall,
  blackmanHarris: signal.blackmanHarris,
  bartlett: signal.bartlett,
  cosine: signal.cosine,
  tukey: signal.tukey,
  kaiser: signal.kaiser,
  gaussian: signal.gaussian,
};

const golden: Golden = JSON.parse(readFileSync(new URL("signal.json", import.meta.url), "utf8"));
const dtypes = ["f32", "f64"] as const;
type Float = (typeof dtypes)[number];

/** Half a unit in the last place. */
const epsilon = { f32: 2 ** -24, f64: 2 ** -53 } as const;

function complexOf(pairs: Numbers, shape: Numbers, dtype: Float): Complex {
  const part = (which: 0 | 1) =>
    tensor(
      pairs.filter((_, index) => index % 2 === which),
      { shape, dtype },
    );
  return complex(part(0), part(1));
}

/** Expects the norm of the error within `units` half units of the last place of the norm of `expected`. */
async function expectNear(given: Tensor | Complex, expected: Numbers, dtype: Float, units: number, what: string) {
  expect(given.dtype, what).toBe(dtype);
  const values = await given.data();
  expect(values.length, what).toBe(expected.length);
  const norm = (list: Numbers) => Math.hypot(...list);
  const error = norm(expected.map((value, index) => value - (values[index] ?? NaN)));
  expect(error / Math.max(norm(expected), 1e-300) / epsilon[dtype], what).toBeLessThan(units);
}

describe.each(dtypes)("in %s", (dtype) => {
  it("Fourier transforms are NumPy's, within a few units times log n", async () => {
    for (const { n, input, ...expected } of golden.fourier) {
      const z = complexOf(input, [n], dtype);
      const units = 3 + 2 * Math.log2(n);
      await expectNear(fft.fft(z), expected.fft, dtype, units, `fft ${n}`);
      await expectNear(fft.ifft(z), expected.ifft, dtype, units, `ifft ${n}`);
      await expectNear(fft.rfft(z.real), expected.rfft, dtype, units, `rfft ${n}`);
      if (expected.hfft === undefined || expected.irfft === undefined) continue;
      await expectNear(fft.hfft(z, { n, norm: "ortho" }), expected.hfft, dtype, units, `hfft ${n}`);
      await expectNear(fft.irfft(z, { n }), expected.irfft, dtype, units, `irfft ${n}`);
    }
  });

  it("transforms along several axes are NumPy's", async () => {
    const { several } = golden;
    const z = complexOf(several.input, [3, 4, 6], dtype);
    await expectNear(fft.fftn(z, { s: [5, 3], axes: [0, 2], norm: "ortho" }), several.fftn, dtype, 10, "fftn");
    await expectNear(fft.ifftn(z), several.ifftn, dtype, 10, "ifftn");
    await expectNear(fft.rfftn(z.real, { norm: "forward" }), several.rfftn, dtype, 10, "rfftn");
    await expectNear(fft.irfftn(z, { s: [4, 7], axes: [0, 1] }), several.irfftn, dtype, 10, "irfftn");
  });

  it("windows are SciPy's", async () => {
    for (const { name, length, options, values } of golden.windows) {
      const window = windows[name](length, { ...options, dtype });
      await expectNear(window, values, dtype, 40, `${name} ${length} ${JSON.stringify(options)}`);
    }
  });

  it("cosine transforms are SciPy's, and inverse to each other", async () => {
    for (const { input, options, dct, idct } of golden.cosines) {
      const x = tensor(input, { dtype });
      const what = `${input.length} ${JSON.stringify(options)}`;
      await expectNear(signal.dct(x, options), dct, dtype, 30, `dct ${what}`);
      await expectNear(signal.idct(x, options), idct, dtype, 30, `idct ${what}`);
      await expectNear(signal.idct(signal.dct(x, options), options), input, dtype, 40, `idct(dct) ${what}`);
    }
  });

  it("convolutions and correlations are SciPy's, by products and by spectra", async () => {
    for (const { x, h, mode, convolve, correlate } of golden.convolutions) {
      for (const method of ["direct", "fft"] as const) {
        const [a, b] = [tensor(x, { dtype }), tensor(h, { dtype })];
        const what = `${x.length} ${h.length} ${mode} ${method}`;
        await expectNear(signal.convolve(a, b, { mode, method }), convolve, dtype, 40, `convolve ${what}`);
        if (correlate !== undefined)
          await expectNear(signal.correlate(a, b, { mode, method }), correlate, dtype, 40, `correlate ${what}`);
      }
    }
  });

  it("short-time transforms, their gradients and inverses are PyTorch's", async () => {
    for (const { input, shape, n, options, ...expected } of golden.shortTime) {
      const what = JSON.stringify(options);
      const x = tensor(input, { shape, dtype });
      const window = tensor(expected.window, { dtype });
      const spectra = (given: Tensor) => signal.stft(given, n, { ...options, window });
      const z = spectra(x);
      await expectNear(z, expected.stft, dtype, 30, `stft ${what}`);
      const weights = complexOf(expected.weights, z.shape, dtype);
      const slope = grad((given: Tensor) => spectra(given).multiply(weights).real.sum())(x);
      await expectNear(slope, expected.gradient, dtype, 30, `gradient of stft ${what}`);
      if (expected.istft === undefined || expected.cut === undefined) continue;
      const noisy = complexOf(expected.stft, z.shape, dtype).add(weights.multiply(0.125));
      const { padMode, ...others } = options;
      const back = (length?: number) => signal.istft(noisy, n, { ...others, window, ...(length && { length }) });
      await expectNear(back(), expected.istft, dtype, 60, `istft ${what} ${padMode}`);
      await expectNear(back((shape[1] ?? 0) - 3), expected.cut, dtype, 60, `istft to a length ${what}`);
    }
  });

  it("mel filters are those of their formulas", async () => {
    for (const { options, values } of golden.mels)
      await expectNear(
        signal.melFilterBank(options.bins, { ...options, dtype }),
        values,
        dtype,
        2000,
        JSON.stringify(options),
      );
  });
});

it("a signal comes back from its spectra, real and complex, as long as windows reach", async () => {
  const x = fft.fftfreq(200, { d: 0.01, dtype: "f64" }).sin();
  const window = signal.hann(32, { periodic: true, dtype: "f64" });
  const back = signal.istft(signal.stft(x, 32, { window }), 32, { window, length: 200 });
  expect(await back.subtract(x).abs().max().item()).toBeLessThan(1e-14);
  const z = complex(x, x.add(1));
  const returned = signal.istft(signal.stft(z, 32, { window }), 32, { window, length: 200, returnComplex: true });
  expect(isComplex(returned) && (await returned.subtract(z).abs().max().item())).toBeLessThan(1e-14);
  // Frames that begin with a weight of 0 and nothing before it
  const bare = signal.istft(signal.stft(x, 32, { window, center: false }), 32, { window, center: false });
  expect(await bare.slice(0).item()).toBe(0);
});

it("long transforms are exact: twiddles of two tables, Bluestein's chirp, batches", async () => {
  for (const n of [2 ** 15, 65_537, 3 * 2 ** 14]) {
    // The transform of e^(2πi·5j/n) is n at 5 and nothing elsewhere
    const turns = tensor(Float64Array.from({ length: n }, (_, j) => (2 * Math.PI * ((5 * j) % n)) / n));
    const z = complex(turns.cos().astype("f32"), turns.sin().astype("f32"));
    const data = await fft.fft(z, { norm: "ortho" }).data();
    expect(data[10], `n ${n}`).toBeCloseTo(Math.sqrt(n), 2);
    data[10] = 0;
    const rest = Math.sqrt(Array.from(data).reduce((total, value) => total + value * value, 0) / n);
    expect(rest, `n ${n}`).toBeLessThan(2e-6);
  }
});
