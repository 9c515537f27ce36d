import { describe, expect, it } from "vitest";
import { compile, DataError, gradientsOf, nn, optim, ShapeError, type Tensor, tensor, zeros } from "../../src/index.ts";

/** The encoding as its paper writes it. */
function encode(x: number, edges: readonly number[]): number[] {
  const count = edges.length - 1;
  return Array.from({ length: count }, (_, piece) => {
    const [low = 0, high = 0] = edges.slice(piece);
    if (x < low && piece > 0) return 0;
    if (x >= high && piece + 1 < count) return 1;
    return (x - low) / (high - low);
  });
}

describe("PiecewiseLinearEmbedding", () => {
  const edges = [
    [-1, 0, 0.5, 4],
    [0, 1],
    [-2, 3, 10],
  ];

  it("encodes as the paper says, features with different numbers of pieces included", async () => {
    const layer = new nn.PiecewiseLinearEmbedding(edges, 2, { activation: false, dtype: "f64" });
    const rows = [
      [-3, -1, 20],
      [-0.5, 0.25, -5],
      [0.25, 7, 3],
      [100, 0.5, 4],
    ];
    const [weight, bias] = [await layer.linear.weight.value.data(), await layer.linear.bias?.value.data()];
    const found = await layer.forward(tensor(Float64Array.from(rows.flat()), { shape: [4, 3] })).data();
    rows.forEach((row, index) =>
      row.forEach((x, feature) => {
        const pieces = encode(x, edges[feature] ?? []);
        for (const out of [0, 1]) {
          const expected = pieces.reduce(
            (sum, value, piece) => sum + value * Number(weight[(feature * 3 + piece) * 2 + out]),
            Number(bias?.[feature * 2 + out]),
          );
          expect(found[(index * 3 + feature) * 2 + out]).toBeCloseTo(expected, 12);
        }
      }),
    );
  });

  it("has slopes for what lies outside, so that an explanation by gradients sees it", async () => {
    const layer = new nn.PiecewiseLinearEmbedding([[0, 1, 2]], 1, { activation: false });
    layer.linear.weight.assign(tensor([[[2], [3]]]));
    const x = tensor([[-5], [0.5], [1.5], [9]]);
    const [slope] = gradientsOf(layer.forward(x).sum(), [x]);
    expect(await slope?.toArray()).toEqual([[2], [2], [3], [3]]);
  });

  it("keeps its edges in the state and out of the optimizer's hands", async () => {
    const layer = new nn.PiecewiseLinearEmbedding(edges, 2);
    expect([...layer.namedParameters().keys()]).toEqual(["linear.weight", "linear.bias", "pieces"]);
    const other = new nn.PiecewiseLinearEmbedding(
      edges.map((own) => own.map((edge) => edge * 2)),
      2,
    );
    other.loadStateDictionary(layer.stateDictionary());
    const x = tensor([[0.3, 0.4, 5]]);
    expect(await other.forward(x).data()).toEqual(await layer.forward(x).data());
    const before = await layer.pieces.value.data();
    const optimizer = new optim.SGD(layer.parameters(), { learningRate: 1 });
    optimizer.minimize(() => layer.forward(x).sum());
    expect(await layer.pieces.value.data()).toEqual(before);
  });

  it("learns a step that a linear layer cannot", async () => {
    const values = Float32Array.from({ length: 64 }, (_, index) => index / 32 - 1);
    const x = tensor(values, { shape: [64, 1] });
    const y = tensor(
      values.map((value) => Math.sign(value + 0.3) + 2 * Math.abs(value)),
      { shape: [64, 1] },
    );
    const model = new nn.Sequential(
      new nn.PiecewiseLinearEmbedding([nn.quantileEdges(values, 16)], 8),
      new nn.Flatten(),
      new nn.Linear(8, 1),
    );
    const optimizer = new optim.AdamW(model.parameters(), { learningRate: 0.02 });
    const step = compile((a: Tensor, b: Tensor) => optimizer.minimize(() => nn.mseLoss(model.forward(a), b)));
    for (let index = 0; index < 300; index++) step(x, y);
    expect(await step(x, y).item()).toBeLessThan(0.05);
  });

  it("refuses edges that are none, and rows of other lengths", () => {
    expect(
      () =>
        new nn.PiecewiseLinearEmbedding(
          [
            [0, 1],
            [1, 1],
          ],
          2,
        ),
    ).toThrow(DataError);
    expect(
      () =>
        new nn.PiecewiseLinearEmbedding(
          [
            [0, 1],
            [1, 1],
          ],
          2,
        ),
    ).toThrow("feature 1 has the edges [1, 1]");
    expect(() => new nn.PiecewiseLinearEmbedding([[0, Infinity]], 2)).toThrow("finite ascending");
    expect(() => new nn.PiecewiseLinearEmbedding(edges, 2).forward(zeros([5, 2]))).toThrow(ShapeError);
  });
});

describe("quantileEdges", () => {
  it("leaves out what is missing and what is the same", () => {
    expect(nn.quantileEdges([3, NaN, 1, 2, 0, 4, Infinity], 4)).toEqual([0, 1, 2, 3, 4]);
    expect(nn.quantileEdges([1, 2], 4)).toEqual([1, 1.25, 1.5, 1.75, 2]);
    expect(nn.quantileEdges([0, 0, 0, 0, 0, 0, 0, 1], 4)).toEqual([0, 1]);
    expect(nn.quantileEdges(new Float64Array([7, 7]), 4)).toEqual([6.5, 7.5]);
    expect(() => nn.quantileEdges([NaN], 4)).toThrow(DataError);
  });
});

describe("PeriodicEmbedding", () => {
  it.each([false, true])("is linear in cosines and sines (shared: %s)", async (shared) => {
    const layer = new nn.PeriodicEmbedding(2, 3, { frequencies: 2, deviation: 1, shared, dtype: "f64" });
    const [frequencies, weight, bias] = await Promise.all(
      [layer.frequencies, layer.linear.weight, layer.linear.bias].map((each) => each?.value.data()),
    );
    const rows = [
      [0.3, -1.2],
      [2, 0],
    ];
    const found = await layer.forward(tensor(Float64Array.from(rows.flat()), { shape: [2, 2] })).data();
    rows.forEach((row, index) =>
      row.forEach((x, feature) => {
        const angles = [0, 1].map((k) => 2 * Math.PI * Number(frequencies?.[feature * 2 + k]) * x);
        const waves = [...angles.map(Math.cos), ...angles.map(Math.sin)];
        for (const out of [0, 1, 2]) {
          const weightOf = (k: number) => Number(weight?.[shared ? out * 4 + k : (feature * 4 + k) * 3 + out]);
          const sum = waves.reduce((total, wave, k) => total + wave * weightOf(k), 0);
          const expected = Math.max(0, sum + Number(bias?.[shared ? out : feature * 3 + out]));
          expect(found[(index * 2 + feature) * 3 + out]).toBeCloseTo(expected, 12);
        }
      }),
    );
  });

  it("refuses rows of other lengths", () => {
    expect(() => new nn.PeriodicEmbedding(2, 3).forward(zeros([5, 3]))).toThrow("2 features");
    expect(() => new nn.FeatureLinear(2, 3, 4).forward(zeros([5, 3, 2]))).toThrow("2 features and 3 numbers");
  });
});
