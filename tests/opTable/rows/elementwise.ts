/** Rows of `tensor/signs.ts`, `tensor/elementary.ts`, `tensor/together.ts` and what else is small. */
import * as S from "../../../src/index.ts";
import type { Dtype } from "../../../src/shape/dtype.ts";
import { broadcast, type HostTensor, host, mapped, rounded } from "../host.ts";
import {
  binary,
  counted,
  draw,
  extremes,
  floating,
  integers,
  many,
  type OpRow,
  otherNumbers,
  row,
  unary,
} from "../row.ts";

const result = floating;
const bool = () => "bool" as const;
const isBelow = (x: number) => x < 0 || Object.is(x, -0);
/** Numbers whose quotients are exact enough for a reference in doubles. */
const finite = [0.5, -0.5, 1, -1, 7, -7, 2.5, -2.5];
/** What f32 makes of numbers matters where results are a step apart. */
const steps = [0, -0, 1, -1, 0.5, 1.5, 2 ** -126, -(2 ** -126), Infinity, -Infinity, NaN];

function copysign(a: number, b: number): number {
  return isBelow(a) === isBelow(b) ? a : -a;
}

/** Float dtypes by the bits of their numbers, and the least number above 0. */
const layouts = {
  f16: { least: 2 ** -24, put: (view: DataView, x: number) => view.setFloat16(0, x) },
  bf16: { least: 2 ** -133, put: (view: DataView, x: number) => view.setFloat32(0, x) },
  f32: { least: 2 ** -149, put: (view: DataView, x: number) => view.setFloat32(0, x) },
} as const;

/** The next number, by its bits. */
function nextafter(dtype: Dtype, a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  if (a === b) return b;
  const view = new DataView(new ArrayBuffer(8));
  const step = a < b === a > 0 ? 1 : -1;
  if (dtype === "f64") {
    view.setFloat64(0, a);
    view.setBigInt64(0, view.getBigInt64(0) + BigInt(step));
    return a === 0 ? Math.sign(b) * 2 ** -1074 : view.getFloat64(0);
  }
  const layout = layouts[dtype === "f16" || dtype === "bf16" ? dtype : "f32"];
  if (a === 0) return Math.sign(b) * layout.least;
  layout.put(view, a);
  if (layout === layouts.f32) view.setInt32(0, view.getInt32(0) + step);
  else view.setInt16(0, view.getInt16(0) + step);
  return layout === layouts.f16 ? view.getFloat16(0) : view.getFloat32(0);
}

function neighbours(): OpRow {
  const pairs = steps.flatMap((a) => steps.map((b) => [a, b] as const));
  return row("nextafter", {
    tolerance: { f32: { relative: 0, absolute: 0 }, f64: { relative: 0, absolute: 0 } },
    derivative: "none",
    samples: (["f32", "f64"] as const).map((dtype) => ({
      label: `${dtype} of all pairs`,
      inputs: [0, 1].map((part) =>
        host(
          [pairs.length],
          dtype,
          pairs.map((pair) => pair[part] ?? 0),
        ),
      ),
      call: (...[a, b]: S.Tensor[]) => S.nextafter(a ?? 0, b ?? 0),
      expected: (...[a, b]: HostTensor[]) =>
        mapped(
          floating(a?.dtype ?? dtype),
          (x, y) => nextafter(a?.dtype ?? dtype, x, y),
          ...[a, b].flatMap((each) => each ?? []),
        ),
    })),
  });
}

function sinc(x: number): number {
  const rest = x - Math.round(x);
  if (x === 0) return 1;
  if (Number.isInteger(x) || Math.abs(x) === Infinity) return 0;
  return (Math.sin(Math.PI * rest) * (Math.round(x) % 2 === 0 ? 1 : -1)) / (Math.PI * x);
}

function xlogy(a: number, b: number): number {
  return a === 0 && !Number.isNaN(b) ? 0 : a * Math.log(b);
}

function lerps(): OpRow {
  const shapes = [
    [[4], [4], [4]],
    [[3, 1], [4], []],
    [[0], [1], [1]],
  ] as const;
  const value = (from: number, to: number, share: number) => from + share * (to - from);
  return row("lerp", {
    derivative: "smooth",
    samples: [
      ...shapes.map(([a, b, c]) => ({
        label: `[${a}] [${b}] [${c}]`,
        inputs: [draw(`lerpa${a}`, a, "f32"), draw(`lerpb${b}`, b, "f32"), draw(`lerpc${c}`, c, "f32")],
        call: (...[start, end, weight]: S.Tensor[]) => S.lerp(start ?? 0, end ?? 0, weight ?? 0),
        expected: (...each: HostTensor[]) => mapped(floating(each[0]?.dtype ?? "f32"), value, ...each),
      })),
      {
        label: "a number as weight, exact at the end",
        inputs: [host([3], "f32", [1e8, 3, -2]), host([3], "f32", [1, 0.1, 7])],
        call: (...[start, end]: S.Tensor[]) => S.lerp(start ?? 0, end ?? 0, 1),
        expected: (_, end) => end,
      },
    ],
    errors: [
      {
        label: "shapes that do not broadcast",
        call: () => S.lerp(S.zeros([2]), S.zeros([3]), 0.5),
        error: S.ShapeError,
        message: /\[2\] and \[3\]/,
      },
    ],
  });
}

const isClose = (a: number, b: number) =>
  Number(a === b || (Math.abs(b) < Infinity && Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b)));

function allClose(): OpRow {
  const all = (...[a, b]: HostTensor[]) => {
    const pairs = mapped("bool", isClose, ...[a, b].flatMap((each) => each ?? []));
    return host([], "bool", [Math.min(1, ...pairs.data)]);
  };
  return row("allClose", {
    derivative: "none",
    samples: [
      { label: "close", inputs: [host([2], "f32", [1, 2]), host([2], "f32", [1, 2.00001])] },
      { label: "far", inputs: [host([2], "f32", [1, 2]), host([2], "f32", [1, 2.1])] },
      { label: "nothing", inputs: [host([0], "f32", []), host([1], "f32", [1])] },
      { label: "of f64", inputs: [host([1, 2], "f64", [1, NaN]), host([2, 1], "f64", [1, NaN])] },
    ].map((sample) => ({
      ...sample,
      call: (...[a, b]: S.Tensor[]) => S.allClose(a ?? 0, b ?? 0),
      expected: all,
    })),
  });
}

function broadcasts(): OpRow {
  return row("broadcastArrays", {
    samples: [
      [[3, 1], [4]],
      [[], [2, 0, 3]],
    ].map((shapes) => ({
      label: shapes.map((shape) => `[${shape}]`).join(" "),
      inputs: shapes.map((shape) => draw(`broadcast${shape}`, shape, "f32")),
      call: (...given: S.Tensor[]) => S.broadcastArrays(...given),
      expected: (...given: HostTensor[]) => {
        const shape = broadcast(...given.map((each) => each.shape));
        return given.map((each) => mapped(each.dtype, (x) => x, each, host(shape, each.dtype, zerosOf(shape))));
      },
    })),
    errors: [
      {
        label: "shapes that do not broadcast",
        call: () => S.broadcastArrays(S.zeros([2]), S.zeros([3])),
        error: S.ShapeError,
        message: /\[2\] and \[3\]/,
      },
    ],
  });
}

const zerosOf = (shape: readonly number[]) => new Array<number>(shape.reduce((size, each) => size * each, 1)).fill(0);

function made(name: "empty" | "emptyLike"): OpRow {
  return row(name, {
    derivative: "none",
    samples: (["f32", "i32", "bool"] as const).map((dtype) => ({
      label: dtype,
      inputs: name === "empty" ? [] : [draw(name, [2, 3], dtype)],
      call: (x?: S.Tensor) => (x === undefined ? S.empty([2, 3], { dtype }) : S.emptyLike(x)),
      expected: (x?: HostTensor) => host([2, 3], x?.dtype ?? dtype, zerosOf([2, 3])),
    })),
  });
}

function inverted(): OpRow {
  return row("bitwiseInvert", {
    derivative: "none",
    samples: [...integers, "bool" as const].map((dtype) => ({
      label: dtype,
      inputs: [draw(`invert${dtype}`, [7], dtype, [-8, 8])],
      call: (x: S.Tensor) => S.bitwiseInvert(x),
      expected: (x: HostTensor) =>
        dtype === "bool" ? mapped("bool", (each) => 1 - each, x) : mapped(dtype, (each) => -each - 1, x),
    })),
    errors: [
      {
        label: "floats",
        call: () => S.bitwiseInvert(S.zeros([2])),
        error: S.DtypeError,
        message: /bitwiseInvert.*integers and booleans, not for f32/,
      },
    ],
  });
}

function counting(): OpRow {
  const cases = [
    { label: "all", axis: undefined, keepDims: false, shape: [] },
    { label: "axis 1, kept", axis: 1, keepDims: true, shape: [2, 1] },
  ] as const;
  const data = [0, -0, 3, NaN, 0, 1];
  return row("countNonzero", {
    derivative: "none",
    samples: (["f32", "f64", "i32", "bool"] as const).flatMap((dtype) =>
      cases.map(({ label, axis, keepDims, shape }) => ({
        label: `${dtype} ${label}`,
        inputs: [
          host(
            [2, 3],
            dtype,
            data.map((each) => (Number.isNaN(each) && dtype !== "f32" && dtype !== "f64" ? 1 : each)),
          ),
        ],
        call: (x: S.Tensor) => S.countNonzero(x, { ...(axis === undefined ? {} : { axis }), keepDims }),
        expected: (x: HostTensor) => {
          const ones = x.data.map((each) => Number(each !== 0));
          const sums = [ones.slice(0, 3), ones.slice(3)].map((part) => part.reduce((sum, each) => sum + each, 0));
          return host(shape, "i32", axis === 1 ? sums : [sums.reduce((sum, each) => sum + each, 0)]);
        },
      })),
    ),
  });
}

/** Rows. */
export const rows: readonly OpRow[] = [
  unary(
    "signbit",
    (x) => S.signbit(x),
    (x) => Number(isBelow(x)),
    { derivative: "none", result: bool, special: extremes.slice(0, -1) },
  ),
  binary("copysign", (a, b) => S.copysign(a, b), copysign, {
    result,
    derivative: "once",
    special: extremes.slice(0, -1),
  }),
  neighbours(),
  unary(
    "positive",
    (x) => S.positive(x),
    (x) => x,
    { result: counted },
  ),
  binary(
    "heaviside",
    (a, b) => S.heaviside(a, b),
    (a, b) => (Number.isNaN(a) ? NaN : a === 0 ? b : Number(a > 0)),
    { result: counted, derivative: "once" },
  ),
  inverted(),
  binary(
    "hypot",
    (a, b) => S.hypot(a, b),
    (a, b) =>
      Number.isNaN(a) || Number.isNaN(b)
        ? Math.abs(a) === Infinity || Math.abs(b) === Infinity
          ? Infinity
          : NaN
        : Math.hypot(a, b),
    { result, tolerance: many },
  ),
  binary(
    "fmod",
    (a, b) => S.fmod(a, b),
    (a, b) => (b === 0 ? NaN : a % b),
    {
      result: counted,
      derivative: "once",
      domain: [-5.4, 5.4],
      domainOfSecond: [0.7, 1.3],
      wholeDomainOfSecond: [1, 8],
      others: otherNumbers,
      special: [...finite, 0, -0, 1e-30, -1e-30, Infinity, -Infinity, NaN],
    },
  ),
  unary(
    "frac",
    (x) => S.frac(x),
    (x) => x - Math.trunc(x),
    { result: counted, derivative: "once" },
  ),
  lerps(),
  binary("xlogy", (a, b) => S.xlogy(a, b), xlogy, {
    result,
    domain: [0.2, 3],
    wholeDomain: [0, 3],
    tolerance: many,
    special: extremes,
  }),
  unary(
    "logit",
    (x) => S.logit(x),
    (x) => Math.log(x / (1 - x)),
    {
      result,
      domain: [0.05, 0.95],
      wholeDomain: [0, 1],
      tolerance: many,
      special: [0, 1, 0.5, 0.25, 0.75, 1e-30, -1e-30, 2, -1, Infinity, NaN],
      errors: [
        {
          label: "an epsilon above one half",
          call: () => S.logit(S.zeros([2]), { epsilon: 0.7 }),
          error: S.ArgumentError,
          message: /lower bound 0.7 is above/,
        },
      ],
    },
  ),
  unary("sinc", (x) => S.sinc(x), sinc, {
    result,
    tolerance: many,
    special: [0, -0, 1, -1, 0.5, 0.01, 0.0625, 1000, 1000.5, Infinity, -Infinity, NaN, 1e-30],
  }),
  unary("cbrt", (x) => S.cbrt(x), Math.cbrt, {
    result,
    domain: [0.2, 9],
    tolerance: { f32: { relative: 4e-7, absolute: 0 }, f64: { relative: 1e-15, absolute: 0 } },
    special: [...extremes, 27, -8, 1e-37],
  }),
  unary(
    "deg2rad",
    (x) => S.deg2rad(x),
    (x) => x * (Math.PI / 180),
    { result },
  ),
  unary(
    "rad2deg",
    (x) => S.rad2deg(x),
    (x) => x * (180 / Math.PI),
    { result },
  ),
  replaced(),
  binary(
    "fmax",
    (a, b) => S.fmax(a, b),
    (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b)),
    { derivative: "once" },
  ),
  binary(
    "fmin",
    (a, b) => S.fmin(a, b),
    (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b)),
    { derivative: "once" },
  ),
  binary("isClose", (a, b) => S.isClose(a, b), isClose, { derivative: "none", result: bool }),
  allClose(),
  broadcasts(),
  made("empty"),
  made("emptyLike"),
  counting(),
];

function replaced(): OpRow {
  const plain = unary(
    "nanToNum",
    (x) => S.nanToNum(x, { nan: 5, positiveInfinity: 7, negativeInfinity: -7 }),
    (x) => (Number.isNaN(x) ? 5 : x === Infinity ? 7 : x === -Infinity ? -7 : x),
  );
  const ends = (["f16", "bf16", "f32", "f64"] as const).map((dtype) => ({
    label: `ends of ${dtype}`,
    inputs: [host([3], dtype, [NaN, Infinity, -Infinity])],
    call: (x: S.Tensor) => S.nanToNum(x),
    expected: (x: HostTensor) =>
      host(
        [3],
        x.dtype,
        [0, S.finfo(x.dtype).max, S.finfo(x.dtype).min].map((each) => rounded(x.dtype, each)),
      ),
    hasDerivative: false,
  }));
  return { ...plain, samples: [...plain.samples, ...ends] };
}
