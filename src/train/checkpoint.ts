/**
 * Checkpoints: everything that a run needs to go on to the same numbers, as one safetensors file. Where it is kept is
 * the store's matter: `checkpointFile.node.ts` has files.
 */
import { stateFromBytes, stateToBytes } from "../io/state.ts";
import { crc32c } from "../support/crc32c.ts";
import { DataError } from "../support/errors.ts";
import { invariant } from "../support/invariant.ts";
import type { StateDictionary } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A place for the checkpoint of one run. */
export interface CheckpointStore {
  /** Where it keeps them, for messages. */
  readonly name?: string | undefined;
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
const version = "2";

/** Stands first in the file's metadata, so that it is found without reading them. */
const checksumName = "crc32c";
const noChecksum = "00000000";

/** The bytes of a checkpoint: safetensors, with a checksum of all bytes in the metadata. */
export async function encodeCheckpoint({ parts, facts }: CheckpointContent): Promise<Uint8Array> {
  const state = new Map<string, Tensor>();
  for (const [part, tensors] of parts) for (const [name, tensor] of tensors) state.set(`${part}/${name}`, tensor);
  const names = JSON.stringify([...parts.keys()]);
  const bytes = await stateToBytes(
    state,
    new Map([
      [checksumName, noChecksum],
      ["format", format],
      ["version", version],
      ["parts", names],
      ["facts", JSON.stringify(facts, spellNumbers)],
    ]),
  );
  const place = checksumPlace(bytes);
  invariant(place !== undefined, "a checkpoint has a place for its checksum");
  bytes.set(new TextEncoder().encode(checksumOf(bytes, place)), place);
  return bytes;
}

/** Are these the bytes that `encodeCheckpoint` made, neither cut off nor damaged? */
export function isWholeCheckpoint(bytes: Uint8Array): boolean {
  const place = checksumPlace(bytes);
  if (place === undefined) return false;
  return latin(bytes.subarray(place, place + noChecksum.length)) === checksumOf(bytes, place);
}

/** Where the checksum's digits stand. */
function checksumPlace(bytes: Uint8Array): number | undefined {
  const before = `"${checksumName}":"`;
  const found = latin(bytes.subarray(0, 64)).indexOf(before);
  return found < 0 ? undefined : found + before.length;
}

/** The checksum of `bytes` as hexadecimal digits, as if zeros stood in its place. */
function checksumOf(bytes: Uint8Array, place: number): string {
  const head = crc32c(bytes.subarray(0, place));
  const digits = crc32c(new TextEncoder().encode(noChecksum), head);
  return crc32c(bytes.subarray(place + noChecksum.length), digits)
    .toString(16)
    .padStart(noChecksum.length, "0");
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** JSON has no infinities and no NaN: they become strings, which `fitState.ts` reads. */
function spellNumbers(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** @throws DataError where `bytes` are no checkpoint of this version, or are damaged. */
export function decodeCheckpoint(bytes: Uint8Array): CheckpointContent {
  const { state, metadata } = stateFromBytes(bytes);
  if (metadata.get("format") !== format)
    throw new DataError("The file is not a checkpoint of Smilodon. Choose another place, or remove it.");
  if (metadata.get("version") !== version)
    throw new DataError(
      `The checkpoint is of version ${metadata.get("version")}; this is version ${version}. Remove it to begin anew.`,
    );
  if (!isWholeCheckpoint(bytes))
    throw new DataError("The checkpoint is damaged: its checksum is not that of its bytes.");
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
