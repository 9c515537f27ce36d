/**
 * A training as the page sees it: signals that follow the worker, and what a visitor may do. Workers are kept when a page
 * is left and used again by the next, because loading the engine takes longer than anything else.
 */
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ChangeOf, JobKind, OptionsOf, SnapshotOf } from "./jobs/table.ts";
import type { FromWorker, Speed, ToWorker } from "./protocol.ts";

/** Where a training stands. */
export type Status = "loading" | "paused" | "playing" | "failed" | "diverged";

/** Losses over the steps, as far as the page has seen them. */
export interface History {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

const idle: Worker[] = [];

/** Of all trainers: a worker that another page gave back may still have something to say about its run. */
let lastRun = 0;

/** Milliseconds between two pictures for a visitor who wants things to stand still. */
const calmPace = 500;

/** The smallest program with vectors: whether a browser takes it says whether the engine can run there. */
const vectorProgram = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/** Most losses that a history keeps; above it every second is dropped. */
const mostLosses = 600;

function takeWorker(): Worker {
  return idle.pop() ?? new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "training" });
}

/** Begins to load the engine before anybody needs it. */
export function warmWorker(): void {
  if (idle.length === 0) idle.push(takeWorker());
}

/** How many threads the engine may use; undefined before the first training has shown itself. */
export const engineThreads: Signal<number | undefined> = signal(undefined);

/** One training of the page. Call `dispose` when the page is left. */
export class Trainer<Kind extends JobKind> {
  readonly #kind: Kind;
  readonly #worker: Worker;
  readonly #status = signal<Status>("loading");
  readonly #snapshot = signal<SnapshotOf<Kind> | undefined>(undefined);
  readonly #step = signal(0);
  readonly #shownRun = signal(0);
  readonly #history = signal<History>({ steps: [], losses: [] });
  readonly #problem = signal<string | undefined>(undefined);
  #options: OptionsOf<Kind> | undefined;
  #run = 0;
  #speed: Speed;
  #stride = 1;
  /** Has a picture been asked for that has not come yet? */
  #isAsking = false;
  #timer: number | undefined;
  /** Is the timer a slow one? */
  #isCalm = false;
  #isDisposed = false;
  readonly #canRun = typeof WebAssembly === "object" && WebAssembly.validate(vectorProgram);

  constructor(kind: Kind, speed: Speed) {
    this.#kind = kind;
    this.#speed = speed;
    this.#worker = takeWorker();
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#worker.onerror = (event) => this.#fail(event.message || "The worker that trains could not be loaded.");
  }

  /** Where it stands. */
  get status(): ReadonlySignal<Status> {
    return this.#status;
  }

  /** What it showed last. */
  get snapshot(): ReadonlySignal<SnapshotOf<Kind> | undefined> {
    return this.#snapshot;
  }

  /** Steps taken, as far as the page has seen. */
  get step(): ReadonlySignal<number> {
    return this.#step;
  }

  /** Which beginning the snapshot belongs to: another number says that the training has begun anew. */
  get run(): ReadonlySignal<number> {
    return this.#shownRun;
  }

  /** Losses over the steps. */
  get history(): ReadonlySignal<History> {
    return this.#history;
  }

  /** What went wrong and what to do, for the visitor to read. */
  get problem(): ReadonlySignal<string | undefined> {
    return this.#problem;
  }

  /** Begins with `options`, or again with the last ones; goes on playing if it was. */
  start(options: OptionsOf<Kind> | undefined = this.#options): void {
    if (options === undefined) return;
    const wasPlaying = this.#status.peek() === "playing";
    this.#options = options;
    this.#run = ++lastRun;
    this.#step.value = 0;
    this.#stride = 1;
    this.#history.value = { steps: [], losses: [] };
    this.#problem.value = undefined;
    this.#isAsking = false;
    this.#status.value = wasPlaying ? "playing" : "loading";
    if (!this.#canRun) return this.#refuse();
    this.#say({ kind: "start", run: this.#run, job: this.#kind, options });
    if (wasPlaying) this.#say({ kind: "play", speed: this.#speed });
  }

  /** Begins again with the same options, and waits. */
  reset(): void {
    this.pause();
    this.start();
  }

  /** Trains until `pause`. */
  play(): void {
    if (this.#status.peek() === "playing" || this.#status.peek() === "failed") return;
    if (this.#status.peek() === "diverged") this.start();
    this.#status.value = "playing";
    this.#say({ kind: "play", speed: this.#speed });
    this.#ask();
  }

  /** Stops after the steps that are under way. */
  pause(): void {
    if (this.#status.peek() !== "playing") return;
    this.#status.value = "paused";
    this.#say({ kind: "pause" });
  }

  /** Takes `count` steps and waits. */
  takeSteps(count = 1): void {
    this.pause();
    if (this.#status.peek() === "paused") this.#say({ kind: "step", count });
  }

  /** Sets the pace. */
  setSpeed(speed: Speed): void {
    this.#speed = speed;
    if (this.#status.peek() === "playing") this.#say({ kind: "play", speed });
  }

  /** Changes a setting on the way. */
  change(change: ChangeOf<Kind>): void {
    this.#say({ kind: "change", change });
  }

  /** Gives the worker back. */
  dispose(): void {
    this.#isDisposed = true;
    this.#run = ++lastRun;
    this.#cancel();
    this.#say({ kind: "stop" });
    this.#worker.onmessage = null;
    // One is enough for the next page to begin at once; each holds an engine of its own
    if (this.#status.peek() === "failed" || idle.length > 0) this.#worker.terminate();
    else idle.push(this.#worker);
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Asks for a picture at every frame, unless the last one has not come; seldom where motion is not wanted. */
  #ask(): void {
    if (this.#timer !== undefined || this.#isDisposed) return;
    const ask = (): void => {
      this.#timer = undefined;
      if (this.#status.peek() !== "playing") return;
      if (!this.#isAsking) this.#say({ kind: "frame" });
      this.#isAsking = true;
      this.#ask();
    };
    this.#isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#timer = this.#isCalm ? window.setTimeout(ask, calmPace) : requestAnimationFrame(ask);
  }

  #cancel(): void {
    if (this.#timer === undefined) return;
    if (this.#isCalm) clearTimeout(this.#timer);
    else cancelAnimationFrame(this.#timer);
  }

  #hear(message: FromWorker): void {
    if (message.run !== this.#run) return;
    this.#isAsking = false;
    switch (message.kind) {
      case "snapshot":
        engineThreads.value = message.threads;
        batch(() => {
          this.#snapshot.value = message.snapshot as SnapshotOf<Kind>;
          this.#step.value = message.step;
          this.#shownRun.value = message.run;
          this.#remember(message.step, message.loss);
          if (this.#status.peek() === "loading") this.#status.value = "paused";
        });
        if (this.#status.peek() === "playing") this.#ask();
        return;
      case "failed":
        this.#fail(message.message);
        return;
      case "diverged":
        this.#status.value = "diverged";
        this.#problem.value =
          `At step ${message.step} the loss stopped being a number: the steps were too large. ` +
          "Lower the learning rate, then press Reset. Your settings and points are kept.";
        return;
      default:
        message satisfies never;
    }
  }

  #remember(step: number, loss: number): void {
    const { steps, losses } = this.#history.peek();
    const last = steps.at(-1) ?? 0;
    if (!Number.isFinite(loss) || step < last + this.#stride) return;
    const all = { steps: [...steps, step], losses: [...losses, loss] };
    if (all.steps.length <= mostLosses) this.#history.value = all;
    else {
      this.#stride = Math.max(1, (2 * step) / mostLosses);
      const isKept = (_: unknown, index: number): boolean => index % 2 === 1;
      this.#history.value = { steps: all.steps.filter(isKept), losses: all.losses.filter(isKept) };
    }
  }

  #refuse(): void {
    this.#status.value = "failed";
    this.#problem.value =
      "This browser cannot train here: it has no WebAssembly with vectors. Open this address in a current Firefox, " +
      "Chrome, Edge or Safari; it keeps all that you have set.";
  }

  #fail(message: string): void {
    this.#status.value = "failed";
    this.#problem.value = `The training stopped: ${message} Reload the page to try again; the address keeps your settings.`;
  }
}
