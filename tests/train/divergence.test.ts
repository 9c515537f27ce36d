/** Where a loss that is not finite began: step, layer, operation, line. */
import { describe, expect, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { sqrt } from "../../src/tensor/arithmetic.ts";
import { where } from "../../src/tensor/comparison.ts";
import { seed } from "../../src/tensor/generator.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { log } from "../../src/tensor/transcendental.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fitOptions.ts";
import { findNonFinite } from "../../src/transforms/nonFinite.ts";

type Batch = { readonly x: Tensor };

/** A layer that is fine until its input reaches zero. */
class Logarithm extends nn.Module {
  forward(x: Tensor): Tensor {
    return log(x);
  }
}

function scene(inner: nn.Module, changes: Partial<FitOptions<Batch>> = {}): FitOptions<Batch> {
  seed(3);
  const model = new nn.Sequential(inner, new nn.Dropout(0.1));
  const scale = new nn.Linear(1, 1);
  const whole = new nn.Sequential(model, scale);
  return {
    model: whole,
    optimizer: new optim.SGD(whole.parameters(), { learningRate: 0.01 }),
    loss: ({ x }) => whole.forward(x).square().mean(),
    batches: (epoch) => [1, 2, 3].map((step) => ({ x: tensor([[epoch === 2 && step === 2 ? 0 : 1], [2]]) })),
    epochs: 4,
    ...changes,
  };
}

describe("the place of a divergence", () => {
  it("is the layer and the line where a value first was infinite", async () => {
    const { stopped, divergence } = await fit(scene(new Logarithm()));
    expect(stopped).toBe("diverged");
    expect(divergence).toMatchObject({ epoch: 2, step: 2 });
    expect(divergence?.place).toMatchObject({
      phase: "forward",
      epoch: 2,
      step: 2,
      layer: "model.0.0",
      operation: "log",
      parameter: undefined,
    });
    expect(divergence?.place?.line).toMatch(/divergence\.test\.ts:\d+:\d+/);
    expect(divergence?.message).toMatch(
      /It began in epoch 2, step 2, on the way forward: "log" in layer model\.0\.0 \(.*divergence\.test\.ts:\d+:\d+\) gave the first/,
    );
  });

  it("leaves the weights of before that step, where no epoch was better", async () => {
    const options = scene(new Logarithm(), { epochs: 2 });
    await fit(options);
    for (const { value } of options.model.parameters())
      for (const weight of await value.data()) expect(weight).not.toBeNaN();
  });

  it("is the data, where they came with it", async () => {
    const batches = () => [{ x: tensor([[1], [2]]) }, { x: tensor([[NaN], [NaN]]) }];
    const { divergence } = await fit(scene(new nn.Tanh(), { batches }));
    expect(divergence?.place).toMatchObject({ phase: "data", epoch: 1, step: 2, operation: "x" });
    expect(divergence?.message).toContain('in the data: the batch\'s "x" holds a value that is not finite');
  });

  it("is the gradient, where the loss was finite: a root at zero, in the branch that is not taken", async () => {
    class Root extends nn.Module {
      readonly weight = new nn.Linear(1, 1, { bias: false });
      forward(x: Tensor): Tensor {
        const product = this.weight.forward(x);
        return where(x.equal(0), x, sqrt(product.multiply(product)));
      }
    }
    const { divergence } = await fit(scene(new Root()));
    // The loss shows it one step later: by then the weights are lost
    expect(divergence).toMatchObject({ epoch: 2, step: 3 });
    expect(divergence?.place).toMatchObject({ phase: "gradient", epoch: 2, step: 2, parameter: "0.0.weight.weight" });
    expect(divergence?.place?.layer).toBe("model.0.0");
    expect(divergence?.place?.line).toMatch(/divergence\.test\.ts/);
  });

  it("is the update, where loss and gradients were finite", async () => {
    const options = scene(new nn.Tanh(), { batches: () => [{ x: tensor([[1], [2]]) }] });
    const schedule = (step: number) => (step === 2 ? 3e38 : 0.01);
    const { divergence } = await fit({ ...options, schedule, loss: (batch) => options.loss(batch).multiply(1e4) });
    expect(divergence).toMatchObject({ epoch: 4 });
    expect(divergence?.place).toMatchObject({ phase: "update", epoch: 3, step: 1, operation: "SGD" });
  });

  it("is found with several batches a step, and from a moment that is some epochs back", async () => {
    const { divergence } = await fit(scene(new Logarithm(), { accumulate: 2 }));
    expect(divergence).toMatchObject({ epoch: 2, step: 1 });
    expect(divergence?.place).toMatchObject({ phase: "forward", operation: "log", epoch: 2, step: 1 });
  });

  it("is not named where it does not happen again, or nobody asks", async () => {
    let asked = 0;
    const batches = () => (++asked === 2 ? [{ x: tensor([[0], [0]]) }] : [{ x: tensor([[1], [2]]) }]);
    const { divergence } = await fit(scene(new Logarithm(), { batches }));
    expect(divergence).toMatchObject({ epoch: 2, step: 1 });
    expect(divergence?.place).toBeUndefined();
    expect((await fit(scene(new Logarithm(), { diagnose: false }))).divergence?.place).toBeUndefined();
  });
});

describe("findNonFinite()", () => {
  it("does not blame infinities that lead nowhere", async () => {
    const x = tensor([1, 0, 2]);
    const masked = where(tensor([true, false, true]), log(x), 0);
    expect(await findNonFinite([masked.sum()])).toBeUndefined();
    const bad = masked.add(sqrt(x.subtract(1)));
    expect((await findNonFinite([bad.sum()]))?.operation).toBe("sqrt");
  });
});
