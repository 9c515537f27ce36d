/** Small networks against PyTorch: gradients from equal states at each of 50 steps, and training curves. */
import { describe, expect, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { type HostArray, tensorOf } from "../../src/tensor/hostArray.ts";
import type { Parameter } from "../../src/tensor/parameter.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { compile } from "../../src/transforms/compile.ts";
import { gradientsOf } from "../../src/transforms/gradient.ts";
import { expectNear, golden, rowOf, tolerances } from "./golden.ts";

type FloatDtype = keyof typeof tolerances;

const steps = 50;
const batchCount = 5;

const networks = {
  classify: {
    make: (dtype: FloatDtype) =>
      new nn.Sequential(new nn.Linear(3, 6, { dtype }), new nn.ReLU(), new nn.Linear(6, 3, { dtype })),
    loss: nn.crossEntropy,
  },
  tanh: {
    make: (dtype: FloatDtype) =>
      new nn.Sequential(new nn.Linear(3, 6, { dtype }), new nn.Tanh(), new nn.Linear(6, 1, { dtype })),
    loss: nn.binaryCrossEntropyWithLogits,
  },
  regress: {
    make: (dtype: FloatDtype) =>
      new nn.Sequential(new nn.Linear(3, 6, { dtype }), new nn.GELU(), new nn.Linear(6, 2, { dtype })),
    loss: nn.mseLoss,
  },
};

const optimizers: Readonly<Record<string, (parameters: readonly Parameter[]) => optim.Optimizer>> = {
  sgd: (parameters) => new optim.SGD(parameters, { learningRate: 0.1, momentum: 0.9 }),
  nesterov: (parameters) =>
    new optim.SGD(parameters, { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  dampened: (parameters) => new optim.SGD(parameters, { learningRate: 0.1, momentum: 0.8, dampening: 0.3 }),
  adam: (parameters) => new optim.Adam(parameters, { learningRate: 0.01, weightDecay: 0.02 }),
  adamw: (parameters) => new optim.AdamW(parameters, { learningRate: 0.02 }),
  clipped: (parameters) => new optim.SGD(parameters, { learningRate: 0.1, momentum: 0.9, clipNorm: 0.1 }),
};

function load(model: nn.Module, prefix: string, select: (array: HostArray) => HostArray): void {
  model.loadStateDictionary(
    new Map([...model.namedParameters().keys()].map((name) => [name, tensorOf(select(golden(prefix + name)))])),
  );
}

describe.each(Object.entries(networks))("network %s", (name, { make, loss: lossOf }) => {
  const batch = (step: number, dtype: FloatDtype) =>
    [rowOf(golden(`${name}.x`), step % batchCount, dtype), rowOf(golden(`${name}.y`), step % batchCount, dtype)].map(
      tensorOf,
    ) as [Tensor, Tensor];

  it.each(["f64", "f32"] as const)("has PyTorch's loss and gradients in %s at each of 50 states", async (dtype) => {
    const model = make(dtype);
    const compiled = compile((x: Tensor, y: Tensor) => {
      const values = model.parameters().map((parameter) => parameter.value);
      const loss = lossOf(model.forward(x), y);
      return { loss, gradients: gradientsOf(loss, values) };
    });
    for (let step = 0; step < steps; step++) {
      load(model, `${name}.${dtype}.state.`, (states) => rowOf(states, step));
      const { loss, gradients } = compiled(...batch(step, dtype));
      await expectNear(loss, rowOf(golden(`${name}.${dtype}.loss`), step), tolerances[dtype], `loss at step ${step}`);
      for (const [index, key] of [...model.namedParameters().keys()].entries()) {
        const gradient = gradients[index];
        if (gradient === undefined) return expect.fail(`no gradient of ${key}`);
        await expectNear(
          gradient,
          rowOf(golden(`${name}.${dtype}.gradient.${key}`), step),
          tolerances[dtype],
          `gradient of ${key} at step ${step}`,
        );
      }
    }
  });

  it.each(Object.keys(optimizers))("follows PyTorch's curve with %s over 50 steps in f64", async (kind) => {
    const model = make("f64");
    load(model, `${name}.f64.state.`, (states) => rowOf(states, 0));
    const optimizer = optimizers[kind]?.(model.parameters());
    if (optimizer === undefined) return expect.fail(`no optimizer ${kind}`);
    const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => lossOf(model.forward(x), y)));
    for (let index = 0; index < steps; index++) {
      await expectNear(
        step(...batch(index, "f64")),
        rowOf(golden(`${name}.curve.${kind}`), index),
        tolerances.f64,
        `loss at step ${index}`,
      );
    }
    if (kind === "clipped") return;
    for (const [key, parameter] of model.namedParameters()) {
      await expectNear(parameter.value, golden(`${name}.end.${kind}.${key}`), tolerances.f64, `${key} at the end`);
    }
  });
});
