/** Checkpoints of a command: on disk now and then, and at once when the user asks to stop. */
import type { CheckpointStore } from "../train/index.ts";

/** Milliseconds between two writes while all goes well: what a power cut may cost. */
const interval = 2000;

/**
 * `store`, written at most every two seconds until `signal` is aborted, and then always: small trainings save after each
 * epoch, and waiting for the disk a thousand times would take longer than they do.
 */
export function unhurried(store: CheckpointStore, signal: AbortSignal, now: () => number = Date.now): CheckpointStore {
  let last = now();
  return {
    name: store.name,
    load: () => store.load(),
    async save(bytes) {
      if (!signal.aborted && now() - last < interval) return;
      last = now();
      await store.save(bytes);
    },
  };
}
