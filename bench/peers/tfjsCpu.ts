/**
 * TensorFlow.js with its plain backend as a peer, for what its WebAssembly backend cannot do. Both live in one process:
 * the backend is switched for each run, which takes microseconds.
 */
import * as tf from "@tensorflow/tfjs";
import type { Library, Prepared } from "../harness/library.ts";
import { trainCnn } from "./tfjsNetworks.ts";

export const peer: Library = {
  name: "tfjs-cpu 4.22.0",
  async start() {
    await onBackend(() => undefined);
  },
  async prepare({ operation, inputs }) {
    if (operation !== "trainCnn") return undefined;
    const prepared: Prepared = await onBackend(() => trainCnn(inputs));
    return { run: () => onBackend(prepared.run), read: () => prepared.read() };
  },
};

async function onBackend<T>(act: () => T): Promise<T> {
  const usual = tf.getBackend();
  await tf.setBackend("cpu");
  try {
    return act();
  } finally {
    await tf.setBackend(usual);
  }
}
