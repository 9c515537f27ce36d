/** Models in files. */
import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "../support/atomicFile.node.ts";
import { DataError } from "../support/errors.ts";
import type { Stateful } from "../tensor/stateDictionary.ts";
import { loadModelBytes, type Metadata, modelToBytes } from "./state.ts";

/**
 * Writes the weights of `model` to `path` as safetensors, atomically: the file is the old one or the new one.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * import { loadModel, saveModel } from "smilodon/node";
 * const model = new nn.Linear(2, 3);
 * await saveModel("runs/example.safetensors", model);
 * await loadModel("runs/example.safetensors", model);
 * ```
 */
export async function saveModel(path: string, model: Stateful, metadata?: Metadata): Promise<void> {
  await writeFileAtomic(path, await modelToBytes(model, metadata));
}

/**
 * Sets the weights of `model` from the safetensors file at `path`; returns the file's metadata.
 * @throws DataError beginning with the path where there is no such file, it is damaged, or does not fit the model.
 */
export async function loadModel(path: string, model: Stateful): Promise<Metadata> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(`${path}: ${cause.code === "ENOENT" ? "there is no such file." : cause.message}`, {
      path,
      code: cause.code,
    });
  });
  try {
    return loadModelBytes(model, bytes);
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`, { ...error.facts, path });
    throw error;
  }
}
