/** Layers where they are not PyTorch's: channel dropout, residual, what sequences and attention refuse. */
import { describe, expect, it } from "vitest";
import {
  ArgumentError,
  compile,
  nn,
  ones,
  optim,
  ShapeError,
  seed,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";

describe("dropout of channels", () => {
  it.each([
    [new nn.Dropout1d(0.25), [40, 50, 6]],
    [new nn.Dropout2d(0.25), [40, 50, 2, 3]],
    [new nn.Dropout3d(0.25), [40, 50, 1, 2, 3]],
  ] as const)("zeroes whole channels and scales the rest (%#)", async (layer, shape) => {
    seed(1);
    const values = await layer.forward(ones(shape)).data();
    const channels = Array.from({ length: 2000 }, (_, index) => new Set(values.slice(6 * index, 6 * index + 6)));
    expect(channels.every((channel) => channel.size === 1)).toBe(true);
    const dropped = channels.filter((channel) => channel.has(0)).length;
    expect(Math.abs(dropped / 2000 - 0.25)).toBeLessThan(0.03);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    const x = ones(shape);
    expect(layer.eval().forward(x)).toBe(x);
    layer.train();
  });
});

describe("Residual", () => {
  it("adds, and refuses to broadcast", async () => {
    const inner = new nn.PReLU(1, 2);
    expect(await new nn.Residual(inner).forward(tensor([-1, 3])).toArray()).toEqual([-3, 6]);
    const narrow = new nn.Residual(new nn.Linear(4, 1));
    expect(() => narrow.forward(zeros([2, 4]))).toThrow(ShapeError);
    expect(() => narrow.forward(zeros([2, 4]))).toThrow("gives shape [2, 1] and the shortcut [2, 4]");
    expect(new nn.Residual(new nn.Linear(4, 1), new nn.Linear(4, 1)).forward(zeros([2, 4])).shape).toEqual([2, 1]);
  });
});

describe("layers refuse", () => {
  it.each([
    [() => new nn.Conv2d(3, 4, 0), ArgumentError, "kernel is 0"],
    [() => new nn.Conv2d(3, 4, [3]), ArgumentError, "the kernel needs 2 sizes"],
    [() => new nn.Conv1d(3, 4, 3, { groups: 2 }), ArgumentError, "the groups have to divide both"],
    [() => new nn.Conv1d(3, 4, 3).forward(zeros([1, 2, 9])), ShapeError, "[1, 2, 9] has 2 channels"],
    [() => new nn.Bilinear(2, 3, 4).forward(zeros([5, 3]), zeros([5, 3])), ShapeError, "sizes 2 and 3"],
    [() => new nn.GRU(2, 3).forward(zeros([5, 2])), ShapeError, "[batch, steps, 2] is needed"],
    [() => new nn.GRU(2, 0), ArgumentError, "hidden is 0"],
    [
      () => new nn.LSTM(2, 3).forward(zeros([1, 4, 2]), { initial: [zeros([1, 1, 3])] }),
      ShapeError,
      "2 of [1, 1, 3] are needed",
    ],
    [
      () => new nn.GRU(2, 3).forward(zeros([1, 4, 2]), { lengths: zeros([2], { dtype: "i32" }) }),
      ShapeError,
      "lengths have shape [2]",
    ],
    [() => new nn.MultiHeadAttention(6, 4), ArgumentError, "does not divide into 4 heads"],
    [() => new nn.MultiHeadAttention(6, 2).forward(zeros([1, 3, 4])), ShapeError, "[batch, positions, 6]"],
    [
      () => new nn.MultiHeadAttention(6, 2).forward(zeros([2, 3, 6]), { key: zeros([1, 3, 6]) }),
      ShapeError,
      "key [1, 3, 6]",
    ],
  ])("what does not fit (%#)", (make, kind, message) => {
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});

describe("recurrent layers", () => {
  it("learn what stands at the start of sequences of different lengths", async () => {
    seed(4);
    const layer = new nn.GRU(1, 8);
    const head = new nn.Linear(8, 2);
    const model = { layer, head };
    const optimizer = new optim.AdamW([...layer.parameters(), ...head.parameters()], { learningRate: 0.02 });
    const count = 32;
    const values = Float32Array.from({ length: count * 6 }, (_, index) => Math.sin(index * index));
    const lengths = tensor(Int32Array.from({ length: count }, (_, row) => 2 + (row % 5)));
    const target = tensor(Int32Array.from({ length: count }, (_, row) => (Number(values[row * 6]) > 0 ? 1 : 0)));
    const step = compile((x: Tensor, y: Tensor, sizes: Tensor) =>
      optimizer.minimize(() => {
        const { states } = model.layer.forward(x, { lengths: sizes });
        return nn.crossEntropy(model.head.forward((states[0] as Tensor).slice(0)), y);
      }),
    );
    const x = tensor(values, { shape: [count, 6, 1] });
    for (let index = 0; index < 150; index++) step(x, target, lengths);
    expect(await step(x, target, lengths).item()).toBeLessThan(0.15);
  });

  it("draws between layers only while training", async () => {
    const layer = new nn.RNN(2, 4, { layers: 2, dropout: 0.5 });
    const x = ones([1, 3, 2]);
    const outputs = async () => (await layer.forward(x).output.data()).join();
    expect(await outputs()).not.toBe(await outputs());
    layer.eval();
    expect(await outputs()).toBe(await outputs());
  });
});

describe("attention", () => {
  it("sees no padding, whatever stands there, and only the past where it is causal", async () => {
    const layer = new nn.TransformerEncoderLayer(8, 2, { feedForward: 16 }).eval();
    const values = Float32Array.from({ length: 40 }, (_, index) => Math.sin(3 * index));
    const x = tensor(values, { shape: [1, 5, 8] });
    const changed = tensor(
      values.map((value, index) => (index < 32 ? value : 100 * value)),
      { shape: [1, 5, 8] },
    );
    const head = async (y: Tensor) => [...(await y.slice(null, [0, 4]).data())];
    const keyPadding = tensor([[0, 0, 0, 0, 1]]).astype("bool");
    expect(await head(layer.forward(changed, { keyPadding }))).toEqual(await head(layer.forward(x, { keyPadding })));
    expect(await head(layer.forward(changed, { isCausal: true }))).toEqual(
      await head(layer.forward(x, { isCausal: true })),
    );
    expect(await head(layer.forward(changed))).not.toEqual(await head(layer.forward(x)));
  });
});
