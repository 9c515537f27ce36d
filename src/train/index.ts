/** Training: `fit`, checkpoints. `smilodon/node` adds files and terminals. */
export { type CheckpointStore, memoryStore } from "./checkpoint.ts";
export { fit } from "./fit.ts";
export type {
  Divergence,
  EpochRecord,
  EpochSource,
  FitOptions,
  FitProgress,
  FitResult,
  Stopped,
} from "./fitOptions.ts";
