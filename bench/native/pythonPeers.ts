/** The process of `peers.py`: PyTorch and NumPy of Debian's packages, which take their own time and have the right core type. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findCpu } from "../../src/device/native/cpuFeatures.node.ts";
import type { Prepared, Problem } from "./problem.ts";

/** Debian's; it has the packages. */
const python = process.env["SMILODON_PYTHON"] ?? "/usr/bin/python3";

/** Threads of OpenBLAS turn for 2^26 cycles after a product, some 25 ms, and those of OpenMP for a while, too. */
const restMilliseconds = 50;

/** A process that answers one request after the other. */
export class PythonPeers {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  readonly #folder = mkdtempSync(join(tmpdir(), "smilodon-bench-"));

  constructor(threads: number) {
    // The detection of OpenBLAS fails under some hypervisors
    const core = findCpu().features.isa === "avx512" ? { OPENBLAS_CORETYPE: "SkylakeX" } : {};
    const environment = { ...process.env, ...core, OPENBLAS_NUM_THREADS: `${threads}`, OMP_NUM_THREADS: `${threads}` };
    const script = fileURLToPath(new URL("peers.py", import.meta.url));
    this.#process = spawn(python, [script, `${threads}`], { env: environment, stdio: ["pipe", "pipe", "inherit"] });
    // that it has ended is told where its answer is waited for
    for (const each of [this.#process, this.#process.stdin]) each?.on("error", () => undefined);
    if (this.#process.stdout === null) throw new Error("The peer has no output.");
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Undefined where `library` cannot do it. */
  async prepare(library: "torch" | "numpy", problem: Problem): Promise<Prepared | undefined> {
    const { operation, options = {}, inputs } = problem;
    const file = join(this.#folder, "numbers");
    writeFileSync(file, Buffer.concat(inputs.map(({ data }) => new Uint8Array(Float32Array.from(data).buffer))));
    const shapes = inputs.map(({ shape }) => shape);
    const { ready } = await this.#ask({ prepare: operation, options, file, shapes, library });
    if (typeof ready !== "number") return undefined;
    const burst = async (count: number): Promise<number> =>
      Number((await this.#ask({ burst: ready, count }))["milliseconds"]);
    return {
      run: () => burst(1),
      burst,
      read: async () => {
        await this.#ask({ read: ready, file });
        return new Float32Array(new Uint8Array(readFileSync(file)).buffer);
      },
      restMilliseconds,
    };
  }

  end(): void {
    this.#reader.close();
    this.#process.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(request: object): Promise<Record<string, unknown>> {
    this.#process.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true)
      throw new Error(`${python} ended. Debian's packages python3-torch and python3-numpy are needed.`);
    return JSON.parse(value);
  }
}
