/** Rows of `tensor/creation.ts` and `tensor/cast.ts`. */
import * as S from "../../../src/index.ts";
import { allDtypes, type Dtype, dtypes, isFloat } from "../../../src/shape/dtype.ts";
import { build, type HostTensor, host, rounded } from "../host.ts";
import { draw, extremes, type OpRow, row, type Sample } from "../row.ts";

/** A sample without inputs. */
function made(label: string, call: () => S.Tensor, expected: HostTensor): Sample {
  return { label, inputs: [], call, expected: () => expected };
}

const filled = (shape: readonly number[], dtype: Dtype, value: number) => build(shape, dtype, () => value);
const none = { derivative: "none" } as const;
const badShape = (call: () => unknown) => [
  { label: "a negative size", call, error: S.ShapeError, message: /size -1 at axis 0/ },
];

/** Every dtype to every other, and the numbers at which conversion is a decision. */
function casts(): Sample[] {
  const limits: { readonly [D in Dtype]?: readonly [number, number] } = {
    i8: [-128, 127],
    i16: [-32768, 32767],
    i32: [-(2 ** 31), 2 ** 31 - 1],
    u32: [0, 2 ** 32 - 1],
    u8: [0, 255],
  };
  const convert = (from: Dtype, to: Dtype) => (value: number) => {
    const limit = limits[to];
    if (!isFloat(from) || limit === undefined) return rounded(to, value);
    return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), limit[0]), limit[1]);
  };
  // beyond 2^53 an i64 cannot be read as a number: tests/tensor/dtypes.test.ts has those
  const fits = (to: Dtype) => (value: number) => to !== "i64" || !(Math.abs(value) > 2 ** 53);
  return allDtypes.flatMap((from) =>
    allDtypes.map((to) => {
      const values = isFloat(from)
        ? [...extremes, 1.7, -1.7, 300, -300, 5e9].filter((value) => fits(to)(rounded(from, value)))
        : [0, 1, 2, 127, 200, 255, ...(dtypes[from].lowest < 0 ? [-1, -100, -129, 70000] : [])];
      return {
        label: `${from} to ${to}`,
        inputs: [host([values.length], from, from === "bool" ? values.map((value) => value % 2) : values)],
        call: (x: S.Tensor) => S.astype(x, to),
        expected: (x: HostTensor) => host(x.shape, to, x.data.map(convert(x.dtype, to))),
        hasDerivative: false,
      };
    }),
  );
}

/** Bits of one dtype read as another. */
function bits(from: Dtype, to: Dtype): Sample {
  const x = draw(`${from}${to}`, [9], from, [0, 200]);
  const bytes = dtypes[from].array.from(x.data);
  return {
    label: `${from} to ${to}`,
    inputs: [x],
    call: (each) => S.bitcast(each, to),
    expected: () => host([9], to, [...new dtypes[to].array(bytes.buffer)]),
  };
}

/** Rows. */
export const rows: readonly OpRow[] = [
  row("zeros", {
    ...none,
    samples: [
      made("[2, 3]", () => S.zeros([2, 3]), filled([2, 3], "f32", 0)),
      made("bool", () => S.zeros([2], { dtype: "bool" }), filled([2], "bool", 0)),
    ],
    errors: badShape(() => S.zeros([-1])),
  }),
  row("ones", {
    ...none,
    samples: [
      made("[]", () => S.ones([]), filled([], "f32", 1)),
      made("[0]", () => S.ones([0], { dtype: "u8" }), filled([0], "u8", 1)),
    ],
    errors: badShape(() => S.ones([-1])),
  }),
  row("full", {
    ...none,
    samples: [
      made("-0.5", () => S.full([3], -0.5), filled([3], "f32", -0.5)),
      made("true", () => S.full([3], true), filled([3], "bool", 1)),
      made("infinite", () => S.full([3], -Infinity, { dtype: "f64" }), filled([3], "f64", -Infinity)),
      made("NaN", () => S.full([3], NaN), filled([3], "f32", NaN)),
    ],
    errors: badShape(() => S.full([-1], 0)),
  }),
  ...(["zerosLike", "onesLike"] as const).map((name) => {
    const value = name === "onesLike" ? 1 : 0;
    return row(name, {
      ...none,
      samples: [
        {
          label: "i32",
          inputs: [draw(name, [2, 2], "i32")],
          call: name === "onesLike" ? (x) => S.onesLike(x) : (x) => S.zerosLike(x),
          expected: (x) => filled(x.shape, x.dtype, value),
        },
      ],
    });
  }),
  row("fullLike", {
    ...none,
    samples: [
      {
        label: "f32 as f64",
        inputs: [draw("fullLike", [2], "f32")],
        call: (x) => S.fullLike(x, 3, { dtype: "f64" }),
        expected: () => filled([2], "f64", 3),
      },
    ],
  }),
  row("arange", {
    ...none,
    samples: [
      made("5", () => S.arange(5), host([5], "i32", [0, 1, 2, 3, 4])),
      made("2 to 11 by 3", () => S.arange(2, 11, 3), host([3], "i32", [2, 5, 8])),
      made("5 down to 0", () => S.arange(5, 0, -2), host([3], "i32", [5, 3, 1])),
      made("quarters", () => S.arange(0, 1, 0.25), host([4], "f32", [0, 0.25, 0.5, 0.75])),
      made("of u8", () => S.arange(3, undefined, 1, { dtype: "u8" }), host([3], "u8", [0, 1, 2])),
      made("none", () => S.arange(3, 3), host([0], "i32", [])),
    ],
    errors: [
      { label: "a step of 0", call: () => S.arange(0, 1, 0), error: S.ArgumentError, message: /no finite list/ },
    ],
  }),
  row("linspace", {
    ...none,
    samples: [
      made("7", () => S.linspace(-1, 1, 7), host([7], "f32", [-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1])),
      made("1", () => S.linspace(2, 9, 1), host([1], "f32", [2])),
      made("of f64", () => S.linspace(0, 1, 4, { dtype: "f64" }), host([4], "f64", [0, 1 / 3, 2 / 3, 1])),
    ],
    errors: badShape(() => S.linspace(0, 1, -1)),
  }),
  row("eye", {
    ...none,
    samples: [
      made(
        "3",
        () => S.eye(3),
        build([3, 3], "f32", ([i, j]) => Number(i === j)),
      ),
      made(
        "2 × 4 above",
        () => S.eye(2, 4, { offset: 1, dtype: "i32" }),
        build([2, 4], "i32", ([i = 0, j = 0]) => Number(i + 1 === j)),
      ),
      made(
        "far below",
        () => S.eye(2, 3, { offset: -(2 ** 31) - 1 }),
        build([2, 3], "f32", () => 0),
      ),
    ],
    errors: [
      ...badShape(() => S.eye(-1)),
      {
        label: "a diagonal that is NaN",
        call: () => S.eye(2, 3, { offset: Number.NaN }),
        error: S.ArgumentError,
        message: /eye: offset NaN is no diagonal of \[2, 3\]/,
      },
    ],
  }),
  row("astype", {
    samples: [
      ...casts(),
      {
        label: "derivative",
        inputs: [draw("astype", [5], "f64")],
        call: (x) => S.astype(x, "f64").add(0),
        expected: (x) => x,
      },
    ],
  }),
  row("bitcast", {
    ...none,
    samples: [bits("f32", "u32"), bits("u32", "f32"), bits("f32", "i32"), bits("i32", "u32")],
    errors: [
      {
        label: "other sizes",
        call: () => S.bitcast(S.zeros([2]), "f64"),
        error: S.DtypeError,
        message: /f32 and f64 differ in size/,
      },
    ],
  }),
  row("stopGradient", {
    ...none,
    samples: [{ label: "f32", inputs: [draw("stop", [3], "f32")], call: (x) => S.stopGradient(x), expected: (x) => x }],
  }),
];
