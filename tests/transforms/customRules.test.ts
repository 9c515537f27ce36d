/** customVjp and customJvp: that the rule is used, both ways, and what errors say. `nesting.test.ts` nests them. */
import { describe, expect, it } from "vitest";
import { compile, customJvp, customVjp, grad, jvp, type Tensor, tensor, vjp, vmap } from "../../src/index.ts";
import { UnsupportedError } from "../../src/support/errors.ts";

const v = (...values: number[]) => tensor(values);

/** The value itself; derivatives are clipped to ±1, which is not linear. */
const clipped = customVjp((x: Tensor) => x.add(0), {
  forward: (x) => [x, null],
  backward: (_, cotangent) => [cotangent.clip(-1, 1)],
});
const reversed = customVjp((x: Tensor) => x.add(0), {
  forward: (x) => [x, null],
  backward: (_, cotangent) => [cotangent.multiply(-3)],
});

describe("customVjp", () => {
  it("replaces the derivative, in reverse and, transposed, forward", async () => {
    expect(await grad((x: Tensor) => reversed(x).square().sum())(v(1, 2)).toArray()).toEqual([-6, -12]);
    expect(await jvp(reversed, [v(1, 2)], [v(1, 10)])[1].toArray()).toEqual([-3, -30]);
  });

  it("may be no derivative at all where only reverse mode is asked for", async () => {
    const slope = grad((x: Tensor) => clipped(x).multiply(v(5, 0.5)).sum());
    expect(await slope(v(1, 2)).toArray()).toEqual([1, 0.5]);
    expect(await compile(slope)(v(1, 2)).toArray()).toEqual([1, 0.5]);
    expect(await vmap(grad((x: Tensor) => clipped(x).multiply(5).sum()))(v(1, 2)).toArray()).toEqual([1, 1]);
    expect(() => jvp(clipped, [v(1)], [v(1)])).toThrow(UnsupportedError);
    expect(() => jvp(clipped, [v(1)], [v(1)])).toThrow(/customVjp: backward is not linear in the cotangent/);
  });

  it("is asked once for all results, with zeros for those that nobody uses", async () => {
    let asked = 0;
    const both = customVjp((x: Tensor) => [x.multiply(2), x.multiply(3)] as const, {
      forward: (x) => [[x.multiply(2), x.multiply(3)] as const, null],
      backward: (_, [a, b]) => {
        asked++;
        return [a.multiply(2).add(b.multiply(3))];
      },
    });
    const slope = grad((x: Tensor) => {
      const [a, b] = both(x);
      return a.multiply(b).sum();
    });
    expect(await slope(v(1)).toArray()).toEqual([12]);
    expect(await grad((x: Tensor) => both(x)[1].sum())(v(1)).toArray()).toEqual([3]);
    expect(asked).toBe(2);
  });

  it("takes trees, arguments that are no tensors, integers, and the same tensor twice", async () => {
    const pick = customVjp(
      ({ table }: { table: Tensor }, at: Tensor, scale: number) => table.take(at).multiply(scale),
      {
        forward: ({ table }, at, scale) => [table.take(at).multiply(scale), { table, scale }],
        backward: ({ table, scale }, cotangent) => [
          { table: table.multiply(0).add(cotangent.sum().multiply(scale)) },
          null,
          null,
        ],
      },
    );
    const at = tensor([1, 0], { dtype: "i32" });
    const slope = grad((table: Tensor) => pick({ table }, at, 10).sum());
    expect(await slope(v(1, 2, 3)).toArray()).toEqual([20, 20, 20]);
    const product = customVjp((a: Tensor, b: Tensor) => a.multiply(b), {
      forward: (a, b) => [a.multiply(b), [a, b] as const],
      backward: ([a, b], c) => [b.multiply(c), a.multiply(c)],
    });
    expect(await grad((x: Tensor) => product(x, x).sum())(v(3)).toArray()).toEqual([6]);
  });

  it("explains what does not fit", () => {
    const wrong = (backward: (cotangent: Tensor) => unknown) =>
      grad((x: Tensor) =>
        customVjp((y: Tensor) => y.square(), {
          forward: (y: Tensor) => [y.square(), null] as const,
          // @ts-expect-error: JavaScript may do this
          backward: (_, cotangent: Tensor) => backward(cotangent),
        })(x).sum(),
      );
    expect(() => wrong(() => [])(v(1, 2))).toThrow(/backward gave 0 derivatives for 1 arguments/);
    expect(() => wrong((c) => [c.sum()])(v(1, 2))).toThrow(/derivative of argument 0 of shape \[\].*shape \[2\]/);
    expect(() => wrong((c) => [c.astype("f64")])(v(1, 2))).toThrow(/derivative of argument 0 of f64/);
    expect(() => wrong((c) => [[c]])(v(1, 2))).toThrow(/tree of structure \* was expected and \[\*\] was given/);
  });
});

describe("customJvp", () => {
  it("replaces the derivative, forward and, transposed, in reverse", async () => {
    const f = customJvp(
      (x: Tensor) => x.square(),
      (_, [dx]) => dx.multiply(7),
    );
    expect(await jvp(f, [v(1, 2)], [v(1, 10)])[1].toArray()).toEqual([7, 70]);
    const [y, pullBack] = vjp(f, v(1, 2));
    expect(await y.toArray()).toEqual([1, 4]);
    expect(await pullBack(v(1, 10))[0].toArray()).toEqual([7, 70]);
  });

  it("gives integers no derivative, and both of two equal arguments theirs", async () => {
    const scaled = customJvp(
      (a: Tensor, n: Tensor, b: Tensor) => a.multiply(n.astype("f32")).multiply(b),
      ([a, n, b], [da, , db]) => da.multiply(b).add(db.multiply(a)).multiply(n.astype("f32")),
    );
    const n = tensor([2], { dtype: "i32" });
    expect(await grad((x: Tensor) => scaled(x, n, x).sum())(v(3)).toArray()).toEqual([12]);
    expect(await vmap(grad((x: Tensor) => scaled(x, n, x).sum()))(tensor([[3], [5]])).toArray()).toEqual([[12], [20]]);
  });

  it("explains what does not fit, and what is not linear", () => {
    const f = customJvp(
      (x: Tensor) => x.square(),
      (_, [dx]) => dx.square(),
    );
    expect(() => grad((x: Tensor) => f(x).sum())(v(1))).toThrow(UnsupportedError);
    expect(() => grad((x: Tensor) => f(x).sum())(v(1))).toThrow(/customJvp: the change is not linear/);
    const wrong = customJvp(
      (x: Tensor) => x.square(),
      (_, [dx]) => dx.sum(),
    );
    expect(() => jvp(wrong, [v(1, 2)], [v(1, 2)])).toThrow(/change of shape \[\].*shape \[2\]/);
  });
});
