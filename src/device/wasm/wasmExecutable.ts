/** A plan made ready for the WebAssembly device: its constants, command list and code. */
import type { Plan } from "../../kernel/plan.ts";
import { DeviceError, DisposedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { DeviceBuffer, Executable } from "../device.ts";
import type { Scratch } from "../scratch.ts";
import type { Grain } from "./chunks.ts";
import { commandList, cutLaunches, wordsOf } from "./commandList.ts";
import type { KernelCode } from "./kernelCode.ts";
import type { Runner } from "./runner.ts";
import type { WasmMemory } from "./wasmMemory.ts";

/** What an executable needs of its device. */
export interface WasmParts {
  readonly memory: WasmMemory;
  readonly scratch: Scratch;
  readonly code: KernelCode;
  readonly runner: Runner;
  readonly grain: Grain;
}

/** Knows its own buffers. */
export interface BufferOwner {
  own(buffer: DeviceBuffer): { readonly address: number; readonly bytes: number };
}

interface ExternalSlot {
  readonly position: number;
  readonly bytes: number;
  /** Its pointer cell, as a word of memory. */
  readonly cell: number;
  /** What the cell holds. */
  address: number;
}

/** Memory that belongs to an executable. */
interface Allocation {
  readonly address: number;
  readonly bytes: number;
}

/** Runs a plan with one call. */
export class WasmExecutable implements Executable {
  readonly #owner: BufferOwner;
  readonly #parts: WasmParts;
  readonly #externals: readonly ExternalSlot[];
  readonly #externalCount: number;
  /** Pointer cells of intermediate results, as words of memory, and their offsets in scratch memory. */
  readonly #scratchCells: readonly { readonly cell: number; readonly offset: number }[];
  #scratchAddress = 0;
  readonly #allocations: Allocation[] = [];
  readonly #keys: readonly string[];
  readonly #start: number;
  readonly #end: number;
  readonly #modules: number;
  /** Work that helpers can share. */
  readonly #sharedWork: number;
  #isDisposed = false;

  constructor(owner: BufferOwner, plan: Plan, parts: WasmParts) {
    this.#owner = owner;
    this.#parts = parts;
    this.#externalCount = plan.externals;
    const { positions, keys, modules } = parts.code.acquire(plan.kernels);
    this.#keys = keys;
    this.#modules = modules;
    try {
      const cut = cutLaunches(plan, parts.grain);
      this.#sharedWork = cut.sharedWork;
      const base = this.#allocate(4 * wordsOf(plan, cut));
      const { words, start, end } = commandList(plan, cut, base, positions);
      this.#placeSlots(plan, words);
      parts.runner.write(base, new Uint8Array(words.buffer));
      this.#start = base + 4 * start;
      this.#end = base + 4 * end;
      this.#externals = plan.slots.flatMap((slot, cell) =>
        slot.kind === "external"
          ? [{ position: slot.position, bytes: slot.bytes, cell: base / 4 + cell, address: 0 }]
          : [],
      );
      this.#scratchCells = plan.slots.flatMap((slot, cell) =>
        slot.kind === "arena" ? [{ cell: base / 4 + cell, offset: slot.offset }] : [],
      );
      parts.scratch.reserve(this, plan.arenaBytes);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  run(externals: readonly DeviceBuffer[]): void {
    if (this.#isDisposed) throw new DisposedError("This executable was disposed. Prepare the plan again to run it.");
    if (externals.length !== this.#externalCount) {
      throw new DeviceError(`The plan takes ${this.#externalCount} external buffers and is given ${externals.length}.`);
    }
    const cells: number[] = [];
    for (const slot of this.#externals) {
      const { address, bytes } = this.#owner.own(at(externals, slot.position));
      if (bytes < slot.bytes)
        throw new DeviceError(`External buffer ${slot.position} needs ${slot.bytes} bytes and has ${bytes}.`);
      if (address === slot.address) continue;
      slot.address = address;
      cells.push(slot.cell, address);
    }
    this.#followScratch(cells);
    this.#parts.runner.launch({
      cells,
      start: this.#start,
      end: this.#end,
      modules: this.#modules,
      sharedWork: this.#sharedWork,
    });
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const { address, bytes } of this.#allocations) this.#parts.memory.free(address, bytes);
    this.#parts.scratch.release(this);
    this.#parts.code.release(this.#keys);
  }

  #allocate(bytes: number): number {
    const address = this.#parts.memory.allocate(bytes);
    this.#allocations.push({ address, bytes });
    return address;
  }

  /** Points the cells of intermediate results to where scratch memory lies now. */
  #followScratch(cells: number[]): void {
    const { address } = this.#parts.scratch;
    if (address === this.#scratchAddress) return;
    this.#scratchAddress = address;
    for (const { cell, offset } of this.#scratchCells) cells.push(cell, address + offset);
  }

  /** Gives constants their place, and writes it into their cells. */
  #placeSlots(plan: Plan, words: Int32Array): void {
    plan.slots.forEach((slot, cell) => {
      if (slot.kind !== "constant") return;
      const address = this.#allocate(slot.bytes);
      words[cell] = address;
      this.#parts.runner.write(address, slot.data);
    });
  }
}
