/** What stands beside optimizers: gathered gradients, averaged weights, and L-BFGS where it meets the rest. */
import { describe, expect, it } from "vitest";
import { compile, nn, optim, Parameter, seed, type Tensor, TracingError, tensor } from "../../src/index.ts";

const numbers = (count: number) => Float32Array.from({ length: count }, (_, index) => Math.sin(7 * index));

describe("GradientAccumulator", () => {
  it.each([false, true])("makes one step of the mean of all gradients (compiled: %s)", async (isCompiled) => {
    const [x, y] = [tensor(numbers(48), { shape: [24, 2] }), tensor(numbers(24), { shape: [24, 1] })];
    const make = () => {
      seed(1);
      const model = new nn.Linear(2, 1);
      return { model, optimizer: new optim.AdamW(model.parameters(), { learningRate: 0.1, clipNorm: 0.5 }) };
    };
    const [whole, parts] = [make(), make()];
    const accumulator = new optim.GradientAccumulator(parts.optimizer);
    const lossOf = (a: Tensor, b: Tensor) => accumulator.add(() => nn.mseLoss(parts.model.forward(a), b));
    const [add, step] = isCompiled
      ? [compile(lossOf), compile(() => accumulator.step())]
      : [lossOf, () => accumulator.step()];
    for (let round = 0; round < 3; round++) {
      whole.optimizer.minimize(() => nn.mseLoss(whole.model.forward(x), y));
      for (const start of [0, 8, 16]) add(x.slice([start, start + 8]), y.slice([start, start + 8]));
      step();
    }
    const [expected, found] = await Promise.all([whole, parts].map(({ model }) => model.weight.value.data()));
    expected?.forEach((value, index) => expect(Number(found?.[index])).toBeCloseTo(Number(value), 5));
    expect(await parts.optimizer.count.item()).toBe(3);
  });

  it("forgets what was gathered with the step, also where it was no number", async () => {
    const model = new nn.Linear(1, 1, { bias: false });
    const accumulator = new optim.GradientAccumulator(new optim.SGD(model.parameters(), { learningRate: 1 }));
    const add = (x: number) => accumulator.add(() => model.forward(tensor([[x]])).sum());
    add(Number.NaN);
    accumulator.step();
    model.weight.assign(tensor([[5]]));
    add(2);
    accumulator.step();
    expect(await model.weight.value.toArray()).toEqual([[3]]);
  });

  it("says so when other parameters are trained since", () => {
    const model = new nn.Linear(2, 1);
    const accumulator = new optim.GradientAccumulator(new optim.SGD(model.parameters(), { learningRate: 1 }));
    model.weight.trainable = false;
    expect(() => accumulator.add(() => model.forward(tensor([[1, 2]])).sum())).toThrow("Make a new one");
  });
});

describe("WeightAverage", () => {
  const values = [
    [1, 2],
    [3, -2],
    [5, 6],
    [0, 1],
  ];
  const parametersOf = () => [new Parameter([0, 0]), new Parameter([[7]], { trainable: false })];

  it.each([
    ["equally", {}, [9 / 4, 7 / 4]],
    ["exponentially", { decay: 0.5 }, [1 / 16 + 3 / 8 + 5 / 4, 2 / 16 - 2 / 8 + 6 / 4 + 1 / 2]],
  ] as const)("averages %s, eager and compiled, and goes on from its state", async (_, options, expected) => {
    for (const isCompiled of [false, true]) {
      const parameters = parametersOf();
      let average = new optim.WeightAverage(parameters, options);
      for (const value of values) {
        const step = (next: Tensor) => {
          parameters[0]?.assign(next);
          average.update();
        };
        (isCompiled ? compile(step) : step)(tensor(value));
        const resumed = new optim.WeightAverage(parameters, options);
        resumed.loadStateDictionary(average.stateDictionary());
        average = resumed;
      }
      const inside = await average.during(() => Promise.all(parameters.map(({ value }) => value.toArray())));
      expect(inside).toEqual([[...expected], [[7]]]);
      expect(await parameters[0]?.value.toArray()).toEqual([0, 1]);
      expect(await average.count.item()).toBe(4);
      average.copyTo();
      expect(await parameters[0]?.value.toArray()).toEqual([...expected]);
    }
  });

  it("puts the weights back when what it runs fails", async () => {
    const parameters = parametersOf();
    const average = new optim.WeightAverage(parameters, { decay: 0 });
    parameters[0]?.assign(tensor([4, 4]));
    await expect(average.during(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await parameters[0]?.value.toArray()).toEqual([4, 4]);
    expect(() => new optim.WeightAverage(parameters, { decay: 1 })).toThrow("decay is 1");
    expect(() => new optim.WeightAverage([])).toThrow("no parameters");
  });
});

describe("LBFGS", () => {
  it("fits a network in single precision, leaves frozen weights alone, and compiles the loss once", async () => {
    seed(2);
    const model = new nn.Sequential(new nn.Linear(2, 4), new nn.Tanh(), new nn.Linear(4, 1));
    const [x, y] = [tensor(numbers(40), { shape: [20, 2] }), tensor(numbers(20), { shape: [20, 1] })];
    const bias = model.namedParameters().get("2.bias");
    if (bias === undefined) return expect.fail("a last layer without bias");
    bias.trainable = false;
    const before = await bias.value.data();
    const optimizer = new optim.LBFGS(model.parameters(), { iterations: 40 });
    let traced = 0;
    const loss = () => {
      traced++;
      return nn.mseLoss(model.forward(x), y);
    };
    const first = await optimizer.minimize(loss);
    for (let round = 0; round < 3; round++) await optimizer.minimize(loss);
    expect(await optimizer.minimize(loss)).toBeLessThan(first / 4);
    expect(traced).toBe(1);
    expect(await bias.value.data()).toEqual(before);
  });

  it("comes back from where the loss is no number", async () => {
    const x = new Parameter(tensor(Float64Array.of(0.5)));
    // ln is NaN below 0, where the first long step leads
    const optimizer = new optim.LBFGS([x], { learningRate: 50 });
    await optimizer.minimize(() => x.value.subtract(x.value.log()).sum());
    await optimizer.minimize(() => x.value.subtract(x.value.log()).sum());
    expect(await x.value.item()).toBeCloseTo(1, 5);
  });

  it("stays outside of compile, and refuses numbers that are none", () => {
    const x = new Parameter([1]);
    const optimizer = new optim.LBFGS([x]);
    let refused: Promise<unknown> = Promise.resolve();
    compile((y: Tensor) => {
      refused = optimizer.minimize(() => x.value.sum());
      return y;
    })(tensor([1]));
    expect(() => new optim.LBFGS([x], { history: -1 })).toThrow("history is -1");
    expect(() => new optim.LBFGS([])).toThrow("no parameters");
    return expect(refused).rejects.toThrow(TracingError);
  });
});
