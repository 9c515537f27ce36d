/** Rows of `transforms/control/`: loops and branches, against loops and branches of JavaScript. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, host, read } from "../host.ts";
import { draw, many, type OpRow, row, type Sample } from "../row.ts";

type Step = (state: number, x: number) => number;

/** All states of a loop over the first axis, and the last. */
function states(initial: HostTensor, xs: HostTensor, step: Step, isReversed: boolean): HostTensor[] {
  const length = xs.shape[0] ?? 0;
  let state = [...initial.data];
  const stack = new Array<number>(length * state.length);
  for (let count = 0; count < length; count++) {
    const place = isReversed ? length - 1 - count : count;
    state = state.map((value, index) => step(value, xs.data[place * state.length + index] ?? NaN));
    state.forEach((value, index) => {
      stack[place * state.length + index] = value;
    });
  }
  return [host(initial.shape, initial.dtype, state), host([length, ...initial.shape], initial.dtype, stack)];
}

function scanSample(
  shape: readonly number[],
  dtype: S.Dtype,
  { reverse = false, domain = [-1, 1] as readonly [number, number] } = {},
): Sample {
  const name = `scan${shape}${dtype}${reverse}`;
  return {
    label: `${dtype}[${shape}]${reverse ? " reversed" : ""}`,
    inputs: [draw(`${name}c`, shape.slice(1), dtype, domain), draw(`${name}x`, shape, dtype, domain)],
    call: (initial, xs) =>
      S.scan(
        (state: S.Tensor, x: S.Tensor) => {
          const next = state.multiply(x).add(state);
          return [next, next] as const;
        },
        initial,
        xs ?? initial,
        { reverse },
      ),
    expected: (initial, xs) => states(initial, xs ?? initial, (state, x) => state * x + state, reverse),
  };
}

/** h = tanh(x + h·W): what is captured has a derivative too, and the product reads all of what it replaces. */
const recurrent: Sample = {
  label: "a recurrent network of captured weights",
  inputs: [draw("rnnW", [3, 3], "f64"), draw("rnnX", [5, 2, 3], "f64")],
  call: (weights, xs) =>
    S.scan(
      (h: S.Tensor, x: S.Tensor) => [x.add(h.matmul(weights)).tanh(), h.sum()] as const,
      S.zeros([2, 3], { dtype: "f64" }),
      xs ?? weights,
    ),
  expected: (weights, xs) => {
    let h = build([2, 3], "f64", () => 0);
    const sums: number[] = [];
    for (let step = 0; step < 5; step++) {
      const before = h;
      sums.push(before.data.reduce((sum, value) => sum + value, 0));
      h = build([2, 3], "f64", ([i = 0, j = 0]) =>
        Math.tanh(
          [0, 1, 2].reduce((sum, k) => sum + read(before, [i, k]) * read(weights, [k, j]), read(xs ?? h, [step, i, j])),
        ),
      );
    }
    return [h, host([5], "f64", sums)];
  },
};

/** Pairs that change places, one that stays, and a number that counts: trees of several dtypes. */
const places: Sample = {
  label: "carries that change places",
  inputs: [draw("swapA", [4], "f64"), draw("swapB", [4], "f64")],
  call: (a, b = a) => {
    const [{ x, y, kept, count }, stacks] = S.scan(
      (c: { x: S.Tensor; y: S.Tensor; kept: S.Tensor; count: S.Tensor }) =>
        [{ x: c.y, y: c.x.add(c.y), kept: c.kept, count: c.count.add(1) }, [c.x.multiply(c.count), c.kept]] as const,
      { x: a, y: b, kept: b, count: S.tensor(0, { dtype: "i32" }) },
      null,
      { length: 3 },
    );
    return [x, y, kept, count, ...stacks];
  },
  expected: (a, b = a) => {
    const sum = (p: number, q: number) => (_: number, index: number) =>
      p * (a.data[index] ?? 0) + q * (b.data[index] ?? 0);
    const of = (p: number, q: number) => a.data.map(sum(p, q));
    const stack = [...of(0, 0), ...of(0, 1), ...of(2, 2)];
    return [
      host(
        [4],
        "f64",
        of(1, 2).map((_, index) => sum(1, 1)(0, index) + (b.data[index] ?? 0)),
      ),
      host([4], "f64", of(2, 3)),
      b,
      host([], "i32", [3]),
      host([3, 4], "f64", stack),
      host([3, 4], "f64", [...b.data, ...b.data, ...b.data]),
    ];
  },
};

/** A loop in a loop: the inner one goes over what the outer one captured. */
const nested: Sample = {
  label: "scans in scans",
  inputs: [draw("nestA", [3], "f64"), draw("nestB", [4], "f64")],
  call: (a, b = a) =>
    S.scan(
      (outer: S.Tensor, x: S.Tensor) => {
        const [inner, stack] = S.scan((c: S.Tensor, y: S.Tensor) => [c.multiply(y).add(x), c] as const, outer, b);
        return [inner.add(stack.sum()), inner] as const;
      },
      S.tensor(1, { dtype: "f64" }),
      a,
    ),
  expected: (a, b = a) => {
    let outer = 1;
    const stack = a.data.map((x) => {
      let [inner, sum] = [outer, 0];
      for (const y of b.data) {
        sum += inner;
        inner = inner * y + x;
      }
      outer = inner + sum;
      return inner;
    });
    return [host([], "f64", [outer]), host([3], "f64", stack)];
  },
};

const mismatch = (step: (c: S.Tensor) => S.Tensor) => () =>
  S.scan(
    (c: { state: S.Tensor }, _: S.Tensor) => [{ state: step(c.state) }, null] as const,
    { state: S.zeros([2]) },
    S.zeros([3]),
  );

const scanRow = row("scan", {
  tolerance: many,
  samples: [
    scanSample([4], "f32"),
    scanSample([3, 5], "f32"),
    scanSample([3, 5], "f32", { reverse: true }),
    scanSample([2, 3, 4], "f64"),
    scanSample([1, 7], "f64", { reverse: true }),
    scanSample([0, 3], "f32"),
    scanSample([3, 0], "f32"),
    scanSample([4, 3], "i32", { domain: [-3, 3] }),
    scanSample([4, 3], "u8", { domain: [0, 3] }),
    recurrent,
    places,
    nested,
  ],
  errors: [
    {
      label: "lengths that differ",
      call: () => S.scan((c: S.Tensor) => [c, null] as const, S.zeros([]), [S.zeros([3]), { a: S.zeros([4, 2]) }]),
      error: S.ShapeError,
      message: /scan: the first axes differ in length: xs\[0\] is \[3\], xs\[1\]\.a is \[4, 2\]/,
    },
    {
      label: "a length that differs",
      call: () => S.scan((c: S.Tensor) => [c, null] as const, S.zeros([]), S.zeros([3]), { length: 4 }),
      error: S.ShapeError,
      message: /length is 4, xs is \[3\]/,
    },
    {
      label: "no length",
      call: () => S.scan((c: S.Tensor) => [c, null] as const, S.zeros([]), null),
      error: S.ArgumentError,
      message: /Say how many steps/,
    },
    {
      label: "a carry of another shape",
      call: mismatch((c) => c.sum()),
      error: S.ShapeError,
      message: /scan: carry\.state f32\[2\] becomes f32\[\] in a step/,
    },
    {
      label: "a carry of another dtype",
      call: mismatch((c) => c.astype("i32")),
      error: S.DtypeError,
      message: /carry\.state f32\[2\] becomes i32\[2\].*astype\("f32"\)/,
    },
    {
      label: "a carry of another structure",
      call: () => S.scan((c: unknown) => [[c, c], null] as never, S.zeros([]), S.zeros([3])),
      error: S.ArgumentError,
      message: /structure \* and the function gives \[\*,\*\]/,
    },
    {
      label: "no pair",
      call: () => S.scan((c: S.Tensor) => c as never, S.zeros([]), S.zeros([3])),
      error: S.ArgumentError,
      message: /has to give \[carry, result\]/,
    },
    {
      label: "a scalar to step along",
      call: () => S.scan((c: S.Tensor) => [c, null] as const, S.zeros([]), { x: S.zeros([]) }),
      error: S.ShapeError,
      message: /xs\.x is a scalar/,
    },
  ],
});

/** Doubles until the sum of absolute values is large. */
const whileSample = (shape: readonly number[], dtype: "f32" | "f64" | "i32"): Sample => ({
  label: `${dtype}[${shape}]`,
  inputs: [draw(`while${shape}${dtype}`, shape, dtype, [1, 3]), host([], dtype, [40])],
  call: (x, limit = x) => {
    const last = S.whileLoop(
      ({ value }) => value.abs().sum().less(limit),
      ({ value, count }) => ({ value: value.multiply(2), count: count.add(1) }),
      { value: x, count: S.tensor(0, { dtype: "i32" }) },
    );
    return [last.value, last.count];
  },
  expected: (x, limit = x) => {
    let [data, count] = [x.data, 0];
    while (data.reduce((sum, value) => sum + Math.abs(value), 0) < (limit.data[0] ?? 0)) {
      data = data.map((value) => 2 * value);
      count++;
    }
    return [host(x.shape, x.dtype, data), host([], "i32", [count])];
  },
});

const whileRow = row("whileLoop", {
  derivative: "none",
  samples: [whileSample([], "f32"), whileSample([1], "f32"), whileSample([5], "f64"), whileSample([2, 3], "i32")],
  errors: [
    {
      label: "a condition that is no bool",
      call: () =>
        S.whileLoop(
          (x) => x,
          (x) => x,
          S.zeros([]),
        ),
      error: S.DtypeError,
      message: /the condition is f32; it has to be bool/,
    },
    {
      label: "a condition of several bools",
      call: () =>
        S.whileLoop(
          (x) => x.less(1),
          (x) => x,
          S.zeros([2]),
        ),
      error: S.ShapeError,
      message: /the condition has shape \[2\]/,
    },
    {
      label: "a carry of another shape",
      call: () =>
        S.whileLoop(
          (x) => x.less(1).all(),
          (x) => x.sum(),
          S.zeros([2]),
        ),
      error: S.ShapeError,
      message: /whileLoop: carry f32\[2\] becomes f32\[\]/,
    },
    {
      label: "a derivative in reverse mode",
      call: () =>
        S.grad((x: S.Tensor) =>
          S.whileLoop(
            (c) => c.less(9),
            (c) => c.multiply(2),
            x,
          ),
        )(S.tensor(1)),
      error: S.UnsupportedError,
      message: /whileLoop has no derivative in reverse mode.*scan/,
    },
  ],
});

const condSample = (shape: readonly number[], dtype: S.Dtype): Sample => ({
  label: `${dtype}[${shape}]`,
  inputs: [
    draw(`condP${shape}${dtype}`, [], "bool"),
    draw(`condX${shape}${dtype}`, shape, dtype, [1, 3]),
    draw(`condY${shape}${dtype}`, shape, dtype, [1, 3]),
  ],
  call: (predicate, x = predicate, y = x) =>
    S.cond(
      predicate,
      (a: S.Tensor, b: S.Tensor) => [a.multiply(b), a.add(y)],
      (a: S.Tensor, b: S.Tensor) => [a.add(b), b],
      x,
      y,
    ),
  expected: (predicate, x = predicate, y = x) => {
    const each = (f: (a: number, b: number) => number) =>
      host(
        shape,
        x.dtype,
        x.data.map((value, index) => f(value, y.data[index] ?? NaN)),
      );
    return predicate.data[0] === 1 ? [each((a, b) => a * b), each((a, b) => a + b)] : [each((a, b) => a + b), y];
  },
});

const condRow = row("cond", {
  samples: [
    condSample([], "f32"),
    condSample([7], "f32"),
    condSample([2, 3], "f64"),
    condSample([3], "f64"),
    condSample([0], "f32"),
    condSample([4], "i32"),
  ],
  errors: [
    {
      label: "a predicate that is no bool",
      call: () =>
        S.cond(
          S.zeros([]),
          (x: S.Tensor) => x,
          (x: S.Tensor) => x,
          S.zeros([]),
        ),
      error: S.DtypeError,
      message: /the predicate is f32/,
    },
    {
      label: "results of two shapes",
      call: () =>
        S.cond(
          S.tensor(true),
          (x: S.Tensor) => [x],
          (x: S.Tensor) => [x.sum()],
          S.zeros([3]),
        ),
      error: S.ShapeError,
      message: /result \[0\] is f32\[3\] when true and f32\[\] when false/,
    },
    {
      label: "results of two dtypes",
      call: () =>
        S.cond(
          S.tensor(true),
          (x: S.Tensor) => x,
          (x: S.Tensor) => x.astype("i32"),
          S.zeros([3]),
        ),
      error: S.DtypeError,
      message: /the result is f32\[3\] when true and i32\[3\] when false/,
    },
  ],
});

export const rows: readonly OpRow[] = [scanRow, whileRow, condRow];
