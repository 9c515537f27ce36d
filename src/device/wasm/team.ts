/**
 * The threads that run plans together: the caller's, and helpers that are started when there has been work enough for
 * them and told of every new kernel. `render/wasm/team.ts` has the code that they share work with, `helperSource.ts` what
 * helpers run.
 */
import { control, mostThreads, threadStride } from "../../render/wasm/team.ts";
import { DeviceError } from "../../support/errors.ts";
import { at, invariant } from "../../support/invariant.ts";
import { helperSource, type Introduction, type Piece } from "./helperSource.ts";
import { type Launch, launchFailed, type Runner } from "./runner.ts";
import type { WasmMemory } from "./wasmMemory.ts";
import { startThread, type Thread } from "./workers.ts";

/** What a team needs of its device. */
export interface TeamParts {
  readonly memory: WasmMemory;
  readonly driver: WebAssembly.Module;
  readonly imports: WebAssembly.Imports;
  /** Threads to use, the caller's among them; 1 where the memory is not shared. */
  readonly threads: number;
  /** Work from which on helpers are started. */
  readonly hire: number;
  /** Kernels that are kept now. */
  readonly pieces: () => readonly Piece[];
}

/** Ends the helpers of a device that nobody holds any more. */
const finalizers = new FinalizationRegistry<Thread[]>((helpers) => helpers.forEach(end));

/** Runs command lists. */
export class Team implements Runner {
  readonly #parts: TeamParts;
  readonly #most: number;
  readonly #run: (start: number, end: number, modules: number) => void;
  readonly #abandon: () => void;
  readonly #helpers: Thread[] = [];
  #threads: number;
  #modules = 0;
  /** Work so far that helpers could have shared. */
  #sharedWork = 0;

  constructor(parts: TeamParts) {
    this.#parts = parts;
    this.#most = Math.min(parts.threads, mostThreads);
    this.#threads = this.#most;
    const { run, abandon } = new WebAssembly.Instance(parts.driver, parts.imports).exports;
    invariant(typeof run === "function" && typeof abandon === "function", "the driver exports them");
    this.#run = (start, end, modules) => run(start, end, modules);
    this.#abandon = () => abandon();
    finalizers.register(this, this.#helpers);
  }

  /** How many threads may take part, the caller's among them. */
  get threads(): number {
    return this.#threads;
  }

  /** @throws DeviceError where that is more than the device was made for. */
  set threads(threads: number) {
    if (!Number.isInteger(threads) || threads < 1 || threads > this.#most) {
      throw new DeviceError(
        `This device can use 1 to ${this.#most} threads, not ${threads}: as many as there are cores, if they can share memory.`,
        { threads, most: this.#most },
      );
    }
    this.#threads = threads;
    this.#countHelpers();
  }

  /** Chunks that each thread has taken of kernels that were shared, the caller's first. */
  get chunksTaken(): readonly number[] {
    return Array.from({ length: this.#helpers.length + 1 }, (_, thread) => this.#word(takenBy(thread)));
  }

  /** What thread number `thread` has to know at first. */
  introduction(thread: number): Introduction {
    const { memory, driver, pieces } = this.#parts;
    return { memory: memory.memory, driver, thread, modules: this.#modules, pieces: pieces() };
  }

  /** Starts the helpers that are wanted and not there. They take part as soon as they are ready; nobody waits for them. */
  hire(): void {
    while (this.#helpers.length < this.#threads - 1) {
      // a thread that runs keeps its listener, which must not keep the team
      const team = new WeakRef(this);
      const helper = startThread(helperSource(), (reason) => team.deref()?.dismiss(reason));
      if (helper === undefined) return;
      const thread = this.#helpers.push(helper);
      helper.postMessage({ introduction: this.introduction(thread) });
      this.#countHelpers();
    }
  }

  /** Tells the helpers of new kernels. Until they have them they leave plans that use these to the others. */
  publish(piece: Piece): void {
    for (const helper of this.#helpers) helper.postMessage({ piece });
    const { words } = this.#parts.memory;
    Atomics.store(words, control.published / 4, ++this.#modules);
    if (this.#helpers.length === 0) return;
    Atomics.add(words, control.wake / 4, 1);
    Atomics.notify(words, control.wake / 4);
  }

  write(address: number, data: Uint8Array): void {
    this.#parts.memory.bytes.set(data, address);
  }

  launch({ cells, start, end, modules, sharedWork }: Launch): void {
    const { words } = this.#parts.memory;
    for (let n = 0; n < cells.length; n += 2) words[at(cells, n)] = at(cells, n + 1);
    this.#sharedWork += sharedWork;
    if (sharedWork > 0 && this.#sharedWork >= this.#parts.hire) this.hire();
    try {
      this.#run(start, end, modules);
    } catch (error) {
      this.#abandon();
      throw launchFailed(String(error), "caller");
    }
    if (this.#word(control.failure) !== 0) throw launchFailed(this.#takeFailure(), "helper");
  }

  read(address: number, bytes: number): Promise<Uint8Array> {
    return Promise.resolve(this.readSync(address, bytes));
  }

  readSync(address: number, bytes: number): Uint8Array {
    return this.#parts.memory.bytes.slice(address, address + bytes);
  }

  /** Threads cannot be had here: the caller goes on alone. */
  dismiss(reason: unknown): void {
    this.dispose();
    console.warn(`Smilodon runs on one thread: others cannot be had here (${String(reason)}).`);
  }

  /** Ends the helpers; the caller goes on alone. */
  dispose(): void {
    this.#threads = 1;
    this.#countHelpers();
    this.#helpers.splice(0).forEach(end);
  }

  #countHelpers(): void {
    Atomics.store(this.#parts.memory.words, control.helpers / 4, Math.min(this.#threads - 1, this.#helpers.length));
  }

  #word(address: number): number {
    return Atomics.load(this.#parts.memory.words, address / 4);
  }

  #takeFailure(): string {
    const length = Atomics.exchange(this.#parts.memory.words, control.failure / 4, 0);
    return new TextDecoder().decode(this.#parts.memory.bytes.slice(control.failure + 4, control.failure + 4 + length));
  }
}

function takenBy(thread: number): number {
  return control.threads + thread * threadStride;
}

function end(thread: Thread): void {
  thread.terminate();
}
