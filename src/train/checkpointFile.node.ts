/** Checkpoints in files. */
import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "../support/atomicFile.node.ts";
import type { CheckpointStore } from "./checkpoint.ts";

/**
 * Keeps a checkpoint in the file at `path`, written atomically.
 *
 * @example
 * ```ts
 * import { fileStore } from "smilodon/node";
 * const checkpoint = fileStore("runs/example/checkpoint.safetensors"); // for fit({ …, checkpoint })
 * ```
 */
export function fileStore(path: string): CheckpointStore {
  return {
    save: (bytes) => writeFileAtomic(path, bytes),
    load: () =>
      readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      }),
  };
}
