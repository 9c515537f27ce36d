/** Rows of `algorithms/signal/`, with the sums that define them; `tests/golden/signal.test.ts` holds the same against SciPy and PyTorch. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, read } from "../host.ts";
import { counted, draw, floating, type OpRow, row, type Sample } from "../row.ts";

const { signal } = S;
const tolerance = { f32: { relative: 1e-5, absolute: 5e-5 }, f64: { relative: 1e-12, absolute: 1e-12 } } as const;

const floatOf = (x: HostTensor): S.Dtype => (x.dtype === "f64" ? "f64" : "f32");
const both = (z: S.Complex): S.Tensor[] => [z.real, z.imag];
const sumTo = (count: number, term: (index: number) => number): number => {
  let total = 0;
  for (let index = 0; index < count; index++) total += term(index);
  return total;
};

type Weight = (place: number, steps: number) => number;

/** A window row: `weight` is told the place among the steps. */
function windowRow(
  name: string,
  call: (length: number, options?: S.signal.WindowOptions) => S.Tensor,
  weight: Weight,
): OpRow {
  const sample = (length: number, periodic: boolean, dtype: S.Dtype): Sample => ({
    label: `${dtype}, ${length}, ${periodic}`,
    inputs: [],
    call: () => call(length, { periodic, dtype }),
    expected: () =>
      build([length], dtype, ([index = 0]) => (length === 1 ? 1 : weight(index, periodic ? length : length - 1))),
  });
  return row(`signal.${name}`, {
    derivative: "none",
    tolerance: { f32: { relative: 1e-6, absolute: 1e-7 }, f64: { relative: 1e-13, absolute: 1e-14 } },
    samples: [sample(7, false, "f32"), sample(8, true, "f64"), sample(1, true, "f64"), sample(0, false, "f32")],
    errors: [
      {
        label: "a length with a fraction",
        call: () => call(2.5),
        error: S.ArgumentError,
        message: new RegExp(`${name}: a window of length 2.5`),
      },
      {
        label: "whole numbers",
        call: () => call(4, { dtype: "i32" }),
        error: S.DtypeError,
        message: new RegExp(`${name}: a window of i32`),
      },
    ],
  });
}

/** Σ (−1)^k a[k] cos(2πkj / steps). */
const cosines =
  (...coefficients: readonly number[]): Weight =>
  (place, steps) =>
    sumTo(
      coefficients.length,
      (k) => (k % 2 === 0 ? 1 : -1) * (coefficients[k] ?? 0) * Math.cos((2 * Math.PI * k * place) / steps),
    );

/** I₀ as the mean of e^(x cos t) over a circle. */
const bessel = (x: number) => sumTo(64, (index) => Math.exp(x * Math.cos((2 * Math.PI * index) / 64))) / 64;

const windows: readonly OpRow[] = [
  windowRow("hann", signal.hann, cosines(0.5, 0.5)),
  windowRow("hamming", signal.hamming, cosines(0.54, 0.46)),
  windowRow("blackman", signal.blackman, cosines(0.42, 0.5, 0.08)),
  windowRow("nuttall", signal.nuttall, cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411)),
  windowRow("blackmanHarris", signal.blackmanHarris, cosines(0.35875, 0.48829, 0.14128, 0.01168)),
  windowRow("bartlett", signal.bartlett, (place, steps) => 1 - Math.abs((2 * place) / steps - 1)),
  windowRow("cosine", signal.cosine, (place, steps) => Math.sin((Math.PI * (place + 0.5)) / (steps + 1))),
  windowRow("tukey", signal.tukey, (place, steps) => {
    const near = Math.min(place, steps - place) / steps;
    return near >= 0.25 ? 1 : 0.5 - 0.5 * Math.cos(4 * Math.PI * near);
  }),
  windowRow(
    "kaiser",
    (length, options) => signal.kaiser(length, { beta: 5, ...options }),
    (place, steps) => bessel(5 * Math.sqrt(1 - ((2 * place) / steps - 1) ** 2)) / bessel(5),
  ),
  windowRow(
    "gaussian",
    (length, options) => signal.gaussian(length, { std: 2, ...options }),
    (place, steps) => Math.exp(-((place - steps / 2) ** 2) / 8),
  ),
];

function framed(x: HostTensor, length: number, hop: number): HostTensor {
  const samples = x.shape.at(-1) ?? 0;
  const count = Math.max(0, Math.floor((samples - length) / hop) + 1);
  return build([...x.shape.slice(0, -1), count, length], x.dtype, (position) => {
    const [frame = 0, index = 0] = position.slice(-2);
    return read(x, [...position.slice(0, -2), frame * hop + index]);
  });
}

function overlapped(x: HostTensor, hop: number): HostTensor {
  const [count = 0, length = 0] = x.shape.slice(-2);
  return build([...x.shape.slice(0, -2), (count - 1) * hop + length], counted(x.dtype), (position) => {
    const place = position.at(-1) ?? 0;
    return sumTo(count, (frame) => {
      const index = place - frame * hop;
      return index >= 0 && index < length ? read(x, [...position.slice(0, -1), frame, index]) : 0;
    });
  });
}

/** [samples, frame, hop]: hops that divide frames and others, gaps, frames of many hops, too few samples. */
const frameCases: readonly (readonly [readonly number[], number, number])[] = [
  [[9], 4, 2],
  [[2, 11], 5, 3],
  [[10], 2, 4],
  [[30], 20, 1],
  [[3], 4, 2],
  [[0, 8], 4, 4],
];

const frames: readonly OpRow[] = [
  row("signal.frame", {
    samples: frameCases.map(([shape, length, hop]) => ({
      label: `[${shape}] ${length} ${hop}`,
      inputs: [draw(`frame${shape}${hop}`, shape, "f32")],
      call: (x) => signal.frame(x, length, hop),
      expected: (x) => framed(x, length, hop),
    })),
    errors: [
      {
        label: "a hop of 0",
        call: () => signal.frame(S.zeros([4]), 2, 0),
        error: S.ArgumentError,
        message: /frame: hop is 0/,
      },
      {
        label: "a scalar",
        call: () => signal.frame(S.zeros([]), 2, 1),
        error: S.ShapeError,
        message: /frame: a scalar has no axis/,
      },
    ],
  }),
  row("signal.overlapAdd", {
    samples: [
      { shape: [3, 4], hop: 2 },
      { shape: [2, 3, 5], hop: 3 },
      { shape: [2, 3], hop: 5 },
      { shape: [4, 18], hop: 1 },
      { shape: [0, 2, 4], hop: 2 },
    ].map(({ shape, hop }) => ({
      label: `[${shape}] ${hop}`,
      inputs: [draw(`overlapAdd${shape}${hop}`, shape, "f32")],
      call: (x) => signal.overlapAdd(x, hop),
      expected: (x) => overlapped(x, hop),
    })),
    tolerance,
    errors: [
      {
        label: "one axis",
        call: () => signal.overlapAdd(S.zeros([4]), 1),
        error: S.ShapeError,
        message: /overlapAdd: \[4\] has to be \[\.\.\., frames, length\]/,
      },
    ],
  }),
];

/** The centred signal, mirrored at its ends. */
function mirroredEnds(x: HostTensor, count: number): HostTensor {
  const size = x.shape.at(-1) ?? 0;
  return build([...x.shape.slice(0, -1), size + 2 * count], x.dtype, (position) => {
    const place = Math.abs((position.at(-1) ?? 0) - count);
    return read(x, [...position.slice(0, -1), place < size ? place : 2 * (size - 1) - place]);
  });
}

/** Spectra [..., bins, frames] of windowed frames. */
function spectra(x: HostTensor, n: number, hop: number, window: HostTensor): readonly [HostTensor, HostTensor] {
  const pieces = framed(mirroredEnds(x, Math.floor(n / 2)), n, hop);
  const [count = 0] = pieces.shape.slice(-2);
  const part = (wave: (angle: number) => number) =>
    build([...x.shape.slice(0, -1), Math.floor(n / 2) + 1, count], floatOf(x), (position) => {
      const [bin = 0, frame = 0] = position.slice(-2);
      return sumTo(
        n,
        (j) =>
          (window.data[j] ?? 0) *
          read(pieces, [...position.slice(0, -2), frame, j]) *
          wave((-2 * Math.PI * ((j * bin) % n)) / n),
      );
    });
  return [part(Math.cos), part(Math.sin)];
}

/** The signal of spectra whose windows are ones: frames added up, and divided by how many there are. */
function resynthesized(x: HostTensor, y: HostTensor, n: number, hop: number): HostTensor {
  const [bins = 0, count = 0] = x.shape.slice(-2);
  const pieces = build([...x.shape.slice(0, -2), count, n], floatOf(x), (position) => {
    const [frame = 0, j = 0] = position.slice(-2);
    const at = (part: HostTensor, bin: number) => read(part, [...position.slice(0, -2), bin, frame]);
    return (
      sumTo(bins, (bin) => {
        const angle = (2 * Math.PI * ((j * bin) % n)) / n;
        const isAlone = bin === 0 || 2 * bin === n;
        return (isAlone ? 1 : 2) * (at(x, bin) * Math.cos(angle) - (isAlone ? 0 : at(y, bin) * Math.sin(angle)));
      }) / n
    );
  });
  const sums = overlapped(pieces, hop);
  const counts = overlapped({ ...pieces, data: pieces.data.map(() => 1) }, hop);
  const half = Math.floor(n / 2);
  const shape = [...sums.shape.slice(0, -1), (sums.shape.at(-1) ?? 0) - 2 * half];
  return build(shape, floatOf(x), (position) => {
    const from = [...position.slice(0, -1), (position.at(-1) ?? 0) + half];
    return read(sums, from) / read(counts, from);
  });
}

const shortTime: readonly OpRow[] = [
  row("signal.stft", {
    samples: [
      { shape: [12], n: 8, hop: 2, dtype: "f32" as const },
      { shape: [2, 9], n: 5, hop: 3, dtype: "f32" as const },
      { shape: [10], n: 6, hop: 6, dtype: "f64" as const },
    ].map(({ shape, n, hop, dtype }) => ({
      label: `${dtype}[${shape}] ${n} ${hop}`,
      inputs: [draw(`stft${shape}`, shape, dtype), draw(`stft window${shape}`, [n], dtype)],
      call: (x, window) => both(signal.stft(x, n, { hopLength: hop, window })),
      expected: (x, window) => spectra(x, n, hop, window),
    })),
    tolerance,
    errors: [
      {
        label: "a signal that is too short to mirror",
        call: () => signal.stft(S.zeros([4]), 8),
        error: S.ShapeError,
        message: /stft: 4 samples cannot be added to \[4\] by "reflect"/,
      },
      {
        label: "a signal shorter than a frame",
        call: () => signal.stft(S.zeros([4]), 8, { center: false }),
        error: S.ShapeError,
        message: /stft: \[4\] is too short for a frame of 8/,
      },
      {
        label: "a window of another length",
        call: () => signal.stft(S.zeros([20]), 8, { window: S.zeros([6]) }),
        error: S.ShapeError,
        message: /stft: window has shape \[6\] and has to be \[8\]/,
      },
      {
        label: "a window longer than the transform",
        call: () => signal.stft(S.zeros([20]), 8, { windowLength: 9 }),
        error: S.ArgumentError,
        message: /stft: a window of 9 does not fit/,
      },
      {
        label: "one side of a complex signal",
        call: () => signal.stft(S.complex(S.zeros([20])), 8, { onesided: true }),
        error: S.ArgumentError,
        message: /two sides/,
      },
    ],
  }),
  row("signal.istft", {
    samples: [
      { shape: [5, 4], n: 8, hop: 2, dtype: "f32" as const },
      { shape: [2, 3, 3], n: 5, hop: 2, dtype: "f32" as const },
      { shape: [4, 3], n: 6, hop: 3, dtype: "f64" as const },
    ].map(({ shape, n, hop, dtype }) => ({
      label: `${dtype}[${shape}] ${n} ${hop}`,
      inputs: [draw(`istft a${shape}`, shape, dtype), draw(`istft b${shape}`, shape, dtype)],
      call: (x, y) => signal.istft(S.complex(x, y), n, { hopLength: hop }),
      expected: (x, y) => resynthesized(x, y, n, hop),
    })),
    tolerance,
    errors: [
      {
        label: "another number of frequencies",
        call: () => signal.istft(S.complex(S.zeros([4, 3])), 8),
        error: S.ShapeError,
        message: /istft: \[4, 3\] has to be \[\.\.\., 5 frequencies, frames\]/,
      },
    ],
  }),
];

function cosineSum(x: HostTensor, axis: number, n: number, type: 2 | 3): HostTensor {
  const place = axis < 0 ? axis + x.shape.length : axis;
  const size = x.shape[place] ?? 0;
  return build(x.shape.with(place, n), floatOf(x), (position) => {
    const k = position[place] ?? 0;
    return sumTo(Math.min(n, size), (j) => {
      const value = read(x, position.with(place, j));
      if (type === 2) return 2 * value * Math.cos((Math.PI * ((k * (2 * j + 1)) % (4 * n))) / (2 * n));
      return j === 0 ? value : 2 * value * Math.cos((Math.PI * ((j * (2 * k + 1)) % (4 * n))) / (2 * n));
    });
  });
}

function cosineRow(name: string, call: typeof signal.dct, type: 2 | 3, isDivided: boolean): OpRow {
  const cases: readonly (readonly [readonly number[], S.signal.CosineOptions, "f32" | "f64"])[] = [
    [[7], {}, "f32"],
    [[1], {}, "f32"],
    [[3, 4], { axis: 0 }, "f32"],
    [[2, 4], { n: 6 }, "f64"],
    [[6], { n: 5 }, "f64"],
    [[0, 4], {}, "f32"],
  ];
  return row(`signal.${name}`, {
    samples: cases.map(([shape, options, dtype]) => ({
      label: `${dtype}[${shape}] ${JSON.stringify(options)}`,
      inputs: [draw(`${name}${shape}`, shape, dtype)],
      call: (x) => call(x, options),
      expected: (x) => {
        const axis = options.axis ?? -1;
        const n = options.n ?? x.shape.at(axis) ?? 0;
        const sums = cosineSum(x, axis, n, type);
        return isDivided ? build(sums.shape, sums.dtype, (position) => read(sums, position) / (2 * n)) : sums;
      },
    })),
    tolerance,
    errors: [
      {
        label: "another type",
        call: () => call(S.zeros([4]), { type: 1 as 2 }),
        error: S.ArgumentError,
        message: new RegExp(`${name}: there is no cosine transform of type 1`),
      },
    ],
  });
}

function overlaps(x: HostTensor, h: HostTensor, mode: S.signal.ConvolveMode, isReversed: boolean): HostTensor {
  const [n, m] = [x.shape.at(-1) ?? 0, h.shape.at(-1) ?? 0];
  const start = { full: 0, same: Math.floor((m - 1) / 2), valid: Math.min(n, m) - 1 }[mode];
  const count = { full: n + m - 1, same: n, valid: Math.max(n, m) - Math.min(n, m) + 1 }[mode];
  const outer = x.shape.length >= h.shape.length ? x.shape.slice(0, -1) : h.shape.slice(0, -1);
  return build([...outer, count], counted(x.dtype), (position) =>
    sumTo(m, (index) => {
      const from = start + (position.at(-1) ?? 0) - index;
      const weight = read(h, [...position.slice(0, -1), isReversed ? m - 1 - index : index]);
      return from < 0 || from >= n ? 0 : weight * read(x, [...position.slice(0, -1), from]);
    }),
  );
}

function convolveRow(name: "convolve" | "correlate"): OpRow {
  const call = signal[name];
  const cases: readonly (readonly [readonly number[], readonly number[], S.signal.ConvolveOptions, "f32" | "f64"])[] = [
    [[5], [3], {}, "f32"],
    [[2, 6], [3], { mode: "same" }, "f32"],
    [[4], [2, 5], { mode: "valid" }, "f32"],
    [[5], [3], { method: "fft" }, "f64"],
    [[0, 4], [2], {}, "f32"],
  ];
  return row(`signal.${name}`, {
    samples: cases.map(([a, b, options, dtype]) => ({
      label: `${dtype}[${a}] [${b}] ${JSON.stringify(options)}`,
      inputs: [draw(`${name}a${a}`, a, dtype), draw(`${name}b${b}`, b, dtype)],
      call: (x, h) => call(x, h, options),
      expected: (x, h) => overlaps(x, h, options.mode ?? "full", name === "correlate"),
    })),
    tolerance,
    errors: [
      {
        label: "a signal without samples",
        call: () => call(S.zeros([0]), S.zeros([3])),
        error: S.ShapeError,
        message: new RegExp(`${name}: \\[0\\] and \\[3\\]: a signal without samples`),
      },
      {
        label: "an unknown mode",
        call: () => call(S.zeros([4]), S.zeros([3]), { mode: "middle" as "same" }),
        error: S.ArgumentError,
        message: new RegExp(`${name}: mode is middle; it is one of full, same, valid`),
      },
    ],
  });
}

const melOptions = { sampleRate: 8000, mels: 6, fftLength: 16 } as const;

function melPowers(x: HostTensor): HostTensor {
  const hann = build([16], "f64", ([index = 0]) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / 16));
  const [real, imag] = spectra({ ...x, dtype: floatOf(x) }, 16, 8, hann);
  const mels = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const corner = (index: number) => 700 * (10 ** ((mels(4000) * index) / 7 / 2595) - 1);
  return build(real.shape.with(-2, 6), real.dtype, (position) => {
    const [mel = 0, frame = 0] = position.slice(-2);
    return sumTo(9, (bin) => {
      const [start, peak, end] = [corner(mel), corner(mel + 1), corner(mel + 2)];
      const weight = Math.max(0, Math.min((bin * 500 - start) / (peak - start), (end - bin * 500) / (end - peak)));
      const at = [...position.slice(0, -2), bin, frame];
      return weight * (read(real, at) ** 2 + read(imag, at) ** 2);
    });
  });
}

function decibels(x: HostTensor, topDb: number): HostTensor {
  const values = x.data.map((value) => 10 * Math.log10(Math.max(value, 1e-10)));
  const least = Math.max(...values) - topDb;
  return build(x.shape, floating(x.dtype), (position) => Math.max(read({ ...x, data: values }, position), least));
}

const mels: readonly OpRow[] = [
  row("signal.melFilterBank", {
    derivative: "none",
    samples: [
      {
        label: "two filters",
        inputs: [],
        call: () => signal.melFilterBank(5, { sampleRate: 4000, mels: 1, scale: "slaney", high: 1000, dtype: "f64" }),
        // One triangle between 0, 500 and 1000 Hz; bins are 500 Hz apart
        expected: () => build([5, 1], "f64", ([bin = 0]) => (bin === 1 ? 1 : 0)),
      },
    ],
    tolerance: { f32: tolerance.f32, f64: { relative: 1e-13, absolute: 1e-13 } },
    errors: [
      {
        label: "no band",
        call: () => signal.melFilterBank(5, { sampleRate: 4000, low: 3000 }),
        error: S.ArgumentError,
        message: /melFilterBank: from 3000 to 2000 Hz/,
      },
    ],
  }),
  row("signal.melSpectrogram", {
    samples: (["f32", "f64"] as const).map((dtype) => ({
      label: dtype,
      inputs: [draw(`mel${dtype}`, [24], dtype)],
      call: (x) => signal.melSpectrogram(x, melOptions),
      expected: melPowers,
    })),
    tolerance: { f32: { relative: 1e-4, absolute: 1e-4 }, f64: { relative: 1e-11, absolute: 1e-11 } },
  }),
  row("signal.mfcc", {
    derivative: "once",
    samples: (["f32", "f64"] as const).map((dtype) => ({
      label: dtype,
      inputs: [draw(`mfcc${dtype}`, [24], dtype)],
      call: (x) => signal.mfcc(x, { ...melOptions, coefficients: 4 }),
      expected: (x) => {
        const powers = decibels(melPowers(x), 80);
        const sums = cosineSum(powers, -2, 6, 2);
        return build(sums.shape.with(-2, 4), sums.dtype, (position) => {
          const scale = position.at(-2) === 0 ? Math.sqrt(1 / 24) : Math.sqrt(1 / 12);
          return scale * read(sums, position);
        });
      },
    })),
    tolerance: { f32: { relative: 1e-3, absolute: 1e-2 }, f64: { relative: 1e-9, absolute: 1e-9 } },
    errors: [
      {
        label: "more coefficients than mels",
        call: () => signal.mfcc(S.zeros([64]), { ...melOptions, coefficients: 7 }),
        error: S.ArgumentError,
        message: /mfcc: 7 coefficients of 6 mels/,
      },
    ],
  }),
  row("signal.powerToDb", {
    derivative: "once",
    samples: [
      { shape: [7], dtype: "f32" as const, topDb: 3 },
      { shape: [2, 3], dtype: "f64" as const, topDb: 1000 },
    ].map(({ shape, dtype, topDb }) => ({
      label: `${dtype}[${shape}]`,
      inputs: [draw(`db${shape}`, shape, dtype, [0.1, 4])],
      call: (x) => signal.powerToDb(x, { topDb }),
      expected: (x) => decibels(x, topDb),
    })),
    tolerance,
    errors: [
      {
        label: "a reference of 0",
        call: () => signal.powerToDb(S.ones([2]), { reference: 0 }),
        error: S.ArgumentError,
        message: /powerToDb: minimum is 1e-10, reference 0/,
      },
    ],
  }),
];

/** Rows. */
export const rows: readonly OpRow[] = [
  ...windows,
  ...frames,
  ...shortTime,
  cosineRow("dct", signal.dct, 2, false),
  cosineRow("idct", signal.idct, 3, true),
  convolveRow("convolve"),
  convolveRow("correlate"),
  ...mels,
];
