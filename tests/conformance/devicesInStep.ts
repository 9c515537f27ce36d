/** Several devices as one: each does everything, and what they have written has to have the same bits. */
import type { Device, DeviceBuffer, Executable } from "../../src/device/device.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { at, invariant } from "../../src/support/invariant.ts";

class CommonBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly parts: readonly DeviceBuffer[];

  constructor(bytes: number, parts: readonly DeviceBuffer[]) {
    this.bytes = bytes;
    this.parts = parts;
  }
}

/** Runs every plan on all of `devices`. @throws Error naming the first byte in which one differs from the first device. */
export class DevicesInStep implements Device {
  readonly name: string;
  readonly target: Device["target"];
  readonly #devices: readonly Device[];

  constructor(devices: readonly Device[]) {
    this.#devices = devices;
    ({ name: this.name, target: this.target } = at(devices, 0));
  }

  get bytesInUse(): number {
    return at(this.#devices, 0).bytesInUse;
  }

  allocate(bytes: number): DeviceBuffer {
    return new CommonBuffer(
      bytes,
      this.#devices.map((device) => device.allocate(bytes)),
    );
  }

  free(buffer: DeviceBuffer): void {
    this.#devices.forEach((device, position) => device.free(part(buffer, position)));
  }

  write(buffer: DeviceBuffer, data: Uint8Array): void {
    this.#devices.forEach((device, position) => device.write(part(buffer, position), data));
  }

  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    return Promise.resolve(this.readSync(buffer));
  }

  readSync(buffer: DeviceBuffer): Uint8Array {
    const [first, ...others] = this.#devices.map((device, position) => device.readSync?.(part(buffer, position)));
    invariant(first !== undefined, "a device can be read at once");
    for (const other of others) {
      const index = first.findIndex((byte, position) => other?.[position] !== byte);
      if (index >= 0)
        throw new Error(`Byte ${index} of ${first.length} is ${first[index]} here and ${other?.[index]} there.`);
    }
    return first;
  }

  prepare(plan: Plan): Executable {
    const executables = this.#devices.map((device) => device.prepare(plan));
    return {
      run: (externals) =>
        executables.forEach((executable, position) => executable.run(externals.map((each) => part(each, position)))),
      dispose: () => executables.forEach((executable) => executable.dispose()),
    };
  }
}

function part(buffer: DeviceBuffer, position: number): DeviceBuffer {
  invariant(buffer instanceof CommonBuffer, "the buffer is one of these devices");
  return at(buffer.parts, position);
}
