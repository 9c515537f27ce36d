/** Everybody with a number of threads: the peers, and what the machine can do at best. Each starts when it is first asked for. */
import { LimitMeter } from "./limits.ts";
import type { Prepared, Problem } from "./problem.ts";
import { PythonPeers } from "./pythonPeers.ts";

/** Those that are measured beside us. */
export const peerNames = ["torch", "numpy", "onnxruntime"] as const;

interface OnnxRuntime {
  prepare(problem: Problem, threads: number): Promise<Prepared | undefined>;
}

/** Peers and limits for one number of threads. */
export class Setting {
  readonly meter: LimitMeter;
  readonly threads: number;
  readonly #python: PythonPeers;
  #onnx: Promise<OnnxRuntime> | undefined;

  constructor(threads: number) {
    this.threads = threads;
    this.meter = new LimitMeter(threads);
    this.#python = new PythonPeers(threads);
  }

  /** `problem` made ready by a peer; undefined where that cannot do it. */
  async prepare(name: (typeof peerNames)[number], problem: Problem): Promise<Prepared | undefined> {
    if (name !== "onnxruntime") return this.#python.prepare(name, problem);
    // its package is installed for benchmarks only, so its file is loaded by address
    this.#onnx ??= import(new URL("../peers/ortNode.ts", import.meta.url).href);
    return (await this.#onnx).prepare(problem, this.threads);
  }

  end(): void {
    this.meter.end();
    this.#python.end();
  }
}

let present: Setting | undefined;

/** The setting for `threads` threads; the processes of another are ended first: their threads would turn beside it. */
export function settingOf(threads: number): Setting {
  if (present?.threads === threads) return present;
  present?.end();
  present = new Setting(threads);
  return present;
}

/** Ends the processes that there are. */
export function endSettings(): void {
  present?.end();
}
