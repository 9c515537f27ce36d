/** Checkpoints in files: the last one, and the one before it in case the last cannot be read. */
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "../support/atomicFile.node.ts";
import { type CheckpointStore, isWholeCheckpoint } from "./checkpoint.ts";

/** Choices of `fileStore`. */
export interface FileStoreOptions {
  /** Told where the last checkpoint is damaged and the one before it is used. Default: a warning of the process. */
  readonly onDamaged?: (message: string) => void;
}

/**
 * Keeps a checkpoint in the file at `path`, written atomically and synced, and the one before it in `path` + ".previous".
 * A checkpoint whose checksum is wrong (a torn write, a bad disk) is passed over for the one before.
 *
 * @example
 * ```ts
 * import { fileStore } from "smilodon/node";
 * const checkpoint = fileStore("runs/example/checkpoint.safetensors"); // for fit({ …, checkpoint })
 * ```
 */
export function fileStore(path: string, options: FileStoreOptions = {}): CheckpointStore {
  const { onDamaged = (message) => process.emitWarning(message) } = options;
  const previous = `${path}.previous`;
  const fresh = `${path}.next`;
  return {
    name: path,
    save: async (bytes) => {
      await writeFileAtomic(fresh, bytes);
      // A kill between the two leaves only the one before
      await ignoringMissing(rename(path, previous));
      await rename(fresh, path);
    },
    load: async () => {
      await removeTemporaries(fresh);
      const last = await ignoringMissing(readFile(path));
      if (last !== undefined && isWholeCheckpoint(last)) return last;
      const before = await ignoringMissing(readFile(previous));
      if (before === undefined || !isWholeCheckpoint(before)) return last;
      if (last !== undefined) onDamaged(`${path} is damaged; training goes on from the checkpoint before it.`);
      return before;
    },
  };
}

/** Removes what a process that was killed while it wrote `path` has left. */
async function removeTemporaries(path: string): Promise<void> {
  const names = (await ignoringMissing(readdir(dirname(path)))) ?? [];
  for (const name of names)
    if (name.startsWith(`.${basename(path)}.`) && name.endsWith(".tmp"))
      await rm(join(dirname(path), name), { force: true });
}

/** What `work` gives, or undefined where the file does not exist. */
function ignoringMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
