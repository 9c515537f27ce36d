/** The femur system in Node: all of index.ts, and folders on disk. */
export { loadFemurs, saveFemurs } from "./folder.node.ts";
export * from "./index.ts";
