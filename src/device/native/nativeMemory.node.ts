/** The memory of a native device: big stretches taken from the system when they are needed, handed out in pieces. */
import { totalmem } from "node:os";
import { DeviceError } from "../../support/errors.ts";
import { Allocator, alignment } from "../allocator.ts";
import type { Driver } from "./driver.node.ts";

/** The system is asked for at least so much at a time. */
const stretchBytes = 64 * 2 ** 20;
const pageBytes = 2 * 2 ** 20;

interface Stretch {
  readonly address: number;
  readonly bytes: number;
}

/** Gives back the memory of a device that nobody holds any more. */
const finalizers = new FinalizationRegistry<() => void>((giveBack) => giveBack());

/** Addresses are numbers; pieces start at multiples of 64 bytes, a cache line and the widest vector. */
export class NativeMemory {
  /** Bytes of scratch memory: as much as the plan with the highest peak needs. Errors name them. */
  scratchBytes = 0;
  #bytesInUse = 0;
  #mapped = 0;
  readonly #driver: Driver;
  readonly #allocator = new Allocator();
  readonly #limit: number;

  /** At most `limit` bytes; left out, what the machine, or the container it is, has. */
  constructor(driver: Driver, limit = machineBytes()) {
    this.#driver = driver;
    this.#limit = limit;
    const stretches: Stretch[] = [];
    this.#stretches = stretches;
    finalizers.register(this, () => stretches.forEach(({ address, bytes }) => driver.unmap(address, bytes)));
  }
  readonly #stretches: Stretch[];

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
    const needed = Math.ceil((bytes + alignment) / pageBytes) * pageBytes;
    const length = Math.max(needed, Math.min(stretchBytes, this.#limit - this.#mapped));
    const start = this.#mapped + length <= this.#limit ? this.#driver.map(length) : 0;
    if (start === 0) throw this.#exhausted(bytes);
    this.#mapped += length;
    this.#stretches.push({ address: start, bytes: length });
    this.#allocator.extend(start, start + length);
    const address = this.#allocator.allocate(bytes);
    if (address === undefined) throw this.#exhausted(bytes);
    return address;
  }

  #exhausted(bytes: number): DeviceError {
    const { bytesInUse, scratchBytes } = this;
    const numbers = [bytes, bytesInUse, scratchBytes, this.#limit].map((number) => number.toLocaleString("en"));
    const [asked, used, peak, limit] = numbers;
    return new DeviceError(
      `The native device is out of memory: ${asked} bytes were asked for with ${used} bytes in use. The intermediate results of the ` +
        `plans that are ready to run take ${peak} bytes at their peak. This machine has ${limit} bytes; ` +
        `use smaller batches, or let go of tensors that are no longer needed. They are freed between tasks: a long loop has to await ` +
        `something now and then (a read), to open a scope (using scope = tensorScope()), or to dispose() what it is done with.`,
      { bytes, bytesInUse, scratchBytes },
    );
  }
}

/** Memory that this process may use: the machine's, or less where a container says so. */
function machineBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
}
