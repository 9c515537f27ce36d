/** The one memory of a WebAssembly device: made here, grown here, handed out here. */
import { DeviceError } from "../../support/errors.ts";
import { Allocator, alignment } from "../allocator.ts";

const pageBytes = 65536;
const firstPages = 16;
/** One page short of 4 GiB, so that the end of memory is still a number of 32 bits; less where the machine reserves less. */
const maximumPages = [65535, 32768, 16384, 4096] as const;
const mostSparePages = 1024;

/** Memory with an allocator. Addresses below the first page are never handed out (see `loopAddresses.ts` and `render/wasm/team.ts`). */
export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** Views of all bytes; growing replaces them. */
  bytes: Uint8Array;
  words: Int32Array;
  /** Bytes of scratch memory: as much as the plan with the highest peak needs. Errors name them. */
  scratchBytes = 0;
  #bytesInUse = 0;
  readonly #allocator = new Allocator();

  /** Memory that threads can share, where `isShared`. */
  constructor(isShared: boolean) {
    this.memory = makeMemory(isShared);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
    this.#allocator.extend(pageBytes, this.bytes.length);
  }

  /** Bytes handed out, as they were asked for. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** @throws DeviceError naming the bytes asked for, in use, and needed by plans, where memory is exhausted. */
  allocate(bytes: number): number {
    const address = this.#allocator.allocate(bytes) ?? this.#grow(bytes);
    this.#bytesInUse += bytes;
    return address;
  }

  free(address: number, bytes: number): void {
    this.#allocator.free(address);
    this.#bytesInUse -= bytes;
  }

  #grow(bytes: number): number {
    const start = this.bytes.length;
    const needed = Math.ceil((bytes + alignment - this.#allocator.freeAtTop) / pageBytes);
    // spare pages make growth rare; where there are none left, what is needed will do
    const spare = Math.min(Math.floor(start / pageBytes / 4), mostSparePages);
    if (!this.#tryToGrow(needed + spare) && !this.#tryToGrow(needed)) {
      throw this.#exhausted(bytes);
    }
    this.bytes = new Uint8Array(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
    this.#allocator.extend(start, this.bytes.length);
    const address = this.#allocator.allocate(bytes);
    if (address === undefined)
      throw new DeviceError(`The WebAssembly device found no ${bytes} bytes in a row after growing.`, { bytes });
    return address;
  }

  #exhausted(bytes: number): DeviceError {
    const { bytesInUse, scratchBytes } = this;
    const [asked, used, peak] = [bytes, bytesInUse, scratchBytes].map((number) => number.toLocaleString("en"));
    return new DeviceError(
      `The WebAssembly device is out of memory: ${asked} bytes were asked for with ${used} bytes in use. The intermediate results of the ` +
        `plans that are ready to run take ${peak} bytes at their peak. It can hold at most 4 GiB; ` +
        `use smaller batches, or let go of tensors that are no longer needed. They are freed between tasks: a long loop has to await ` +
        `something now and then (a read), to open a scope (using scope = tensorScope()), or to dispose() what it is done with.`,
      { bytes, bytesInUse, scratchBytes },
    );
  }

  #tryToGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

function makeMemory(isShared: boolean): WebAssembly.Memory {
  for (const maximum of maximumPages) {
    try {
      return new WebAssembly.Memory({ initial: firstPages, maximum, shared: isShared });
    } catch {
      // the machine does not reserve that much: try less
    }
  }
  throw new DeviceError("This machine gives WebAssembly no memory. Is WebAssembly switched off here?");
}
