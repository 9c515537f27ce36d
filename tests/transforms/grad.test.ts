/** grad, valueAndGrad, vjp, jvp, gradientsOf: trees, nesting, what is not differentiated, and what errors say. */
import { describe, expect, it } from "vitest";
import { topologicalOrder } from "../../src/graph/traverse.ts";
import {
  compile,
  grad,
  gradientsOf,
  inLayer,
  jvp,
  Parameter,
  stopGradient,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
} from "../../src/index.ts";

const v = (...values: number[]) => tensor(values);

describe("grad", () => {
  it("takes trees and gives trees", async () => {
    const f = ({ w, b }: { w: Tensor; b: readonly Tensor[] }, x: Tensor) =>
      b.reduce((sum, each) => sum.add(each), w.multiply(x)).sum();
    const gradient = grad(f)({ w: v(1, 2), b: [v(0), v(0, 0)] }, v(3, 4));
    expect(await gradient.w.toArray()).toEqual([3, 4]);
    expect(await Promise.all(gradient.b.map((each) => each.toArray()))).toEqual([[2], [1, 1]]);
  });

  it("tells apart what was computed by the same operation and has been read since", async () => {
    const [a, b] = [v(1, 2).multiply(3), v(10, 20).multiply(3)];
    await a.data();
    await b.data();
    const f = (a: Tensor, b: Tensor) => a.square().multiply(b).sum();
    const [byA, byB] = grad(f, { argument: [0, 1] })(a, b);
    expect(await byA.toArray()).toEqual([180, 720]);
    expect(await byB.toArray()).toEqual([9, 36]);
  });

  it("takes one argument, another, or several", async () => {
    const f = (a: Tensor, b: Tensor) => a.multiply(b).sum();
    expect(await grad(f, { argument: 1 })(v(1, 2), v(3, 4)).toArray()).toEqual([1, 2]);
    const [a, b] = grad(f, { argument: [0, 1] })(v(1, 2), v(3, 4));
    expect([await a.toArray(), await b.toArray()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });

  it("does not differentiate captured uses of the same tensor", async () => {
    const x = v(3);
    expect(await grad((y: Tensor) => y.multiply(x).sum())(x).toArray()).toEqual([3]);
  });

  it("does not confuse an inner derivative with an outer one", async () => {
    // d/dx (x · d/dy (x + y)) = 1: the well-known case of perturbation confusion
    const f = (x: Tensor) => x.multiply(grad((y: Tensor) => x.add(y).sum())(v(1))).sum();
    expect(await grad(f)(v(5)).toArray()).toEqual([1]);
    const forward = (x: Tensor) => x.multiply(jvp((y: Tensor) => x.add(y), [v(1)], [v(1)])[1]);
    expect(await jvp(forward, [v(5)], [v(1)])[1].toArray()).toEqual([1]);
  });

  it("gives zeros where nothing depends on the argument", async () => {
    expect(await grad((x: Tensor) => v(1, 2).sum().add(x.floor().sum()))(v(1.5)).toArray()).toEqual([0]);
  });

  it("stops at stopGradient", async () => {
    expect(await grad((x: Tensor) => x.multiply(stopGradient(x)).sum())(v(3)).toArray()).toEqual([3]);
  });

  it("works after the value was read inside the function", async () => {
    const f = (x: Tensor) => {
      const y = x.square();
      y.dataSync();
      return y.sum();
    };
    expect(await grad(f)(v(3)).toArray()).toEqual([6]);
  });

  it("walks twenty thousand operations without recursion", async () => {
    const f = (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 20_000; i++) y = y.negative();
      return y.sum();
    };
    const gradient = grad(f)(v(1));
    expect(topologicalOrder([gradient.node]).length).toBeGreaterThan(20_000);
  });

  it("marks derivatives with the line and the layer that they derive", () => {
    const gradient = grad((x: Tensor) => inLayer("encoder", () => x.exp()).sum())(v(1));
    const derived = topologicalOrder([gradient.node]).filter(
      ({ layer, primitive }) => layer === "encoder" && primitive === "multiply",
    );
    expect(derived.length).toBe(1);
    expect(derived[0]?.origin.line).toContain("grad.test.ts");
  });

  it("explains what cannot be differentiated", () => {
    expect(() => grad((x: Tensor) => x.square())(v(1, 2))).toThrow(/shape \[2\].*mean\(\) or sum\(\).*grad\.test\.ts/s);
    expect(() => grad((x: Tensor) => x.argmax())(v(1, 2))).toThrow(/gave i32; only floating-point/);
    expect(() => grad((x: Tensor) => x.sum())(tensor([1], { dtype: "i32" }))).toThrow(
      /argument 0 is i32.*astype\("f32"\)/s,
    );
    expect(() => grad((x: Tensor) => x.sum(), { argument: 1 })(v(1))).toThrow(/no argument 1/);
    expect(() => grad((x: number) => v(x).sum())(3)).toThrow(/holds no tensor/);
    // @ts-expect-error: JavaScript may do this
    expect(() => grad((x: Tensor) => x.size)(v(1))).toThrow(/gave 1, not a tensor/);
  });
});

describe("at corners", () => {
  const slopeAt = async (f: (x: Tensor) => Tensor, ...at: number[]) =>
    grad((x: Tensor) => f(x).sum())(v(...at)).toArray();

  it("follows PyTorch", async () => {
    expect(await slopeAt((x) => x.abs(), 0)).toEqual([0]);
    expect(await slopeAt((x) => x.relu(), 0, -1, 1)).toEqual([0, 0, 1]);
    expect(await slopeAt((x) => x.maximum(1), 1, 0, 2)).toEqual([0.5, 0, 1]);
    expect(await slopeAt((x) => x.max(), 3, 1, 3)).toEqual([0.5, 0, 0.5]);
    expect(await slopeAt((x) => x.clip(0, 1), 0, 1, -1, 2)).toEqual([1, 1, 0, 0]);
    expect(await slopeAt((x) => x.norm(), 0, 0)).toEqual([0, 0]);
    expect(await slopeAt((x) => x.elu(), 0)).toEqual([1]);
    expect(await slopeAt((x) => x.pow(2.5), 0)).toEqual([0]);
    expect(await slopeAt((x) => x.pow(0), 0)).toEqual([0]);
    expect(await slopeAt((x) => x.round(), 0.5)).toEqual([0]);
  });

  it("stays finite far out", async () => {
    const far = [1e4, -1e4, 1e30, -1e30, Infinity, -Infinity];
    for (const f of [
      (x: Tensor) => x.gelu(),
      (x: Tensor) => x.gelu({ approximate: "tanh" }),
      (x: Tensor) => x.silu(),
      (x: Tensor) => x.softplus(),
      (x: Tensor) => x.sigmoid(),
      (x: Tensor) => x.tanh(),
      (x: Tensor) => x.elu(),
    ]) {
      for (const value of (await slopeAt(f, ...far)) as number[]) expect(Number.isFinite(value)).toBe(true);
    }
    expect(await slopeAt((x) => x.softmax(), 1000, -1000)).toEqual([0, 0]);
    expect(await slopeAt((x) => x.logsumexp(), -Infinity, -Infinity)).toEqual([0, 0]);
  });

  it("does not let what was not chosen through", async () => {
    expect(await slopeAt((x) => x.greater(0).where(x.log(), 0), 0, 2)).toEqual([NaN, 0.5]);
    expect(await slopeAt((x) => x.greater(0).where(x.greater(0).where(x, 1).log(), 0), 0, 2)).toEqual([0, 0.5]);
  });
});

describe("valueAndGrad, vjp, jvp", () => {
  it("share one computation", async () => {
    let calls = 0;
    const [value, gradient] = valueAndGrad((x: Tensor) => {
      calls++;
      return x.square().sum();
    })(v(1, 2));
    expect([await value.item(), await gradient.toArray(), calls]).toEqual([5, [2, 4], 1]);
  });

  it("pull back after the value has been read, and twice", async () => {
    const [y, pullBack] = vjp((x: Tensor) => x.exp().multiply(x), v(0, 1));
    await y.data();
    expect(await pullBack(v(1, 0))[0].toArray()).toEqual([1, 0]);
    expect(await pullBack(v(2, 0))[0].toArray()).toEqual([2, 0]);
  });

  it("take trees, and check their structure and shapes", () => {
    const f = ({ a }: { a: Tensor }) => [a, a.square()];
    expect(jvp(f, [{ a: v(1) }], [{ a: v(1) }])[1].length).toBe(2);
    const [, pullBack] = vjp(f, { a: v(1, 2) });
    expect(() => pullBack([v(1, 2)])).toThrow(/\[\*,\*\] was expected and \[\*\] was given/);
    expect(() => pullBack([v(1, 2), v(1)])).toThrow(/cotangent of shape \[1\] was given for a tensor of shape \[2\]/);
    expect(() => jvp(f, [{ a: v(1, 2) }], [{ a: v(1) }])).toThrow(/tangent of shape \[1\]/);
  });
});

describe("gradientsOf", () => {
  it("differentiates with respect to tensors on the way", async () => {
    const x = v(1, 2);
    const y = x.square();
    const [dx, dy, other] = gradientsOf(y.multiply(3).sum(), [x, y, v(0)]);
    expect([await dx?.toArray(), await dy?.toArray(), await other?.toArray()]).toEqual([[6, 12], [3, 3], [0]]);
  });

  it("says so where the way was forgotten", async () => {
    const x = v(1, 2);
    const y = x.square();
    await y.data();
    expect(() => gradientsOf(y.sum(), [x])).toThrow(/Take the gradient before reading, or use grad\(f\)/);
  });

  it("works inside compiled functions, with parameters", async () => {
    const weight = new Parameter([1, 2]);
    const step = compile((x: Tensor) => {
      const w = weight.value;
      const [slope] = gradientsOf(w.multiply(x).square().sum(), [w]);
      return slope ?? x;
    });
    expect(await step(v(3, 4)).toArray()).toEqual([18, 64]);
  });

  it("follows half of a computation into f64 and back", async () => {
    const x = v(2);
    const [slope] = gradientsOf(x.astype("f64").square().astype("f32").sum(), [x]);
    expect([slope?.dtype, await slope?.toArray()]).toEqual(["f32", [4]]);
  });
});
