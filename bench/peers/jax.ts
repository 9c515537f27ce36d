/**
 * jax-js as a peer, jitted. In Node it has one thread: its worker pool wants a page isolated across origins and a
 * global Worker (a comment in its parallel.ts says so).
 */
import { defaultDevice, init, jit, nn, numpy as np } from "@jax-js/jax";
import { adamw, type HostArray, type Library, type Operation, type Prepared } from "../harness/library.ts";
import { adamwStep } from "./jaxAdamw.ts";

type Values = ReturnType<typeof np.array>;

export const peer: Library = {
  name: "jax-js 0.1.25",
  async start() {
    await init("wasm");
    defaultDevice("wasm");
  },
  async prepare({ operation, inputs }) {
    if (operation === "trainMlp") return trainMlp(inputs);
    if (operation === "addAndRead") return prepareAdd(inputs);
    const compute = operations[operation];
    if (compute === undefined) return undefined;
    const given = inputs.map(toArray);
    const jitted = jit(compute);
    let last: Values | undefined;
    return {
      run: async () => {
        last?.dispose();
        last = jitted(...given.map((each) => each.ref));
        await last.blockUntilReady();
      },
      read: async () => (await last?.ref.data()) ?? [],
    };
  },
};

/** A function consumes its arguments; `ref` is one more use. */
const operations: Partial<Record<Operation, (...given: Values[]) => Values>> = {
  matmul: (a, b) => np.matmul(a, b),
  matmulNT: (a, b) => np.matmul(a, np.transpose(b)),
  matmulTN: (a, b) => np.matmul(np.transpose(a), b),
  exp: (x) => np.exp(x),
  tanh: (x) => np.tanh(x),
  gelu: (x) => nn.gelu(x, { approximate: false }),
  softmax: (x) => nn.softmax(x, -1),
  layerNorm: (x, weight, bias) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias),
  sumRows: (x) => np.sum(x, 1),
  sumColumns: (x) => np.sum(x, 0),
};

function toArray({ data, shape }: HostArray): Values {
  return np.array(data).reshape([...shape]);
}

function prepareAdd(inputs: readonly HostArray[]): Prepared {
  const [a, b] = inputs.map(toArray);
  let last: ArrayLike<number> = [];
  return {
    run: () => {
      last = np.add(a.ref, b.ref).dataSync();
    },
    read: async () => last,
  };
}

function trainMlp([x, classes, ...weights]: readonly HostArray[]): Prepared {
  const images = toArray(x);
  const count = weights[3].data.length;
  const labels = nn.oneHot(np.array(Int32Array.from(classes.data)), count);
  const loss = (parameters: Values[], inputs: Values, targets: Values): Values => {
    const [w1, b1, w2, b2] = parameters;
    const logits = np.matmul(nn.relu(np.matmul(inputs, w1).add(b1)), w2).add(b2);
    return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(targets), 1)).neg();
  };
  let parameters = weights.map(toArray);
  let first = parameters.map((value) => np.zerosLike(value.ref));
  let second = parameters.map((value) => np.zerosLike(value.ref));
  let time = np.array(0);
  const step = jit(adamwStep(loss, adamw));
  let last = Number.NaN;
  return {
    run: async () => {
      let value: Values;
      [value, parameters, first, second, time] = step(parameters, first, second, time, images.ref, labels.ref);
      last = (await value.data())[0];
    },
    read: async () => [last],
  };
}
