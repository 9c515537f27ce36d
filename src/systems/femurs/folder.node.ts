/** A trained femur system as a folder on disk: config.json, model.safetensors, care/ and README.md. */

import { folderOnDisk, writeFolder } from "../../io/modelFolder.node.ts";
import type { FolderFiles } from "../../io/modelFolder.ts";
import { readFolder } from "../../io/modelFolder.ts";
import { femurFolder, readFemurs } from "./folder.ts";
import type { FemurSystem } from "./system.ts";

/** Writes `system` into `folder`; `documents` are further files (README.md, care/data.json), hashed with the rest. */
export async function saveFemurs(folder: string, system: FemurSystem, documents?: FolderFiles): Promise<void> {
  await writeFolder(folder, await femurFolder(system, documents));
}

/**
 * The system in `folder`.
 * @throws DataError beginning with the path where a file is missing, is not what its hash says, or does not hold what it
 * has to.
 */
export async function loadFemurs(folder: string): Promise<FemurSystem> {
  return readFemurs(await readFolder(folderOnDisk(folder)));
}
