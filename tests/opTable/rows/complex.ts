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
