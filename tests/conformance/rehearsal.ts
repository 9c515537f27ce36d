/**
 * Devices that compile slowly, but many kernels nearly as fast as one: what a test will run is found out first, by running
 * it on a stand-in that takes notes, and then compiled with one call.
 */
import { test } from "vitest";
import type { Device, DeviceBuffer, Executable } from "../../src/device/device.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { structureOf } from "../../src/kernel/structure.ts";
import { fingerprint } from "../../src/support/fingerprint.ts";

/** A device that can compile ahead. */
export interface SlowDevice extends Device {
  compile(kernels: readonly Kernel[]): void;
}

/** Runs on a stand-in while it rehearses, and else on the device it is about. */
export class Rehearsed implements Device {
  readonly name: string;
  readonly target: Device["target"];
  readonly #device: SlowDevice;
  /** What a test finds has to be right in the rehearsal too. */
  readonly #standIn = new InterpreterDevice();
  #now: Device;
  #kernels = new Map<string, Kernel>();

  readonly #share: number;

  /** Tries one of `share` kernels that are tried by themselves, always the same ones, and all plans. */
  constructor(device: SlowDevice, share = 1) {
    this.#device = device;
    this.#now = device;
    this.#share = share;
    ({ name: this.name, target: this.target } = device);
  }

  /** Runs `body` on the stand-in, and compiles what it used. */
  rehearse(body: () => void): void {
    this.#now = this.#standIn;
    try {
      body();
    } finally {
      this.#now = this.#device;
      this.compileNoted();
    }
  }

  /** Is `kernel` one of those that are tried? */
  tries(kernel: Kernel): boolean {
    return Number.parseInt(fingerprint(structureOf(kernel)).slice(0, 6), 16) % this.#share === 0;
  }

  /** Compiles what has been noted. */
  compileNoted(): void {
    this.#device.compile([...this.#kernels.values()]);
    this.#kernels.clear();
  }

  get bytesInUse(): number {
    return this.#now.bytesInUse;
  }

  allocate(bytes: number): DeviceBuffer {
    return this.#now.allocate(bytes);
  }

  free(buffer: DeviceBuffer): void {
    this.#now.free(buffer);
  }

  write(buffer: DeviceBuffer, data: Uint8Array): void {
    this.#now.write(buffer, data);
  }

  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    return this.#now.read(buffer);
  }

  readSync(buffer: DeviceBuffer): Uint8Array {
    return this.#now.readSync?.(buffer) ?? new Uint8Array(0);
  }

  prepare(plan: Plan): Executable {
    if (this.#now !== this.#device) for (const kernel of plan.kernels) this.#kernels.set(structureOf(kernel), kernel);
    return this.#now.prepare(plan);
  }
}

/** A device that notes the kernels of every plan, and runs nothing: what is read back is zeros. */
export class Notes implements Device {
  readonly name: string;
  readonly target: Device["target"];
  readonly bytesInUse = 0;
  readonly kernels = new Map<string, Kernel>();

  constructor(name: string, target: Device["target"]) {
    this.name = name;
    this.target = target;
  }

  allocate(bytes: number): DeviceBuffer {
    return { bytes };
  }

  free(): void {}

  write(): void {}

  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    return Promise.resolve(this.readSync(buffer));
  }

  readSync({ bytes }: DeviceBuffer): Uint8Array {
    return new Uint8Array(bytes);
  }

  prepare(plan: Plan): Executable {
    for (const kernel of plan.kernels) this.kernels.set(structureOf(kernel), kernel);
    return { run: () => undefined, dispose: () => undefined };
  }
}

/** A test of `device`: what it runs is compiled together where the device wants that. */
export function testOn(device: Device, name: string, body: () => void): void {
  test(name, { timeout: 120_000 }, () => {
    if (device instanceof Rehearsed) device.rehearse(body);
    body();
  });
}
