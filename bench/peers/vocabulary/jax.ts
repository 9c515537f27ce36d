/** jax-js as a peer of the vocabulary, jitted; one thread in Node (`../jax.ts` says why). */
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  random,
  scipySpecial,
  tree,
} from "@jax-js/jax";
import type { Call, Entrant, Given, VocabularyPeer } from "../../vocabulary/line.ts";
import { callOf, functionAt, ordered, picked } from "./calls.ts";

type Values = ReturnType<typeof np.array>;
const library = { np, nn, lax, random, scipySpecial };

export const peer: VocabularyPeer = {
  async start() {
    await init("wasm");
    defaultDevice("wasm");
  },
  async enter(line, inputs) {
    const call = callOf(line.jax, inputs);
    if (call === undefined) return [];
    const entrant = enterCall(call, inputs, jit);
    try {
      await entrant.run();
      return [entrant];
    } catch {
      // Some of its routines run outside of what it jits only
      return [enterCall(call, inputs, (compute) => compute)];
    }
  },
};

type Compute = (...values: Values[]) => Values;

function enterCall(call: Call, inputs: readonly Given[], wrap: (compute: Compute) => Compute): Entrant {
  const compute = functionAt(library, call.of);
  const given = call.inputs === "key" ? [random.key(5)] : ordered(call, inputs).map(toArray);
  const wrapped = wrap((...values) => compute(...argumentsOf(call, values)) as Values);
  let last: Values | undefined;
  const free = (): void => {
    if (last !== undefined) tree.dispose(last);
  };
  return {
    name: "jax-js 0.1.25",
    run: async () => {
      free();
      last = wrapped(...given.map((each) => each.ref));
      await blockUntilReady(last);
    },
    read: async () => (await (picked(last, call.pick) as Values).ref.data()) as ArrayLike<number>,
    end: () => {
      free();
      for (const each of given) each.dispose();
    },
  };
}

function argumentsOf({ inputs, more = [] }: Call, values: readonly Values[]): unknown[] {
  if (inputs === "list") return [values, ...more];
  if (inputs === "last") return [...more, ...values];
  if (inputs === "complex") return [{ real: values[0], imag: values[1] }, ...more];
  return [...values, ...more];
}

function toArray({ data, shape }: Given): Values {
  if (data instanceof Uint8Array) return np.notEqual(np.array(Int32Array.from(data)).reshape([...shape]), 0);
  return np.array(data).reshape([...shape]);
}
