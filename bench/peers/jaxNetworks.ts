/** The networks of the rows of training in jax-js, as its users would write them: a step is one function to jit. */
import { jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { adamw, gptHeads, type HostArray, type Operation, type Prepared, sgd } from "../harness/library.ts";
import { adamwStep } from "./jaxAdamw.ts";

type Values = ReturnType<typeof np.array>;
type Loss = (parameters: Values[], inputs: Values, targets: Values) => Values;

/** How each is prepared. */
export const training: Partial<Record<Operation, (inputs: readonly HostArray[]) => Prepared>> = {
  trainMlp: ([x, classes, ...weights]) =>
    trainAdamw(mlpLoss, weights, toArray(x), oneHot(classes, weights[3].data.length)),
  trainCnn: ([x, classes, ...weights]) =>
    trainSgd(cnnLoss, weights, toArray(x), oneHot(classes, weights[5].data.length)),
  // An embedding by one-hot rows: the gradient of np.take is a scatter, which it computes outside of its kernels
  trainGpt: ([tokens, targets, ...weights]) => {
    const vocabulary = weights[0].shape[0];
    return trainAdamw(gptLoss, weights, oneHot(tokens, vocabulary), oneHot(targets, vocabulary));
  },
};

const mlpLoss: Loss = ([w1, b1, w2, b2], inputs, targets) => {
  const logits = np.matmul(nn.relu(np.matmul(inputs, w1).add(b1)), w2).add(b2);
  return crossEntropy(logits, targets);
};

const cnnLoss: Loss = ([w1, b1, w2, b2, w3, b3], inputs, targets) => {
  const convolve = (x: Values, weight: Values, bias: Values): Values =>
    nn.relu(lax.conv(x, weight, [2, 2], "SAME").add(bias.reshape([-1, 1, 1])));
  const state = convolve(convolve(inputs, w1, b1), w2, b2);
  const rows = state.reshape([state.shape[0], -1]);
  return crossEntropy(np.matmul(rows, w3).add(b3), targets);
};

const gptLoss: Loss = ([tokens, positions, ...weights], inputs, targets) => {
  const norm = (x: Values, scale: Values, bias: Values): Values =>
    nn.standardize(x, -1, { epsilon: 1e-5 }).mul(scale).add(bias);
  const linear = (x: Values, weight: Values, bias: Values): Values => np.matmul(x, weight).add(bias);
  const attend = (x: Values, weight: Values, bias: Values): Values => {
    const [batch, length, width] = x.shape;
    const parts = np.split(linear(x, weight, bias), 3, -1);
    const [q, k, v] = parts.map((part) => part.reshape([batch, length, gptHeads, width / gptHeads]));
    return nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([batch, length, width]);
  };
  let state = np.matmul(inputs, tokens).add(positions);
  for (let start = 0; start < weights.length - 3; start += 12) {
    const [s1, b1, w, b, out, outBias, s2, b2, up, upBias, down, downBias] = weights.slice(start, start + 12);
    state = state.ref.add(linear(attend(norm(state, s1, b1), w, b), out, outBias));
    const hidden = nn.gelu(linear(norm(state.ref, s2, b2), up, upBias), { approximate: false });
    state = state.add(linear(hidden, down, downBias));
  }
  const [scale, bias, head] = weights.slice(-3);
  return crossEntropy(np.matmul(norm(state, scale, bias), head), targets);
};

function crossEntropy(logits: Values, targets: Values): Values {
  return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(targets), -1)).neg();
}

function trainAdamw(loss: Loss, weights: readonly HostArray[], inputs: Values, targets: Values): Prepared {
  let parameters = weights.map(toArray);
  let first = parameters.map((value) => np.zerosLike(value.ref));
  let second = parameters.map((value) => np.zerosLike(value.ref));
  let time = np.array(0);
  const step = jit(adamwStep(loss, adamw));
  return reading(() => {
    let value: Values;
    [value, parameters, first, second, time] = step(parameters, first, second, time, inputs.ref, targets.ref);
    return value;
  });
}

function trainSgd(loss: Loss, weights: readonly HostArray[], inputs: Values, targets: Values): Prepared {
  let parameters = weights.map(toArray);
  const step = jit((given: Values[], x: Values, y: Values): [Values, Values[]] => {
    const [value, gradients] = valueAndGrad(loss)(
      given.map((each) => each.ref),
      x,
      y,
    );
    return [value, given.map((each, index) => each.sub(gradients[index].mul(sgd.learningRate)))];
  });
  return reading(() => {
    let value: Values;
    [value, parameters] = step(parameters, inputs.ref, targets.ref);
    return value;
  });
}

function reading(step: () => Values): Prepared {
  let last = Number.NaN;
  return {
    run: async () => {
      last = (await step().data())[0];
    },
    read: async () => [last],
  };
}

function toArray({ data, shape }: HostArray): Values {
  return np.array(data).reshape([...shape]);
}

function oneHot({ data, shape }: HostArray, count: number): Values {
  return nn.oneHot(np.array(Int32Array.from(data)).reshape([...shape]), count);
}
