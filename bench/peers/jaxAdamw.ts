/** A training step with AdamW in jax-js, as its users would write it: gradient and update in one function to jit. */
import { numpy as np, valueAndGrad } from "@jax-js/jax";

type Values = ReturnType<typeof np.array>;

/** Numbers of AdamW. */
export interface AdamwOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** The step down the gradient of `loss`, to be jitted. */
export function adamwStep(
  loss: (parameters: Values[], x: Values, y: Values) => Values,
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamwOptions,
) {
  return (
    parameters: Values[],
    first: Values[],
    second: Values[],
    time: Values,
    x: Values,
    y: Values,
  ): [Values, Values[], Values[], Values[], Values] => {
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
  };
}
