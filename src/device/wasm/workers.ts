/**
 * Threads of wherever the engine runs: worker threads in Node, workers in browsers. Nothing is imported for them, so that a
 * bundle for browsers holds nothing of Node.
 */
import { wantedThreads } from "../wantedThreads.ts";

/** A thread that messages can be sent to. It keeps no process from ending. */
export interface Thread {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** What this file uses of Node and of browsers, as far as it is there. */
interface Surroundings {
  readonly process?: {
    getBuiltinModule?(name: string): { readonly Worker: NodeWorker } | undefined;
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
  readonly WorkerGlobalScope?: unknown;
}

type NodeWorker = new (
  source: string,
  options: { readonly eval: true; readonly name: string; readonly execArgv: readonly string[] },
) => Thread & { unref(): void; on(event: "error", listener: (error: unknown) => void): void };

const surroundings = globalThis as unknown as Surroundings;

/**
 * How many threads a device may use: `asked`, or what the variable SMILODON_THREADS says, or as many as there are cores;
 * never more than those, and one where threads cannot share memory.
 * @throws ArgumentError where that is no whole number above 0.
 */
export function threadsToUse(asked: number | undefined): number {
  const wanted = wantedThreads(asked);
  return canShare() ? Math.min(wanted, surroundings.navigator?.hardwareConcurrency ?? 1) : 1;
}

/** May threads share memory? In browsers, where the page is isolated. */
function canShare(): boolean {
  return nodeWorkers() !== undefined || surroundings.crossOriginIsolated === true;
}

/** May the thread that we are on sleep until another one wakes it? A page's own thread may not. */
export function maySleep(): boolean {
  return nodeWorkers() !== undefined || surroundings.WorkerGlobalScope !== undefined;
}

/** A new thread that runs `source`; `fail` is called with the reason where that does not work, now or later; `hear`
 * with what it has to say, in browsers. */
export function startThread(
  source: string,
  fail: (reason: unknown) => void,
  hear: (message: unknown) => void = () => undefined,
): Thread | undefined {
  try {
    const NodeThread = nodeWorkers();
    if (NodeThread !== undefined) {
      const thread = new NodeThread(source, { eval: true, name: "smilodon", execArgv: [] });
      thread.on("error", fail);
      thread.unref();
      return thread;
    }
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const thread = new Worker(url);
    thread.addEventListener("error", ({ message }) => fail(message));
    thread.addEventListener("message", ({ data }) => hear(data));
    return thread;
  } catch (error) {
    fail(error);
    return undefined;
  }
}

function nodeWorkers(): NodeWorker | undefined {
  return surroundings.process?.getBuiltinModule?.("node:worker_threads")?.Worker;
}
