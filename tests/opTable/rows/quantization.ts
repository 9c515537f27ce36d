/** Rows of `algorithms/quantization/`: integers of few bits, and products of them. `quantizedWeights.ts` has those of weights. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, host, read } from "../host.ts";
import { draw, type OpRow, row, type Sample } from "../row.ts";

const Q = S.quantization;

/** Halves go to the even neighbour. */
function halfToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

const within = (low: number, high: number, value: number) => Math.min(high, Math.max(low, value));
const quantized = (x: number, scale: number, zero: number, low: number, high: number) =>
  Number.isNaN(x) ? 0 : within(low, high, halfToEven(x / scale) + zero);

const scale = 0.25;

function quantizeSample(shape: readonly number[], dtype: "f32" | "f64"): Sample {
  return {
    label: `${dtype}[${shape}]`,
    inputs: [draw(`quantize${shape}`, shape, dtype, [-40, 40])],
    call: (x) => Q.quantizeLinear(x, S.tensor(scale), S.tensor(3, { dtype: "i8" })),
    expected: (x) =>
      host(
        x.shape,
        "i8",
        x.data.map((value) => quantized(value, scale, 3, -128, 127)),
      ),
  };
}

const hard: Sample = {
  label: "halves, ends and what is not finite",
  inputs: [host([9], "f32", [0.125, 0.375, -0.125, -0.375, 1e30, -1e30, Infinity, -Infinity, NaN])],
  call: (x) => Q.quantizeLinear(x, S.tensor(scale), undefined, { dtype: "i8" }),
  expected: () => host([9], "i8", [0, 2, 0, -2, 127, -128, 127, -128, 0]),
};

/** Blocks of 2 along axis 1, of which the last is short. */
const scales = host([2, 2], "f64", [0.5, 2, 1, 4]);
const blocks: Sample = {
  label: "blocks along an axis",
  inputs: [draw("quantizeBlocks", [2, 3], "f64", [-9, 9])],
  call: (x) =>
    Q.quantizeLinear(
      x,
      S.tensor(
        [
          [0.5, 2],
          [1, 4],
        ],
        { dtype: "f64" },
      ),
      undefined,
      { blockSize: 2, dtype: "i16" },
    ),
  expected: (x) =>
    build([2, 3], "i16", ([i = 0, j = 0]) =>
      quantized(read(x, [i, j]), read(scales, [i, Math.floor(j / 2)]), 0, -32768, 32767),
    ),
};

const dequantizeBlocks: Sample = {
  label: "blocks along an axis, scales with a derivative",
  inputs: [scales],
  call: (given) =>
    Q.dequantizeLinear(
      S.tensor(
        [
          [1, 2, 3],
          [4, -5, 6],
        ],
        { dtype: "i8" },
      ),
      given,
      undefined,
      { axis: -1, blockSize: 2 },
    ),
  expected: (given) =>
    build(
      [2, 3],
      "f64",
      ([i = 0, j = 0]) => (i === 0 ? j + 1 : ([4, -5, 6][j] ?? 0)) * read(given, [i, Math.floor(j / 2)]),
    ),
};

function dequantizeSample(shape: readonly number[], dtype: "i8" | "u8" | "i32"): Sample {
  return {
    label: `${dtype}[${shape}]`,
    inputs: [draw(`dequantize${shape}${dtype}`, shape, dtype, [0, 100])],
    call: (q) => Q.dequantizeLinear(q, S.tensor(scale), S.tensor(7, { dtype })),
    expected: (q) =>
      host(
        q.shape,
        "f32",
        q.data.map((value) => (value - 7) * scale),
      ),
  };
}

function fakeSample(shape: readonly number[], dtype: "f32" | "f64"): Sample {
  // Differences do not see through rounding: tests/golden has the gradients
  return {
    label: `${dtype}[${shape}]`,
    inputs: [draw(`fake${shape}`, shape, dtype, [-3, 3])],
    call: (x) => Q.fakeQuantize(x, S.tensor(scale), S.tensor(1, { dtype: "i32" }), { lowest: -8, highest: 7 }),
    expected: (x) =>
      host(
        x.shape,
        x.dtype,
        x.data.map((value) => (quantized(value, scale, 1, -8, 7) - 1) * scale),
      ),
    hasDerivative: false,
  };
}

function dynamic({ shape, data }: HostTensor): HostTensor[] {
  const [low, high] = [Math.min(0, ...data), Math.max(0, ...data)];
  const step = Math.fround(Math.fround(high - low) / 255) || 1;
  const zero = within(0, 255, halfToEven(Math.fround(-low / step)));
  const values = data.map((value) => within(0, 255, halfToEven(Math.fround(value / step)) + zero));
  return [host(shape, "u8", values), host([], "f32", [step]), host([], "u8", [zero])];
}

function dynamicSample(shape: readonly number[], domain: readonly [number, number]): Sample {
  return {
    label: `[${shape}] from ${domain}`,
    inputs: [draw(`dynamic${shape}${domain}`, shape, "f32", domain)],
    call: (x) => {
      const { values, scale: step, zeroPoint } = Q.dynamicQuantizeLinear(x);
      return [values, step, zeroPoint];
    },
    expected: dynamic,
  };
}

/** Sums of products of integers, [rows, inner] · [inner, columns], less zero points. */
function integerProduct(a: HostTensor, b: HostTensor, left = 0, right = 0): HostTensor {
  const [rows = 0, inner = 0] = a.shape;
  const columns = b.shape[1] ?? 0;
  return build([rows, columns], "i32", ([i = 0, j = 0]) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += (read(a, [i, k]) - left) * (read(b, [k, j]) - right);
    return sum;
  });
}

function productSample(rows: number, inner: number, columns: number): Sample {
  return {
    label: `u8[${rows},${inner}] · i8[${inner},${columns}]`,
    inputs: [
      draw(`integerA${rows}${inner}`, [rows, inner], "u8", [0, 255]),
      draw(`integerB${inner}${columns}`, [inner, columns], "i8", [-128, 127]),
    ],
    call: (a, b = a) =>
      Q.matMulInteger(a, b, { left: S.tensor(130, { dtype: "u8" }), right: S.tensor(-3, { dtype: "i8" }) }),
    expected: (a, b = a) => integerProduct(a, b, 130, -3),
  };
}

const zeroPoint = () => S.tensor(0, { dtype: "i8" });

const requantized: Sample = {
  label: "i8 matrices",
  inputs: [draw("requantA", [4, 9], "i8", [-128, 127]), draw("requantB", [9, 5], "i8", [-128, 127])],
  call: (a, b = a) =>
    Q.qLinearMatMul(
      { values: a, scale: S.tensor(0.5), zeroPoint: zeroPoint() },
      { values: b, scale: S.tensor(0.25), zeroPoint: zeroPoint() },
      { scale: S.tensor(32), zeroPoint: S.tensor(100, { dtype: "u8" }) },
    ),
  expected: (a, b = a) => {
    const { shape, data } = integerProduct(a, b);
    return host(
      shape,
      "u8",
      data.map((sum) => within(0, 255, halfToEven(sum / 256) + 100)),
    );
  },
};

const convolved: Sample = {
  label: "a convolution in one dimension, padded",
  inputs: [draw("convIntegerX", [2, 1, 6], "u8", [0, 255]), draw("convIntegerW", [1, 1, 3], "i8", [-128, 127])],
  call: (x, w = x) => Q.convInteger(x, w, { xZeroPoint: S.tensor(128, { dtype: "u8" }), padding: 1 }),
  expected: (x, w = x) =>
    build([2, 1, 6], "i32", ([i = 0, , j = 0]) => {
      let sum = 0;
      for (let k = 0; k < 3; k++) {
        const place = j + k - 1;
        if (place >= 0 && place < 6) sum += (read(x, [i, 0, place]) - 128) * read(w, [0, 0, k]);
      }
      return sum;
    }),
};

const nibbles = (x: HostTensor): HostTensor => {
  const length = x.shape.at(-1) ?? 0;
  const half = Math.ceil(length / 2);
  return build([...x.shape.slice(0, -1), half], "u8", (index) => {
    const [outer, place] = [index.slice(0, -1), index.at(-1) ?? 0];
    const nibble = (at: number) => (at < length ? read(x, [...outer, at]) & 15 : 0);
    return nibble(2 * place) + 16 * nibble(2 * place + 1);
  });
};

function packSample(shape: readonly number[], dtype: "i8" | "u8"): Sample {
  return {
    label: `${dtype}[${shape}]`,
    inputs: [draw(`pack${shape}${dtype}`, shape, dtype, dtype === "i8" ? [-8, 7] : [0, 15])],
    call: (x) => Q.packInt4(x),
    expected: nibbles,
  };
}

function unpackSample(shape: readonly number[], dtype: "i8" | "u8"): Sample {
  return {
    label: `back to ${dtype}[${shape}]`,
    inputs: [draw(`unpack${shape}${dtype}`, shape, dtype, dtype === "i8" ? [-8, 7] : [0, 15])],
    call: (x) => Q.unpackInt4(Q.packInt4(x, { axis: 0 }), { axis: 0, length: shape[0] ?? 0, dtype }),
    expected: (x) => x,
  };
}

const shapeError = S.ShapeError;

/** Rows of the op table. */
export const rows: readonly OpRow[] = [
  row("quantization.quantizeLinear", {
    derivative: "none",
    samples: [
      ...[[], [1], [0], [7], [3, 5]].map((shape) => quantizeSample(shape, "f32")),
      quantizeSample([4], "f64"),
      hard,
      blocks,
    ],
    errors: [
      {
        label: "integers",
        call: () => Q.quantizeLinear(S.ones([2], { dtype: "i32" }), S.tensor(1)),
        error: S.DtypeError,
        message: /x is i32; it has to be a float/,
      },
      {
        label: "a wide result",
        call: () => Q.quantizeLinear(S.ones([2]), S.tensor(1), undefined, { dtype: "i64" }),
        error: S.DtypeError,
        message: /would be i64/,
      },
      {
        label: "scales that do not fit",
        call: () => Q.quantizeLinear(S.ones([2, 3]), S.ones([2])),
        error: shapeError,
        message: /\[2\] does not fit \[2, 3\].*\[3\] for axis 1/,
      },
      {
        label: "blocks that do not fit",
        call: () => Q.quantizeLinear(S.ones([2, 5]), S.ones([2, 2]), undefined, { blockSize: 2 }),
        error: shapeError,
        message: /\[2, 3\] is needed/,
      },
    ],
  }),
  row("quantization.dequantizeLinear", {
    samples: [
      dequantizeSample([], "i8"),
      dequantizeSample([0], "u8"),
      dequantizeSample([7], "i8"),
      dequantizeSample([3, 5], "u8"),
      dequantizeSample([4], "i32"),
      dequantizeBlocks,
    ],
    errors: [
      {
        label: "floats",
        call: () => Q.dequantizeLinear(S.ones([2]), S.tensor(1)),
        error: S.DtypeError,
        message: /q is f32; it has to be an integer/,
      },
    ],
  }),
  row("quantization.dynamicQuantizeLinear", {
    derivative: "none",
    samples: [
      dynamicSample([], [1, 2]),
      dynamicSample([1], [-2, -1]),
      dynamicSample([7], [-3, 5]),
      dynamicSample([3, 5], [0, 4]),
      dynamicSample([4], [0, 0]),
    ],
  }),
  row("quantization.fakeQuantize", {
    derivative: "none",
    samples: [...[[], [1], [0], [7], [3, 5]].map((shape) => fakeSample(shape, "f32")), fakeSample([6], "f64")],
    errors: [
      {
        label: "an empty range",
        call: () => Q.fakeQuantize(S.ones([2]), S.tensor(1), undefined, { lowest: 3, highest: 3 }),
        error: S.ArgumentError,
        message: /range is 3 to 3/,
      },
    ],
  }),
  row("quantization.matMulInteger", {
    derivative: "none",
    samples: [
      productSample(1, 1, 1),
      productSample(3, 5, 4),
      productSample(0, 3, 2),
      productSample(2, 0, 3),
      productSample(17, 33, 20),
    ],
    errors: [
      {
        label: "floats",
        call: () => Q.matMulInteger(S.ones([2, 2]), S.ones([2, 2], { dtype: "i8" })),
        error: S.DtypeError,
        message: /a is f32/,
      },
      {
        label: "a zero point that does not fit",
        call: () =>
          Q.matMulInteger(S.ones([2, 2], { dtype: "i8" }), S.ones([2, 2], { dtype: "i8" }), {
            right: S.ones([3, 1, 1], { dtype: "i8" }),
          }),
        error: shapeError,
        message: /zero point of shape \[3, 1, 1\]/,
      },
    ],
  }),
  row("quantization.convInteger", {
    derivative: "none",
    samples: [convolved],
    errors: [
      {
        label: "a matrix",
        call: () => Q.convInteger(S.ones([2, 2], { dtype: "i8" }), S.ones([2, 2], { dtype: "i8" })),
        error: shapeError,
        message: /one to three sizes/,
      },
    ],
  }),
  row("quantization.qLinearMatMul", { derivative: "none", samples: [requantized] }),
  row("quantization.packInt4", {
    derivative: "none",
    samples: [
      packSample([7], "i8"),
      packSample([1], "u8"),
      packSample([0], "i8"),
      packSample([3, 4], "u8"),
      packSample([2, 3, 5], "i8"),
    ],
    errors: [
      {
        label: "wide integers",
        call: () => Q.packInt4(S.ones([2], { dtype: "i32" })),
        error: S.DtypeError,
        message: /numbers are i32/,
      },
    ],
  }),
  row("quantization.unpackInt4", {
    derivative: "none",
    samples: [
      unpackSample([7], "i8"),
      unpackSample([5, 3], "i8"),
      unpackSample([4, 3], "u8"),
      unpackSample([0, 2], "u8"),
    ],
    errors: [
      {
        label: "a length that the bytes do not hold",
        call: () => Q.unpackInt4(S.ones([3], { dtype: "u8" }), { length: 4 }),
        error: S.ArgumentError,
        message: /3 bytes hold 6 or 5/,
      },
    ],
  }),
];
