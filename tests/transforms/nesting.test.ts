/**
 * Transforms inside transforms, in every order, of one function in four dresses: as it is, checkpointed, with a reverse
 * rule and with a forward rule. The plain one is held against differences, the others against it.
 */
import { describe, expect, it } from "vitest";
import {
  checkpoint,
  compile,
  customJvp,
  customVjp,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
} from "../../src/index.ts";

interface Parts {
  readonly p: Tensor;
  readonly q: Tensor;
}

/** Two results of two arguments. */
const plain = (x: Tensor, w: Tensor): Parts => ({ p: x.multiply(w).sin(), q: x.square().multiply(w) });

const dresses = {
  plain,
  checkpoint: checkpoint(plain),
  customVjp: customVjp(plain, {
    forward: (x, w) => [plain(x, w), { x, w }],
    backward: ({ x, w }, { p, q }) => {
      const slope = x.multiply(w).cos().multiply(p);
      return [
        slope.multiply(w).add(x.multiply(w).multiply(q).multiply(2)),
        slope.multiply(x).add(x.square().multiply(q)),
      ];
    },
  }),
  customJvp: customJvp(plain, ([x, w], [dx, dw]) => ({
    p: x
      .multiply(w)
      .cos()
      .multiply(dx.multiply(w).add(dw.multiply(x))),
    q: x.multiply(w).multiply(dx).multiply(2).add(x.square().multiply(dw)),
  })),
} satisfies Readonly<Record<string, (x: Tensor, w: Tensor) => Parts>>;

const f64 = (values: number[], shape = [values.length]) => tensor(values, { shape, dtype: "f64" });
const x = f64([0.3, -1.2, 0.7]);
const w = f64([1.1, 0.4, -0.9]);
const v = f64([0.5, -0.25, 2]);
const batch = f64([0.3, -1.2, 0.7, 1.4, 0.1, -0.6], [2, 3]);
const directions = f64([1, 0.5, -1, 0.25, 2, 0.75], [2, 3]);

/** One number of both results, nonlinear in them, so that cotangents depend on values. */
const lossOf = (inner: typeof plain) => (x: Tensor, w: Tensor) => {
  const { p, q } = inner(x.add(w), w.sin());
  return p.multiply(q).sum().add(q.exp().mean());
};

const numbers = async (value: Tensor | readonly Tensor[]): Promise<number[]> =>
  (await Promise.all([value].flat().map((each) => each.data()))).flatMap((data) => [...data]);

/** Every way to nest, as a function of the loss. */
const nestings: Readonly<Record<string, (f: (x: Tensor, w: Tensor) => Tensor) => Tensor | readonly Tensor[]>> = {
  value: (f) => f(x, w),
  grad: (f) => grad(f, { argument: [0, 1] })(x, w),
  "grad, compiled": (f) => compile(grad(f, { argument: [0, 1] }))(x, w),
  jvp: (f) => jvp(f, [x, w], [v, v]),
  "grad of grad": (f) => grad((y: Tensor) => grad(f)(y, w).multiply(v).sum())(x),
  "grad of grad of grad": (f) =>
    grad((z: Tensor) =>
      grad((y: Tensor) => grad(f)(y, w).multiply(v).sum())(z)
        .multiply(v)
        .sum(),
    )(x),
  "jvp of grad": (f) => jvp((y: Tensor) => grad(f)(y, w), [x], [v])[1],
  "jvp of valueAndGrad": (f) => jvp((y: Tensor) => valueAndGrad(f)(y, w), [x], [v])[1],
  "grad of jvp": (f) => grad((y: Tensor) => jvp(f, [y, w], [v, v])[1])(x),
  "jvp of jvp": (f) => jvp((y: Tensor) => jvp(f, [y, w], [v, v])[1], [x], [v])[1],
  "vjp of vjp": (f) => {
    const [, pullBack] = vjp((y: Tensor) => vjp(f, y, w)[1](f(y, w)), x);
    return pullBack([v, w]);
  },
  hvp: (f) => hvp(f)(x, w, v),
  "hvp of the second argument, compiled": (f) => compile(hvp(f, { argument: 1 }))(x, w, v),
  hessian: (f) => hessian(f)(x, w),
  "hessian by both arguments": (f) => hessian(f, { argument: [0, 1] })(x, w).flat(),
  "jacobian, reverse over forward": (f) =>
    jacobian((y: Tensor) => jvp(f, [y, w], [v, v])[1].multiply(y), { mode: "reverse" })(x),
  "vmap of grad": (f) => vmap(grad(f), { inAxes: [0, null] })(batch, w),
  "vmap of grad by what is shared": (f) => vmap(grad(f, { argument: 1 }), { inAxes: [0, null] })(batch, w),
  "grad of vmap": (f) =>
    grad((y: Tensor) =>
      vmap(f, { inAxes: [0, null] })(y, w)
        .square()
        .sum(),
    )(batch),
  "grad of vmap by what is shared": (f) =>
    grad((u: Tensor) =>
      vmap(f, { inAxes: [0, null] })(batch, u)
        .square()
        .sum(),
    )(w),
  "jvp of vmap": (f) => jvp((y: Tensor) => vmap(f, { inAxes: [0, null] })(y, w), [batch], [directions])[1],
  "vmap of jvp": (f) => vmap((y: Tensor, d: Tensor) => jvp(f, [y, w], [d, v])[1])(batch, directions),
  "vmap of hvp": (f) => vmap((y: Tensor, d: Tensor) => hvp(f)(y, w, d))(batch, directions),
  "vmap of vmap of grad": (f) =>
    vmap((u: Tensor) => vmap((y: Tensor) => grad(f)(y, u))(batch), { inAxes: 1, outAxes: -1 })(batch.matrixTranspose()),
  "grad of vmap of grad, compiled": (f) =>
    compile(
      grad((y: Tensor) =>
        vmap(grad(f), { inAxes: [0, null] })(y, w)
          .square()
          .sum(),
      ),
    )(batch),
  "hessian of a sum over vmap": (f) => hessian((y: Tensor) => vmap(f, { inAxes: [0, null] })(y, w).prod())(batch),
};

describe.each(Object.entries(nestings))("%s", (_name, nesting) => {
  it.each(Object.entries(dresses))("of the function as %s", async (name, inner) => {
    const expected = await numbers(nesting(lossOf(plain)));
    const actual = await numbers(nesting(lossOf(inner)));
    expect(actual.length).toBe(expected.length);
    expect(expected.every(Number.isFinite)).toBe(true);
    actual.forEach((value, index) => {
      const wanted = expected[index] ?? NaN;
      expect(Math.abs(value - wanted), `${name} ${index}: ${value}, not ${wanted}`).toBeLessThan(
        1e-12 * Math.max(1, Math.abs(wanted)),
      );
    });
  });
});

describe("the plain function", () => {
  const loss = lossOf(plain);
  const moved = (by: number) => x.add(v.multiply(by));
  const h = 1e-5;
  const closeTo = (actual: readonly number[], expected: readonly number[], digits: number) =>
    actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, digits));
  const differenceOf = async (f: (x: Tensor) => Tensor | readonly Tensor[]) => {
    const [above, below] = [await numbers(f(moved(h))), await numbers(f(moved(-h)))];
    return above.map((value, index) => (value - (below[index] ?? NaN)) / (2 * h));
  };

  it("has the derivatives that differences have, up to the third", async () => {
    closeTo(await numbers(jvp((y: Tensor) => loss(y, w), [x], [v])[1]), await differenceOf((y) => loss(y, w)), 8);
    closeTo(await numbers(hvp(loss)(x, w, v)), await differenceOf((y) => grad(loss)(y, w)), 8);
    const third = jvp((y: Tensor) => hvp(loss)(y, w, v), [x], [v])[1];
    closeTo(await numbers(third), await differenceOf((y) => hvp(loss)(y, w, v)), 7);
  });

  it("has one hessian, whichever way it is taken", async () => {
    const matrix = hessian(loss)(x, w);
    closeTo(await numbers(hvp(loss)(x, w, v)), await numbers(matrix.matmul(v)), 12);
    for (const mode of ["forward", "reverse"] as const)
      closeTo(await numbers(jacobian(grad(loss), { mode })(x, w)), await numbers(matrix), 12);
  });
});
