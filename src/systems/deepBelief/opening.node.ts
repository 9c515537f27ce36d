/** Deep belief networks as folders on disk. Part of `smilodon/node`. */
import { folderOnDisk, writeFolder } from "../../io/modelFolder.node.ts";
import { type FolderFiles, readFolder } from "../../io/modelFolder.ts";
import type { DeepBeliefNetwork } from "./deepBelief.ts";
import { openDeepBelief, sealDeepBelief } from "./folder.ts";

/**
 * The network in the model folder at `path`, as `smilodon train FOLDER --model deep-belief` writes one.
 * @throws DataError beginning with the path where a file is missing, is not the one that was saved, or is of another system.
 *
 * @example
 * ```ts no-run
 * import { whitenPictures } from "smilodon/deep-belief";
 * import { loadDeepBelief } from "smilodon/node";
 * import { random } from "smilodon";
 * const network = await loadDeepBelief("runs/scenes");
 * const [edges] = network.forward(whitenPictures(random.uniform([1, 95, 95])).expandDims(1));
 * console.log(edges?.shape); // [1, 24, 43, 43]
 * ```
 */
export async function loadDeepBelief(path: string): Promise<DeepBeliefNetwork> {
  return openDeepBelief(await readFolder(folderOnDisk(path)));
}

/** Writes `network` into `folder`; `documents` are further files, hashed with the rest. */
export async function saveDeepBelief(
  folder: string,
  network: DeepBeliefNetwork,
  documents?: FolderFiles,
): Promise<void> {
  await writeFolder(folder, await sealDeepBelief(network, documents));
}
