/**
 * onnxruntime-node as a peer of the native device: machine code, with as many threads as it is given. Inputs are given at every
 * run, where they lie, and results are written into memory that is there already: nothing is copied. Neither of them is known
 * ahead, as for the others: weights that never change could be packed once, which is another question than these rows ask.
 */
import * as ort from "onnxruntime-node";
import type { Prepared, Problem } from "../native/problem.ts";
import { type OneNode, onnxModel } from "./onnx.ts";

type Options = Readonly<Record<string, number>>;
type Node = Pick<OneNode, "operator" | "attributes">;

/** Its idle threads spin for a while. */
const restMilliseconds = 50;

/** It runs networks and does not train them. */
const nodes: { readonly [operation: string]: (options: Options) => Node } = {
  matmul: () => ({ operator: "MatMul" }),
  matmulNT: () => ({ operator: "Gemm", attributes: { transB: 1 } }),
  matmulTN: () => ({ operator: "Gemm", attributes: { transA: 1 } }),
  conv: ({ stride = 1, padding = 0, groups = 1 }) => ({
    operator: "Conv",
    attributes: { strides: [stride, stride], pads: [padding, padding, padding, padding], group: groups },
  }),
  softmax: () => ({ operator: "Softmax", attributes: { axis: -1 } }),
  gelu: () => ({ operator: "Gelu" }),
  layerNorm: () => ({ operator: "LayerNormalization", attributes: { axis: -1, epsilon: 1e-5 } }),
};

/** `problem` in a session of its own with `threads` threads; undefined where it cannot do it. */
export async function prepare(
  { operation, options = {}, inputs }: Problem,
  threads: number,
): Promise<Prepared | undefined> {
  const node = nodes[operation]?.(options);
  if (node === undefined) return undefined;
  const given = inputs.map((_, index) => `x${index}`);
  const session = await ort.InferenceSession.create(onnxModel({ ...node, inputs: [], given }), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
  });
  const feeds = Object.fromEntries(
    inputs.map(({ data, shape }, index) => [`x${index}`, new ort.Tensor("float32", Float32Array.from(data), shape)]),
  );
  const first = (await session.run(feeds))["y"];
  if (first === undefined) throw new Error(`${operation} has no result.`);
  const result = new ort.Tensor("float32", new Float32Array(first.size), first.dims);
  return {
    run: () => session.run(feeds, { y: result }),
    read: async () => result.data as Float32Array,
    restMilliseconds,
  };
}
