/** Systems of pictures as folders on disk. Part of `smilodon/node`. */
import { sharpDecoder } from "../../data/images/sharpDecoder.node.ts";
import { folderOnDisk, writeFolder } from "../../io/modelFolder.node.ts";
import type { FolderFiles } from "../../io/modelFolder.ts";
import { visionFolder } from "./folder.ts";
import type { ImageModel } from "./model.ts";
import { loadImageModelFrom } from "./opening.ts";
import type { VisionSystem } from "./system.ts";

/**
 * The trained system of pictures in the model folder at `path`, ready to answer.
 * @throws DataError beginning with the path where a file is missing, is not the one that was saved, or is of another system.
 *
 * @example
 * ```ts no-run
 * import { readFile } from "node:fs/promises";
 * import { loadImageModel } from "smilodon/node";
 * const model = await loadImageModel("runs/pets");
 * const [answer] = await model.predict([await readFile("picture.jpg")]);
 * console.log(answer);
 * ```
 */
export function loadImageModel<Label extends string = string>(path: string): Promise<ImageModel<Label>> {
  return loadImageModelFrom<Label>(folderOnDisk(path), { decoder: sharpDecoder });
}

/** Writes `system` into `folder`; `documents` are further files, hashed with the rest. */
export async function saveVision(folder: string, system: VisionSystem, documents?: FolderFiles): Promise<void> {
  await writeFolder(folder, await visionFolder(system, documents));
}
