/** Rows of pools in `tensor/windows/`. The references look at the elements of each window one by one. */

import * as S from "../../../src/index.ts";
import { isFloat } from "../../../src/shape/dtype.ts";
import { build, count, type HostTensor, host, positions, read } from "../host.ts";
import { draw, few, floating, many, type OpRow, row, type Sample } from "../row.ts";

type Shape = readonly number[];
type Pads = readonly (readonly [number, number])[];

interface Movement extends S.PoolingOptions {
  readonly stride?: Shape;
  readonly dilation?: Shape;
}

/** One element of a window: its value, or undefined in the padding, and its place among the last dimensions. */
interface Element {
  readonly value: number | undefined;
  readonly place: number;
  /** Is it in the padding that was asked for, or inside? */
  readonly isCounted: boolean;
}

/** Padding in numbers; `move.padding` may be a word. */
function padsOf(sizes: Shape, kernel: Shape, { stride = kernel, dilation, padding = 0 }: Movement): Pads {
  return sizes.map((size, d) => {
    if (typeof padding === "number") return [padding, padding];
    const step = stride[d] ?? 1;
    const reach = (dilation?.[d] ?? 1) * ((kernel[d] ?? 1) - 1) + 1;
    const total = Math.max(0, (Math.ceil(size / step) - 1) * step + reach - size);
    if (padding === "same") return [Math.floor(total / 2), Math.ceil(total / 2)];
    if (padding === "sameLower") return [Math.ceil(total / 2), Math.floor(total / 2)];
    const given = padding[d] ?? 0;
    return typeof given === "number" ? [given, given] : given;
  });
}

function pooled(
  x: HostTensor,
  kernel: Shape,
  move: Movement,
  combine: (elements: Element[]) => number,
  dtype = x.dtype,
) {
  const first = x.shape.length - kernel.length;
  const sizes = x.shape.slice(first);
  const { stride = kernel, dilation = kernel.map(() => 1), ceilMode = false } = move;
  const pads = padsOf(sizes, kernel, move);
  const outputs = sizes.map((size, d) => {
    const [low = 0, high = 0] = pads[d] ?? [];
    const step = stride[d] ?? 1;
    const steps = (size + low + high - (dilation[d] ?? 1) * ((kernel[d] ?? 1) - 1) - 1) / step;
    if (!ceilMode) return Math.floor(steps) + 1;
    const windows = Math.ceil(steps) + 1;
    return (windows - 1) * step >= size + low ? windows - 1 : windows;
  });
  return build([...x.shape.slice(0, first), ...outputs], dtype, (position) =>
    combine(
      positions(kernel).map((tap) => {
        const from = tap.map(
          (t, d) => (position[first + d] ?? 0) * (stride[d] ?? 1) + t * (dilation[d] ?? 1) - (pads[d]?.[0] ?? 0),
        );
        const isInside = from.every((p, d) => p >= 0 && p < (sizes[d] ?? 0));
        return {
          value: isInside ? read(x, [...position.slice(0, first), ...from]) : undefined,
          place: from.reduce((index, p, d) => index * (sizes[d] ?? 1) + p, 0),
          isCounted: from.every((p, d) => p >= -(pads[d]?.[0] ?? 0) && p < (sizes[d] ?? 0) + (pads[d]?.[1] ?? 0)),
        };
      }),
    ),
  );
}

/** The first of the largest elements, the first NaN where there is one. */
function largest(elements: readonly Element[]): Element {
  const inside = elements.filter(({ value }) => value !== undefined);
  const found = inside.reduce((best, next) =>
    Number.isNaN(best.value) || Number(best.value) >= Number(next.value) ? best : next,
  );
  return found;
}

const extremeOf = (elements: Element[]) => largest(elements).value ?? Number.NaN;
const placeOf = (elements: Element[]) => largest(elements).place;
const values = (elements: readonly Element[]) => elements.flatMap(({ value }) => (value === undefined ? [] : [value]));
const total = (numbers: readonly number[]) => numbers.reduce((sum, next) => sum + next, 0);

const pools: readonly (readonly [Shape, Shape, Movement])[] = [
  [[1, 2, 6], [2], {}],
  [[2, 1, 4, 5], [2, 2], {}],
  [[1, 1, 5, 5], [3, 2], { stride: [2, 2], padding: 1 }],
  [[7], [3], { stride: [1], dilation: [2] }],
  [[1, 4, 2, 4], [2, 1, 2], { stride: [1, 1, 1] }],
  [[1, 1, 5, 4], [2, 3], { ceilMode: true }],
  [[1, 1, 6], [3], { stride: [2], padding: [[0, 1]], ceilMode: true }],
  [[1, 1, 5, 6], [2, 3], { stride: [1, 2], padding: "same" }],
  [[1, 1, 6], [4], { stride: [1], padding: "sameLower" }],
  // A last window that would begin in the padding is none
  [[1, 1, 4], [2], { stride: [3], padding: 1, ceilMode: true }],
  // Large kernels go by halves
  [[1, 1, 40], [33], { stride: [2], padding: 3 }],
  [[1, 1, 9, 8], [7, 5], { stride: [2, 1] }],
];

const image = (): S.Tensor => S.zeros([1, 4, 5, 5]);

const poolSamples = (
  call: (x: S.Tensor, kernel: Shape, move: Movement) => S.Tensor | readonly S.Tensor[],
  expected: (x: HostTensor, kernel: Shape, move: Movement) => HostTensor | readonly HostTensor[],
): Sample[] =>
  pools.flatMap(([x, kernel, move], index) =>
    (index === 0 ? (["f32", "f64", "i32", "u8"] as const) : (["f32"] as const)).map((dtype) => ({
      label: `${dtype}[${x}] ${kernel} ${JSON.stringify(move)}`,
      inputs: [draw(`pool${x}`, x, dtype, isFloat(dtype) ? [-2, 2] : [0, 9])],
      call: (a: S.Tensor) => call(a, kernel, move),
      expected: (a: HostTensor) => expected(a, kernel, move),
    })),
  );

/** Windows from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉. */
function adaptive(
  x: HostTensor,
  sizes: readonly (number | null)[],
  combine: (elements: Element[]) => number,
  dtype = x.dtype,
): HostTensor {
  const first = x.shape.length - sizes.length;
  const inner = x.shape.slice(first);
  const outputs = inner.map((size, d) => sizes[d] ?? size);
  return build([...x.shape.slice(0, first), ...outputs], dtype, (position) => {
    const starts = inner.map((size, d) => Math.floor(((position[first + d] ?? 0) * size) / (outputs[d] ?? 1)));
    const lengths = inner.map(
      (size, d) => Math.ceil((((position[first + d] ?? 0) + 1) * size) / (outputs[d] ?? 1)) - (starts[d] ?? 0),
    );
    return combine(
      positions(lengths).map((offset) => {
        const from = offset.map((each, d) => each + (starts[d] ?? 0));
        const place = from.reduce((index, p, d) => index * (inner[d] ?? 1) + p, 0);
        return { value: read(x, [...position.slice(0, first), ...from]), place, isCounted: true };
      }),
    );
  });
}

const adaptiveCases: readonly (readonly [Shape, readonly (number | null)[], S.Dtype])[] = [
  [[1, 2, 6], [2], "f32"],
  [[1, 1, 7], [3], "f32"],
  [[2, 5, 4], [3, 1], "f32"],
  [[3], [5], "f32"],
  [[4, 5], [4, 2], "f64"],
  [[1, 6], [4], "u8"],
  [[2, 3, 5], [null, 2], "f32"],
  [[1, 1, 3, 4, 5], [2, 2, 3], "f32"],
];

const adaptiveSamples = (
  call: (x: S.Tensor, sizes: readonly (number | null)[]) => S.Tensor | readonly S.Tensor[],
  expected: (x: HostTensor, sizes: readonly (number | null)[]) => HostTensor | readonly HostTensor[],
): Sample[] =>
  adaptiveCases.map(([x, sizes, dtype]) => ({
    label: `${dtype}[${x}] to [${sizes}]`,
    inputs: [draw(`adaptive${x}`, x, dtype, [0, 9])],
    call: (a) => call(a, sizes),
    expected: (a) => expected(a, sizes),
  }));

const adaptiveErrors = (operation: string, call: (x: S.Tensor, sizes: Shape) => unknown) => [
  {
    label: "a size of 0",
    call: () => call(image(), [0]),
    error: S.ArgumentError,
    message: new RegExp(`${operation}: sizes are \\[0\\]`),
  },
  {
    label: "an empty dimension",
    call: () => call(S.zeros([2, 0]), [1]),
    error: S.ShapeError,
    message: /has not 1 last dimensions with elements/,
  },
];

/** Windows of one size that begin where the samples say. */
function fractional(
  x: HostTensor,
  samples: HostTensor,
  kernel: Shape,
  outputs: Shape,
  combine: (elements: Element[]) => number,
  dtype = x.dtype,
): HostTensor {
  const sizes = x.shape.slice(2);
  return build([...x.shape.slice(0, 2), ...outputs], dtype, (position) => {
    const [n = 0, c = 0, ...place] = position;
    const starts = place.map((p, d) => {
      const room = (sizes[d] ?? 0) - (kernel[d] ?? 0);
      const [windows, sample] = [outputs[d] ?? 1, read(samples, [n, c, d])];
      if (p === windows - 1) return room;
      const alpha = room / (windows - 1);
      return Math.trunc((p + sample) * alpha) - Math.trunc(sample * alpha);
    });
    return combine(
      positions(kernel).map((tap) => {
        const from = tap.map((t, d) => t + (starts[d] ?? 0));
        const index = from.reduce((sum, p, d) => sum * (sizes[d] ?? 1) + p, 0);
        return { value: read(x, [n, c, ...from]), place: index, isCounted: true };
      }),
    );
  });
}

const fractionCases: readonly (readonly [Shape, Shape, Shape])[] = [
  [[1, 2, 7], [2], [3]],
  [
    [1, 1, 5, 6],
    [2, 3],
    [3, 2],
  ],
  [
    [1, 1, 3, 4, 3],
    [2, 1, 2],
    [2, 3, 1],
  ],
];

const fractionSamples = (
  call: (x: S.Tensor, kernel: Shape, options: S.FractionalPoolOptions) => S.Tensor | readonly S.Tensor[],
  hasIndices: boolean,
): Sample[] =>
  fractionCases.map(([x, kernel, outputSize]) => {
    const samples = draw(`samples${x}`, [...x.slice(0, 2), kernel.length], "f32", [0, 1]);
    return {
      label: `[${x}] ${kernel} to [${outputSize}]`,
      inputs: [draw(`fractional${x}`, x, "f32")],
      call: (a) =>
        call(a, kernel, { outputSize, randomSamples: S.tensor([...samples.data], { shape: samples.shape }) }),
      expected: (a) => {
        const found = fractional(a, samples, kernel, outputSize, extremeOf);
        return hasIndices ? [found, fractional(a, samples, kernel, outputSize, placeOf, "i32")] : found;
      },
    };
  });

/** Zeros with the elements of `x` at `indices` of the last dimensions; the mean of several. */
function unpooled(x: HostTensor, indices: HostTensor, outputs: Shape): HostTensor {
  const first = x.shape.length - outputs.length;
  const inner = count(x.shape.slice(first));
  const whole = count(outputs);
  const lists = Array.from({ length: count(x.shape.slice(0, first)) * whole }, (): number[] => []);
  x.data.forEach((value, index) => {
    lists[Math.floor(index / inner) * whole + (indices.data[index] ?? 0)]?.push(value);
  });
  return host(
    [...x.shape.slice(0, first), ...outputs],
    x.dtype,
    lists.map((list) => (list.length === 0 ? 0 : total(list) / list.length)),
  );
}

const unpool = (x: Shape, places: Shape, kernel: Shape, options: S.UnpoolingOptions, outputs: Shape): Sample => ({
  label: `[${x}] ${kernel} ${JSON.stringify(options)}`,
  inputs: [draw(`unpool${x}`, x, "f32"), host(x, "i32", places)],
  call: (a, indices) => S.maxUnpool(a, indices, kernel, options),
  expected: (a, indices) => unpooled(a, indices, outputs),
});

/** (Σ |x|ᵖ)^(1/p). */
const powerSum = (p: number) => (elements: readonly Element[]) =>
  total(values(elements).map((value) => Math.abs(value) ** p)) ** (1 / p);

const globalSamples = (
  call: (x: S.Tensor) => S.Tensor,
  combine: (elements: Element[]) => number,
  result: (dtype: S.Dtype) => S.Dtype = (dtype) => dtype,
): Sample[] =>
  (
    [
      [[2, 3, 4], "f32"],
      [[1, 2, 3, 3], "f32"],
      [[1, 1, 2, 1, 3], "f64"],
      [[2, 2, 3], "i32"],
    ] as const
  ).map(([x, dtype]) => ({
    label: `${dtype}[${x}]`,
    inputs: [draw(`global${x}`, x, dtype, [-5, 5])],
    call,
    expected: (a) => pooled(a, a.shape.slice(2), {}, combine, result(a.dtype)),
  }));

const meanOf = (elements: readonly Element[]) => total(values(elements)) / elements.length;

const noChannels = (operation: string, call: (x: S.Tensor) => unknown) => ({
  label: "no channels",
  call: () => call(S.zeros([3])),
  error: S.ShapeError,
  message: new RegExp(`${operation}: x has shape \\[3\\]`),
});

/** Rows. */
export const rows: readonly OpRow[] = [
  row("maxPool", {
    samples: poolSamples(S.maxPool, (x, kernel, move) => pooled(x, kernel, move, extremeOf)),
    errors: [
      {
        label: "a kernel larger than the input",
        call: () => S.maxPool(image(), [6, 2]),
        error: S.ShapeError,
        message: /does not fit/,
      },
      {
        label: "too much padding",
        call: () => S.maxPool(image(), [2, 2], { padding: 2 }),
        error: S.ArgumentError,
        message: /as wide as the kernel/,
      },
    ],
  }),
  row("maxPoolWithIndices", {
    samples: [
      ...poolSamples(S.maxPoolWithIndices, (x, kernel, move) => [
        pooled(x, kernel, move, extremeOf),
        pooled(x, kernel, move, placeOf, "i32"),
      ]),
      {
        label: "ties, NaN and −∞ in padding",
        inputs: [host([8], "f32", [2, 2, Number.NaN, 1, -Infinity, -Infinity, 0, -0])],
        call: (x: S.Tensor) => S.maxPoolWithIndices(x, [2], { padding: [[0, 1]], ceilMode: true }),
        expected: () => [host([4], "f32", [2, Number.NaN, -Infinity, 0]), host([4], "i32", [0, 2, 4, 6])],
        hasDerivative: false,
      },
      {
        label: "the least of unsigned integers before padding",
        inputs: [host([2], "u8", [0, 0])],
        call: (x: S.Tensor) => S.maxPoolWithIndices(x, [2], { padding: 1 }),
        expected: () => [host([2], "u8", [0, 0]), host([2], "i32", [0, 1])],
      },
    ],
    errors: [
      {
        label: "a kernel larger than the input",
        call: () => S.maxPoolWithIndices(image(), [6, 2]),
        error: S.ShapeError,
        message: /does not fit/,
      },
    ],
  }),
  row("averagePool", {
    tolerance: many,
    samples: [
      ...poolSamples(S.averagePool, (x, kernel, move) =>
        pooled(
          x,
          kernel,
          move,
          (elements) => total(values(elements)) / elements.filter(({ isCounted }) => isCounted).length,
          floating(x.dtype),
        ),
      ),
      ...poolSamples(
        (x, kernel, move) => S.averagePool(x, kernel, { ...move, countIncludePad: false }),
        (x, kernel, move) =>
          pooled(x, kernel, move, (elements) => total(values(elements)) / values(elements).length, floating(x.dtype)),
      ).filter(({ inputs: [x] }) => x?.dtype === "f32"),
      ...poolSamples(
        (x, kernel, move) => S.averagePool(x, kernel, { ...move, divisorOverride: 3 }),
        (x, kernel, move) => pooled(x, kernel, move, (elements) => total(values(elements)) / 3, floating(x.dtype)),
      ).slice(0, 1),
    ],
    errors: [
      {
        label: "a stride of 0",
        call: () => S.averagePool(image(), [2], { stride: 0 }),
        error: S.ArgumentError,
        message: /stride is 0/,
      },
      {
        label: "a divisor of 0",
        call: () => S.averagePool(image(), [2], { divisorOverride: 0 }),
        error: S.ArgumentError,
        message: /divisorOverride is 0/,
      },
    ],
  }),
  row("lpPool", {
    tolerance: many,
    samples: [1, 2, 3].flatMap((p) =>
      poolSamples(
        (x, kernel, move) => S.lpPool(x, kernel, { ...move, p }),
        (x, kernel, move) => pooled(x, kernel, move, powerSum(p), floating(x.dtype)),
      ).slice(0, 9),
    ),
    errors: [
      {
        label: "a power of 0",
        call: () => S.lpPool(image(), [2], { p: 0 }),
        error: S.ArgumentError,
        message: /p is 0/,
      },
    ],
  }),
  row("globalAveragePool", {
    tolerance: many,
    samples: globalSamples(S.globalAveragePool, meanOf, floating),
    errors: [noChannels("globalAveragePool", S.globalAveragePool)],
  }),
  row("globalMaxPool", {
    samples: globalSamples(S.globalMaxPool, extremeOf),
    errors: [noChannels("globalMaxPool", S.globalMaxPool)],
  }),
  row("globalLpPool", {
    tolerance: many,
    samples: globalSamples(S.globalLpPool, powerSum(2), floating),
    errors: [noChannels("globalLpPool", S.globalLpPool)],
  }),
  row("adaptiveAveragePool", {
    tolerance: many,
    samples: [
      ...adaptiveSamples(S.adaptiveAveragePool, (x, sizes) => adaptive(x, sizes, meanOf, floating(x.dtype))),
      {
        label: "infinities stay in their windows",
        inputs: [host([5], "f32", [1, 2, 3, 4, Infinity])],
        call: (x: S.Tensor) => S.adaptiveAveragePool(x, [2]),
        expected: () => host([2], "f32", [2, Infinity]),
        hasDerivative: false,
      },
    ],
    errors: adaptiveErrors("adaptiveAveragePool", S.adaptiveAveragePool),
  }),
  row("adaptiveMaxPool", {
    samples: adaptiveSamples(S.adaptiveMaxPool, (x, sizes) => adaptive(x, sizes, extremeOf)),
    errors: adaptiveErrors("adaptiveMaxPool", S.adaptiveMaxPool),
  }),
  row("adaptiveMaxPoolWithIndices", {
    samples: adaptiveSamples(S.adaptiveMaxPoolWithIndices, (x, sizes) => [
      adaptive(x, sizes, extremeOf),
      adaptive(x, sizes, placeOf, "i32"),
    ]),
    errors: adaptiveErrors("adaptiveMaxPoolWithIndices", S.adaptiveMaxPoolWithIndices),
  }),
  row("fractionalMaxPool", {
    samples: fractionSamples(S.fractionalMaxPool, false),
    errors: [
      {
        label: "windows that do not fit",
        call: () => S.fractionalMaxPool(image(), [2, 2], { outputSize: [5, 2], randomSamples: S.zeros([1, 4, 2]) }),
        error: S.ShapeError,
        message: /room for \[5, 2\] windows/,
      },
      {
        label: "samples of another shape",
        call: () => S.fractionalMaxPool(image(), [2, 2], { outputSize: [2, 2], randomSamples: S.zeros([1, 4]) }),
        error: S.ShapeError,
        message: /have to be \[1, 4, 2\]/,
      },
      {
        label: "samples of integers",
        call: () =>
          S.fractionalMaxPool(image(), [2, 2], {
            outputSize: [2, 2],
            randomSamples: S.zeros([1, 4, 2], { dtype: "i32" }),
          }),
        error: S.DtypeError,
        message: /randomSamples are i32/,
      },
    ],
  }),
  row("fractionalMaxPoolWithIndices", { samples: fractionSamples(S.fractionalMaxPoolWithIndices, true) }),
  row("maxUnpool", {
    tolerance: few,
    samples: [
      unpool([1, 2, 3], [0, 3, 5, 1, 2, 4], [2], {}, [6]),
      unpool([2, 2], [0, 5, 10, 19], [2, 2], { stride: [2, 3], outputSize: [4, 5] }, [4, 5]),
      unpool([1, 1, 3], [2, 2, 3], [3], { stride: 1 }, [5]),
      unpool([1, 1, 1, 2, 2], [0, 3, 9, 11], [2, 2, 2], { padding: [0, 1, 0] }, [2, 2, 4]),
    ],
    errors: [
      {
        label: "other indices",
        call: () => S.maxUnpool(image(), S.zeros([1, 4, 5], { dtype: "i32" }), [2, 2]),
        error: S.ShapeError,
        message: /have to be the same/,
      },
      {
        label: "indices that are no integers",
        call: () => S.maxUnpool(image(), image(), [2, 2]),
        error: S.DtypeError,
        message: /positions have to be integers/,
      },
    ],
  }),
];
