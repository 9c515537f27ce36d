/** What the run store says of a run. */

/** What became of a run. `killed`: it never said that it ended, and its process is gone. */
export type RunStatus = "running" | "finished" | "early" | "interrupted" | "diverged" | "failed" | "killed";

/** What is known of a run before it begins. */
export interface RunStart {
  /** For people; several runs may share one. */
  readonly name: string;
  /** Where the run's files are. */
  readonly folder: string;
  /** The command line, or the name of the program. */
  readonly command: string;
  /** Plain JSON. */
  readonly settings: unknown;
  readonly seed: number;
  readonly device: string;
  /** Of Smilodon, Node and whatever else matters, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A run as it stands in the store. */
export interface RunRecord extends RunStart {
  readonly id: string;
  readonly status: RunStatus;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Undefined while it runs, and where it was killed. */
  readonly ended: string | undefined;
  /** Final results by name. */
  readonly metrics: Readonly<Record<string, number>>;
}
