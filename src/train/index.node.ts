/** What `train` adds in Node: checkpoints in files, progress on terminals, the run store. Part of `smilodon/node`. */
export { type FileStoreOptions, fileStore } from "./checkpointFile.node.ts";
export type { RunRecord, RunStart, RunStatus } from "./runRecord.ts";
export { type RecordRunOptions, type RunRecorder, recordRun } from "./runRecorder.node.ts";
export { type RunComparison, type RunQuery, RunStore, type SeriesPoint } from "./runStore.node.ts";
export { EventFile, type TensorBoardOptions, tensorBoard } from "./tensorBoard/eventFile.node.ts";
export { type TerminalProgressOptions, terminalProgress } from "./terminalProgress.node.ts";
