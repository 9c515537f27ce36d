/**
 * State by name: what models and optimizers are saved as and loaded from. `nn`, `optim`, `io` and `train` meet
 * here and know nothing else of each other.
 */
import { sameShape, showShape } from "../shape/shape.ts";
import { DataError } from "../support/errors.ts";
import type { Parameter } from "./parameter.ts";
import type { Tensor } from "./tensor.ts";

/** Tensors by name, in a stable order. The tensors are values: later training does not change them. */
export type StateDictionary = ReadonlyMap<string, Tensor>;

/** What can be saved and loaded: modules and optimizers are. */
export interface Stateful {
  stateDictionary(): StateDictionary;
  loadStateDictionary(state: StateDictionary): void;
}

/**
 * Assigns the tensors of `state` to the parameters of the same names, all of them or, where anything does not fit, none.
 * @throws DataError listing the names that are missing, not expected, or of another shape or dtype.
 */
export function loadParameters(
  owner: string,
  parameters: ReadonlyMap<string, Parameter>,
  state: StateDictionary,
): void {
  const missing: string[] = [];
  const different: string[] = [];
  for (const [name, parameter] of parameters) {
    const value = state.get(name);
    if (value === undefined) missing.push(name);
    else if (!sameShape(value.shape, parameter.shape) || value.dtype !== parameter.dtype) {
      different.push(`${name} is ${describe(parameter)} here and ${describe(value)} there`);
    }
  }
  const unexpected = [...state.keys()].filter((name) => !parameters.has(name));
  if (missing.length + unexpected.length + different.length > 0) {
    const parts = [list("missing", missing), list("not expected", unexpected), list("different", different)];
    throw new DataError(
      `loadStateDictionary: the state does not fit this ${owner}. ${parts.join("")}Nothing was loaded. ` +
        "Build it as it was when the state was saved, or select and rename entries of the map first.",
      { owner, missing, unexpected, different },
    );
  }
  for (const [name, parameter] of parameters) {
    const value = state.get(name);
    if (value !== undefined) parameter.assign(value);
  }
}

function describe({ dtype, shape }: Pick<Tensor, "dtype" | "shape">): string {
  return `${dtype}${showShape(shape)}`;
}

const shown = 8;

function list(title: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const rest = names.length > shown ? ` and ${names.length - shown} more` : "";
  return `${title[0]?.toUpperCase()}${title.slice(1)}: ${names.slice(0, shown).join(", ")}${rest}. `;
}
