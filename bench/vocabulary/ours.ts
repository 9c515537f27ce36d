/**
 * Smilodon as the contestant of a line: the operation as a user would write it, compiled. A result is let go before the next one
 * is made, as the peers do, so that everybody writes to memory that was just in use.
 */
import { Complex, compile, Tensor, tensor } from "../../src/index.ts";
import type { Entrant, Given, Line, OurResult } from "./line.ts";

/** Our entry for `line`. */
export function enterOurs({ ours }: Line, inputs: readonly Given[]): Entrant {
  const compiled = compile(ours);
  const given = tensorsOf(inputs);
  let last: OurResult | undefined;
  const free = (): void => {
    for (const each of last === undefined ? [] : partsOf(last)) each.dispose();
  };
  return {
    name: "smilodon",
    run: () => {
      free();
      last = compiled(...given);
    },
    read: async () => (last === undefined ? [] : partsOf(last)[0].data()),
    end: () => {
      free();
      for (const each of given) each.dispose();
    },
  };
}

function partsOf(result: OurResult): readonly [Tensor, ...Tensor[]] {
  if (result instanceof Tensor) return [result];
  return result instanceof Complex ? [result.real, result.imag] : result;
}

/** Inputs on the device; an operation of fewer does not look at the others. */
export function tensorsOf(inputs: readonly Given[]): readonly [Tensor, Tensor, Tensor] {
  const [a, b = a, c = a] = inputs.map(({ data, shape }) =>
    data instanceof Uint8Array ? tensor(data, { shape, dtype: "bool" }) : tensor(data, { shape }),
  );
  // What draws at random has no inputs
  const none = tensor(0);
  return [a ?? none, b ?? none, c ?? none];
}
