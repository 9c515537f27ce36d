/** State dictionaries as bytes and back: what saving a model comes down to, in the browser too. */
import { tensorOf, toHostArray } from "../tensor/hostArray.ts";
import type { StateDictionary, Stateful } from "../tensor/stateDictionary.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** Strings kept beside the tensors: where a model comes from, how it was made. */
export type Metadata = ReadonlyMap<string, string>;

/** The tensors of `state` as a safetensors file. */
export async function stateToBytes(state: StateDictionary, metadata?: Metadata): Promise<Uint8Array<ArrayBuffer>> {
  const arrays = await Promise.all(
    [...state].map(async ([name, tensor]) => [name, await toHostArray(tensor)] as const),
  );
  return encodeSafetensors(new Map(arrays), metadata);
}

/** The tensors and metadata of a safetensors file. @throws DataError where the bytes are not one. */
export function stateFromBytes(bytes: Uint8Array): { readonly state: StateDictionary; readonly metadata: Metadata } {
  const { arrays, metadata } = decodeSafetensors(bytes);
  return { state: new Map([...arrays].map(([name, array]) => [name, tensorOf(array)])), metadata };
}

/**
 * The weights of `model` as the bytes of a safetensors file: to download, to keep in IndexedDB, to send.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * import { loadModelBytes, modelToBytes } from "smilodon/io";
 * const bytes = await modelToBytes(new nn.Linear(2, 3));
 * loadModelBytes(new nn.Linear(2, 3), bytes);
 * ```
 */
export function modelToBytes(model: Stateful, metadata?: Metadata): Promise<Uint8Array<ArrayBuffer>> {
  return stateToBytes(model.stateDictionary(), metadata);
}

/**
 * Sets the weights of `model` from the bytes of a safetensors file; returns the file's metadata.
 * @throws DataError where the bytes are not such a file, or its tensors do not fit the model; nothing is loaded then.
 */
export function loadModelBytes(model: Stateful, bytes: Uint8Array): Metadata {
  const { state, metadata } = stateFromBytes(bytes);
  model.loadStateDictionary(state);
  return metadata;
}
