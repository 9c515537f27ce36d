/**
 * onnxruntime-web as a peer of the vocabulary: a model of one node a line. Inputs lie in the model, so that only results
 * are copied; constant folding and packing ahead are switched off (`../ort.ts` says more).
 */
import * as ort from "onnxruntime-web";
import type { Entrant, Given, OnnxNode, VocabularyPeer } from "../../vocabulary/line.ts";
import { onnxModel } from "../onnx.ts";

/** Its idle threads spin, longer than this when the machine is busy. It uses them for large tensors only. */
const restMilliseconds = 50;
const fewForThreads = 20_000;

export const peer: VocabularyPeer = {
  async start(threads) {
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = "error";
    // Starting it puts Node's Worker among the globals, which makes jax-js believe that it is in a browser
    const before = Object.getOwnPropertyDescriptor(globalThis, "Worker");
    await enterNode({ operator: "Exp" }, [{ shape: [1], data: Float32Array.of(0) }]);
    if (before === undefined) Reflect.deleteProperty(globalThis, "Worker");
  },
  async enter(line, inputs) {
    const described = typeof line.ort === "function" ? line.ort(inputs) : line.ort;
    if (described === undefined) return [];
    return [await enterNode(typeof described === "string" ? { operator: described } : described, inputs)];
  },
};

async function enterNode(node: OnnxNode, inputs: readonly Given[]): Promise<Entrant> {
  const { operator, attributes = {}, more = [], outputs, type, order = inputs.map((_, index) => index) } = node;
  const constants = more.flatMap((constant, index) =>
    constant === undefined
      ? []
      : [{ name: `c${index}`, shape: constant.shape ?? [constant.data.length], data: constant.data }],
  );
  const model = onnxModel({
    operator,
    attributes,
    inputs: [
      ...inputs.map(({ shape, data }, index) => ({
        name: `x${index}`,
        shape,
        data: node.longs?.includes(index) ? BigInt64Array.from(data, BigInt) : data,
      })),
      ...constants,
    ],
    takes: [
      ...order.map((index) => `x${index}`),
      ...more.map((constant, index) => (constant === undefined ? "" : `c${index}`)),
    ],
    outputs,
    outputType: type,
  });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "disabled",
    extra: { session: { disable_prepacking: "1" } },
  });
  let last: ArrayLike<number | bigint> = [];
  const largest = Math.max(0, ...inputs.map(({ data }) => data.length));
  return {
    name: "onnxruntime-web 1.30.0",
    run: async () => {
      last = (await session.run({})).y.data as ArrayLike<number | bigint>;
    },
    read: async () => {
      const numbers = last instanceof BigInt64Array ? Float64Array.from(last, Number) : (last as Float32Array);
      return node.isComplex ? numbers.filter((_, index) => index % 2 === 0) : numbers;
    },
    ...(largest < fewForThreads && largest > 0 ? {} : { restMilliseconds }),
    end: () => session.release(),
  };
}
