/**
 * TensorFlow.js with its WebAssembly backend as a peer. In Node it has one thread: its own check returns false
 * there. Tried: setting the flag WASM_HAS_MULTITHREAD_SUPPORT by hand; starting then fails, because its workers
 * are blob: addresses, which Node's Worker does not load.
 */

import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import type { HostArray, Library, Operation, Prepared } from "../harness/library.ts";
import { training } from "./tfjsNetworks.ts";

export const peer: Library = {
  name: "tfjs-wasm 4.22.0",
  async start(threads) {
    setThreadsCount(threads);
    await tf.setBackend("wasm");
    await tf.ready();
  },
  async prepare({ operation, inputs }) {
    const prepareTraining = training[operation];
    if (prepareTraining !== undefined) return prepareTraining(inputs);
    if (operation === "conv") return prepareConvolution(inputs);
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
  // It takes no axis from the end
  cumulativeSum: (x) => tf.cumsum(x, 1),
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

/** Its WebAssembly kernels take channels last only: both inputs are turned ahead, and the result where it is read. */
function prepareConvolution(inputs: readonly HostArray[]): Prepared {
  const x = tf.transpose(toTensor(inputs[0]), [0, 2, 3, 1]) as tf.Tensor4D;
  const weight = tf.transpose(toTensor(inputs[1]), [2, 3, 1, 0]) as tf.Tensor4D;
  let last: tf.Tensor4D | undefined;
  return {
    run: () => {
      last?.dispose();
      last = tf.conv2d(x, weight, 1, "same");
    },
    read: async () => tf.tidy(() => (last ? tf.transpose(last, [0, 3, 1, 2]).dataSync() : [])),
  };
}
