/**
 * The networks of the rows of training in TensorFlow.js. `trainCnn` is left to its plain backend (`tfjsCpu.ts`): the
 * WebAssembly one has no Conv2DBackpropFilter.
 */
import * as tf from "@tensorflow/tfjs";
import { adamw, gptHeads, type HostArray, type Operation, type Prepared, sgd } from "../harness/library.ts";

type Loss = (weights: readonly tf.Variable[]) => tf.Scalar;

/** How each is prepared. */
export const training: Partial<Record<Operation, (inputs: readonly HostArray[]) => Prepared>> = {
  trainMlp: ([x, classes, ...weights]) => {
    const images = toTensor(x) as tf.Tensor2D;
    const labels = oneHot(classes, weights[3].data.length);
    return trainAdamw(weights, ([w1, b1, w2, b2]) => {
      const hidden = tf.relu(tf.add(tf.matMul(images, w1 as tf.Tensor2D), b1));
      const logits = tf.add(tf.matMul(hidden as tf.Tensor2D, w2 as tf.Tensor2D), b2);
      return tf.losses.softmaxCrossEntropy(labels, logits);
    });
  },
  // An embedding by one-hot rows: the gradient of tf.gather needs UnsortedSegmentSum, which the backend does not have
  trainGpt: ([tokens, targets, ...weights]) => {
    const vocabulary = weights[0].shape[0];
    const [inputs, labels] = [oneHot(tokens, vocabulary), oneHot(targets, vocabulary)];
    return trainAdamw(weights, (variables) => gptLoss(variables, inputs, labels, tokens.shape));
  },
};

/** One step of `trainCnn` on any backend that has its kernels. */
export function trainCnn([x, classes, ...weights]: readonly HostArray[]): Prepared {
  const images = tf.transpose(toTensor(x), [0, 2, 3, 1]) as tf.Tensor4D;
  const labels = oneHot(classes, weights[5].data.length);
  const optimizer = tf.train.sgd(sgd.learningRate);
  const variables = weights.map((weight) =>
    tf.variable(weight.shape.length === 4 ? tf.transpose(toTensor(weight), [2, 3, 1, 0]) : toTensor(weight)),
  );
  const [w1, b1, w2, b2, w3, b3] = variables;
  const loss = (): tf.Scalar => {
    const convolve = (state: tf.Tensor4D, weight: tf.Variable, bias: tf.Variable): tf.Tensor4D =>
      tf.relu(tf.add(tf.conv2d(state, weight as tf.Tensor4D, 2, "same"), bias));
    const state = convolve(convolve(images, w1, b1), w2, b2);
    // Weights are those of channels first
    const rows = tf.reshape(tf.transpose(state, [0, 3, 1, 2]), [images.shape[0], -1]) as tf.Tensor2D;
    return tf.losses.softmaxCrossEntropy(labels, tf.add(tf.matMul(rows, w3 as tf.Tensor2D), b3));
  };
  return reading(variables, loss, (grads) => optimizer.applyGradients(grads));
}

function gptLoss(
  [tokens, positions, ...weights]: readonly tf.Variable[],
  inputs: tf.Tensor,
  labels: tf.Tensor,
  [batch, length]: readonly number[],
): tf.Scalar {
  const width = positions.shape[1] ?? 0;
  const linear = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
    tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias);
  const norm = (x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), scale), bias);
  };
  const isLater = tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0));
  const attend = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
    const byHead = (part: tf.Tensor): tf.Tensor =>
      tf.transpose(tf.reshape(part, [batch, length, gptHeads, width / gptHeads]), [0, 2, 1, 3]);
    const [q, k, v] = tf.split(linear(x, weight, bias), 3, -1).map(byHead);
    const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / gptHeads));
    const shares = tf.softmax(tf.add(scores, tf.mul(isLater, -1e30)));
    return tf.reshape(tf.transpose(tf.matMul(shares, v), [0, 2, 1, 3]), [batch * length, width]);
  };
  const gelu = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const embedded = tf.matMul(inputs as tf.Tensor2D, tokens as tf.Tensor2D);
  let state = tf.reshape(tf.add(tf.reshape(embedded, [batch, length, width]), positions), [batch * length, width]);
  for (let start = 0; start < weights.length - 3; start += 12) {
    const [s1, b1, w, b, out, outBias, s2, b2, up, upBias, down, downBias] = weights.slice(start, start + 12);
    state = tf.add(state, linear(attend(norm(state, s1, b1), w, b), out, outBias));
    state = tf.add(state, linear(gelu(linear(norm(state, s2, b2), up, upBias)), down, downBias));
  }
  const [scale, bias, head] = weights.slice(-3);
  const logits = tf.matMul(norm(state, scale, bias) as tf.Tensor2D, head as tf.Tensor2D);
  return tf.losses.softmaxCrossEntropy(labels, logits);
}

/** Its Adam, with the decay of AdamW in front of it. */
function trainAdamw(weights: readonly HostArray[], loss: Loss): Prepared {
  const variables = weights.map((weight) => tf.variable(toTensor(weight)));
  const optimizer = tf.train.adam(adamw.learningRate, adamw.beta1, adamw.beta2, adamw.epsilon);
  const kept = tf.scalar(1 - adamw.learningRate * adamw.weightDecay);
  return reading(variables, loss, (grads) => {
    for (const variable of variables) variable.assign(tf.mul(variable, kept));
    optimizer.applyGradients(grads);
  });
}

function reading(
  variables: tf.Variable[],
  loss: Loss,
  apply: (gradients: { name: string; tensor: tf.Tensor }[]) => void,
): Prepared {
  let last = Number.NaN;
  return {
    run: () => {
      const value = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => loss(variables), variables);
        apply(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
        return value;
      });
      last = value.dataSync()[0];
      value.dispose();
    },
    read: async () => [last],
  };
}

function toTensor({ data, shape }: HostArray): tf.Tensor {
  return tf.tensor(data, [...shape]);
}

/** [elements, count], whatever the shape. */
function oneHot({ data }: HostArray, count: number): tf.Tensor {
  return tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(data), "int32"), count), "float32");
}
