/**
 * Which device memory holds the value of which node. Memory is freed when the collector finds the node
 * unreachable, or at once by `dispose`. Growth is shown to the collector, which does not see device memory.
 */
import type { Device, DeviceBuffer } from "../device/device.ts";
import type { Node } from "../graph/node.ts";
import type { Primitive } from "../graph/primitives.ts";
import { DisposedError } from "../support/errors.ts";

/** Memory on a device that holds a value. */
export interface Storage {
  readonly device: Device;
  readonly buffer: DeviceBuffer;
  isFreed: boolean;
}

declare module "../graph/node.ts" {
  interface Node<P extends Primitive> {
    /** Memory of the value, once computed: a field, since looking it up in a weak map takes longer than a small operation. */
    storage?: Storage | "disposed" | "out of scope" | undefined;
    /** Scopes leave the memory alone: it is a parameter's, or a compiled function's own. */
    outlivesScopes?: true;
  }
}

const pressureBytes = 256 * 2 ** 20;
/** A value of one number takes 64 bytes of the device and some 270 of the heap until its finalizer runs. */
const pressureCount = 1024;
const finalizers = new FinalizationRegistry<Storage>(free);
let unseenBytes = 0;
let unseenCount = 0;

/** The memory that holds the value of `node`, if it has been computed. */
export function storageOf(node: Node): Storage | undefined {
  const { storage } = node;
  if (typeof storage !== "string") return storage;
  const tensor = `This tensor (${node.primitive}, made at ${node.origin.line || "an unknown place"})`;
  throw new DisposedError(
    storage === "disposed"
      ? `${tensor} was disposed. Keep it until its last use.`
      : `${tensor} was freed at the end of its tensorScope. Take it out of the scope with scope.keep(…).`,
  );
}

/** Fresh memory on `device` for the value of `node`, which is freed when the node is collected. */
export function allocateStorage(node: Node, device: Device, bytes: number): Storage {
  showPressure(bytes);
  const storage: Storage = { device, buffer: device.allocate(bytes), isFreed: false };
  node.storage = storage;
  // Memory that is freed earlier stays registered: forgetting it costs every node more than the question whether it is freed
  finalizers.register(node, storage);
  for (const listen of listeners) listen(node, storage);
  return storage;
}

/** Copies `data` to `device` as the value of `node`. */
export function storeData(node: Node, device: Device, data: Uint8Array): void {
  device.write(allocateStorage(node, device, data.byteLength).buffer, data);
}

/** Frees the memory of `node` now, if it has any. */
export function disposeStorage(node: Node, reason: "disposed" | "out of scope" = "disposed"): void {
  const { storage } = node;
  node.storage = reason;
  if (typeof storage === "object") free(storage);
}

/** Is told of memory that a node is given. */
export type StorageListener = (node: Node, storage: Storage) => void;

let listeners: readonly StorageListener[] = [];

/** Tells `listener` of all memory that nodes are given from now on; returns what ends that. */
export function listenToStorage(listener: StorageListener): () => void {
  listeners = [...listeners, listener];
  return () => {
    listeners = listeners.filter((each) => each !== listener);
  };
}

function free(storage: Storage): void {
  if (storage.isFreed) return;
  storage.isFreed = true;
  storage.device.free(storage.buffer);
}

/** Is memory under so much pressure that a reader should let the finalizers run? Asking resets the answer. */
export function takePressure(): boolean {
  const high = pressed;
  pressed = false;
  return high;
}

let pressed = false;

function showPressure(bytes: number): void {
  unseenBytes += bytes;
  if (++unseenCount >= pressureCount) {
    unseenCount = 0;
    pressed = true;
  }
  if (unseenBytes < pressureBytes) return;
  // The collector counts array buffers: one that is dropped at once tells it what the device took
  new ArrayBuffer(unseenBytes);
  unseenBytes = 0;
  pressed = true;
}
