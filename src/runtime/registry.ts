/**
 * The devices there are, made when first asked for, and which one new tensors live on. `registry.node.ts` adds those that
 * only run in Node.
 */
import type { Device } from "../device/device.ts";
import { WasmDevice } from "../device/wasm/wasmDevice.ts";
import { DeviceError } from "../support/errors.ts";

/** The name that stands for the best device that works here. */
const automatic = "auto";

const makers = new Map<string, () => Device>([["wasm", () => new WasmDevice()]]);
const made = new Map<string, Device>();
/** What `auto` tries, in this order. */
const preferred: string[] = ["wasm"];
let listeners: readonly DeviceListener[] = [];
let current: Device | undefined;

/** Is told of a device that `auto` has chosen. */
export type DeviceListener = (device: Device) => void;

/** Adds a device, or replaces the maker of one that has not been made yet. */
export function registerDevice(name: string, make: () => Device): void {
  makers.set(name, make);
}

/** Adds a device that `auto` tries before all others so far; where its maker throws a DeviceError, it takes the next. */
export function preferDevice(name: string, make: () => Device): void {
  registerDevice(name, make);
  preferred.unshift(name);
}

/** Tells `listener` whenever `auto` has chosen a device. */
export function listenToChoice(listener: DeviceListener): void {
  listeners = [...listeners, listener];
}

/**
 * The device called `name`.
 * @throws DeviceError listing those there are; or where its maker makes one of another name.
 */
export function deviceNamed(name: string): Device {
  let device = made.get(name);
  if (device === undefined) {
    const make = makers.get(name);
    if (make === undefined)
      throw new DeviceError(`There is no device "${name}". There are: ${[...makers.keys()].join(", ")}.`, { name });
    device = make();
    // Tensors find their device by its own name
    if (device.name !== name)
      throw new DeviceError(
        `Device "${name}" was registered with a maker of device "${device.name}". Use one name for both.`,
        {
          name,
          own: device.name,
        },
      );
    made.set(name, device);
  }
  return device;
}

/** Names of the devices that can be asked for. */
export function deviceNames(): readonly string[] {
  return [...makers.keys()];
}

/**
 * The device that new tensors live on: what `setDevice` said, or else the environment variable SMILODON_DEVICE, or else the best
 * that works here. In Node that is "native" where a C compiler and the package koffi are found, and "wasm" everywhere else.
 * @throws DeviceError where SMILODON_DEVICE names one that is not there or does not work.
 */
export function currentDevice(): Device {
  current ??= find(wish());
  return current;
}

/**
 * Makes new tensors live on the device called `name`, "auto" being the best that works here; returns what was set before.
 * @throws DeviceError where there is no such device, or where it does not work here, saying why.
 */
export function setDevice(name: string): string {
  const before = current?.name ?? wish();
  current = find(name);
  return before;
}

interface Surroundings {
  readonly process?: { readonly env?: { readonly [name: string]: string | undefined } };
}

function wish(): string {
  const { process } = globalThis as unknown as Surroundings;
  return process?.env?.["SMILODON_DEVICE"] || automatic;
}

function find(name: string): Device {
  if (name !== automatic) return deviceNamed(name);
  let reason: unknown;
  for (const each of preferred) {
    try {
      const device = deviceNamed(each);
      for (const listen of listeners) listen(device);
      return device;
    } catch (error) {
      // the next one may work; what was asked for wrongly (a number of threads) is told
      if (!(error instanceof DeviceError)) throw error;
      reason = error;
    }
  }
  throw reason;
}

/**
 * Lets launches on the current device use at most `threads` threads; returns how many it was before. Results have the same
 * bits whatever the number. Without it a device uses what the environment variable SMILODON_THREADS says, or every core.
 * @throws DeviceError where the device cannot use so many: more than there are cores, or more than one where memory cannot
 * be shared (pages that are not isolated).
 * @example
 * ```ts
 * import { setThreads } from "smilodon";
 * const before = setThreads(1);
 * console.log(before >= 1); // true
 * console.log(setThreads(before)); // 1
 * ```
 */
export function setThreads(threads: number): number {
  const device = currentDevice();
  const before = device.threads ?? 1;
  if (device.threads !== undefined) device.threads = threads;
  else if (threads !== 1)
    throw new DeviceError(`Device ${device.name} runs on one thread; it cannot use ${threads}.`, { threads });
  return before;
}
