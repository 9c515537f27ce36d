/** vmap, jacobian, hessian: axes, trees, nesting with derivatives, and what errors say. */
import { describe, expect, it } from "vitest";
import {
  compile,
  grad,
  hessian,
  jacobian,
  matmul,
  ones,
  printGraph,
  scatterAdd,
  stack,
  type Tensor,
  take,
  tensor,
  vmap,
  zeros,
} from "../../src/index.ts";

type Three = [Tensor, Tensor, Tensor];

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("vmap", () => {
  it("maps over any axis, and puts the batch where it is wanted", async () => {
    const double = (row: Tensor) => row.multiply(2);
    expect(vmap(double, { inAxes: 1 })(x).shape).toEqual([3, 2]);
    expect(await vmap(double, { inAxes: -1, outAxes: -1 })(x).toArray()).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
  });

  it("leaves arguments alone that have null for an axis", async () => {
    const f = (row: Tensor, weight: Tensor) => row.multiply(weight).sum();
    expect(await vmap(f, { inAxes: [0, null] })(x, tensor([1, 0, 1])).toArray()).toEqual([4, 10]);
  });

  it("takes and gives trees, repeats results that depend on no argument, and keeps what is no tensor", async () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }) => ({ sum: a.add(b), one: ones([2]), name: "x" });
    const result = vmap(f)({ a: x, b: x });
    expect([result.sum.shape, result.one.shape, result.name]).toEqual([[2, 3], [2, 2], "x"]);
    expect(await result.one.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it("batches indexed reads and writes whichever of their inputs are batched", async () => {
    const table = tensor([1, 2, 3, 4, 5, 6], { shape: [3, 2] });
    const tables = stack([table, table.multiply(10)]);
    const indices = tensor([2, 0, 2, 1, -1, 7, 0, 0], { shape: [2, 4], dtype: "i32" });
    const updates = ones([2, 4, 2]).add(tensor([[[0]], [[1]]]));
    const inputs = [tables, indices, updates];
    const read = (x: Tensor, at: Tensor, _: Tensor, axis: number) =>
      take(axis === 0 ? x : x.matrixTranspose(), at, { axis });
    const write = (x: Tensor, at: Tensor, by: Tensor, axis: number) =>
      axis === 0 ? scatterAdd(x, at, by) : scatterAdd(x.matrixTranspose(), at, by.matrixTranspose(), { axis });
    for (const f of [read, write]) {
      for (const axis of [0, 1]) {
        for (let which = 1; which < 8; which++) {
          const inAxes = inputs.map((_, input) => ((which >> input) % 2 === 1 ? 0 : null));
          const given = inputs.map((each, input) => (inAxes[input] === 0 ? each : each.slice(0)));
          const call = (x: Tensor, at: Tensor, by: Tensor) => f(x, at, by, axis);
          const loop = [0, 1].map((entry) =>
            call(...(given.map((each, input) => (inAxes[input] === 0 ? each.slice(entry) : each)) as Three)),
          );
          const together = vmap(call, { inAxes })(...(given as Three));
          expect(await together.data(), `${f.name} ${axis} ${inAxes}`).toEqual(await stack(loop).data());
        }
      }
    }
  });

  it("reads of one table by many indices without a copy of the table, nor of its gradient", async () => {
    const loss = (x: Tensor) =>
      vmap((at: Tensor) => take(x, at).sum())(
        tensor(
          [
            [0, 1],
            [1, 1],
          ],
          { dtype: "i32" },
        ),
      ).sum();
    expect(await grad(loss)(ones([3, 2])).toArray()).toEqual([
      [1, 1],
      [3, 3],
      [0, 0],
    ]);
    expect(printGraph([grad(loss)(ones([3, 2])).node])).not.toMatch(/\[2, 3, 2\]/);
  });

  it("nests, and gives a matrix product a batch without copying the matrix", () => {
    const products = vmap(
      vmap((row: Tensor, w: Tensor) => matmul(row, w), { inAxes: [0, null] }),
      { inAxes: [0, null] },
    );
    expect(products(zeros([4, 5, 3]), zeros([3, 2])).shape).toEqual([4, 5, 2]);
  });

  it("is differentiated, and differentiates", async () => {
    const f = (rows: Tensor) => vmap((row: Tensor) => row.square().sum())(rows).sum();
    expect(await grad(f)(x).toArray()).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
    const perExample = vmap(
      grad((w: Tensor, row: Tensor) => w.multiply(row).sum().square()),
      { inAxes: [null, 0] },
    );
    expect(await perExample(tensor([1, 1, 1]), x).toArray()).toEqual([
      [12, 24, 36],
      [120, 150, 180],
    ]);
  });

  it("works inside compiled functions", async () => {
    expect(await compile((a: Tensor) => vmap((row: Tensor) => row.softmax())(a))(zeros([2, 2])).toArray()).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
  });

  it("explains wrong axes", () => {
    const two = vmap((a: Tensor, b: Tensor) => a.add(b));
    expect(() => two(zeros([2]), zeros([3]))).toThrow(/different sizes \(2, 3\)/);
    expect(() => two(zeros([2]), zeros([]))).toThrow(/argument 1 is a scalar/);
    expect(() => vmap((a: Tensor) => a, { inAxes: null })(x)).toThrow(/no argument has a batch axis/);
    expect(() => vmap((a: Tensor) => a, { inAxes: [] })(x)).toThrow(/inAxes is \[\], where there is a list of 1/);
    expect(() => vmap((a: Tensor) => a, { inAxes: 2 })(x)).toThrow(/no axis 2/);
  });

  it("refuses to read what has no value yet", async () => {
    await expect(Promise.resolve().then(() => vmap((a: Tensor) => tensor(a.dataSync()))(x))).rejects.toThrow(
      /being\s*traced|has no value|traced by/,
    );
  });
});

describe("jacobian and hessian", () => {
  it("have the shape of the result and then of the argument, in both modes", async () => {
    const w = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const f = (a: Tensor) => a.matmul(w);
    const rows = jacobian(f, { mode: "reverse" })(x);
    const columns = jacobian(f, { mode: "forward" })(x);
    expect(rows.shape).toEqual([2, 2, 2, 3]);
    expect(await columns.toArray()).toEqual(await rows.toArray());
  });

  it("are matrices of second derivatives", async () => {
    const f = (a: Tensor, scale: Tensor) => a.pow(3).sum().multiply(scale);
    expect(await hessian(f)(tensor([1, 2]), tensor(2)).toArray()).toEqual([
      [12, 0],
      [0, 24],
    ]);
    expect(await hessian(f, { argument: 1 })(tensor([1, 2]), tensor(2)).toArray()).toBe(0);
  });
});
