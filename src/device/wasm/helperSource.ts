/**
 * What a helper thread runs, as text: bundlers then have nothing to resolve, and one text serves Node's worker threads and
 * the workers of browsers. A helper gets the driver and all kernels first and new kernels as they are made; between
 * messages it stays in the driver's `serve`. `team.ts` starts helpers and writes to them.
 */
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { importModule } from "../../render/wasm/moduleWriter.ts";
import { control, threadStride } from "../../render/wasm/team.ts";

/** Functions of JavaScript that helpers have: kernels that import others stay on the caller's thread. */
export const helperFunctions: ReadonlySet<ScalarOp> = new Set(["exp", "expm1", "log", "log1p", "sin", "cos", "tanh"]);

/** A compiled module, the names of the functions that it imports, and the places of its kernels in the table. */
export interface Piece {
  readonly module: WebAssembly.Module;
  readonly imports: readonly ScalarOp[];
  readonly places: readonly (readonly [exportName: string, place: number])[];
}

/** The first message to a helper. */
export interface Introduction {
  readonly memory: WebAssembly.Memory;
  readonly driver: WebAssembly.Module;
  readonly thread: number;
  /** Modules made so far; those that are still in use follow. */
  readonly modules: number;
  readonly pieces: readonly Piece[];
}

/** The longest error message that fits. */
export const longestFailure = 120;

export const helperSource = `"use strict";
const port = typeof WorkerGlobalScope === "function" ? self : process.getBuiltinModule("node:worker_threads").parentPort;
const table = new WebAssembly.Table({ element: "anyfunc", initial: 256 });
let memory, driver, thread, words;
let modules = 0;

port.onmessage = ({ data }) => {
  if (data.memory === undefined) {
    install(data);
    modules++;
  } else {
    ({ memory, thread, modules } = data);
    words = new Int32Array(memory.buffer, 0, 16384);
    data.pieces.forEach(install);
    driver = new WebAssembly.Instance(data.driver, { ${importModule}: { memory, table } }).exports;
  }
  while (Atomics.load(words, ${control.published / 4}) === modules) serve();
};

function install({ module, imports, places }) {
  const functions = Object.fromEntries(imports.map((op) => [op, Math[op] ?? missing]));
  const { exports } = new WebAssembly.Instance(module, { ${importModule}: { ...functions, memory } });
  for (const [name, place] of places) {
    if (place >= table.length) table.grow(place + 256 - table.length);
    table.set(place, exports[name]);
  }
}

function missing() {
  throw new Error("a helper was given a kernel that only the caller's thread can run");
}

function serve() {
  try {
    driver.serve(modules, thread);
  } catch (error) {
    const text = new TextEncoder().encode(String(error)).subarray(0, ${longestFailure});
    new Uint8Array(memory.buffer).set(text, ${control.failure + 4});
    Atomics.store(words, ${control.failure / 4}, text.length);
    const busy = (${control.threads + 4} + thread * ${threadStride}) / 4;
    if (words[busy] === 1) driver.finish();
    words[busy] = 0;
  }
}
`;
