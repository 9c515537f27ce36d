/**
 * The WebAssembly device: the default, everywhere. Plans become command lists in its memory, which a driver of its own
 * walks: one call into WebAssembly runs a whole plan. `render/wasm` has the code, `kernelCode.ts` keeps it.
 */
import type { Plan } from "../../kernel/plan.ts";
import { allScalarOps, transcendentalOps } from "../../kernel/scalarOps.ts";
import { type Target, usualCaches } from "../../kernel/target.ts";
import { relaxedProbe, renderDriver } from "../../render/wasm/driver.ts";
import { importModule } from "../../render/wasm/moduleWriter.ts";
import { allDtypes } from "../../shape/dtype.ts";
import { DeviceError, DisposedError } from "../../support/errors.ts";
import type { Device, DeviceBuffer, Executable } from "../device.ts";
import { Scratch } from "../scratch.ts";
import { type Grain, usualGrain } from "./chunks.ts";
import { KernelCode } from "./kernelCode.ts";
import { Page } from "./page.ts";
import type { Runner } from "./runner.ts";
import { Team } from "./team.ts";
import { WasmExecutable } from "./wasmExecutable.ts";
import { WasmMemory } from "./wasmMemory.ts";
import { maySleep, threadsToUse } from "./workers.ts";

const firstTableSize = 256;

const target: Target = {
  name: "wasm",
  dtypes: allDtypes,
  convertsStored: false,
  vectorBytes: 16,
  tile: { rows: 6, vectors: 2 },
  caches: usualCaches,
  shortSum: 0,
  optimize: true,
  // Polynomials in place of transcendental functions run in vectors; JavaScript would be called for each number
  nativeOps: new Set(allScalarOps.filter((op) => !transcendentalOps.has(op))),
};

/** Memory of a WebAssembly device. */
export class WasmBuffer implements DeviceBuffer {
  readonly owner: WasmDevice;
  readonly address: number;
  readonly bytes: number;
  isFreed = false;

  constructor(owner: WasmDevice, address: number, bytes: number) {
    this.owner = owner;
    this.address = address;
    this.bytes = bytes;
  }
}

/** Which optional features of WebAssembly a device may use; left out, it uses what the engine has. */
export interface WasmOptions {
  /** Relaxed SIMD: multiply and add with one rounding where the machine has that. */
  readonly isRelaxed?: boolean;
  /** At most so many threads, and never more than cores; left out, what the variable SMILODON_THREADS says, or all cores. */
  readonly threads?: number;
  /** How launches are cut; for tests, which want many chunks of little work. */
  readonly grain?: Grain;
}

/** A device that runs WebAssembly, on as many threads as there are cores to share a launch. */
export class WasmDevice implements Device {
  readonly name = "wasm";
  readonly target = target;
  readonly #memory: WasmMemory;
  readonly #scratch: Scratch;
  readonly #code: KernelCode;
  readonly #team: Team;
  readonly #runner: Runner;
  readonly #grain: Grain;
  /** Not there on the own thread of an isolated page: launches run on there, and reads wait for them. */
  readonly readSync?: (buffer: DeviceBuffer) => Uint8Array;

  constructor({ isRelaxed = WebAssembly.validate(relaxedProbe()), threads, grain = usualGrain }: WasmOptions = {}) {
    const most = threadsToUse(threads);
    const isShared = most > 1;
    const table = new WebAssembly.Table({ element: "anyfunc", initial: firstTableSize });
    this.#memory = new WasmMemory(isShared);
    this.#scratch = new Scratch(this.#memory);
    const { memory } = this.#memory;
    this.#team = new Team({
      memory: this.#memory,
      driver: new WebAssembly.Module(renderDriver({ isShared })),
      imports: { [importModule]: { memory, table } },
      threads: most,
      hire: grain.hire,
      pieces: () => this.#code.pieces,
    });
    const isPage = isShared && !maySleep();
    this.#runner = isPage ? new Page(this.#team, () => this.#team.introduction(0)) : this.#team;
    this.#code = new KernelCode(memory, table, { isRelaxed, isShared }, (piece) => this.#runner.publish(piece));
    this.#grain = grain;
    if (!isPage) this.readSync = (buffer) => this.#readSync(buffer);
  }

  /** How many threads may share a launch; results have the same bits whatever their number. */
  get threads(): number {
    return this.#team.threads;
  }

  set threads(threads: number) {
    this.#team.threads = threads;
  }

  /** Chunks of shared launches that each thread has run, the caller's first; for tests and profiles. */
  get chunksTaken(): readonly number[] {
    return this.#team.chunksTaken;
  }

  /** Ends the other threads. The device goes on without them. */
  dispose(): void {
    this.#runner.dispose();
  }

  get bytesInUse(): number {
    return this.#memory.bytesInUse;
  }

  /** Compiled kernels that are kept, in use or not. */
  get kernelsKept(): number {
    return this.#code.size;
  }

  allocate(bytes: number): WasmBuffer {
    return new WasmBuffer(this, this.#memory.allocate(bytes), bytes);
  }

  free(buffer: DeviceBuffer): void {
    const { address, bytes } = this.own(buffer);
    this.own(buffer).isFreed = true;
    this.#memory.free(address, bytes);
  }

  write(buffer: DeviceBuffer, data: Uint8Array): void {
    const { address, bytes } = this.own(buffer);
    if (data.length > bytes)
      throw new DeviceError(`${data.length} bytes do not fit a buffer of ${bytes}.`, { data: data.length, bytes });
    this.#runner.write(address, data);
  }

  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    const { address, bytes } = this.own(buffer);
    return this.#runner.read(address, bytes);
  }

  #readSync(buffer: DeviceBuffer): Uint8Array {
    const { address, bytes } = this.own(buffer);
    return this.#team.readSync(address, bytes);
  }

  prepare(plan: Plan): Executable {
    return new WasmExecutable(this, plan, {
      memory: this.#memory,
      scratch: this.#scratch,
      code: this.#code,
      runner: this.#runner,
      grain: this.#grain,
    });
  }

  /**
   * `buffer` as one of this device.
   * @throws DeviceError where it is another device's, DisposedError where it was freed.
   */
  own(buffer: DeviceBuffer): WasmBuffer {
    if (!(buffer instanceof WasmBuffer) || buffer.owner !== this) {
      throw new DeviceError("This buffer belongs to another device. Copy its data over with read and write.");
    }
    if (buffer.isFreed) throw new DisposedError(`A buffer of ${buffer.bytes} bytes was used after it was freed.`);
    return buffer;
  }
}
