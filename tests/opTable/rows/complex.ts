/** Rows of `algorithms/complex/`: the functions; `tests/algorithms/complex.test.ts` has the methods of `Complex`. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, host, mapped, read } from "../host.ts";
import { draw, extremes, type OpRow, row, type Sample } from "../row.ts";

const common = (a: HostTensor, b: HostTensor): S.Dtype => (a.dtype === "f64" || b.dtype === "f64" ? "f64" : "f32");
const both = (z: S.Complex): S.Tensor[] => [z.real, z.imag];

function pairs(
  name: string,
  call: (a: S.Tensor, b: S.Tensor) => S.Complex,
  real: (a: number, b: number) => number,
  imag: (a: number, b: number) => number,
): Sample[] {
  const sample = (label: string, a: HostTensor, b: HostTensor, hasDerivative = true): Sample => ({
    label,
    inputs: [a, b],
    call: (x, y) => both(call(x, y)),
    expected: (x, y) => [mapped(common(x, y), real, x, y), mapped(common(x, y), imag, x, y)],
    hasDerivative,
  });
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[5], [5]],
    [[3, 1], [4]],
    [[], [2, 3]],
    [[2, 0, 3], [3]],
  ];
  return [
    ...shapes.map(([a, b]) =>
      sample(`f32[${a}] [${b}]`, draw(`${name}a${a}`, a, "f32"), draw(`${name}b${b}`, b, "f32")),
    ),
    sample("f64", draw(`${name}a`, [3], "f64"), draw(`${name}b`, [3], "f64")),
    sample("f32 and f64", draw(`${name}c`, [3], "f32"), draw(`${name}d`, [3], "f64")),
    sample("i32 and f32", draw(`${name}e`, [3], "i32"), draw(`${name}f`, [3], "f32")),
    sample(
      "extremes",
      host([extremes.length], "f32", extremes),
      host([extremes.length], "f32", [...extremes].reverse()),
      false,
    ),
  ];
}

const ragged = (name: string, call: (a: S.Tensor, b: S.Tensor) => unknown) => ({
  label: "shapes that do not broadcast",
  call: () => call(S.zeros([2]), S.zeros([3])),
  error: S.ShapeError,
  message: new RegExp(`${name}: shapes \\[2\\] and \\[3\\]`),
});

/** A row of a function that gives parts of complex numbers, and takes real ones as well. */
function partOf(
  name: string,
  call: (x: S.Complex | S.Tensor) => S.Complex | S.Tensor,
  expected: (x: HostTensor, y: HostTensor) => readonly HostTensor[],
): OpRow {
  const parts = (x: S.Complex | S.Tensor): readonly S.Tensor[] => {
    const result = call(x);
    return S.isComplex(result) ? both(result) : [result];
  };
  const nothing = (x: HostTensor): HostTensor => mapped(x.dtype, () => 0, x);
  return row(name, {
    samples: [
      ...[[3], [2, 0]].map((shape) => ({
        label: `[${shape}]`,
        inputs: [draw(`${name} a${shape}`, shape, "f32"), draw(`${name} b${shape}`, shape, "f32")],
        call: (x: S.Tensor, y: S.Tensor) => parts(S.complex(x, y)),
        expected: (x: HostTensor, y: HostTensor) => {
          const dtype = common(x, y);
          return expected(
            mapped(dtype, (a) => a, x),
            mapped(dtype, (b) => b, y),
          );
        },
      })),
      {
        label: "f32[3], real",
        inputs: [draw(name, [3], "f32")],
        call: (x) => parts(x),
        expected: (x) => expected(x, nothing(x)).slice(0, 1),
      },
    ],
    errors: [
      {
        label: "a number",
        call: () => Reflect.apply(call, undefined, [3]),
        error: S.ArgumentError,
        message: new RegExp(`${name}: x is 3 \\(number\\), not a Tensor`),
      },
    ],
  });
}

/** Rows. */
export const rows: readonly OpRow[] = [
  row("complex", {
    samples: pairs(
      "complex",
      S.complex,
      (a) => a,
      (_, b) => b,
    ),
    errors: [ragged("complex", S.complex)],
  }),
  row("polar", {
    samples: pairs(
      "polar",
      S.polar,
      (a, b) => a * Math.cos(b),
      (a, b) => a * Math.sin(b),
    ),
    errors: [ragged("complex", S.polar)],
  }),
  partOf("real", S.real, (x) => [x]),
  partOf("imag", S.imag, (_, y) => [y]),
  partOf("conj", S.conj, (x, y) => [x, mapped(y.dtype, (b) => -b, y)]),
  row("viewAsReal", {
    samples: [[3], [2, 0], []].map((shape) => ({
      label: `[${shape}]`,
      inputs: [draw(`viewAsReal a${shape}`, shape, "f32"), draw(`viewAsReal b${shape}`, shape, "f32")],
      call: (x, y) => S.viewAsReal(S.complex(x, y)),
      expected: (x, y) =>
        build([...x.shape, 2], common(x, y), (position) => read(position.at(-1) === 0 ? x : y, position.slice(0, -1))),
    })),
  }),
  row("viewAsComplex", {
    samples: [[3, 2], [2, 0, 2], [2]].map((shape) => ({
      label: `[${shape}]`,
      inputs: [draw(`viewAsComplex ${shape}`, shape, "f32")],
      call: (x) => both(S.viewAsComplex(x)),
      expected: (x) =>
        [0, 1].map((part) => build(x.shape.slice(0, -1), common(x, x), (position) => read(x, [...position, part]))),
    })),
    errors: [
      {
        label: "three parts",
        call: () => S.viewAsComplex(S.zeros([2, 3])),
        error: S.ShapeError,
        message: /viewAsComplex: \[2, 3\] has to end with an axis of size 2/,
      },
    ],
  }),
];
