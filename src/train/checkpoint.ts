/**
 * Checkpoints: everything that a run needs to go on to the same numbers, as one safetensors file. Where it is kept is
 * the store's matter: `checkpointFile.node.ts` has files.
 */
import { stateFromBytes, stateToBytes } from "../io/state.ts";
import { DataError } from "../support/errors.ts";
import type { StateDictionary } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A place for one checkpoint. */
export interface CheckpointStore {
  /** Replaces what is kept; a crash meanwhile leaves the old or the new one. */
  save(bytes: Uint8Array): Promise<void>;
  /** What was saved last, or undefined. */
  load(): Promise<Uint8Array | undefined>;
}

/** What a checkpoint holds: tensors by part (`model`, `optimizer`, …), and facts that JSON can say. */
export interface CheckpointContent {
  readonly parts: ReadonlyMap<string, StateDictionary>;
  readonly facts: unknown;
}

const format = "smilodon-checkpoint";
const version = "1";

/** The bytes of a checkpoint. */
export function encodeCheckpoint({ parts, facts }: CheckpointContent): Promise<Uint8Array> {
  const state = new Map<string, Tensor>();
  for (const [part, tensors] of parts) for (const [name, tensor] of tensors) state.set(`${part}/${name}`, tensor);
  const names = JSON.stringify([...parts.keys()]);
  return stateToBytes(
    state,
    new Map([
      ["format", format],
      ["version", version],
      ["parts", names],
      ["facts", JSON.stringify(facts, spellNumbers)],
    ]),
  );
}

/** JSON has no infinities and no NaN: they become strings, which `fitState.ts` reads. */
function spellNumbers(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** @throws DataError where `bytes` are no checkpoint of this version. */
export function decodeCheckpoint(bytes: Uint8Array): CheckpointContent {
  const { state, metadata } = stateFromBytes(bytes);
  if (metadata.get("format") !== format)
    throw new DataError("The file is not a checkpoint of Smilodon. Choose another place, or remove it.");
  if (metadata.get("version") !== version)
    throw new DataError(
      `The checkpoint is of version ${metadata.get("version")}; this is version ${version}. Remove it to begin anew.`,
    );
  const parts = new Map<string, Map<string, Tensor>>();
  for (const part of namesIn(metadata.get("parts"))) parts.set(part, new Map());
  for (const [path, tensor] of state) {
    const slash = path.indexOf("/");
    const part = parts.get(path.slice(0, slash));
    if (part === undefined)
      throw new DataError(`The checkpoint has a tensor ${JSON.stringify(path)} of a part that it does not name.`);
    part.set(path.slice(slash + 1), tensor);
  }
  return { parts, facts: parse(metadata.get("facts")) };
}

/** A store in memory, for tests and pages. */
export function memoryStore(): CheckpointStore {
  let kept: Uint8Array | undefined;
  return {
    save: async (bytes) => void (kept = bytes.slice()),
    load: async () => kept,
  };
}

function namesIn(text: string | undefined): string[] {
  const names = parse(text);
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw new DataError("The checkpoint does not name its parts.");
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    throw new DataError("The checkpoint's metadata are damaged.");
  }
}
