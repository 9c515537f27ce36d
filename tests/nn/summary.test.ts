import { describe, expect, it } from "vitest";
import { nn, Parameter, type Tensor, zeros } from "../../src/index.ts";

describe("summary", () => {
  it("counts what is known of a small network", async () => {
    const model = new nn.Sequential(
      new nn.Conv2d(3, 8, 3, { stride: 2 }),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Linear(8 * 7 * 7, 10),
    );
    const summary = model.summary([4, 3, 16, 16]);
    const byPath = new Map(summary.layers.map((layer) => [layer.path, layer]));
    expect(byPath.get("0")).toMatchObject({
      kind: "Conv2d",
      shapes: [[4, 8, 7, 7]],
      parameters: 8 * 27 + 8,
      trainable: 8 * 27 + 8,
    });
    // Products with their additions, and the bias
    expect(byPath.get("0")?.operations).toBe(2 * 4 * 8 * 49 * 27 + 4 * 8 * 49);
    expect(byPath.get("1")).toMatchObject({ parameters: 32, trainable: 16, bytes: 128 });
    expect(byPath.get("4")).toMatchObject({ shapes: [[4, 10]], operations: 2 * 4 * 392 * 10 + 40 });
    expect(summary.parameters).toBe(224 + 32 + 3930);
    expect(summary.operations).toBe(summary.layers.slice(1).reduce((sum, { operations }) => sum + operations, 0));
    expect(summary.activationBytes).toBe(4 * (4 * 8 * 49 * 4 + 40));
    const text = String(summary);
    expect(text).toMatch(/Sequential +\[4, 10\] +4,186/);
    expect(text).toContain("4,186 parameters (16.7 kB), 16 of them not trained");
    expect(await model.stateDictionary().get("1.runningMean")?.data()).toEqual(new Float32Array(8));
  });

  it("counts each step of a loop, several inputs and results, and integers given as tensors", () => {
    const layer = new nn.RNN(3, 4, { dtype: "f64" });
    const { layers, operations } = layer.summary([2, 5, 3]);
    expect(layers[0]?.shapes).toEqual([
      [2, 5, 4],
      [1, 2, 4],
    ]);
    // Inputs, states, two biases, one sum, tanh
    expect(operations).toBe(5 * 2 * (2 * 3 * 4 + 4) + 5 * 2 * (2 * 4 * 4 + 4 + 4 + 4));
    const bilinear = new nn.Bilinear(3, 4, 5).summary([7, 3], [7, 4]);
    expect(bilinear.layers[0]?.shapes).toEqual([[7, 5]]);
    const words = new nn.Sequential(new nn.Embedding(10, 4), new nn.Linear(4, 2));
    expect(words.summary(zeros([2, 6], { dtype: "i32" })).layers[1]?.shapes).toEqual([[2, 6, 4]]);
    const attention = new nn.TransformerDecoderLayer(8, 2, { feedForward: 16 }).summary([1, 3, 8], [1, 5, 8], {
      isCausal: true,
    });
    expect(attention.layers[0]?.shapes).toEqual([[1, 3, 8]]);
    expect(attention.layers.find(({ path }) => path === "multiheadAttn")?.shapes).toEqual([[1, 3, 8]]);
  });

  it("counts shared parameters once", () => {
    class Tied extends nn.Module {
      readonly encode = new nn.Linear(6, 2, { bias: false });
      readonly decode = new nn.Linear(6, 2, { bias: false });
      forward(x: Tensor): Tensor {
        return this.encode.forward(x).matmul(this.decode.weight.value);
      }
    }
    const model = new Tied();
    Reflect.set(model.decode, "weight", model.encode.weight);
    const { parameters, layers } = model.summary([1, 6]);
    expect(parameters).toBe(12);
    expect(layers.map((layer) => layer.parameters)).toEqual([12, 12, 0]);
    expect([...model.namedParameters().keys()]).toEqual(["encode.weight"]);
  });
});

describe("freeze", () => {
  it("leaves alone what was not trained before, and sets free what it froze", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
    const trained = () => [...model.namedParameters()].filter(([, { trainable }]) => trainable).map(([name]) => name);
    const all = trained();
    expect(all).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
    expect(model.freeze()).toBe(model);
    expect(trained()).toEqual([]);
    model[1]?.freeze(false);
    expect(trained()).toEqual(["1.weight", "1.bias"]);
    model.freeze(false);
    expect(trained()).toEqual(all);
    const own = new Parameter([1], { trainable: false });
    class Holder extends nn.Module {
      readonly own = own;
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    new Holder().freeze().freeze(false);
    expect(own.trainable).toBe(false);
  });
});
