/**
 * The whole idea, one test a thought, in reading order: from a tensor to a training step. Read this first; each test
 * names the folder where the thought lives.
 */
import { describe, expect, it } from "vitest";
import {
  compile,
  grad,
  hessian,
  jvp,
  Parameter,
  printGraph,
  random,
  seed,
  type Tensor,
  tensor,
  valueAndGrad,
  vmap,
} from "../src/index.ts";

const x = tensor([
  [1, 2],
  [3, 4],
]);

describe("a tensor", () => {
  it("is numbers with a shape and a dtype", () => {
    expect([x.shape, x.dtype, x.rank, x.size]).toEqual([[2, 2], "f32", 2, 4]);
  });

  it("names a node of a graph: operations compute nothing (graph/)", () => {
    expect(printGraph([x.multiply(2).sum().node])).toBe(
      [
        "%0 = source : f32[2, 2]",
        "%1 = constant value=2 : f32[]",
        "%2 = reshape %1 : f32[1, 1]",
        "%3 = broadcast %2 : f32[2, 2]",
        "%4 = multiply %0 %3 : f32[2, 2]",
        "%5 = sum %4 axes=[0,1] : f32[]",
        "return %5",
      ].join("\n"),
    );
  });

  it("is computed when it is read (runtime/)", async () => {
    expect(await x.multiply(2).sum().item()).toBe(20);
    expect(await x.matmul(x).toArray()).toEqual([
      [7, 10],
      [15, 22],
    ]);
  });

  it("broadcasts and promotes as the array API standard has it (tensor/)", async () => {
    expect(await x.add(tensor([10, 20])).toArray()).toEqual([
      [11, 22],
      [13, 24],
    ]);
    expect(tensor([1, 2], { dtype: "i32" }).add(0.5).dtype).toBe("f32");
  });

  it("says what is wrong, where it was made, and what to do", () => {
    const wide = tensor([[1, 2, 3]]);
    expect(() => x.matmul(wide)).toThrow(
      /shapes \[2, 2\] and \[1, 3\].*axis 1 of the left \(size 2\) and axis 0 of the right \(size 1\).*tiny\.test\.ts/s,
    );
  });
});

describe("a derivative", () => {
  it("is a function made of a function (transforms/)", async () => {
    const slope = grad((a: Tensor) => a.pow(3).sum());
    expect(await slope(tensor([1, 2])).toArray()).toEqual([3, 12]);
  });

  it("is a graph again, and can be differentiated again", async () => {
    const curvature = hessian((a: Tensor) => a.prod());
    expect(await curvature(tensor([2, 3])).toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it("of the linear function is a linear function: only the names change places", () => {
    const w = tensor([[1, 2, 3]]);
    const text = printGraph([grad((a: Tensor) => a.matmul(w).sum())(tensor([[1], [2]])).node]);
    expect(text).toContain("contract");
    expect(text.match(/left=\[0,1\] right=\[2,1\] output=\[0,2\]/)).not.toBeNull();
  });

  it("goes forward as well as backward", async () => {
    const [, change] = jvp((a: Tensor) => a.square(), [tensor([1, 2])], [tensor([1, 10])]);
    expect(await change.toArray()).toEqual([2, 40]);
  });

  it("is taken of every example of a batch by vmap", async () => {
    const slopes = vmap(grad((a: Tensor) => a.square().sum()));
    expect(await slopes(x).toArray()).toEqual([
      [2, 4],
      [6, 8],
    ]);
  });
});

describe("a step", () => {
  it("is a function that becomes one launch (compile/)", async () => {
    const twice = compile((a: Tensor) => a.add(a));
    expect(await twice(x).toArray()).toEqual([
      [2, 4],
      [6, 8],
    ]);
  });

  it("draws new random numbers at each run, the same that eager code would draw", async () => {
    const step = compile(() => random.uniform([2]));
    seed(7);
    const compiled = [await step().toArray(), await step().toArray()];
    seed(7);
    expect([await random.uniform([2]).toArray(), await random.uniform([2]).toArray()]).toEqual(compiled);
  });

  it("learns: a line through three points, by gradient descent on parameters", async () => {
    const points = tensor([[0], [1], [2]]);
    const heights = tensor([[1], [3], [5]]);
    const [slope, offset] = [new Parameter([[0]]), new Parameter([0])];
    const loss = (w: Tensor, b: Tensor) => points.matmul(w).add(b).subtract(heights).square().mean();
    const step = compile(() => {
      const [value, [dw, db]] = valueAndGrad(loss, { argument: [0, 1] })(slope.value, offset.value);
      slope.assign(slope.value.subtract(dw.multiply(0.2)));
      offset.assign(offset.value.subtract(db.multiply(0.2)));
      return value;
    });
    for (let i = 0; i < 200; i++) step();
    expect(await step().item()).toBeLessThan(1e-6);
    expect(await slope.value.item()).toBeCloseTo(2, 2);
    expect(await offset.value.item()).toBeCloseTo(1, 2);
  });
});
