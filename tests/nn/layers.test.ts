import { describe, expect, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../src/support/errors.ts";
import { ones, zeros } from "../../src/tensor/creation.ts";
import { seed } from "../../src/tensor/generator.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { compile } from "../../src/transforms/compile.ts";

const integers = (values: readonly number[]) => tensor(Int32Array.from(values));

describe("Linear", () => {
  it("computes x · weightᵀ + bias for any number of axes", async () => {
    const layer = new nn.Linear(2, 3);
    layer.loadStateDictionary(
      new Map([
        [
          "weight",
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
        ],
        ["bias", tensor([0.5, 0, -1])],
      ]),
    );
    expect(await layer.forward(tensor([[1, 10]])).toArray()).toEqual([[21.5, 43, 64]]);
    expect(await layer.forward(tensor([1, 10])).toArray()).toEqual([21.5, 43, 64]);
    expect(layer.forward(zeros([4, 0, 2])).shape).toEqual([4, 0, 3]);
    expect(await new nn.Linear(2, 3, { bias: false }).forward(zeros([1, 2])).toArray()).toEqual([[0, 0, 0]]);
  });

  it("begins within 1/√inFeatures, spread evenly, the same for the same seed", async () => {
    seed(3);
    const layer = new nn.Linear(100, 200);
    const values = await layer.weight.value.data();
    expect(Math.max(...values)).toBeLessThanOrEqual(0.1);
    expect(Math.max(...values)).toBeGreaterThan(0.099);
    expect(Math.min(...values)).toBeLessThan(-0.099);
    const variance = Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(variance).toBeCloseTo(0.01 / 3, 4);
    seed(3);
    expect(await new nn.Linear(100, 200).weight.value.data()).toEqual(values);
  });

  it("refuses wrong numbers of features", () => {
    expect(() => new nn.Linear(0, 2)).toThrow(ArgumentError);
    expect(() => new nn.Linear(2, 1.5)).toThrow("1.5 features");
    expect(() => new nn.Linear(2, 2).forward(zeros([]))).toThrow("A scalar has no axis of features");
  });
});

describe("Dropout", () => {
  it("zeroes its share and scales the rest while training; does nothing otherwise", async () => {
    const dropout = new nn.Dropout(0.25);
    const values = await dropout.forward(ones([4000])).data();
    const kept = values.filter((value: number) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(4 / 3)]));
    expect(Math.abs(kept.length / 4000 - 0.75)).toBeLessThan(0.05);
    const x = ones([3]);
    expect(dropout.eval().forward(x)).toBe(x);
  });

  it("draws anew each run of a compiled step, and is compiled anew when the mode changes", async () => {
    const dropout = new nn.Dropout();
    const run = compile((x: Tensor) => dropout.forward(x));
    const first = await run(ones([64])).data();
    expect(await run(ones([64])).data()).not.toEqual(first);
    dropout.eval();
    expect(await run(ones([64])).data()).toEqual(new Float32Array(64).fill(1));
    expect(run.traces.length).toBe(2);
    dropout.train();
    expect(await run(ones([64])).data()).not.toEqual(new Float32Array(64).fill(1));
    expect(run.traces.length).toBe(2);
  });

  it("draws compiled what it draws in eager code", async () => {
    const dropout = new nn.Dropout();
    seed(5);
    const eager = [await dropout.forward(ones([16])).data(), await dropout.forward(ones([16])).data()];
    seed(5);
    const run = compile((x: Tensor) => dropout.forward(x));
    expect([await run(ones([16])).data(), await run(ones([16])).data()]).toEqual(eager);
  });

  it("takes all and nothing", async () => {
    expect(await new nn.Dropout(1).forward(ones([2])).toArray()).toEqual([0, 0]);
    expect(await new nn.Dropout(0).forward(ones([2])).toArray()).toEqual([1, 1]);
    expect(() => new nn.Dropout(1.1)).toThrow(ArgumentError);
  });
});

describe("small layers", () => {
  it("Flatten joins axes", () => {
    expect(new nn.Flatten().forward(zeros([2, 3, 4])).shape).toEqual([2, 12]);
    expect(new nn.Flatten(0, 1).forward(zeros([2, 3, 4])).shape).toEqual([6, 4]);
    expect(new nn.Flatten().forward(zeros([0, 3, 4])).shape).toEqual([0, 12]);
    expect(() => new nn.Flatten().forward(zeros([2]))).toThrow(ShapeError);
  });

  it("Sequential holds its layers by index and refuses functions", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
    expect(model[1]).toBeInstanceOf(nn.ReLU);
    expect([...model].length).toBe(model.length);
    // @ts-expect-error a function is no module
    expect(() => new nn.Sequential((x: Tensor) => x)).toThrow("layer 0");
  });

  it("Upsample resizes, keeps no state and refuses what it cannot resize", () => {
    const layer = new nn.Upsample({ scale: 2, mode: "linear" });
    expect(layer.forward(zeros([2, 3, 4, 5])).shape).toEqual([2, 3, 8, 10]);
    expect([...layer.stateDictionary().keys()]).toEqual([]);
    expect(() => layer.forward(zeros([2, 3]))).toThrow(ShapeError);
    expect(() => new nn.Upsample({}).forward(zeros([1, 1, 4]))).toThrow(ArgumentError);
  });

  it("Softplus sharpens with beta", async () => {
    expect(await new nn.Softplus(2).forward(tensor([0])).item()).toBeCloseTo(Math.log(2) / 2, 6);
  });
});

describe("a network with everything", () => {
  it("learns the same bits compiled and not", async () => {
    const make = () => {
      seed(7);
      const model = new nn.Sequential(
        new nn.Linear(2, 16),
        new nn.GELU(),
        new nn.Dropout(0.1),
        new nn.Linear(16, 8),
        new nn.SiLU(),
        new nn.Linear(8, 3),
      );
      return { model, optimizer: new optim.AdamW(model.parameters(), { learningRate: 0.01, clipNorm: 1 }) };
    };
    const x = tensor(
      Float32Array.from({ length: 80 }, (_, index) => Math.sin(9 * index)),
      { shape: [40, 2] },
    );
    const y = integers(Array.from({ length: 40 }, (_, index) => index % 3));
    const losses = async (isCompiled: boolean): Promise<number[]> => {
      const { model, optimizer } = make();
      const lossOf = (a: Tensor, b: Tensor) => nn.crossEntropy(model.forward(a), b, { labelSmoothing: 0.1 });
      const eager = (a: Tensor, b: Tensor) => optimizer.minimize(() => lossOf(a, b));
      const step = isCompiled ? compile(eager) : eager;
      const found: number[] = [];
      for (let index = 0; index < 20; index++) found.push(await step(x, y).item());
      return found;
    };
    const eager = await losses(false);
    expect(await losses(true)).toEqual(eager);
    expect(eager.at(-1)).toBeLessThan(eager[0] ?? 0);
  });
});

describe("losses", () => {
  it("give NaN, not a wrong number, for classes that do not exist", async () => {
    const losses = await nn.crossEntropy(zeros([4, 3]), integers([0, 3, -1, -100]), { reduction: "none" }).data();
    expect([...losses].map((loss) => Number.isNaN(loss))).toEqual([false, true, true, false]);
    expect(losses[3]).toBe(0);
  });

  it("take classes of every integer type, one row, and stay finite for infinite logits", async () => {
    for (const dtype of ["i32", "u32", "u8"] as const)
      expect(await nn.crossEntropy(zeros([2, 4]), integers([1, 3]).astype(dtype)).item()).toBeCloseTo(Math.log(4), 6);
    expect(await nn.crossEntropy(tensor([1e30, -1e30]), tensor(new Int32Array([0]), { shape: [] })).item()).toBe(0);
    expect(await nn.crossEntropy(tensor([[-Infinity, 0]]), integers([1])).item()).toBe(0);
  });

  it("are one pass over rows: a compiled cross-entropy with its gradient has few kernels", () => {
    const model = new nn.Linear(8, 5);
    const optimizer = new optim.SGD(model.parameters(), { learningRate: 0.1 });
    const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => nn.crossEntropy(model.forward(x), y)));
    step(zeros([32, 8]), integers(new Array(32).fill(1)));
    expect(step.traces[0]?.plan.commands.length).toBeLessThanOrEqual(8);
  });

  it.each([
    [
      () => nn.crossEntropy(zeros([4, 3]), integers([0, 1])),
      ShapeError,
      "the target has to have shape [4], and has [2]",
    ],
    [() => nn.crossEntropy(zeros([4, 3]), zeros([4])), ShapeError, 'astype("i32")'],
    [() => nn.crossEntropy(zeros([4, 3]).astype("i32"), integers([0])), DtypeError, "the input is i32"],
    [
      () => nn.crossEntropy(zeros([4, 3]), integers([0, 1, 2, 0]), { weight: ones([4]) }),
      ShapeError,
      "there are 3 classes",
    ],
    [
      () => nn.crossEntropy(zeros([4, 3]), integers([0, 1, 2, 0]), { labelSmoothing: 2 }),
      ArgumentError,
      "not from 0 to 1",
    ],
    [() => nn.crossEntropy(zeros([]), integers([0])), ShapeError, "needs an axis of classes"],
    [() => nn.nllLoss(zeros([1, 3]), zeros([1])), DtypeError, "classes are whole numbers"],
    [() => nn.mseLoss(zeros([4, 1]), zeros([4])), ShapeError, "expandDims"],
    [() => nn.binaryCrossEntropyWithLogits(zeros([4, 1]), zeros([4])), ShapeError, "have to be equal"],
    // @ts-expect-error no such reduction
    [() => nn.l1Loss(zeros([1]), zeros([1]), { reduction: "average" }), ArgumentError, '"average"'],
  ])("refuse what does not fit (%#)", (make, kind, message) => {
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});

describe("init", () => {
  it.each([
    ["kaimingUniform", nn.init.kaimingUniform([300, 50]), Math.sqrt(2 / 50)],
    ["kaimingNormal", nn.init.kaimingNormal([300, 50], { mode: "out", slope: 1 }), Math.sqrt(1 / 300)],
    ["xavierUniform", nn.init.xavierUniform([300, 50], { gain: 2 }), 2 * Math.sqrt(2 / 350)],
    ["xavierNormal", nn.init.xavierNormal([30, 50, 10]), Math.sqrt(2 / 800)],
  ] as const)("%s has its deviation", async (_, values, deviation) => {
    const data = await values.data();
    const found = Math.sqrt(Array.from(data).reduce((sum, value) => sum + value ** 2, 0) / data.length);
    expect(Math.abs(found / deviation - 1)).toBeLessThan(0.03);
  });

  it("needs two axes for fans", () => {
    expect(() => nn.init.xavierUniform([3])).toThrow(ShapeError);
  });
});

describe("Embedding", () => {
  it("gives each number its vector, and numbers that are none NaN", async () => {
    const layer = new nn.Embedding(3, 2);
    layer.loadStateDictionary(new Map([["weight", tensor([1, 2, 3, 4, 5, 6], { shape: [3, 2] })]]));
    expect(await layer.forward(integers([2, 0])).toArray()).toEqual([
      [5, 6],
      [1, 2],
    ]);
    expect(layer.forward(zeros([4, 0], { dtype: "i32" })).shape).toEqual([4, 0, 2]);
    expect(await layer.forward(integers([-1, 3])).data()).toEqual(new Float32Array(4).fill(NaN));
  });

  it("begins normal, the same for the same seed, with zeros for padding", async () => {
    seed(3);
    const layer = new nn.Embedding(100, 200, { paddingIndex: 98 });
    const values = [...(await layer.weight.value.data())];
    expect(values.slice(98 * 200, 99 * 200)).toEqual(new Array(200).fill(0));
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / (99 * 200);
    expect(variance).toBeCloseTo(1, 1);
    seed(3);
    expect([...(await new nn.Embedding(100, 200, { paddingIndex: 98 }).weight.value.data())]).toEqual(values);
  });

  it("is trained, but for its padding; repeated numbers add up", async () => {
    const layer = new nn.Embedding(4, 2, { paddingIndex: 1 });
    layer.loadStateDictionary(new Map([["weight", ones([4, 2])]]));
    const optimizer = new optim.SGD(layer.parameters(), { learningRate: 0.5 });
    const step = compile((x: Tensor) => optimizer.minimize(() => layer.forward(x).sum()));
    expect(await step(integers([0, 1, 3, 3])).item()).toBe(8);
    expect(await layer.weight.value.toArray()).toEqual([
      [0.5, 0.5],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  });

  it("refuses what is no size, no index and no integer", () => {
    expect(() => new nn.Embedding(0, 2)).toThrow(ArgumentError);
    for (const paddingIndex of [3, -1, 0.5])
      expect(() => new nn.Embedding(3, 2, { paddingIndex })).toThrow(`paddingIndex ${paddingIndex}`);
    expect(() => new nn.Embedding(3, 2).forward(zeros([1]))).toThrow(DtypeError);
  });
});
