/**
 * Drives one training at the pace that the page asks for: in slices of a few milliseconds, so that messages come through
 * between them, and with at most one snapshot for each picture that the page draws. Knows nothing of workers: worker.ts
 * hands it messages, tests do too.
 */
import { type JobKind, jobs } from "./jobs/table.ts";
import type { FromWorker, Speed, StartMessage, ToWorker } from "./protocol.ts";
import type { Job, Training } from "./training.ts";

/** What a runner needs of its surroundings. */
export interface Surroundings {
  readonly post: (message: FromWorker) => void;
  /** Lets waiting messages come in first. */
  readonly yieldToMessages: () => Promise<void>;
  /** Milliseconds. */
  readonly now: () => number;
  /** How many threads the engine may use. */
  readonly threads: () => number;
}

/** Milliseconds that a slice of steps may take. */
const sliceTime = 7;

/** Milliseconds that training at full speed goes on without a page that looks: a page in the background does not. */
const unseenTime = 2000;

/** Most steps that a page may be behind before they are dropped: a slow machine shows less, not later. */
const mostOwed = 2000;

type AnyTraining = Training<unknown, unknown>;

/** One training at a time. */
export class TrainingRunner {
  readonly #world: Surroundings;
  #run = 0;
  #training: AnyTraining | undefined;
  #next: StartMessage | undefined;
  #changes: unknown[] = [];
  #speed: Speed = 1;
  #isPlaying = false;
  #owed = 0;
  #step = 0;
  #loss = Number.NaN;
  /** Is there something that the page has not seen? */
  #isNew = false;
  /** Does the page wait for a picture? */
  #isAwaited = false;
  #stepTime = 1;
  #isBusy = false;
  #lastSeen = 0;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** Takes a message; what follows from it happens later. */
  receive(message: ToWorker): void {
    switch (message.kind) {
      case "start":
        this.#next = message;
        this.#forget();
        break;
      case "play":
        this.#isPlaying = true;
        this.#lastSeen = this.#world.now();
        this.#speed = message.speed;
        break;
      case "pause":
        this.#isPlaying = false;
        this.#owed = 0;
        this.#isAwaited = true;
        break;
      case "step":
        this.#owed += message.count;
        this.#isAwaited = true;
        break;
      case "change":
        this.#changes.push(message.change);
        this.#isAwaited ||= !this.#isPlaying;
        break;
      case "frame":
        this.#lastSeen = this.#world.now();
        this.#isAwaited = true;
        if (this.#isPlaying && this.#speed !== "fast") this.#owed = Math.min(this.#owed + this.#speed, mostOwed);
        break;
      case "stop":
        this.#next = undefined;
        this.#training = undefined;
        this.#forget();
        break;
      default:
        message satisfies never;
    }
    void this.#work();
  }

  #forget(): void {
    this.#isPlaying = false;
    this.#owed = 0;
    this.#changes = [];
  }

  /** Works until nothing is left to do; a second call while it works adds nothing. */
  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#hasWork()) {
        await this.#slice();
        await this.#world.yieldToMessages();
      }
    } catch (error) {
      this.#training = undefined;
      this.#forget();
      this.#world.post({
        kind: "failed",
        run: this.#run,
        message: error instanceof Error ? error.message : String(error),
      });
    } finally {
      this.#isBusy = false;
    }
  }

  #hasWork(): boolean {
    if (this.#next !== undefined) return true;
    if (this.#training === undefined) return false;
    return this.#changes.length > 0 || this.#stepsDue() > 0 || (this.#isAwaited && this.#isNew);
  }

  #stepsDue(): number {
    const most = Math.max(1, Math.floor(sliceTime / this.#stepTime));
    if (this.#isPlaying && this.#speed === "fast") return this.#isSeen() ? most : 0;
    return Math.min(most, Math.floor(this.#owed));
  }

  #isSeen(): boolean {
    return this.#world.now() - this.#lastSeen < unseenTime;
  }

  async #slice(): Promise<void> {
    if (this.#next !== undefined) await this.#begin(this.#next);
    const training = this.#training;
    if (training === undefined) return;
    for (const change of this.#changes.splice(0)) {
      training.change(change);
      this.#isNew = true;
    }
    await this.#takeSteps(training, this.#stepsDue());
    const isDue = Math.floor(this.#owed) === 0 || this.#speed === "fast";
    if (this.#isAwaited && this.#isNew && isDue && this.#training === training) await this.#show(training);
  }

  async #begin(message: StartMessage): Promise<void> {
    this.#next = undefined;
    this.#run = message.run;
    this.#step = 0;
    this.#loss = Number.NaN;
    this.#training = await begin(message.job, message.options);
    this.#isNew = true;
    this.#isAwaited = true;
  }

  async #takeSteps(training: AnyTraining, count: number): Promise<void> {
    if (count === 0) return;
    const before = this.#world.now();
    const loss = await training.step(count);
    // The first steps compile; a mean that forgets goes on with what steps take later
    const time = Math.max((this.#world.now() - before) / count, 0.001);
    this.#stepTime = this.#step === 0 ? Math.min(time, 1) : 0.7 * this.#stepTime + 0.3 * time;
    if (this.#training !== training || this.#next !== undefined) return;
    this.#loss = loss;
    this.#step += count;
    this.#owed = Math.max(0, this.#owed - count);
    this.#isNew = true;
    if (Number.isFinite(loss)) return;
    this.#forget();
    this.#training = undefined;
    this.#world.post({ kind: "diverged", run: this.#run, step: this.#step });
  }

  async #show(training: AnyTraining): Promise<void> {
    const [run, step, loss] = [this.#run, this.#step, this.#loss];
    this.#isAwaited = false;
    this.#isNew = false;
    const snapshot = await training.snapshot();
    const threads = this.#world.threads();
    this.#world.post({ kind: "snapshot", run, step, loss, threads, snapshot });
  }
}

/** Begins a training of the given kind. */
async function begin(kind: JobKind, options: unknown): Promise<AnyTraining> {
  // The client's types hold options and changes to the kind of job
  const job = (await jobs[kind]()) as Job<unknown, unknown, unknown>;
  return job.start(options);
}
