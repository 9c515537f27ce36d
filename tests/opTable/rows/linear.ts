/** Rows of `tensor/linear.ts` and `tensor/einsum.ts`. */

import type { Dtype, TensordotAxes } from "../../../src/index.ts";
import * as S from "../../../src/index.ts";
import { isFloat } from "../../../src/shape/dtype.ts";
import { build, type HostTensor, read, summedProducts } from "../host.ts";
import { counted, draw, many, type OpRow, row, type Sample } from "../row.ts";

const of = (shape: readonly number[]): S.Tensor => S.zeros(shape);

/** A sample of two operands that is the sum of products `equation`; sizes of 1 are repeated. */
function products(
  a: readonly number[],
  b: readonly number[],
  equation: string,
  call: (a: S.Tensor, b: S.Tensor) => S.Tensor,
  dtype: Dtype = "f32",
): Sample {
  return {
    label: `${dtype}[${a}] [${b}]`,
    inputs: [
      draw(`left${a}`, a, dtype, isFloat(dtype) ? [-2, 2] : [0, 5]),
      draw(`right${b}`, b, dtype, isFloat(dtype) ? [-2, 2] : [0, 5]),
    ],
    call,
    expected: (x, y) => summed(equation, counted(x.dtype), x, y),
  };
}

/** `summedProducts`, where a letter's size is the greatest that an operand has. */
function summed(equation: string, dtype: Dtype, ...inputs: HostTensor[]): HostTensor {
  const terms = equation.split("->")[0]?.split(",") ?? [];
  const size = (letter: string) =>
    Math.max(
      ...terms.flatMap((term, index) =>
        term.includes(letter) ? [inputs[index]?.shape[term.indexOf(letter)] ?? 1] : [],
      ),
    );
  const whole = inputs.map((input, index) => repeated(input, [...(terms[index] ?? "")].map(size)));
  return summedProducts(equation, dtype, ...whole);
}

function repeated(x: HostTensor, shape: readonly number[]): HostTensor {
  return build(shape, x.dtype, (position) => read(x, position));
}

const matmul = (a: S.Tensor, b: S.Tensor) => S.matmul(a, b);
const vecdot = (axis: number) => (a: S.Tensor, b: S.Tensor) => S.vecdot(a, b, axis);
const dots = (axes: TensordotAxes) => (a: S.Tensor, b: S.Tensor) => S.tensordot(a, b, axes);

function sum(equation: string, letters: string, ...shapes: readonly (readonly number[])[]): Sample {
  return {
    label: `${equation} of ${shapes.map((shape) => `[${shape}]`).join(" ")}`,
    inputs: shapes.map((shape, index) => draw(`${equation}${index}`, shape, "f32")),
    call: (...tensors) => S.einsum(equation, ...tensors),
    expected: (...tensors) => summed(letters, counted(tensors[0]?.dtype ?? "f32"), ...tensors),
  };
}

/** Rows. */
export const rows: readonly OpRow[] = [
  row("matmul", {
    tolerance: many,
    samples: [
      products([3, 4], [4, 5], "ij,jk->ik", matmul),
      products([1, 1], [1, 1], "ij,jk->ik", matmul),
      products([17, 33], [33, 19], "ij,jk->ik", matmul),
      products([3, 0], [0, 2], "ij,jk->ik", matmul),
      products([0, 3], [3, 2], "ij,jk->ik", matmul),
      products([4], [4], "j,j->", matmul),
      products([4], [4, 5], "j,jk->k", matmul),
      products([3, 4], [4], "ij,j->i", matmul),
      products([4], [2, 4, 5], "j,bjk->bk", matmul),
      products([2, 3, 4], [2, 4, 5], "bij,bjk->bik", matmul),
      products([2, 3, 4], [4, 5], "bij,jk->bik", matmul),
      products([3, 4], [2, 4, 5], "ij,bjk->bik", matmul),
      products([1, 3, 4], [2, 4, 5], "bij,bjk->bik", matmul),
      products([2, 1, 3, 4], [5, 4, 2], "abij,bjk->abik", matmul),
      products([3, 4], [4, 5], "ij,jk->ik", matmul, "f64"),
      products([3, 4], [4, 5], "ij,jk->ik", matmul, "i32"),
      products([3, 4], [4, 5], "ij,jk->ik", matmul, "bool"),
    ],
    errors: [
      {
        label: "sizes that differ",
        call: () => matmul(of([2, 3]), of([2, 4])),
        error: S.ShapeError,
        message:
          /shapes \[2, 3\] and \[2, 4\].*axis 1 of the left \(size 3\) and axis 0 of the right \(size 2\).*a\.matrixTranspose\(\)/s,
      },
      {
        label: "a right side to transpose",
        call: () => matmul(of([2, 3]), of([4, 3])),
        error: S.ShapeError,
        message: /b\.matrixTranspose\(\)/,
      },
      {
        label: "a scalar",
        call: () => matmul(of([]), of([3])),
        error: S.ShapeError,
        message: /scalar has no axis to sum over/,
      },
      {
        label: "batches that differ",
        call: () => matmul(of([2, 3, 4]), of([5, 4, 3])),
        error: S.ShapeError,
        message: /batch axes.*sizes 2 and 5/,
      },
    ],
  }),
  row("outer", {
    samples: [
      products([3], [4], "i,j->ij", (a, b) => S.outer(a, b)),
      products([3], [4], "i,j->ij", (a, b) => S.outer(a, b), "i32"),
    ],
    errors: [
      {
        label: "a matrix",
        call: () => S.outer(of([2, 2]), of([2])),
        error: S.ShapeError,
        message: /both have to be vectors/,
      },
    ],
  }),
  row("vecdot", {
    tolerance: many,
    samples: [
      products([4], [4], "i,i->", vecdot(-1)),
      products([3, 4], [4], "ij,j->i", vecdot(-1)),
      products([3, 4], [2, 3, 4], "ij,bij->bi", vecdot(-1)),
      products([3, 1], [3, 4], "ij,ij->j", vecdot(0)),
      products([2, 1], [2, 1], "ij,ij->i", vecdot(1)),
      products([2, 3], [2, 3], "ij,ij->i", vecdot(-1), "i32"),
    ],
    errors: [
      {
        label: "sizes that differ",
        call: () => S.vecdot(of([3]), of([4])),
        error: S.ShapeError,
        message: /\[3\] and \[4\]/,
      },
    ],
  }),
  row("tensordot", {
    tolerance: many,
    samples: [
      products([2, 3, 4], [3, 4, 5], "aij,ijb->ab", dots(2)),
      products([2, 3], [4], "ij,k->ijk", dots(0)),
      products([2, 3], [3, 2], "ij,ki->jk", dots([[0], [1]])),
      products(
        [2, 3, 4],
        [4, 2],
        "ijk,ki->j",
        dots([
          [2, 0],
          [0, 1],
        ]),
      ),
    ],
    errors: [
      {
        label: "sizes that differ",
        call: () => S.tensordot(of([2, 3]), of([2, 3]), 1),
        error: S.ShapeError,
        message: /axis 1 of the left \(size 3\) meets axis 0 of the right \(size 2\)/,
      },
      ...[-1, 0.5, Number.NaN, 2 ** 31].map((axes) => ({
        label: `${axes} axes`,
        call: () => S.tensordot(of([2, 3]), of([3, 2]), axes),
        error: S.ShapeError,
        message: new RegExp(`tensordot: ${axes} axes of .* a whole number from 0 to the smaller rank`),
      })),
      {
        label: "axes that do not pair",
        call: () => S.tensordot(of([2, 3]), of([2, 3]), [[0], []]),
        error: S.ShapeError,
        message: /do not pair/,
      },
    ],
  }),
  row("einsum", {
    tolerance: many,
    samples: [
      sum("ij,jk->ik", "ij,jk->ik", [2, 3], [3, 4]),
      sum("ij->ji", "ij->ji", [2, 3]),
      sum("ij->", "ij->", [2, 3]),
      sum("ij,jk", "ij,jk->ik", [2, 3], [3, 4]),
      sum("bhqd,bhkd->bhqk", "bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 5, 4]),
      sum("...ij,...jk->...ik", "abij,bjk->abik", [2, 1, 3, 4], [5, 4, 2]),
      sum("i...->...", "iab->ab", [2, 3, 4]),
      sum("ij,j,jk->ik", "ij,j,jk->ik", [2, 3], [3], [3, 4]),
      sum("ij,k->jk", "ij,k->jk", [2, 3], [4]),
      {
        ...sum("ii->i", "", [3, 3]),
        expected: (x) => ({ shape: [3], dtype: x.dtype, data: [0, 4, 8].map((index) => x.data[index] ?? 0) }),
      },
      {
        ...sum("ii", "", [3, 3]),
        expected: (x) => ({
          shape: [],
          dtype: x.dtype,
          data: [[0, 4, 8].reduce((total, index) => total + (x.data[index] ?? 0), 0)],
        }),
      },
    ],
    errors: [
      {
        label: "sizes that differ",
        call: () => S.einsum("ij,jk->ik", of([2, 3]), of([4, 5])),
        error: S.ShapeError,
        message: /axis "j" of "ij,jk->ik" has size 3 and size 4/,
      },
      {
        label: "too few operands",
        call: () => S.einsum("ij,jk->ik", of([2, 3])),
        error: S.ArgumentError,
        message: /names 2 operands and 1 were given/,
      },
      {
        label: "too few letters",
        call: () => S.einsum("i->i", of([2, 3])),
        error: S.ArgumentError,
        message: /names 1 axes and the tensor of shape \[2, 3\] has 2/,
      },
      {
        label: "an unknown letter",
        call: () => S.einsum("ij->ik", of([2, 3])),
        error: S.ArgumentError,
        message: /names an axis \("k"\)/,
      },
      {
        label: "no equation",
        call: () => S.einsum("i;j", of([2, 3])),
        error: S.ArgumentError,
        message: /is no equation/,
      },
    ],
  }),
];
