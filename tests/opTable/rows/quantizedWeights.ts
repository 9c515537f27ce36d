/** Rows of `algorithms/quantization/weights.ts`: matrices of weights as integers, and products with them. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, host, read } from "../host.ts";
import { draw, many, type OpRow, row, type Sample } from "../row.ts";

const Q = S.quantization;

/** A weight of integers times powers of two, which quantization gives back as it was: every group has its largest. */
function exactWeight(rows: number, columns: number, group: number, most: number): HostTensor {
  const drawn = draw(`weight${rows}${columns}${most}`, [rows, columns], "i32", [-most, most]);
  return build([rows, columns], "f32", ([i = 0, j = 0]) => {
    const value = i % group === 0 ? most : read(drawn, [i, j]);
    return value * 2 ** ((Math.floor(i / group) % 3) - (j % 2));
  });
}

function weightSample(rows: number, columns: number, options: { bits: 4 | 8; groupSize?: number }): Sample {
  const weight = exactWeight(rows, columns, options.groupSize ?? Math.max(1, rows), options.bits === 8 ? 127 : 7);
  return {
    label: `[${rows},${columns}] in ${options.bits} bits, groups of ${options.groupSize ?? "all"}`,
    inputs: [weight],
    call: (w) => Q.dequantizeWeight(Q.quantizeWeight(w, options)),
    expected: ({ shape, data }) => host(shape, "f32", data),
    hasDerivative: false,
  };
}

function productWithWeight(rows: number, options: { bits: 4 | 8; groupSize?: number }): Sample {
  const [inner, columns] = [20, 6];
  const weight = exactWeight(inner, columns, options.groupSize ?? inner, options.bits === 8 ? 127 : 7);
  return {
    label: `[${rows},${inner}] in ${options.bits} bits, groups of ${options.groupSize ?? "all"}`,
    inputs: [draw(`quantizedX${rows}`, [rows, inner], "f64", [-1, 1])],
    call: (x) => {
      const q = Q.quantizeWeight(S.tensor([...weight.data]).reshape([inner, columns]), options);
      return Q.quantizedMatmul(x, q);
    },
    expected: (x) =>
      build([rows, columns], "f64", ([i = 0, j = 0]) => {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += read(x, [i, k]) * read(weight, [k, j]);
        return sum;
      }),
  };
}

/** Rows with a largest element of 127 times a power of two are quantized exactly. */
function dynamicProduct(rows: number): Sample {
  const [inner, columns] = [12, 5];
  const weight = exactWeight(inner, columns, inner, 127);
  const x = exactWeight(inner, rows, inner, 127);
  const turned = build([rows, inner], "f32", ([i = 0, j = 0]) => read(x, [j, i]));
  return {
    label: `${rows} rows`,
    inputs: [turned],
    call: (given) =>
      Q.dynamicQuantizedMatmul(given, Q.quantizeWeight(S.tensor([...weight.data]).reshape([inner, columns]))),
    expected: (given) =>
      build([rows, columns], given.dtype, ([i = 0, j = 0]) => {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += read(given, [i, k]) * read(weight, [k, j]);
        return sum;
      }),
    hasDerivative: false,
  };
}

const weights = () => Q.quantizeWeight(S.ones([4, 3]));
const shapeError = S.ShapeError;

/** Rows of the op table. */
export const rows: readonly OpRow[] = [
  row("quantization.quantizeWeight", {
    derivative: "none",
    samples: [
      {
        label: "values and scales",
        inputs: [exactWeight(6, 4, 3, 127)],
        call: (w) => {
          const { values, scale: made } = Q.quantizeWeight(w, { groupSize: 3 });
          return [values, made];
        },
        expected: (w) => {
          const made = build([2, 4], "f32", ([i = 0, j = 0]) => Math.abs(read(w, [3 * i, j])) / 127);
          return [build([6, 4], "i8", ([i = 0, j = 0]) => read(w, [i, j]) / read(made, [Math.floor(i / 3), j])), made];
        },
      },
    ],
    errors: [
      {
        label: "a vector",
        call: () => Q.quantizeWeight(S.ones([3])),
        error: shapeError,
        message: /a matrix \[rows, columns\]/,
      },
      {
        label: "groups of none",
        call: () => Q.quantizeWeight(S.ones([3, 3]), { groupSize: 0 }),
        error: S.ArgumentError,
        message: /groups of 0/,
      },
    ],
  }),
  row("quantization.dequantizeWeight", {
    derivative: "none",
    samples: [
      weightSample(8, 3, { bits: 8 }),
      weightSample(7, 3, { bits: 4 }),
      weightSample(9, 2, { bits: 4, groupSize: 4 }),
      weightSample(64, 5, { bits: 8, groupSize: 32 }),
    ],
  }),
  row("quantization.quantizedMatmul", {
    tolerance: many,
    samples: [
      productWithWeight(3, { bits: 8 }),
      productWithWeight(1, { bits: 4 }),
      productWithWeight(2, { bits: 4, groupSize: 8 }),
      productWithWeight(0, { bits: 8, groupSize: 5 }),
    ],
    errors: [
      {
        label: "another last axis",
        call: () => Q.quantizedMatmul(S.ones([2, 5]), weights()),
        error: shapeError,
        message: /x has shape \[2, 5\] and the weight 4 rows/,
      },
    ],
  }),
  row("quantization.dynamicQuantizedMatmul", {
    derivative: "none",
    samples: [dynamicProduct(1), dynamicProduct(4)],
    errors: [
      {
        label: "weights of 4 bits",
        call: () => Q.dynamicQuantizedMatmul(S.ones([2, 4]), Q.quantizeWeight(S.ones([4, 3]), { bits: 4 })),
        error: S.ArgumentError,
        message: /4 bits .*8 bits, symmetric/,
      },
    ],
  }),
];
