/**
 * What the other threads run, as text: bundlers then have nothing to resolve, and one text serves Node's worker threads and
 * the workers of browsers. A thread gets the driver and all kernels first, and new kernels as they are made. Helpers stay
 * in the driver's `serve` between messages (`team.ts`); thread 0 of a page does what it is told, in order (`page.ts`).
 */
import { makeErrorFunctions } from "../../kernel/erf.ts";
import { floorQuotient, floorRemainder, power, sigmoid } from "../../kernel/meaning.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { importModule } from "../../render/wasm/moduleWriter.ts";
import { control, threadStride } from "../../render/wasm/team.ts";

/** A compiled module, the names of the functions that it imports, and the places of its kernels in the table. */
export interface Piece {
  readonly module: WebAssembly.Module;
  readonly imports: readonly ScalarOp[];
  readonly places: readonly (readonly [exportName: string, place: number])[];
}

/** The first message to a thread. */
export interface Introduction {
  readonly memory: WebAssembly.Memory;
  readonly driver: WebAssembly.Module;
  readonly thread: number;
  /** Modules made so far; those that are still in use follow. */
  readonly modules: number;
  readonly pieces: readonly Piece[];
}

/** The longest error message that fits. */
const longestFailure = 120;

/**
 * An expression for the functions of JavaScript that kernels import, by operation; those that it lacks are Math's own. The
 * functions use nothing from outside but Math, so that their text is all there is to them.
 */
export function functionsText(): string {
  return `{
  ...(${makeErrorFunctions})(),
  sigmoid: ${sigmoid},
  power: ${power},
  quotient: ${floorQuotient},
  remainder: ${floorRemainder},
}`;
}

/** The text of a thread. */
export function helperSource(): string {
  return `"use strict";
const port = typeof WorkerGlobalScope === "function" ? self : process.getBuiltinModule("node:worker_threads").parentPort;
const table = new WebAssembly.Table({ element: "anyfunc", initial: 256 });
const functions = ${functionsText()};
let memory, driver, thread, words, failure;
let modules = 0;

port.onmessage = ({ data: { introduction, piece, launch, write, read } }) => {
  if (introduction !== undefined) begin(introduction);
  if (piece !== undefined) install(piece, modules++);
  if (write !== undefined) new Uint8Array(memory.buffer).set(write.data, write.address);
  if (launch !== undefined) run(launch);
  if (read !== undefined) answer(read);
  if (thread > 0) while (Atomics.load(words, ${control.published / 4}) === modules) serve();
};

function begin({ pieces, driver: module, ...rest }) {
  ({ memory, thread, modules } = rest);
  words = new Int32Array(memory.buffer, 0, 16384);
  pieces.forEach(install);
  driver = new WebAssembly.Instance(module, { ${importModule}: { memory, table } }).exports;
  if (thread === 0) port.postMessage({ isReady: true });
}

function install({ module, imports, places }) {
  const own = Object.fromEntries(imports.map((op) => [op, functions[op] ?? Math[op]]));
  const { exports } = new WebAssembly.Instance(module, { ${importModule}: { ...own, memory } });
  for (const [name, place] of places) {
    if (place >= table.length) table.grow(place + 256 - table.length);
    table.set(place, exports[name]);
  }
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

function run({ cells, start, end, modules }) {
  const all = new Int32Array(memory.buffer);
  for (let n = 0; n < cells.length; n += 2) all[cells[n]] = cells[n + 1];
  try {
    driver.run(start, end, modules);
  } catch (error) {
    driver.abandon();
    failure ??= String(error);
  }
  const length = Atomics.exchange(words, ${control.failure / 4}, 0);
  if (length === 0) return;
  const text = new Uint8Array(memory.buffer).slice(${control.failure + 4}, ${control.failure + 4} + length);
  failure ??= new TextDecoder().decode(text);
}

function answer({ id, address, bytes }) {
  const data = new Uint8Array(memory.buffer).slice(address, address + bytes);
  port.postMessage({ id, data, failure }, [data.buffer]);
  failure = undefined;
}
`;
}
