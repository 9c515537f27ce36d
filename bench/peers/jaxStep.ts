/**
 * The training step 2–16–1 with AdamW in jax-js, jitted whole, as its users would write it. It reads a value
 * after every step: without that its own time a step grows with the number of steps (5 ms at 20, 11 ms at 200,
 * 80 ms at 1,000), so this is the faster way for it.
 */
import { defaultDevice, init, jit, nn, numpy as np } from "@jax-js/jax";
import { adamwStep } from "./jaxAdamw.ts";

const adamw = { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2 };

type Values = ReturnType<typeof np.array>;

/** Prepares the step; the function returned runs `count` steps and gives the last loss. */
export async function prepareJaxStep(
  inputs: Float32Array<ArrayBuffer>,
  targets: Float32Array<ArrayBuffer>,
): Promise<(count: number) => Promise<number>> {
  await init("wasm");
  defaultDevice("wasm");
  const x = np.array(inputs).reshape([32, 2]);
  const y = np.array(targets).reshape([32, 1]);
  const start = (shape: number[], seed: number) =>
    np
      .array(
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 0.5 * Math.sin(12.9898 * i + seed)),
      )
      .reshape(shape);
  let parameters = [start([2, 16], 1), start([16], 2), start([16, 1], 3), start([1], 4)];
  let first = parameters.map((value) => np.zerosLike(value.ref));
  let second = parameters.map((value) => np.zerosLike(value.ref));
  let time = np.array(0);
  const step = jit(adamwStep(loss, adamw));
  return async (count) => {
    let last = Number.NaN;
    for (let index = 0; index < count; index++) {
      let value: Values;
      [value, parameters, first, second, time] = step(parameters, first, second, time, x.ref, y.ref);
      last = (await value.data())[0];
    }
    return last;
  };
}

function loss(parameters: Values[], x: Values, y: Values): Values {
  const [w1, b1, w2, b2] = parameters;
  const hidden = nn.relu(np.matmul(x, w1).add(b1));
  const logits = np.matmul(hidden, w2).add(b2);
  const softplus = np.log(np.add(1, np.exp(np.abs(logits.ref).neg())));
  return np.mean(np.maximum(logits.ref, 0).sub(logits.mul(y)).add(softplus));
}
