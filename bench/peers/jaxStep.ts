/**
 * The training step 2–16–1 with AdamW in jax-js, jitted whole, as its users would write it. It reads a value
 * after every step: without that its own time a step grows with the number of steps (5 ms at 20, 11 ms at 200,
 * 80 ms at 1,000), so this is the faster way for it.
 */
import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;
const learningRate = 1e-2;
const weightDecay = 1e-2;

type Values = ReturnType<typeof np.array>;

/** Prepares the step; the function returned runs `count` steps and gives the last loss. */
export async function prepareJaxStep(
  inputs: Float32Array,
  targets: Float32Array,
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
  const step = jit(adamwStep);
  return async (count) => {
    let last = Number.NaN;
    for (let index = 0; index < count; index++) {
      let loss: Values;
      [loss, parameters, first, second, time] = step(parameters, first, second, time, x.ref, y.ref);
      last = (await loss.data())[0];
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

function adamwStep(parameters: Values[], first: Values[], second: Values[], time: Values, x: Values, y: Values) {
  const [value, gradients] = valueAndGrad(loss)(
    parameters.map((each) => each.ref),
    x,
    y,
  );
  const now = time.add(1);
  const correction1 = np.subtract(1, np.exp(now.ref.mul(Math.log(beta1))));
  const correction2 = np.subtract(1, np.exp(now.ref.mul(Math.log(beta2))));
  const newParameters: Values[] = [];
  const newFirst: Values[] = [];
  const newSecond: Values[] = [];
  parameters.forEach((parameter, index) => {
    const gradient = gradients[index];
    const m = first[index].mul(beta1).add(gradient.ref.mul(1 - beta1));
    const v = second[index].mul(beta2).add(gradient.ref.mul(gradient).mul(1 - beta2));
    const update = m.ref.div(correction1.ref).div(np.sqrt(v.ref.div(correction2.ref)).add(epsilon));
    newParameters.push(parameter.mul(1 - learningRate * weightDecay).sub(update.mul(learningRate)));
    newFirst.push(m);
    newSecond.push(v);
  });
  correction1.dispose();
  correction2.dispose();
  return [value, newParameters, newFirst, newSecond, now];
}
