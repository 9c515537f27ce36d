/** Scratch memory that all plans of a device share, since one runs at a time: as large as the largest needs. */

/** Where a device takes memory from. Addresses are numbers. */
export interface ScratchSource {
  allocate(bytes: number): number;
  free(address: number, bytes: number): void;
  /** Bytes of scratch memory: as much as the plan with the highest peak needs. Errors name them. */
  scratchBytes: number;
}

/** One stretch of memory for intermediate results. Nothing in it outlives a run. */
export class Scratch {
  readonly #memory: ScratchSource;
  readonly #needs = new Map<object, number>();
  #address = 0;
  #bytes = 0;

  constructor(memory: ScratchSource) {
    this.#memory = memory;
  }

  /** Where it lies; moves when a larger plan is prepared. */
  get address(): number {
    return this.#address;
  }

  /** Makes room for a plan. `user` gives it back with `release`. */
  reserve(user: object, bytes: number): void {
    if (bytes > this.#bytes) this.#replace(bytes);
    this.#needs.set(user, bytes);
  }

  /** `user` needs no scratch memory any more. */
  release(user: object): void {
    this.#needs.delete(user);
    if (Math.max(0, ...this.#needs.values()) === 0) this.#free();
  }

  #replace(bytes: number): void {
    const before = this.#bytes;
    this.#free();
    try {
      this.#take(bytes);
    } catch (error) {
      // the plans that were ready before stay ready
      if (before > 0) this.#take(before);
      throw error;
    }
  }

  #take(bytes: number): void {
    this.#memory.scratchBytes = bytes;
    this.#address = this.#memory.allocate(bytes);
    this.#bytes = bytes;
  }

  #free(): void {
    if (this.#bytes > 0) this.#memory.free(this.#address, this.#bytes);
    this.#address = 0;
    this.#bytes = 0;
    this.#memory.scratchBytes = 0;
  }
}
