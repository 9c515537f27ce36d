/**
 * onnxruntime-web as a peer: WebAssembly, with as many threads as it is given (they work in Node). Its sessions
 * copy inputs in and results out at every run. The inputs are kept in the model instead, so that only results
 * are copied; constant folding and packing weights ahead are switched off, else nothing would be left to compute.
 */
import * as ort from "onnxruntime-web";
import type { HostArray, Library, Operation, Prepared } from "../harness/library.ts";
import { type OneNode, onnxModel } from "./onnx.ts";

/** Its idle threads spin, longer than this when the machine is busy. */
const restMilliseconds = 50;

export const peer: Library = {
  name: "onnxruntime-web 1.30.0",
  async start(threads) {
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = "error";
    // Starting it puts Node's Worker among the globals, which makes jax-js believe that it is in a browser
    const before = Object.getOwnPropertyDescriptor(globalThis, "Worker");
    await prepareNode({
      operator: "Exp",
      inputs: [{ name: "x", shape: [1], data: Float32Array.of(0) }],
      outputRank: 1,
    });
    if (before === undefined) Reflect.deleteProperty(globalThis, "Worker");
  },
  async prepare({ operation, inputs }) {
    if (operation === "addAndRead") return prepareAdd(inputs);
    const node = nodes[operation]?.(inputs);
    return node === undefined ? undefined : prepareNode(node);
  },
};

/** It cannot train, and an addition of what is given at run time has a session of its own. */
const nodes: Partial<Record<Operation, (inputs: readonly HostArray[]) => OneNode>> = {
  matmul: (inputs) => ({ operator: "MatMul", inputs: named(inputs), outputRank: 2 }),
  matmulNT: (inputs) => ({ operator: "Gemm", inputs: named(inputs), attributes: { transB: 1 }, outputRank: 2 }),
  matmulTN: (inputs) => ({ operator: "Gemm", inputs: named(inputs), attributes: { transA: 1 }, outputRank: 2 }),
  exp: (inputs) => ({ operator: "Exp", inputs: named(inputs), outputRank: 1 }),
  tanh: (inputs) => ({ operator: "Tanh", inputs: named(inputs), outputRank: 1 }),
  gelu: (inputs) => ({ operator: "Gelu", inputs: named(inputs), outputRank: 1 }),
  softmax: (inputs) => ({ operator: "Softmax", inputs: named(inputs), attributes: { axis: -1 }, outputRank: 2 }),
  layerNorm: (inputs) => ({
    operator: "LayerNormalization",
    inputs: named(inputs),
    attributes: { axis: -1, epsilon: 1e-5 },
    outputRank: 2,
  }),
  // Its axis is a number, not a list as ReduceSum's
  cumulativeSum: (inputs) => ({
    operator: "CumSum",
    inputs: [...named(inputs), { name: "axis", shape: [], data: BigInt64Array.of(1n) }],
    outputRank: 2,
  }),
  conv: (inputs) => {
    const around = ((inputs[1]?.shape[2] ?? 1) - 1) / 2;
    return { operator: "Conv", inputs: named(inputs), attributes: { pads: new Array(4).fill(around) }, outputRank: 4 };
  },
  sumRows: (inputs) => sum(inputs, 1n),
  sumColumns: (inputs) => sum(inputs, 0n),
};

function named(inputs: readonly HostArray[]): OneNode["inputs"] {
  return inputs.map(({ shape, data }, index) => ({ name: `x${index}`, shape, data }));
}

function sum(inputs: readonly HostArray[], axis: bigint): OneNode {
  const axes = { name: "axes", shape: [1], data: BigInt64Array.of(axis) };
  return { operator: "ReduceSum", inputs: [...named(inputs), axes], attributes: { keepdims: 0 }, outputRank: 1 };
}

async function prepareNode(node: OneNode): Promise<Prepared> {
  const session = await ort.InferenceSession.create(onnxModel(node), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "disabled",
    extra: { session: { disable_prepacking: "1" } },
  });
  let last: ArrayLike<number> = [];
  return {
    run: async () => {
      last = (await session.run({})).y.data as Float32Array;
    },
    read: async () => last,
    restMilliseconds,
  };
}

async function prepareAdd(inputs: readonly HostArray[]): Promise<Prepared> {
  const [a, b] = inputs.map(({ data, shape }) => new ort.Tensor("float32", data, shape));
  const session = await ort.InferenceSession.create(
    onnxModel({ operator: "Add", inputs: [], given: ["a", "b"], outputRank: 1 }),
    { executionProviders: ["wasm"] },
  );
  let last: ArrayLike<number> = [];
  return {
    run: async () => {
      last = (await session.run({ a, b })).y.data as Float32Array;
    },
    read: async () => last,
    restMilliseconds,
  };
}
