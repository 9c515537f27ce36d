/**
 * What trains: a job says how to begin, a training takes steps and shows itself. Both know nothing of pages and workers, so
 * that the same training runs in the page's worker and in Node, bit for bit. runner.ts drives one; jobs/ holds them.
 */

/** A training that has begun. */
export interface Training<Snapshot, Change> {
  /** Takes `count` steps (1 or more) and gives the loss of the last one, as it was before that step. */
  step(count: number): Promise<number>;
  /** What a page shows of it: plain data that can be sent to another thread. */
  snapshot(): Promise<Snapshot>;
  /** Settings that may change on the way, such as the learning rate. */
  change(change: Change): void;
}

/** How to begin. Options are plain data; equal options give equal trainings. */
export interface Job<Options, Snapshot, Change> {
  start(options: Options): Training<Snapshot, Change>;
}
