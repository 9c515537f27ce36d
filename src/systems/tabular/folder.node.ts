/** A system for tables as a folder on disk. */
import { folderOnDisk, writeFolder } from "../../io/modelFolder.node.ts";
import { type FolderFiles, readFolder } from "../../io/modelFolder.ts";
import { readTabular, tabularFolder } from "./folder.ts";
import type { TabularSystem } from "./system.ts";

/** Writes `system` into `folder`; `documents` are further files, hashed with the rest. */
export async function saveTabular(folder: string, system: TabularSystem, documents?: FolderFiles): Promise<void> {
  await writeFolder(folder, await tabularFolder(system, documents));
}

/** The system in `folder`. @throws DataError beginning with the path that is missing, changed or not what it has to be. */
export async function loadTabular(folder: string): Promise<TabularSystem> {
  return readTabular(await readFolder(folderOnDisk(folder)));
}
