/** Model folders on disk. What a folder is stands in `modelFolder.ts`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AtomicFile, openFileAtomic } from "../support/atomicFile.node.ts";
import { DataError } from "../support/errors.ts";
import { type FolderContent, type FolderReader, sealFolder } from "./modelFolder.ts";

/**
 * Writes a model folder. All files are on the disk before the first takes its place: where one cannot be written, the folder is
 * as it was before. config.json comes last: a crash in between leaves a folder that is refused as changed, never a mixture
 * that is taken for whole.
 */
export async function writeFolder(folder: string, content: FolderContent): Promise<void> {
  const files: AtomicFile[] = [];
  try {
    for (const [path, bytes] of await sealFolder(content)) {
      const file = await openFileAtomic(join(folder, path));
      files.push(file);
      await file.write(bytes);
      await file.flush();
    }
  } catch (error) {
    for (const file of files) await file.abandon();
    throw error;
  }
  for (const file of files) await file.commit();
}

/** Reads the folder at `folder`. @throws DataError, when read, where a file cannot be read for another reason than being absent. */
export function folderOnDisk(folder: string): FolderReader {
  return {
    name: folder,
    async read(path) {
      try {
        return await readFile(join(folder, path));
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code === "ENOENT" || code === "ENOTDIR") return undefined;
        const reason = error instanceof Error ? error.message : String(error);
        throw new DataError(`${join(folder, path)}: ${reason}`, { path, code });
      }
    },
  };
}
