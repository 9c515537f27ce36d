/** Names of parameters here and in PyTorch: the same words, in camel case here and with underscores there. */
import type { StateDictionary } from "../tensor/stateDictionary.ts";

/**
 * The names of `state` as PyTorch has them: `1.runningVariance` becomes `1.running_var`, `selfAttn.inProjWeight` becomes
 * `self_attn.in_proj_weight`. For layers of the same kinds, written by `saveSafetensors` and read by PyTorch. Recurrent layers,
 * attention and transformer blocks have PyTorch's shapes and order too.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * console.log([...nn.toTorchNames(new nn.GRU(2, 3).stateDictionary()).keys()][0]); // weight_ih_l0
 * ```
 */
export function toTorchNames(state: StateDictionary): StateDictionary {
  return renamed(state, (name) =>
    name.replace("runningVariance", "running_var").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
}

/**
 * The names of a state from PyTorch as they are here, for `loadStateDictionary`; PyTorch's counts of batches, which nothing here uses,
 * are left out.
 *
 * @example
 * ```ts
 * import { nn, ones } from "smilodon";
 * const state = nn.fromTorchNames(new Map([["running_var", ones([2])], ["num_batches_tracked", ones([2])]]));
 * console.log([...state.keys()]); // ["runningVariance"]
 * ```
 */
export function fromTorchNames(state: StateDictionary): StateDictionary {
  const known = new Map([...state].filter(([name]) => !name.endsWith("num_batches_tracked")));
  return renamed(known, (name) =>
    name.replace("running_var", "runningVariance").replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
}

function renamed(state: StateDictionary, rename: (name: string) => string): StateDictionary {
  return new Map([...state].map(([name, value]) => [rename(name), value]));
}
