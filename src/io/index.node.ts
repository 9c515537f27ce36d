/** What `io` adds in Node: models in files and folders, and files that are whole or absent. Part of `smilodon/node`. */
export { writeFileAtomic } from "../support/atomicFile.node.ts";
export { loadModel, saveModel } from "./modelFile.node.ts";
export { folderOnDisk, writeFolder } from "./modelFolder.node.ts";
