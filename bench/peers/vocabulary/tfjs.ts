/**
 * TensorFlow.js as a peer of the vocabulary: with its WebAssembly backend (one thread in Node, `../tfjs.ts` says why),
 * and where that lacks a kernel, with its plain one. Both live in one process; switching takes microseconds.
 */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import type { Call, Entrant, Given, Line, VocabularyPeer } from "../../vocabulary/line.ts";
import { callOf, functionAt, ordered, picked } from "./calls.ts";

const usual = "wasm";

export const peer: VocabularyPeer = {
  async start(threads) {
    setThreadsCount(threads);
    await tf.setBackend("cpu");
    await tf.setBackend(usual);
    await tf.ready();
  },
  async enter(line: Line, inputs) {
    const call = callOf(line.tf, inputs);
    if (call === undefined) return [];
    try {
      return [await enterOn(usual, call, inputs)];
    } catch {
      return [await enterOn("cpu", call, inputs)];
    }
  },
};

async function enterOn(backend: string, call: Call, inputs: readonly Given[]): Promise<Entrant> {
  const compute = functionAt(tf, call.of);
  const given = await onBackend(backend, () => prepareInputs(call, inputs));
  let last: tf.Tensor | undefined;
  const run = (): void => {
    last?.dispose();
    last = tf.tidy(() => picked(compute(...given), call.pick) as tf.Tensor);
  };
  const onIts = backend === usual ? (act: () => unknown) => act() : (act: () => unknown) => onBackend(backend, act);
  const entrant: Entrant = {
    name: `tfjs-${backend} 4.22.0`,
    run: () => onIts(run),
    read: async () => (await onIts(() => numbersOf(last, call))) as ArrayLike<number>,
    end: () => onIts(() => tf.dispose([last, given])),
  };
  try {
    await entrant.run();
  } catch (error) {
    tf.dispose(given);
    throw error;
  }
  return entrant;
}

/** Scopes would walk along every element of what they give: only the tensor is made in one. */
function numbersOf(result: tf.Tensor, { channelsLast, magnitude }: Call): ArrayLike<number> {
  const turned = tf.tidy(() => {
    if (result.dtype === "complex64") return tf.real(result);
    if (magnitude) return tf.abs(result);
    return channelsLast && result.rank === 4 ? tf.transpose(result, [0, 3, 1, 2]) : tf.clone(result);
  });
  const numbers = turned.dataSync();
  turned.dispose();
  return numbers;
}

function prepareInputs(call: Call, inputs: readonly Given[]): unknown[] {
  const tensors = ordered(call, inputs).map((input) => {
    const tensor = toTensor(input);
    return call.channelsLast && tensor.rank === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
  });
  const more = call.more ?? [];
  if (call.inputs === "list") return [tensors, ...more];
  if (call.inputs === "last") return [...more, ...tensors];
  if (call.inputs === "complex") return [tf.complex(tensors[0], tensors[1]), ...more];
  return [...tensors, ...more];
}

function toTensor({ data, shape }: Given): tf.Tensor {
  const dtype = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool";
  return tf.tensor(data, [...shape], dtype);
}

async function onBackend<T>(name: string, act: () => T): Promise<T> {
  await tf.setBackend(name);
  try {
    return act();
  } finally {
    await tf.setBackend(usual);
  }
}
