/** Scopes free what was made in them, at their end, and nothing else. */
import { describe, expect, it } from "vitest";
import {
  compile,
  currentDevice,
  DisposedError,
  grad,
  nn,
  optim,
  Parameter,
  seed,
  type Tensor,
  tensor,
  tensorScope,
} from "../../src/index.ts";

const inUse = () => currentDevice().bytesInUse;
const long = () => tensor(new Float32Array(1000).fill(2));

describe("tensorScope", () => {
  it("frees what was computed in it at once, without a collector", () => {
    const x = long();
    const inScope = () => {
      using _scope = tensorScope();
      x.add(1).multiply(long()).dataSync();
    };
    inScope();
    const before = inUse();
    for (let step = 0; step < 100; step++) inScope();
    expect(inUse()).toBe(before);
    expect(x.dataSync()[999]).toBe(2);
  });

  it("leaves alone what is kept, pending or not, in arrays and objects too", async () => {
    let [pending, kept]: [Tensor, { a: Tensor; b: readonly Tensor[] }] = [tensor(0), { a: tensor(0), b: [] }];
    {
      using scope = tensorScope();
      const [x, y] = [long(), long()];
      pending = scope.keep(x.add(y));
      kept = scope.keep({ a: x, b: [x.multiply(3)] });
      y.dataSync();
    }
    expect((await pending.data())[7]).toBe(4);
    expect((await kept.a.data())[7]).toBe(2);
    expect((await kept.b[0]?.data())?.[7]).toBe(6);
  });

  it("names the line of what is used after it", () => {
    let [x, y]: [Tensor, Tensor] = [long(), long()];
    {
      using _scope = tensorScope();
      x = long();
      y = x.exp();
    }
    expect(() => x.dataSync()).toThrow(DisposedError);
    expect(() => x.dataSync()).toThrow(/made at .*scope\.test\.ts:\d+:\d+.*Take it out of the scope with scope\.keep/s);
    expect(() => y.dataSync()).toThrow(DisposedError);
  });

  it("does not free what was made before and computed in it", () => {
    const y = long().add(5);
    {
      using _scope = tensorScope();
      y.dataSync();
    }
    expect(y.dataSync()[0]).toBe(7);
  });

  it("ends with the block, by whatever way it is left, and over an await", async () => {
    const x = long();
    const failing = async (): Promise<void> => {
      using _scope = tensorScope();
      await x.add(1).data();
      await new Promise((resolve) => setTimeout(resolve, 1));
      x.add(2).dataSync();
      throw new Error("in the middle");
    };
    x.add(1).dataSync();
    await failing().catch(() => undefined);
    const before = inUse();
    await expect(failing()).rejects.toThrow("in the middle");
    expect(inUse()).toBe(before);
  });

  it("nests: what an inner scope keeps belongs to the outer one", () => {
    const before = inUse();
    let x: Tensor = tensor(1);
    {
      using outer = tensorScope();
      {
        using inner = tensorScope();
        x = inner.keep(long());
        inner.keep(outer.keep(long()));
      }
      expect(x.dataSync()[0]).toBe(2);
    }
    expect(() => x.dataSync()).toThrow(DisposedError);
    expect(inUse() - before).toBe(4000 + 4);
  });

  it("may end in another order than scopes began", () => {
    const [first, second] = [tensorScope(), tensorScope()];
    const x = long();
    first[Symbol.dispose]();
    const y = long();
    expect(x.dataSync()[0]).toBe(2);
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    expect(() => x.dataSync()).toThrow(DisposedError);
    expect(() => y.dataSync()).toThrow(DisposedError);
    expect(long().dataSync()[0]).toBe(2);
  });

  it("keeps parameters, whoever makes or assigns them", async () => {
    const weight = new Parameter([1, 2]);
    const step = compile((x: Tensor) => {
      weight.assign(weight.value.add(x));
      return weight.value.sum();
    });
    let made: Parameter | undefined;
    let last = 0;
    {
      using _scope = tensorScope();
      made = new Parameter(long().multiply(3));
      weight.assign(weight.value.multiply(10));
      last = await step(tensor([1, 1])).item();
    }
    expect(last).toBe(32);
    expect(await weight.value.toArray()).toEqual([11, 21]);
    expect((await made.value.data())[5]).toBe(6);
    expect(await step(tensor([1, 1])).item()).toBe(34);
  });

  it("holds a whole training, eager and compiled, with the results of one without", async () => {
    const losses = async (isCompiled: boolean, isScoped: boolean): Promise<number[]> => {
      seed(1);
      const model = new nn.Linear(2, 1);
      model.weight.assign(tensor([[0.5, -0.5]]));
      const optimizer = new optim.AdamW(model.parameters(), { learningRate: 0.1 });
      const minimize = (x: Tensor) => optimizer.minimize(() => model.forward(x).square().mean());
      const step = isCompiled ? compile(minimize) : minimize;
      const result: number[] = [];
      for (let index = 0; index < 5; index++) {
        using _scope = isScoped ? tensorScope() : undefined;
        result.push(await step(tensor([[1, 2]])).item());
      }
      return result;
    };
    const expected = await losses(false, false);
    expect(new Set(expected).size).toBe(5);
    for (const isCompiled of [false, true]) expect(await losses(isCompiled, true)).toEqual(expected);
  });

  it("frees nothing inside functions that become graph", async () => {
    const f = (x: Tensor): Tensor => {
      using scope = tensorScope();
      return scope.keep(x.multiply(tensor([2, 3])).square()).sum();
    };
    expect(await grad(f)(tensor([1, 1])).toArray()).toEqual([8, 18]);
    expect(await compile(f)(tensor([1, 1])).item()).toBe(13);
  });
});
