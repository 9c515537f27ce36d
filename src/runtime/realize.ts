/**
 * Computes pending nodes: gathers what they depend on, compiles it (once a structure), runs the plan with one
 * launch and remembers the results. This is where laziness ends.
 */

import type { Device } from "../device/device.ts";
import { isNode, type Node } from "../graph/node.ts";
import { roundTo, toWide } from "../kernel/meaning.ts";
import { bytesOf } from "../shape/dtype.ts";
import { filledWith } from "../shape/elements.ts";
import { sizeOf } from "../shape/shape.ts";
import { DeviceError, TracingError, UnsupportedError } from "../support/errors.ts";
import { invariant } from "../support/invariant.ts";
import { executableFor, programOf } from "./programs.ts";
import { currentDevice, deviceNamed } from "./registry.ts";
import { allocateStorage, type Storage, storageOf, storeData, takePressure } from "./storage.ts";

/** Computes every node of `nodes` that has not been, with one launch. */
export function realize(nodes: readonly Node[]): void {
  const distinct = nodes.length > 1 ? [...new Set(nodes)] : nodes;
  const pending = distinct.filter((node) => storageOf(node) === undefined && !fill(node));
  if (pending.length === 0) return;
  const program = programOf(pending, isComputed);
  const device = deviceOf([...program.sources, ...pending]);
  const executable = executableFor(device, program);
  const externals = program.sources.map((node) => requireStorage(node).buffer);
  for (const node of program.outputs) externals.push(allocateStorage(node, device, bytesOfNode(node)).buffer);
  executable.run(externals);
  if (openGraphs === 0) for (const node of program.outputs) node.forgetInputs();
}

/** Writes the value of a node that repeats one number, which takes neither a plan nor a launch; false for other nodes. */
function fill(node: Node): boolean {
  let inner = node;
  while (inner.primitive === "broadcast" || inner.primitive === "reshape") {
    const [from] = inner.inputs;
    if (from === undefined) return false;
    inner = from;
  }
  if (!isNode(inner, "constant")) return false;
  const { dtype, value } = inner.params;
  const rounded = roundTo(dtype, value);
  const elements = filledWith(dtype, sizeOf(node.type.shape), dtype === "i64" ? toWide(rounded) : rounded);
  storeData(node, deviceOf([node]), new Uint8Array(elements.buffer));
  if (openGraphs === 0) node.forgetInputs();
  return true;
}

/** @throws TracingError where `node` is a leaf that nobody has given a value. */
function isComputed(node: Node): boolean {
  if (storageOf(node) !== undefined) return true;
  if (node.primitive === "source") throw noValue(node);
  return false;
}

/** The bytes of the value of `node`, computed if it has to be. */
export async function readNode(node: Node): Promise<Uint8Array> {
  realize([node]);
  const { device, buffer } = requireStorage(node);
  const bytes = await device.read(buffer);
  if (takePressure()) await nextMacrotask();
  return bytes;
}

/** The same at once. @throws UnsupportedError where the device cannot. */
export function readNodeSync(node: Node): Uint8Array {
  realize([node]);
  const { device, buffer } = requireStorage(node);
  if (device.readSync === undefined)
    throw new UnsupportedError(`Device ${device.name} cannot be read at once. Use await data().`, {
      device: device.name,
    });
  return device.readSync(buffer);
}

/** Bytes that the value of `node` takes. */
export function bytesOfNode(node: Node): number {
  return sizeOf(node.type.shape) * bytesOf(node.type.dtype);
}

/** Runs `traced` with computed nodes keeping their inputs: a derivative that is being taken will walk them. */
export function keepingGraph<T>(traced: () => T): T {
  openGraphs++;
  try {
    return traced();
  } finally {
    openGraphs--;
  }
}

/** Is a derivative being taken, so that functions have to become graph rather than run? */
export function isKeepingGraph(): boolean {
  return openGraphs > 0;
}

let openGraphs = 0;

function requireStorage(node: Node): Storage {
  const storage = storageOf(node);
  invariant(storage !== undefined, `${node.primitive} has been computed`);
  return storage;
}

/** The one device that `nodes` are on; the current one where they do not say. @throws DeviceError where there are several. */
export function deviceOf(nodes: readonly Node[]): Device {
  let name: string | undefined;
  for (const { device } of nodes) {
    if (device === undefined || device === name) continue;
    if (name !== undefined) {
      throw new DeviceError(
        `Tensors of different devices meet (${name}, ${device}). Make them on one device: call setDevice before making them.`,
        { devices: [name, device] },
      );
    }
    name = device;
  }
  return name === undefined ? currentDevice() : deviceNamed(name);
}

function noValue(node: Node): TracingError {
  return new TracingError(
    `A tensor without a value was read (made at ${node.origin.line || "an unknown place"}). It is an argument of a function that is ` +
      "being traced by compile or vmap: return it and read it outside, or do not keep it after the function has returned.",
  );
}

/** Finalizers run between macrotasks only. */
function nextMacrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
