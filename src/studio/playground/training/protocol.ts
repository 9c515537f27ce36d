/** What the page and its worker say to each other: plain data only. client.ts speaks for the page, runner.ts answers. */
import type { JobKind } from "./jobs/table.ts";

/** Steps for each picture the page draws, below 1 for one step every few pictures; or as many as there is time for. */
export type Speed = number | "fast";

/** Begins a training and forgets the one before. `run` comes back with every answer, so that late ones can be told. */
export interface StartMessage {
  readonly kind: "start";
  readonly run: number;
  readonly job: JobKind;
  /** OptionsOf the job. */
  readonly options: unknown;
}

/** What the page says. */
export type ToWorker =
  | StartMessage
  | { readonly kind: "play"; readonly speed: Speed }
  | { readonly kind: "pause" }
  /** Takes so many steps while paused, then shows itself. */
  | { readonly kind: "step"; readonly count: number }
  | { readonly kind: "change" /** ChangeOf the job. */; readonly change: unknown }
  /** The page is about to draw: a snapshot is welcome, if there is something new. */
  | { readonly kind: "frame" }
  /** The page needs the training no longer. */
  | { readonly kind: "stop" };

/** What the worker says. */
export type FromWorker =
  | {
      readonly kind: "snapshot";
      readonly run: number;
      readonly step: number;
      /** Of the last step, as it was before it; NaN before the first. */
      readonly loss: number;
      /** How many threads the engine may use. */
      readonly threads: number;
      /** SnapshotOf the job. */
      readonly snapshot: unknown;
    }
  | { readonly kind: "failed"; readonly run: number; readonly message: string }
  /** The loss is no longer a number; the training has stopped. */
  | { readonly kind: "diverged"; readonly run: number; readonly step: number };
