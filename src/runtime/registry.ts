/** The devices there are, made when first asked for, and which one new tensors live on. */
import type { Device } from "../device/device.ts";
import { WasmDevice } from "../device/wasm/wasmDevice.ts";
import { DeviceError } from "../support/errors.ts";

const makers = new Map<string, () => Device>([["wasm", () => new WasmDevice()]]);
const made = new Map<string, Device>();
let current: Device | undefined;

/** Adds a device, or replaces the maker of one that has not been made yet. */
export function registerDevice(name: string, make: () => Device): void {
  makers.set(name, make);
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

/** The device that new tensors live on. */
export function currentDevice(): Device {
  current ??= deviceNamed("wasm");
  return current;
}

/** Makes new tensors live on the device called `name`; returns the name of the one before. */
export function setDevice(name: string): string {
  const before = currentDevice().name;
  current = deviceNamed(name);
  return before;
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
