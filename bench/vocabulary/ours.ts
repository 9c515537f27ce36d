/** Smilodon as the contestant of a line: the operation as a user would write it, compiled. */
import { Complex, compile, Tensor, tensor } from "../../src/index.ts";
import type { Entrant, Given, Line, OurResult } from "./line.ts";

/** Our entry for `line`. */
export function enterOurs({ ours }: Line, inputs: readonly Given[]): Entrant {
  const compiled = compile(ours);
  const given = tensorsOf(inputs);
  let last: OurResult | undefined;
  return {
    name: "smilodon",
    run: () => {
      last = compiled(...given);
    },
    read: async () => (last === undefined ? [] : comparedPart(last).data()),
    end: () => {
      for (const each of given) each.dispose();
    },
  };
}

function comparedPart(result: OurResult): Tensor {
  if (result instanceof Tensor) return result;
  return result instanceof Complex ? result.real : result[0];
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
