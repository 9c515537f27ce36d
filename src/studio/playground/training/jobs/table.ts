/** All jobs by name, each loaded when it is first needed. A new job is a file beside this one and a line here. */
import type { Job } from "../training.ts";

/** How each job is loaded. */
export const jobs = {
  line: async () => (await import("./line.ts")).lineJob,
  dense: async () => (await import("./dense.ts")).denseJob,
  curve: async () => (await import("./curve.ts")).curveJob,
  moreData: async () => (await import("./moreData.ts")).moreDataJob,
  careful: async () => (await import("./careful.ts")).carefulJob,
  seeing: async () => (await import("./seeing.ts")).seeingJob,
};

/** Name of a job. */
export type JobKind = keyof typeof jobs;

type JobOf<Kind extends JobKind> = Awaited<ReturnType<(typeof jobs)[Kind]>>;

/** What a job is told when it begins. */
export type OptionsOf<Kind extends JobKind> =
  JobOf<Kind> extends Job<infer Options, infer _S, infer _C> ? Options : never;

/** What it shows. */
export type SnapshotOf<Kind extends JobKind> =
  JobOf<Kind> extends Job<infer _O, infer Snapshot, infer _C> ? Snapshot : never;

/** What may change on the way. */
export type ChangeOf<Kind extends JobKind> = JobOf<Kind> extends Job<infer _O, infer _S, infer Change> ? Change : never;
