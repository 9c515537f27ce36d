import { expect, it } from "vitest";
import { ArgumentError, compile, nn, norm, optim, type Tensor, tensor } from "../../src/index.ts";

it("SpectralNorm finds the largest singular value, holds still in evaluation, and trains", async () => {
  const inner = new nn.Linear(2, 2, { bias: false });
  inner.weight.assign(
    tensor([
      [3, 0],
      [0, 0.5],
    ]),
  );
  const layer = new nn.SpectralNorm(inner, { iterations: 3 });
  for (let step = 0; step < 8; step++) layer.forward(tensor([[1, 1]]));
  layer.eval();
  const seen = await layer.forward(tensor([[1, 1]])).data();
  expect(seen[0]).toBeCloseTo(1, 5);
  expect(seen[1]).toBeCloseTo(0.5 / 3, 5);
  const vectors = async () => [...(await layer.left.value.data()), ...(await layer.right.value.data())];
  const before = await vectors();
  layer.forward(tensor([[1, 1]]));
  expect(await vectors()).toEqual(before);
  layer.train();
  const optimizer = new optim.SGD(layer.parameters(), { learningRate: 0.1 });
  const step = compile((x: Tensor) => optimizer.minimize(() => layer.forward(x).square().sum()));
  const first = await step(tensor([[1, 1]])).item();
  for (let index = 0; index < 20; index++) step(tensor([[1, 1]]));
  expect(await step(tensor([[1, 1]])).item()).toBeLessThan(first);
  expect(await inner.weight.value.data()).not.toEqual(new Float32Array([3, 0, 0, 0.5]));
  expect(await norm(layer.left.value).item()).toBeCloseTo(1, 5);
});

it("WeightNorm changes nothing at first, and gives the layer its own weight back", async () => {
  const inner = new nn.Conv1d(2, 3, 3);
  const x = tensor([
    [
      [1, 2, 3, 4],
      [0, 1, 0, -1],
    ],
  ]);
  const before = await inner.forward(x).data();
  const layer = new nn.WeightNorm(inner);
  const found = await layer.forward(x).data();
  before.forEach((value: number, index: number) => expect(found[index]).toBeCloseTo(value, 5));
  expect(await inner.forward(x).data()).toEqual(before);
  inner.weight.assign(inner.weight.value.multiply(7));
  const scaled = await layer.forward(x).data();
  before.forEach((value: number, index: number) => expect(scaled[index]).toBeCloseTo(value, 5));
  expect(() => layer.forward(tensor([1]))).toThrow();
  expect(await inner.weight.value.multiply(1).data()).toEqual(await inner.weight.value.data());
  // @ts-expect-error a relu has no weight
  expect(() => new nn.WeightNorm(new nn.ReLU())).toThrow(ArgumentError);
});
