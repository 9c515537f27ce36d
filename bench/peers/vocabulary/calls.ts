/** Carries out the calls that lines of the vocabulary describe as data. */
import type { ByInputs, Call, Given } from "../../vocabulary/line.ts";

/** The call of a line for `inputs`; undefined where the peer has none. */
export function callOf(described: ByInputs<Call | string> | undefined, inputs: readonly Given[]): Call | undefined {
  const call = typeof described === "function" ? described(inputs) : described;
  return typeof call === "string" ? { of: call } : call;
}

/** The function at `path`, such as "np.linalg.inv", of `library`. */
export function functionAt(library: object, path: string): (...given: unknown[]) => unknown {
  let owner: unknown;
  let value: unknown = library;
  for (const name of path.split(".")) {
    owner = value;
    value = (value as Record<string, unknown>)[name];
  }
  if (typeof value !== "function") throw new Error(`There is no function ${path}.`);
  return value.bind(owner);
}

/** One of several results. */
export function picked(result: unknown, pick: string | number | undefined): unknown {
  return pick === undefined ? result : (result as Record<string | number, unknown>)[pick];
}

/** The inputs that the call takes, in its order. */
export function ordered<T>({ order }: Call, inputs: readonly T[]): readonly T[] {
  return order === undefined ? inputs : order.flatMap((index) => inputs.slice(index, index + 1));
}
