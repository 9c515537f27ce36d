/**
 * Batches that are made in another thread: reading, decoding and shuffling take nothing from the thread that trains. The
 * worker calls `serveBatches`; `WorkerLoader` asks it. Works with worker threads of Node and workers of browsers.
 */
import { ArgumentError, DataError } from "../support/errors.ts";
import type { Batch, HostBatch } from "./loader.ts";
import { tensorsOf } from "./loader.ts";
import { StreamEpoch } from "./streamLoader.ts";

/** One end of the channel between two threads: a `Worker`, Node's `parentPort`, a browser worker's `self`, a `MessagePort`. */
export interface MessageEnd {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** What a worker makes batches from: `{ epoch: (n) => loader.hostEpoch(n) }`, or functions of its own. */
export interface HostBatchSource<Name extends string> {
  epoch(epoch: number): Iterable<HostBatch<Name>> | AsyncIterable<HostBatch<Name>>;
}

/** From the loop to the worker: begin, go on, stop. */
type Request =
  | { readonly loop: number; readonly epoch: number; readonly skip: number; readonly credit: number }
  | { readonly loop: number; readonly credit: number }
  | { readonly loop: number; readonly isOver: true };

/** From the worker to the loop. */
interface Reply {
  readonly loop: number;
  readonly batch?: HostBatch<string>;
  readonly error?: { readonly isData: boolean; readonly message: string };
  /** Nothing follows. */
  readonly isOver?: true;
}

/**
 * Answers a `WorkerLoader` from inside a worker: call it once with the thread's own end. The arrays of a batch are handed
 * over: the source may not use them again.
 *
 * @example
 * ```ts no-run
 * // rows.ts, started by new WorkerLoader(() => new Worker(new URL("rows.ts", import.meta.url)))
 * import { parentPort } from "node:worker_threads";
 * import { hostArray, Loader, serveBatches } from "smilodon/data";
 * const loader = new Loader({ x: hostArray(new Float32Array(1000)) }, { batchSize: 10 });
 * if (parentPort !== null) serveBatches(parentPort, { epoch: (epoch) => loader.hostEpoch(epoch) }); // `self` in browsers
 * ```
 */
export function serveBatches<Name extends string>(end: MessageEnd, source: HostBatchSource<Name>): void {
  const loops = new Map<number, Serving<Name>>();
  listen(end, "message", (message) => {
    const request = message as Request;
    const { loop } = request;
    if ("epoch" in request) {
      const serving = new Serving(end, request, source);
      loops.set(loop, serving);
      void serving.run().finally(() => loops.delete(loop));
    } else if ("credit" in request) loops.get(loop)?.allow(request.credit);
    else loops.get(loop)?.stop();
  });
}

/** One loop over an epoch, seen from the worker. */
class Serving<Name extends string> {
  readonly #end: MessageEnd;
  readonly #request: Extract<Request, { epoch: number }>;
  readonly #source: HostBatchSource<Name>;
  #credit: number;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(end: MessageEnd, request: Extract<Request, { epoch: number }>, source: HostBatchSource<Name>) {
    this.#end = end;
    this.#request = request;
    this.#source = source;
    this.#credit = request.credit;
  }

  allow(credit: number): void {
    this.#credit += credit;
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async run(): Promise<void> {
    const { loop, epoch, skip } = this.#request;
    try {
      let left = skip;
      for await (const batch of begunAt(this.#source.epoch(epoch), skip, () => (left = 0))) {
        if (left-- > 0) continue;
        while (this.#credit === 0 && !this.#isStopped) await new Promise<void>((resolve) => (this.#wake = resolve));
        if (this.#isStopped) break;
        this.#credit--;
        this.#reply({ loop, batch }, batch);
      }
      this.#reply({ loop, isOver: true });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#reply({ loop, error: { isData: error instanceof DataError, message } });
    }
  }

  #reply(reply: Reply, batch: HostBatch<string> = {}): void {
    const buffers = Object.values(batch).flatMap(({ data: { buffer } }) =>
      buffer instanceof ArrayBuffer ? [buffer] : [],
    );
    this.#end.postMessage(reply, [...new Set(buffers)]);
  }
}

/** The batches from the `skip`th on, where the source can skip; `onSkipped` is called then. */
function begunAt<B>(source: Iterable<B> | AsyncIterable<B>, skip: number, onSkipped: () => void) {
  const own: unknown = Reflect.get(source, "skip");
  if (skip === 0 || typeof own !== "function") return source;
  onSkipped();
  return Reflect.apply(own, source, [skip]) as typeof source;
}

/** A worker as `WorkerLoader` needs it. */
export interface WorkerEnd extends MessageEnd {
  terminate(): unknown;
}

/** How a `WorkerLoader` asks. */
export interface WorkerLoaderOptions {
  /** At most so many batches are ready and not yet taken. Default 2. */
  readonly ahead?: number;
  /** Batches in an epoch, if that is known: for progress. */
  readonly batchCount?: number;
}

/**
 * Batches from a worker that calls `serveBatches`, in its order, made ahead. The worker is started by the first loop and
 * kept for the next; `close` ends it. Errors of the source are thrown where their batch would have come.
 *
 * @example
 * ```ts no-run
 * import { Worker } from "node:worker_threads";
 * import { WorkerLoader } from "smilodon/data";
 * using loader = new WorkerLoader<"x">(() => new Worker(new URL("rows.ts", import.meta.url)));
 * for await (const { x } of loader.epoch(1)) console.log(x.shape);
 * ```
 */
export class WorkerLoader<Name extends string> {
  readonly #start: () => WorkerEnd;
  readonly #options: WorkerLoaderOptions;
  readonly #loops = new Map<number, Asking>();
  #worker: WorkerEnd | undefined;
  #next = 0;
  #failure: Error | undefined;

  /** @throws ArgumentError where `ahead` is no whole number of 1 or more. */
  constructor(start: () => WorkerEnd, options: WorkerLoaderOptions = {}) {
    const { ahead = 2 } = options;
    if (!Number.isInteger(ahead) || ahead < 1)
      throw new ArgumentError(`WorkerLoader: ahead is ${ahead}; it has to be a whole number of 1 or more.`, { ahead });
    this.#start = start;
    this.#options = options;
  }

  /** Batches of epoch `epoch`; `skip` begins later, and the worker need not make what is skipped. */
  epoch(epoch: number): StreamEpoch<Batch<Name>> {
    return new StreamEpoch(this.#options.batchCount, (skip) => this.#batches(epoch, skip));
  }

  /** Ends the worker. Loops that are running end with an error. */
  close(): void {
    this.#worker?.terminate();
    this.#fail(new DataError("WorkerLoader: it was closed while a loop was running."));
    this.#worker = undefined;
    this.#failure = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async *#batches(epoch: number, skip: number): AsyncGenerator<Batch<Name>> {
    const worker = this.#open();
    const loop = this.#next++;
    const { ahead = 2 } = this.#options;
    const asking = new Asking();
    this.#loops.set(loop, asking);
    keepProcess(worker, this.#loops.size);
    const send = (request: Request) => worker.postMessage(request, []);
    try {
      send({ loop, epoch, skip, credit: ahead });
      while (true) {
        const { batch, error } = await asking.next();
        if (error !== undefined) throw error.isData ? new DataError(error.message) : new Error(error.message);
        if (batch === undefined) return;
        send({ loop, credit: 1 });
        yield tensorsOf(batch as HostBatch<Name>);
      }
    } finally {
      this.#loops.delete(loop);
      if (this.#worker === worker) send({ loop, isOver: true });
      keepProcess(worker, this.#loops.size);
    }
  }

  #open(): WorkerEnd {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#worker !== undefined) return this.#worker;
    const worker = this.#start();
    listen(worker, "message", (message) => {
      const reply = message as Reply;
      this.#loops.get(reply.loop)?.answer(reply);
    });
    listen(worker, "error", (reason) => {
      const message = reason instanceof Error || isNamed(reason) ? reason.message : String(reason);
      this.#fail(new DataError(`WorkerLoader: the worker failed. ${message}`));
    });
    listen(worker, "exit", (code) => {
      if (this.#loops.size > 0) this.#fail(new DataError(`WorkerLoader: the worker ended too early (code ${code}).`));
    });
    this.#worker = worker;
    return worker;
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const [loop, asking] of this.#loops) asking.answer({ loop, error: { isData: true, message: error.message } });
  }
}

/** Replies that were not taken yet, or somebody who waits for one. */
class Asking {
  readonly #replies: Reply[] = [];
  #wake: () => void = () => undefined;

  answer(reply: Reply): void {
    this.#replies.push(reply);
    this.#wake();
  }

  async next(): Promise<Reply> {
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined) return reply;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Browsers and Node's ports tell events, Node's workers values; only Node's say that they end. */
function listen(end: object, event: "message" | "error" | "exit", hear: (value: unknown) => void): void {
  const on: unknown = Reflect.get(end, "on");
  if (typeof on === "function") {
    Reflect.apply(on, end, [event, hear]);
    return;
  }
  const add: unknown = Reflect.get(end, "addEventListener");
  if (typeof add !== "function")
    throw new ArgumentError("serveBatches and WorkerLoader need a worker, a port, or a browser worker's self.");
  Reflect.apply(add, end, [event, (told: { readonly data?: unknown }) => hear(event === "message" ? told.data : told)]);
  const start: unknown = Reflect.get(end, "start");
  if (typeof start === "function") Reflect.apply(start, end, []);
}

/** In Node a worker keeps the process from ending only while somebody loops over its batches. */
function keepProcess(worker: WorkerEnd, loops: number): void {
  const change: unknown = Reflect.get(worker, loops > 0 ? "ref" : "unref");
  if (typeof change === "function") Reflect.apply(change, worker, []);
}

function isNamed(reason: unknown): reason is { readonly message: string } {
  return typeof reason === "object" && reason !== null && "message" in reason && typeof reason.message === "string";
}
