/** compile(f, { debug: true }) finds what was baked in and has changed. */
import { describe, expect, it } from "vitest";
import { compile, nn, optim, Parameter, random, type Tensor, TracingError, tensor } from "../../src/index.ts";

const x = tensor([1, 2, 3]);

describe("a compiled function that is traced again", () => {
  it("names the line of a number that has changed", () => {
    let factor = 2;
    const step = compile((input: Tensor) => input.multiply(factor).sum(), { debug: true });
    expect(step(x).dataSync()[0]).toBe(12);
    expect(step(x).dataSync()[0]).toBe(12);
    factor = 3;
    expect(() => step(x)).toThrow(TracingError);
    expect(() => step(x)).toThrow(
      /constant made at .*retrace\.test\.ts:\d+:\d+ had .*"value":2.* and now has .*"value":3/,
    );
    factor = 2;
    expect(step(x).dataSync()[0]).toBe(12);
  });

  it("goes on with the old number where it is not asked to look", () => {
    let factor = 2;
    const step = compile((input: Tensor) => input.multiply(factor).sum());
    step(x);
    factor = 3;
    expect(step(x).dataSync()[0]).toBe(12);
  });

  it("names other differences: operations, inputs, results, parameters, tensors from outside", () => {
    const [a, b] = [new Parameter([1, 1, 1]), new Parameter([2, 2, 2])];
    const [c, d] = [tensor([1, 1, 1]), tensor([2, 2, 2])];
    const variants: readonly [RegExp, (input: Tensor) => Tensor | Tensor[], (input: Tensor) => Tensor | Tensor[]][] = [
      [/where it had exp it has tanh at .*retrace/, (input) => input.exp(), (input) => input.tanh()],
      [/a exp was added at/, (input) => input.exp(), (input) => input.exp().exp()],
      [/the exp made at .* is gone/, (input) => input.exp().exp(), (input) => input.exp()],
      [/takes other inputs/, (input) => input.subtract(input.exp()), (input) => input.exp().subtract(input)],
      [/its results are other values/, (i) => ((e) => [e, i.add(e)])(i.exp()), (i) => ((e) => [i.add(e), e])(i.exp())],
      [/had 1 tensors in its result and now has 2/, (input) => input.exp(), (input) => [input.exp(), input]],
      [/another parameter/, (input) => input.add(a.value), (input) => input.add(b.value)],
      [/had 1 parameters and now has 2/, (i) => i.add(a.value), (i) => i.add(a.value).add(b.value)],
      [/another tensor from outside .*retrace/, (input) => input.add(c), (input) => input.add(d)],
    ];
    for (const [message, first, second] of variants) {
      let isFirst = true;
      const step = compile((input: Tensor) => (isFirst ? first : second)(input), { debug: true });
      step(x);
      expect(() => step(x)).not.toThrow();
      isFirst = false;
      expect(() => step(x)).toThrow(message);
    }
  });

  it("finds nothing in what may change: learning rates, random numbers, modes, shapes, steps", () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Dropout(0.5), new nn.Linear(4, 1));
    const optimizer = new optim.AdamW(model.parameters(), { learningRate: 0.1 });
    const step = compile(
      (input: Tensor) =>
        optimizer.minimize(() =>
          model
            .forward(input.add(random.normal([3])))
            .square()
            .mean(),
        ),
      { debug: true },
    );
    const batches = [
      tensor([[1, 2, 3]]),
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ];
    for (let index = 0; index < 6; index++) {
      optimizer.learningRate = 0.1 / (index + 1);
      if (index === 3) model.eval();
      for (const batch of batches) expect(Number.isFinite(step(batch).dataSync()[0])).toBe(true);
    }
  });
});

describe("arguments that are no tensors", () => {
  it("are the same where their values are, whatever objects hold them", () => {
    const step = compile((input: Tensor, { scale }: { scale: number[] }) => input.multiply(scale[0] ?? 0).sum());
    expect(step(x, { scale: [2, 1] }).dataSync()[0]).toBe(12);
    expect(step(x, { scale: [2, 1] }).dataSync()[0]).toBe(12);
    expect(step.traces).toHaveLength(1);
    expect(step(x, { scale: [3, 1] }).dataSync()[0]).toBe(18);
    expect(step.traces).toHaveLength(2);
  });

  it("are others once an object has been changed", () => {
    const step = compile((input: Tensor, options: { factor: number }) => input.multiply(options.factor).sum());
    const options = { factor: 2 };
    expect(step(x, options).dataSync()[0]).toBe(12);
    options.factor = 3;
    expect(step(x, options).dataSync()[0]).toBe(18);
  });

  it("are others where functions or objects of classes are, though they look alike", () => {
    const times = (factor: number) => (input: Tensor) => input.multiply(factor);
    const step = compile(({ input, change }: { input: Tensor; change: (input: Tensor) => Tensor }) =>
      change(input).sum(),
    );
    expect(step({ input: x, change: times(2) }).dataSync()[0]).toBe(12);
    expect(step({ input: x, change: times(3) }).dataSync()[0]).toBe(18);
  });

  it("are others where the same values stand in another structure", () => {
    const step = compile((input: Tensor, ...lists: number[][]) => input.multiply(lists.length).sum());
    expect(step(x, [1, 2]).dataSync()[0]).toBe(6);
    expect(step(x, [1], [2]).dataSync()[0]).toBe(12);
  });
});
