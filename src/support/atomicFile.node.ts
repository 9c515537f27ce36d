/** Files that are either the old ones or the new ones, never half of each: written beside, synced, renamed. */
import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes `content` to `path` so that a reader, or a crash at any moment, finds the old file or the new one in full.
 * Folders are made where they are missing. Errors of the file system are passed on; the temporary file is removed.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const file = await openFileAtomic(path);
  try {
    await file.write(content);
  } catch (error) {
    await file.abandon();
    throw error;
  }
  await file.commit();
}

/** A file that is being written beside the place where it will stand. */
export interface AtomicFile {
  write(chunk: Uint8Array | string): Promise<void>;
  /** Brings what was written to the disk: a disk that is full says so here at the latest. */
  flush(): Promise<void>;
  /** Syncs the file and puts it in its place. */
  commit(): Promise<void>;
  /** Removes what was written; the old file stays. */
  abandon(): Promise<void>;
}

/** `writeFileAtomic` piece by piece: the file at `path` is the old one until `commit`. */
export async function openFileAtomic(path: string): Promise<AtomicFile> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  const file = await open(temporary, "wx");
  const abandon = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
  };
  return {
    write: (chunk) => file.writeFile(chunk),
    flush: () => file.sync(),
    abandon,
    async commit() {
      try {
        await file.sync();
        await file.close();
        await rename(temporary, path);
      } catch (error) {
        await abandon();
        throw error;
      }
      await syncFolder(folder);
    },
  };
}

/** Makes the rename itself durable; systems that cannot sync a folder (Windows) do without. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file is in place all the same
  }
}
