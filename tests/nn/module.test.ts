import { describe, expect, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import { DataError, ShapeError } from "../../src/support/errors.ts";
import { zeros } from "../../src/tensor/creation.ts";
import { Parameter } from "../../src/tensor/parameter.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { compile } from "../../src/transforms/compile.ts";

class Block extends nn.Module {
  readonly inner = new nn.Linear(4, 4);
  readonly scale = new Parameter([1]);
  forward(x: Tensor): Tensor {
    return x.add(this.inner.forward(x).multiply(this.scale.value));
  }
}

class Network extends nn.Module {
  readonly blocks = [new Block(), new Block()];
  readonly heads = { cat: new nn.Linear(4, 1), dog: new nn.Linear(4, 2) };
  readonly steps = new Parameter(0, { trainable: false });
  readonly again = this.blocks[0];
  readonly size = 4;
  forward(x: Tensor): Tensor {
    let value = x;
    for (const block of this.blocks) value = block.forward(value);
    return this.heads.cat.forward(value);
  }
}

class Comparing extends nn.Module<[Tensor, Tensor], { readonly difference: Tensor }> {
  forward(a: Tensor, b: Tensor): { readonly difference: Tensor } {
    return { difference: a.subtract(b) };
  }
}

describe("Module", () => {
  it("names parameters as PyTorch does: by property, index and key, each once", () => {
    expect([...new Network().namedParameters().keys()]).toEqual([
      "blocks.0.inner.weight",
      "blocks.0.inner.bias",
      "blocks.0.scale",
      "blocks.1.inner.weight",
      "blocks.1.inner.bias",
      "blocks.1.scale",
      "heads.cat.weight",
      "heads.cat.bias",
      "heads.dog.weight",
      "heads.dog.bias",
      "steps",
    ]);
    expect([
      ...new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1, { bias: false }))
        .namedParameters()
        .keys(),
    ]).toEqual(["0.weight", "0.bias", "2.weight"]);
  });

  it("gives parameters their paths as names", () => {
    const network = new Network();
    network.blocks[0]?.parameters();
    expect(network.parameters()[0]?.name).toBe("blocks.0.inner.weight");
  });

  it("finds modules that hold each other without running in circles", () => {
    const network = Object.assign(new Network(), { parent: null as nn.AnyModule | null });
    network.parent = network;
    expect([...network.namedModules().keys()]).toEqual([
      "",
      "blocks.0",
      "blocks.0.inner",
      "blocks.1",
      "blocks.1.inner",
      "heads.cat",
      "heads.dog",
    ]);
  });

  it("switches all modules between training and evaluation", () => {
    const network = new Network();
    expect(network.eval()).toBe(network);
    expect([...network.namedModules().values()].map((module) => module.training)).toEqual(new Array(7).fill(false));
    expect(network.train().heads.dog.training).toBe(true);
  });

  it("may have several inputs and any output", async () => {
    const { difference } = new Comparing().forward(tensor([3]), tensor([1]));
    expect(await difference.item()).toBe(2);
  });

  it("keeps state by name and refuses what does not fit, listing it, without loading a part", async () => {
    const [first, second] = [new Network(), new Network()];
    const state = first.stateDictionary();
    second.loadStateDictionary(state);
    expect(await second.heads.dog.weight.value.toArray()).toEqual(await first.heads.dog.weight.value.toArray());

    const wrong = new Map(state);
    wrong.delete("steps");
    wrong
      .set("head.weight", tensor([1]))
      .set("heads.cat.bias", tensor([1, 2]))
      .set("heads.cat.weight", zeros([1, 4], { dtype: "f64" }));
    const third = new Network();
    const before = await third.heads.dog.weight.value.toArray();
    expect(() => third.loadStateDictionary(wrong)).toThrow(DataError);
    expect(() => third.loadStateDictionary(wrong)).toThrow(
      "Missing: steps. Not expected: head.weight. Different: heads.cat.weight is f32[1, 4] here and f64[1, 4] there, heads.cat.bias is f32[1] here and f32[2] there. Nothing was loaded.",
    );
    expect(await third.heads.dog.weight.value.toArray()).toEqual(before);
  });

  it("takes further names of shared parameters, as PyTorch's files have them", () => {
    const network = new Network();
    const state = new Map(network.stateDictionary());
    for (const [name, value] of [...state])
      if (name.startsWith("blocks.0.")) state.set(name.replace("blocks.0", "again"), value);
    expect(() => network.loadStateDictionary(state)).not.toThrow();
    expect(() => network.loadStateDictionary(state.set("again.inner.wait", tensor([1])))).toThrow(
      "Not expected: again.inner.wait",
    );
  });

  it("keeps the values of a state while training goes on", async () => {
    const layer = new nn.Linear(1, 1);
    const state = layer.stateDictionary();
    const before = await state.get("weight")?.item();
    compile(() => layer.weight.assign(layer.weight.value.add(1)))();
    expect(await state.get("weight")?.item()).toBe(before);
    expect(await layer.weight.value.item()).toBe((before ?? 0) + 1);
  });
});

describe("names of layers", () => {
  it("stand in the nodes that a layer makes, without anybody giving them", () => {
    const network = new Network();
    expect(network.forward(zeros([2, 4])).node.layer).toBe("model.heads.cat");
    expect(network.blocks[1]?.inner.forward(zeros([2, 4])).node.layer).toBe("model");
    expect(zeros([1]).add(1).node.layer).toBe("");
  });

  it("go through containers and compiled functions", () => {
    const layers: string[] = [];
    class Spy extends nn.Module {
      forward(x: Tensor): Tensor {
        const y = x.add(1);
        layers.push(y.node.layer);
        return y;
      }
    }
    const model = new nn.Sequential(new Spy(), new nn.Sequential(new Spy(), new nn.Identity()));
    compile((x: Tensor) => model.forward(x))(zeros([1]));
    expect(layers).toEqual(["model.0", "model.1.0"]);
  });

  it("begin the messages of errors", () => {
    const model = new nn.Sequential(new nn.Linear(2, 16), new nn.ReLU(), new nn.Linear(8, 1));
    expect(() => model.forward(zeros([5, 2]))).toThrow(ShapeError);
    expect(() => model.forward(zeros([5, 2]))).toThrow(
      "model.2: Linear(8 → 1): the last axis has to have size 8, shape […, 8], and the input has shape [5, 16]. Make it new nn.Linear(16, 1), or give it 8 features.",
    );
    const images: Tensor = zeros([5, 3, 4, 4]);
    expect(() => new nn.Linear(48, 2).forward(images)).toThrow("Put nn.Flatten before it.");
    class Wrong extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.add(zeros([3]));
      }
    }
    expect(() => new nn.Sequential(new Wrong()).forward(zeros([2]))).toThrow("model.0");
  });

  it("show the user's line as the origin, however deep the layers", () => {
    let model: nn.Module = new nn.Linear(2, 2);
    for (let depth = 0; depth < 6; depth++) model = new nn.Sequential(model);
    expect(model.forward(zeros([1, 2])).node.origin.line).toContain("module.test.ts");
  });

  it("are opened once where forward calls the forward it extends, and closed after errors", () => {
    class Louder extends Block {
      override forward(x: Tensor): Tensor {
        return super.forward(x).multiply(2);
      }
    }
    const model = new nn.Sequential(new Louder());
    expect(model.forward(zeros([1, 4])).node.layer).toBe("model.0");
    expect(() => model.forward(zeros([1, 5]))).toThrow("model.0.inner: Linear(4 → 4)");
    expect(zeros([1]).add(1).node.layer).toBe("");
  });
});
