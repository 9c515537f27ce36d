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
