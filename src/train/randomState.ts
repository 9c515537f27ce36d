/** The global generator's state in a checkpoint: dropout and the like go on with the same numbers. */
import { DataError } from "../support/errors.ts";
import { type GeneratorState, globalGenerator } from "../tensor/generator.ts";

/** What the global generator goes on from. */
export function randomState(): GeneratorState {
  return globalGenerator.state;
}

/** @throws DataError where `state` is not what `randomState` gave. */
export function restoreRandomState(state: unknown): void {
  const isObject = typeof state === "object" && state !== null;
  const key: unknown = isObject && "key" in state ? state.key : undefined;
  const calls: unknown = isObject && "calls" in state ? state.calls : undefined;
  const [first, second]: readonly unknown[] = Array.isArray(key) ? key : [];
  if (typeof first !== "number" || typeof second !== "number" || typeof calls !== "number")
    throw new DataError("The checkpoint has no state of the random generator.");
  globalGenerator.restore({ key: [first, second], calls });
}
