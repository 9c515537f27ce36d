/** Rows of `algorithms/fourier/`. Complex numbers are compared as [real, imaginary]. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, read } from "../host.ts";
import { draw, type ErrorSample, noAxis, type OpRow, row, type Sample } from "../row.ts";

const { fft } = S;

/** Sums of some hundred products, relative to the largest. */
const tolerance = { f32: { relative: 1e-5, absolute: 5e-5 }, f64: { relative: 1e-13, absolute: 1e-12 } } as const;

/** Real and imaginary part on the host. */
type HostComplex = readonly [real: HostTensor, imag: HostTensor];

interface HostTransform {
  readonly axis: number;
  readonly n: number;
  readonly direction: -1 | 1;
  readonly norm?: S.fft.Norm | undefined;
  readonly outputs?: number;
}

const both = (z: S.Complex): S.Tensor[] => [z.real, z.imag];
const real = (x: HostTensor): HostTensor => ({ ...x, dtype: x.dtype === "f64" ? "f64" : "f32" });
const zero = (x: HostTensor): HostTensor => build(x.shape, real(x).dtype, () => 0);

/** The sum that defines the transform, term by term. */
function transformed([x, y]: HostComplex, { axis, n, direction, norm, outputs = n }: HostTransform): HostComplex {
  const place = axis < 0 ? axis + x.shape.length : axis;
  const size = Math.min(n, x.shape[place] ?? 0);
  const isDivided = norm === "ortho" ? Math.sqrt(n) : (norm === "forward") === direction < 0 ? n : 1;
  const part = (which: 0 | 1) =>
    build(x.shape.with(place, outputs), real(x).dtype, (position) => {
      let total = 0;
      for (let j = 0; j < size; j++) {
        const angle = (direction * 2 * Math.PI * ((j * (position[place] ?? 0)) % n)) / n;
        const [u, v] = [read(x, position.with(place, j)), read(y, position.with(place, j))];
        total += which === 0 ? u * Math.cos(angle) - v * Math.sin(angle) : u * Math.sin(angle) + v * Math.cos(angle);
      }
      return total / isDivided;
    });
  return [part(0), part(1)];
}

/** The whole spectrum of which the first half is given. */
function mirrored([x, y]: HostComplex, axis: number, n: number): HostComplex {
  const place = axis < 0 ? axis + x.shape.length : axis;
  const known = Math.min(Math.floor(n / 2) + 1, x.shape[place] ?? 0);
  const element = (position: number[], which: 0 | 1) => {
    const at = position[place] ?? 0;
    const source = 2 * at <= n ? at : n - at;
    if (source >= known || (which === 1 && (at === 0 || 2 * at === n))) return 0;
    return read(which === 0 ? x : y, position.with(place, source)) * (which === 1 && 2 * at > n ? -1 : 1);
  };
  const shape = x.shape.with(place, n);
  return [
    build(shape, real(x).dtype, (position) => element(position, 0)),
    build(shape, real(x).dtype, (position) => element(position, 1)),
  ];
}

const pairOf = (name: string, shape: readonly number[], dtype: S.Dtype): HostTensor[] => [
  draw(`${name} real`, shape, dtype),
  draw(`${name} imaginary`, shape, dtype),
];

interface Case {
  readonly shape: readonly number[];
  readonly options?: S.fft.TransformAxisOptions;
  readonly dtype?: "f32" | "f64";
}

/** Lengths cut and lengthened, along axes, of none. */
const cases: readonly Case[] = [
  { shape: [7] },
  { shape: [1] },
  { shape: [3, 5], options: { axis: 0 } },
  { shape: [3, 5], options: { axis: 0, norm: "ortho" } },
  { shape: [2, 3, 4], options: { axis: 1, norm: "forward" } },
  { shape: [2, 3, 4], options: { axis: -1, n: 6 } },
  { shape: [6], options: { n: 3, norm: "ortho" } },
  { shape: [3, 2], options: { n: 5, axis: 0 }, dtype: "f64" },
  { shape: [8], dtype: "f64" },
  { shape: [0, 3] },
  { shape: [2, 0, 3], options: { axis: 2, n: 4 } },
  { shape: [0], options: { n: 3 } },
];

/** By Bluestein's chirp, and in two steps with twiddles: for those rows that the others have their ways from. */
const longCases: readonly Case[] = [{ shape: [131] }, { shape: [130], options: { n: 144 }, dtype: "f64" }];

type Input = "complex" | "real";

function oneAxis(
  name: string,
  input: Input,
  call: (x: S.fft.Transformable, options?: S.fft.TransformAxisOptions) => S.fft.Transformable,
  expected: (x: HostComplex, options: S.fft.TransformAxisOptions) => readonly HostTensor[],
  errors: readonly ErrorSample[] = [],
): OpRow {
  const samples = [...cases, ...(name === "fft" || name === "irfft" ? longCases : [])]
    .filter(({ shape, options }) => options?.n !== undefined || (shape.at(options?.axis ?? -1) ?? 0) > 1)
    .map(({ shape, options = {}, dtype = "f32" }): Sample => {
      const label = `${dtype}[${shape}] ${JSON.stringify(options)}`;
      const inputs = pairOf(name, shape, dtype).slice(0, input === "real" ? 1 : 2);
      return {
        label,
        inputs,
        call: (x, y) => {
          const result = call(y === undefined ? x : S.complex(x, y), options);
          return S.isComplex(result) ? both(result) : result;
        },
        expected: (x, y) => expected([x, y ?? zero(x)], options),
      };
    });
  const none: ErrorSample = {
    label: "no numbers",
    call: () => call(S.zeros([0])),
    error: S.ArgumentError,
    message: new RegExp(`${name}: a transform of length -?[02] along axis 0`),
  };
  return row(`fft.${name}`, {
    tolerance,
    samples,
    errors: [noAxis(() => call(S.zeros([2, 3]), { axis: 5 })), none, ...errors],
  });
}

const sizeAlong = ([x]: HostComplex, axis: number) => x.shape.at(axis) ?? 0;

const direct =
  (direction: -1 | 1, isHalf = false) =>
  (x: HostComplex, { axis = -1, n = sizeAlong(x, axis), norm }: S.fft.TransformAxisOptions) =>
    transformed(x, { axis, n, direction, norm, outputs: isHalf ? Math.floor(n / 2) + 1 : n });

const fromHalf =
  (direction: -1 | 1) =>
  (x: HostComplex, { axis = -1, n = 2 * (sizeAlong(x, axis) - 1), norm }: S.fft.TransformAxisOptions) =>
    transformed(mirrored(x, axis, n), { axis, n, direction, norm }).slice(0, 1);

const complexInput = (name: string, call: (z: S.Tensor) => unknown): ErrorSample => ({
  label: "complex numbers",
  call: () => call(S.complex(S.zeros([4])) as unknown as S.Tensor),
  error: S.DtypeError,
  message: new RegExp(`${name}: Complex\\(f32\\[4\\]\\) holds complex numbers`),
});

interface SeveralCase {
  readonly shape: readonly number[];
  readonly options?: S.fft.TransformAxesOptions;
  readonly dtype?: "f32" | "f64";
}

const severalCases: readonly SeveralCase[] = [
  { shape: [3, 4] },
  { shape: [2, 3, 4], options: { axes: [2, 0], norm: "ortho" } },
  { shape: [3, 4], options: { s: [2, 6], axes: [0, 1], norm: "forward" } },
  { shape: [3, 3, 2], options: { s: [3, 4] }, dtype: "f64" },
  { shape: [3, 2], options: { axes: [-2, -1] }, dtype: "f64" },
  { shape: [0, 3, 2], options: { axes: [1, 2] } },
];

type Several = (x: S.fft.Transformable, options?: S.fft.TransformAxesOptions) => S.fft.Transformable;

/** Rows of transforms along several axes; `isPlane`: along two by default. */
function severalAxes(
  name: string,
  input: Input,
  call: Several,
  expected: (x: HostComplex, axes: readonly number[], options: S.fft.TransformAxesOptions) => readonly HostTensor[],
  errors: readonly ErrorSample[] = [],
): OpRow {
  const isPlane = name.endsWith("2");
  const used: readonly SeveralCase[] = isPlane
    ? [...severalCases.filter(({ options }) => options?.axes !== undefined), { shape: [2, 3, 4] }]
    : severalCases;
  const samples = used.map(
    ({ shape, options = {}, dtype = "f32" }): Sample => ({
      label: `${dtype}[${shape}] ${JSON.stringify(options)}`,
      inputs: pairOf(name, shape, dtype).slice(0, input === "real" ? 1 : 2),
      call: (x, y) => {
        const result = call(y === undefined ? x : S.complex(x, y), options);
        return S.isComplex(result) ? both(result) : result;
      },
      expected: (x, y) => {
        const count = isPlane ? 2 : (options.s?.length ?? shape.length);
        const axes = options.axes ?? shape.slice(-count).map((_, index) => index - count);
        return expected([x, y ?? zero(x)], axes, options);
      },
    }),
  );
  const wrong: readonly ErrorSample[] = [
    {
      label: "an axis twice",
      call: () => call(S.zeros([2, 3]), { axes: [1, -1] }),
      error: S.ArgumentError,
      message: new RegExp(`${name}: lengths \\[\\] along axes \\[1,-1\\]`),
    },
    {
      label: "lengths without an axis",
      call: () => call(S.zeros([2, 3]), { s: [4], axes: [0, 1] }),
      error: S.ArgumentError,
      message: new RegExp(`${name}: lengths \\[4\\] along axes \\[0,1\\]`),
    },
  ];
  return row(`fft.${name}`, { tolerance, samples, errors: [...wrong, ...errors] });
}

/** One axis after the other, all but the last `kept`. */
function overAxes(
  x: HostComplex,
  axes: readonly number[],
  lengths: readonly number[] | undefined,
  direction: -1 | 1,
  norm: S.fft.Norm | undefined,
): HostComplex {
  return axes.reduce<HostComplex>(
    (state, axis, index) =>
      transformed(state, { axis, n: lengths?.[index] ?? sizeAlong(state, axis), direction, norm }),
    x,
  );
}

const directly =
  (direction: -1 | 1) =>
  (x: HostComplex, axes: readonly number[], { s, norm }: S.fft.TransformAxesOptions) =>
    overAxes(x, axes, s, direction, norm);

function halved(x: HostComplex, axes: readonly number[], { s, norm }: S.fft.TransformAxesOptions): HostComplex {
  const axis = axes.at(-1) ?? -1;
  const n = s?.at(-1) ?? sizeAlong(x, axis);
  const half = transformed(x, { axis, n, direction: -1, norm, outputs: Math.floor(n / 2) + 1 });
  return overAxes(half, axes.slice(0, -1), s, -1, norm);
}

function unhalved(x: HostComplex, axes: readonly number[], { s, norm }: S.fft.TransformAxesOptions): HostTensor[] {
  const axis = axes.at(-1) ?? -1;
  const n = s?.at(-1) ?? 2 * (sizeAlong(x, axis) - 1);
  const others = overAxes(x, axes.slice(0, -1), s, 1, norm);
  return transformed(mirrored(others, axis, n), { axis, n, direction: 1, norm }).slice(0, 1);
}

/** Real transforms are typed for real tensors; rows hand them what the table draws. */
const ofReal =
  <O>(call: (x: S.Tensor, options?: O) => S.Complex) =>
  (x: S.fft.Transformable, options?: O): S.Complex =>
    call(x as S.Tensor, options);

function frequencies(name: string, call: typeof fft.fftfreq, position: (index: number, n: number) => number): OpRow {
  const list = (n: number, count: number, d: number, dtype: "f32" | "f64"): Sample => ({
    label: `${dtype} of ${n}, ${d}`,
    inputs: [],
    call: () => call(n, { d, dtype }),
    expected: () => build([count], dtype, ([index = 0]) => position(index, n) / (n * d)),
  });
  const count = (n: number) => (name === "fftfreq" ? n : Math.floor(n / 2) + 1);
  return row(`fft.${name}`, {
    derivative: "none",
    samples: [1, 2, 7, 8].flatMap((n) => [list(n, count(n), 1, "f32"), list(n, count(n), 0.1, "f64")]),
    errors: [
      {
        label: "no samples",
        call: () => call(0),
        error: S.ArgumentError,
        message: new RegExp(`${name}: n is 0 and d is 1`),
      },
    ],
  });
}

function shifts(name: string, call: typeof fft.fftshift, shift: (size: number) => number): OpRow {
  const cases: readonly (readonly [readonly number[], (number | readonly number[])?])[] = [
    [[7]],
    [[2, 5]],
    [[3, 4], 0],
    [
      [2, 3, 4],
      [0, -1],
    ],
    [[0, 3]],
  ];
  const sample = (shape: readonly number[], axes: number | readonly number[] | undefined, isPair: boolean): Sample => {
    const list = axes === undefined ? shape.map((_, axis) => axis) : [axes].flat();
    const moved = list.map((axis) => (axis < 0 ? axis + shape.length : axis));
    const options = axes === undefined ? {} : { axes };
    const move = (x: HostTensor) =>
      build(x.shape, x.dtype, (position) =>
        read(
          x,
          position.map((each, axis) => {
            const size = x.shape[axis] ?? 1;
            return moved.includes(axis) ? (((each - shift(size)) % size) + size) % size : each;
          }),
        ),
      );
    return {
      label: `[${shape}] along ${axes}${isPair ? ", complex" : ""}`,
      inputs: pairOf(name, shape, "f32").slice(0, isPair ? 2 : 1),
      call: (x, y) => (y === undefined ? call(x, options) : both(call(S.complex(x, y), options))),
      expected: (x, y) => (y === undefined ? [move(x)] : [move(real(x)), move(real(y))]),
    };
  };
  return row(`fft.${name}`, {
    samples: cases.flatMap(([shape, axes]) => [sample(shape, axes, false), sample(shape, axes, true)]),
    errors: [noAxis(() => call(S.zeros([2, 3]), { axes: 5 }))],
  });
}

/** Rows. */
export const rows: readonly OpRow[] = [
  oneAxis("fft", "complex", fft.fft, direct(-1), [
    {
      label: "an unknown norm",
      call: () => fft.fft(S.zeros([4]), { norm: "half" as "ortho" }),
      error: S.ArgumentError,
      message: /fft: norm is half; it is "backward", "ortho" or "forward"/,
    },
  ]),
  oneAxis("ifft", "complex", fft.ifft, direct(1)),
  oneAxis("rfft", "real", ofReal(fft.rfft), direct(-1, true), [complexInput("rfft", (z) => fft.rfft(z))]),
  oneAxis("irfft", "complex", fft.irfft, fromHalf(1)),
  oneAxis("hfft", "complex", fft.hfft, fromHalf(-1)),
  oneAxis("ihfft", "real", ofReal(fft.ihfft), direct(1, true), [complexInput("ihfft", (z) => fft.ihfft(z))]),
  severalAxes("fftn", "complex", fft.fftn, directly(-1)),
  severalAxes("ifftn", "complex", fft.ifftn, directly(1)),
  severalAxes("fft2", "complex", fft.fft2, directly(-1)),
  severalAxes("ifft2", "complex", fft.ifft2, directly(1)),
  severalAxes("rfftn", "real", ofReal(fft.rfftn), halved, [complexInput("rfftn", (z) => fft.rfftn(z))]),
  severalAxes("irfftn", "complex", fft.irfftn, unhalved),
  severalAxes("rfft2", "real", ofReal(fft.rfft2), halved),
  severalAxes("irfft2", "complex", fft.irfft2, unhalved),
  frequencies("fftfreq", fft.fftfreq, (index, n) => (2 * index < n ? index : index - n)),
  frequencies("rfftfreq", fft.rfftfreq, (index) => index),
  shifts("fftshift", fft.fftshift, (size) => Math.floor(size / 2)),
  shifts("ifftshift", fft.ifftshift, (size) => -Math.floor(size / 2)),
];
