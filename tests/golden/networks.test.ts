/**
 * A convolutional network and a transformer against PyTorch: gradients from equal states at each of 50 steps, and training
 * curves. Written with operations only; `make_golden.py` has the same lines.
 */
import { describe, expect, it } from "vitest";
import {
  arange,
  compile,
  concat,
  conv2d,
  gelu,
  maxPool,
  mean,
  nn,
  optim,
  Parameter,
  relu,
  type Shape,
  softmax,
  split,
  type Tensor,
  take,
  valueAndGrad,
  variance,
  where,
} from "../../src/index.ts";
import { at } from "../../src/support/invariant.ts";
import { tensorOf, toHostArray } from "../../src/tensor/hostArray.ts";
import { expectNear, golden, goldenNames, rowOf, tolerances } from "./golden.ts";

type Weights = Readonly<Record<string, Tensor>>;
type Loss = (weights: Weights, x: Tensor, y: Tensor) => Tensor;
type FloatDtype = keyof typeof tolerances;

const steps = 50;
const batchCount = 5;
const [width, heads] = [4, 2];

const networks: Readonly<Record<string, Loss>> = {
  cnn: (weights, x, y) => {
    const w = (name: string) => weightOf(weights, name);
    const channels = (name: string) => w(name).reshape([-1, 1, 1]);
    const normed = normalize(conv2d(x, w("conv1.weight"), { padding: 1 }), [0, 2, 3]);
    const first = maxPool(relu(normed.multiply(channels("norm.weight")).add(channels("norm.bias"))), [2, 2]);
    const second = conv2d(first, w("conv2.weight"), { stride: 2, padding: 1 }).add(channels("conv2.bias"));
    return nn.crossEntropy(linear(weights, "linear", relu(second).reshape([x.shape[0] ?? 0, -1])), y);
  },
  transformer: (weights, x, y) => {
    const norm = (name: string, state: Tensor): Tensor =>
      normalize(state, -1)
        .multiply(weightOf(weights, `${name}.weight`))
        .add(weightOf(weights, `${name}.bias`));
    const tokens = weightOf(weights, "tokens");
    const start: Tensor = take(tokens, x).add(weightOf(weights, "positions"));
    const attended: Tensor = start.add(
      linear(weights, "mixed", attend(linear(weights, "attention", norm("norm1", start)))),
    );
    const hidden = gelu(linear(weights, "up", norm("norm2", attended)));
    const last: Tensor = attended.add(linear(weights, "down", hidden));
    const logits = norm("norm3", last).matmul(tokens.matrixTranspose());
    return nn.crossEntropy(logits.reshape([-1, tokens.shape[0] ?? 0]), y.flatten());
  },
};

const optimizers: Readonly<Record<string, (parameters: readonly Parameter[]) => optim.Optimizer>> = {
  sgd: (parameters) => new optim.SGD(parameters, { learningRate: 0.1, momentum: 0.9 }),
  adamw: (parameters) => new optim.AdamW(parameters, { learningRate: 0.02 }),
};

describe.each(Object.entries(networks))("network %s", (name, lossOf) => {
  const batch = (step: number, dtype: FloatDtype): [Tensor, Tensor] => [
    tensorOf(rowOf(golden(`${name}.x`), step % batchCount, dtype)),
    tensorOf(rowOf(golden(`${name}.y`), step % batchCount, dtype)),
  ];
  const keys = goldenNames(`${name}.state.`);
  const state = (step: number, dtype: FloatDtype): Weights =>
    Object.fromEntries(keys.map((key) => [key, tensorOf(rowOf(golden(`${name}.state.${key}`), step, dtype))]));

  it.each(["f64", "f32"] as const)("has PyTorch's loss and gradients in %s at each of 50 states", async (dtype) => {
    const compiled = compile(valueAndGrad(lossOf));
    for (let step = 0; step < steps; step++) {
      const [loss, gradients] = compiled(state(step, dtype), ...batch(step, dtype));
      await expectNear(loss, rowOf(golden(`${name}.loss`), step), tolerances[dtype], `loss at step ${step}`);
      for (const key of keys) {
        const expected = rowOf(golden(`${name}.gradient.${key}`), step);
        const what = `gradient of ${key} at step ${step}`;
        await expectNear(weightOf(gradients, key), expected, tolerances[dtype], what);
      }
    }
  });

  it.each(Object.entries(optimizers))("follows PyTorch's curve with %s over 50 steps in f64", async (kind, make) => {
    const parameters = new Map(Object.entries(state(0, "f64")).map(([key, value]) => [key, new Parameter(value)]));
    const optimizer = make([...parameters.values()]);
    const values = (): Weights => Object.fromEntries([...parameters].map(([key, { value }]) => [key, value]));
    const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => lossOf(values(), x, y)));
    for (let index = 0; index < steps; index++) {
      const expected = rowOf(golden(`${name}.curve.${kind}`), index);
      await expectNear(step(...batch(index, "f64")), expected, tolerances.f64, `loss at step ${index}`);
    }
    for (const [key, { value }] of parameters) {
      const end = golden(`${name}.end.${kind}.${key}`);
      // The keys' bias moves all scores of a row alike: its gradient is rounding, which AdamW makes into whole steps
      const [given, expected] =
        key === "attention.bias" ? [withoutKeys(value), await toHostArray(withoutKeys(tensorOf(end)))] : [value, end];
      await expectNear(given, expected, tolerances.f64, `${key} at the end`);
    }
  });
});

function weightOf(weights: Weights, name: string): Tensor {
  return weights[name] ?? expect.fail(`no weight ${name}`);
}

/** Of queries, keys and values that stand side by side, the first and the last. */
function withoutKeys(x: Tensor): Tensor {
  const [queries, , values] = split(x, 3);
  return queries && values ? concat([queries, values]) : expect.fail("there are three parts");
}

function linear(weights: Weights, name: string, x: Tensor): Tensor {
  return x.matmul(weightOf(weights, `${name}.weight`).matrixTranspose()).add(weightOf(weights, `${name}.bias`));
}

/** Mean 0 and variance 1 along `axes`. */
function normalize(x: Tensor, axes: number | readonly number[]): Tensor {
  const centred = x.subtract(mean(x, axes, { keepDims: true }));
  return centred.divide(variance(x, axes, { keepDims: true }).add(1e-5).sqrt());
}

/** Causal attention over queries, keys and values that stand side by side: [batch, length, 3 · width]. */
function attend(x: Tensor): Tensor {
  const [batch = 0, length = 0] = x.shape;
  const byHead = (each: Tensor): Tensor =>
    each.reshape([batch, length, heads, width / heads]).permuteDims([0, 2, 1, 3]);
  const parts = split(x, 3, -1).map(byHead);
  const [q, k, v] = [at(parts, 0), at(parts, 1), at(parts, 2)];
  const scores: Tensor = q.matmul(k.matrixTranspose()).multiply(1 / Math.sqrt(width / heads));
  const places = arange(length);
  const isLater = places.reshape([1, length]).greater(places.reshape([length, 1]));
  const shape: Shape = [batch, length, width];
  return softmax(where(isLater, -Infinity, scores))
    .matmul(v)
    .permuteDims([0, 2, 1, 3])
    .reshape(shape);
}
