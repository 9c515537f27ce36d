/** Model folders on disk. What a folder is stands in `modelFolder.ts`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../support/atomicFile.node.ts";
import { DataError } from "../support/errors.ts";
import { type FolderContent, type FolderReader, sealFolder } from "./modelFolder.ts";

/**
 * Writes a model folder. Each file is the old one or the new one, and config.json is written last: a crash in between
 * leaves a folder that is refused as changed, or the old one, never a mixture that is taken for whole.
 */
export async function writeFolder(folder: string, content: FolderContent): Promise<void> {
  for (const [path, bytes] of await sealFolder(content)) await writeFileAtomic(join(folder, path), bytes);
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
