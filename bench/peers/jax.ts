/**
 * jax-js as a peer, jitted. In Node it has one thread: its worker pool wants a page isolated across origins and a
 * global Worker (a comment in its parallel.ts says so).
 */
import { defaultDevice, init, jit, lax, nn, numpy as np } from "@jax-js/jax";
import type { HostArray, Library, Operation, Prepared } from "../harness/library.ts";
import { training } from "./jaxNetworks.ts";

type Values = ReturnType<typeof np.array>;

export const peer: Library = {
  name: "jax-js 0.1.25",
  async start() {
    await init("wasm");
    defaultDevice("wasm");
  },
  async prepare({ operation, inputs }) {
    const prepareTraining = training[operation];
    if (prepareTraining !== undefined) return prepareTraining(inputs);
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
  cumulativeSum: (x) => np.cumsum(x, -1),
  conv: (x, weight) => lax.conv(x, weight, [1, 1], "SAME"),
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
