/** A plan made ready for the native device: its constants, command list and code. */
import type { Plan } from "../../kernel/plan.ts";
import { DeviceError, DisposedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { DeviceBuffer, Executable } from "../device.ts";
import type { Scratch } from "../scratch.ts";
import { commandList } from "./commandList.ts";
import type { Driver } from "./driver.node.ts";
import { headerWords } from "./driverSource.ts";
import type { KernelCode } from "./kernelCode.node.ts";
import type { NativeMemory } from "./nativeMemory.node.ts";
import type { Grain } from "./pieces.ts";

/** What an executable needs of its device. */
export interface NativeParts {
  readonly driver: Driver;
  readonly team: number;
  readonly memory: NativeMemory;
  readonly scratch: Scratch;
  readonly code: KernelCode;
  readonly grain: Grain;
}

/** Knows its own buffers. */
export interface BufferOwner {
  own(buffer: DeviceBuffer): { readonly address: number; readonly bytes: number };
}

/** Runs a plan with one call. */
export class NativeExecutable implements Executable {
  readonly #owner: BufferOwner;
  readonly #parts: NativeParts;
  /** Bytes that each external buffer has to have, and the addresses of those of this run. */
  readonly #needs: Float64Array;
  readonly #addresses: Float64Array;
  readonly #allocations: { readonly address: number; readonly bytes: number }[] = [];
  readonly #keys: readonly string[];
  readonly #words: number;
  #isDisposed = false;

  constructor(owner: BufferOwner, plan: Plan, parts: NativeParts) {
    this.#owner = owner;
    this.#parts = parts;
    this.#needs = new Float64Array(plan.externals);
    this.#addresses = new Float64Array(plan.externals);
    for (const slot of plan.slots)
      if (slot.kind === "external") this.#needs[slot.position] = Math.max(at(this.#needs, slot.position), slot.bytes);
    const { addresses, keys } = parts.code.acquire(plan.kernels);
    this.#keys = keys;
    try {
      const words = commandList(plan, parts.grain, addresses);
      plan.slots.forEach((slot, cell) => {
        if (slot.kind === "constant") words[headerWords + cell] = BigInt(this.#place(slot.data, slot.bytes));
      });
      this.#words = this.#place(new Uint8Array(words.buffer), words.byteLength);
      parts.scratch.reserve(this, plan.arenaBytes);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  run(externals: readonly DeviceBuffer[]): void {
    if (this.#isDisposed) throw new DisposedError("This executable was disposed. Prepare the plan again to run it.");
    const [needs, addresses] = [this.#needs, this.#addresses];
    if (externals.length !== needs.length) {
      throw new DeviceError(`The plan takes ${needs.length} external buffers and is given ${externals.length}.`);
    }
    for (let position = 0; position < externals.length; position++) {
      const { address, bytes } = this.#owner.own(at(externals, position));
      const needed = at(needs, position);
      if (bytes < needed) throw new DeviceError(`External buffer ${position} needs ${needed} bytes and has ${bytes}.`);
      addresses[position] = address;
    }
    const { driver, team, scratch } = this.#parts;
    driver.run(team, this.#words, addresses, scratch.address);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const { address, bytes } of this.#allocations) this.#parts.memory.free(address, bytes);
    this.#parts.scratch.release(this);
    this.#parts.code.release(this.#keys);
  }

  /** Memory of this executable with `data` in it. */
  #place(data: Uint8Array, bytes: number): number {
    const { memory, driver } = this.#parts;
    const address = memory.allocate(bytes);
    this.#allocations.push({ address, bytes });
    driver.write(address, data, data.length);
    return address;
  }
}
