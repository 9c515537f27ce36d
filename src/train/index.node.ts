/** What `train` adds in Node: checkpoints in files, progress on terminals. Part of `smilodon/node`. */
export { fileStore } from "./checkpointFile.node.ts";
export { type TerminalProgressOptions, terminalProgress } from "./terminalProgress.node.ts";
