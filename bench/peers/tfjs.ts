/**
 * TensorFlow.js with its WebAssembly backend as a peer. In Node it has one thread: its own check returns false
 * there. Tried: setting the flag WASM_HAS_MULTITHREAD_SUPPORT by hand; starting then fails, because its workers
 * are blob: addresses, which Node's Worker does not load.
 */

import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { adamw, type HostArray, type Library, type Operation, type Prepared } from "../harness/library.ts";

export const peer: Library = {
  name: "tfjs-wasm 4.22.0",
  async start(threads) {
    setThreadsCount(threads);
    await tf.setBackend("wasm");
    await tf.ready();
  },
  async prepare({ operation, inputs }) {
    if (operation === "trainMlp") return trainMlp(inputs);
    if (operation === "addAndRead") return prepareAdd(inputs);
    const compute = operations[operation];
    if (compute === undefined) return undefined;
    const given = inputs.map(toTensor);
    let last: tf.Tensor | undefined;
    return {
      run: () => {
        last?.dispose();
        last = tf.tidy(() => compute(given[0], given[1], given[2]));
      },
      read: async () => last?.dataSync() ?? [],
    };
  },
};

const operations: Partial<Record<Operation, (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => tf.Tensor>> = {
  matmul: (a, b) => tf.matMul(a, b),
  matmulNT: (a, b) => tf.matMul(a, b, false, true),
  matmulTN: (a, b) => tf.matMul(a, b, true, false),
  exp: (x) => tf.exp(x),
  tanh: (x) => tf.tanh(x),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  softmax: (x) => tf.softmax(x),
  layerNorm: (x, weight, bias) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), weight), bias);
  },
  sumRows: (x) => tf.sum(x, -1),
  sumColumns: (x) => tf.sum(x, 0),
};

function toTensor({ data, shape }: HostArray): tf.Tensor {
  return tf.tensor(data, [...shape]);
}

function prepareAdd(inputs: readonly HostArray[]): Prepared {
  const [a, b] = inputs.map(toTensor);
  let last: ArrayLike<number> = [];
  return {
    run: () => {
      const sum = tf.add(a, b);
      last = sum.dataSync();
      sum.dispose();
    },
    read: async () => last,
  };
}

/** Its Adam, with the decay of AdamW in front of it. */
function trainMlp([x, classes, ...weights]: readonly HostArray[]): Prepared {
  const images = toTensor(x) as tf.Tensor2D;
  const labels = tf.oneHot(tf.tensor1d(Int32Array.from(classes.data), "int32"), weights[3].data.length);
  const variables = weights.map((weight) => tf.variable(toTensor(weight)));
  const [w1, b1, w2, b2] = variables;
  const optimizer = tf.train.adam(adamw.learningRate, adamw.beta1, adamw.beta2, adamw.epsilon);
  const kept = tf.scalar(1 - adamw.learningRate * adamw.weightDecay);
  const loss = (): tf.Scalar => {
    const hidden = tf.relu(tf.add(tf.matMul(images, w1 as tf.Tensor2D), b1));
    const logits = tf.add(tf.matMul(hidden as tf.Tensor2D, w2 as tf.Tensor2D), b2);
    return tf.losses.softmaxCrossEntropy(labels, logits);
  };
  let last = Number.NaN;
  return {
    run: () => {
      const value = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, variables);
        for (const variable of variables) variable.assign(tf.mul(variable, kept));
        optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
        return value;
      });
      last = value.dataSync()[0];
      value.dispose();
    },
    read: async () => [last],
  };
}
