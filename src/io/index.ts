/** Files: safetensors and models as bytes. `smilodon/node` adds those on disk. */
export { type HostArray, hostArray } from "../tensor/hostArray.ts";
export type { StateDictionary, Stateful } from "../tensor/stateDictionary.ts";
export {
  type FolderContent,
  type FolderFiles,
  type FolderReader,
  folderAt,
  folderOf,
  type ModelFolder,
  readFolder,
  sealFolder,
} from "./modelFolder.ts";
export { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from "./safetensors.ts";
export { loadModelBytes, type Metadata, modelToBytes, stateFromBytes, stateToBytes } from "./state.ts";
