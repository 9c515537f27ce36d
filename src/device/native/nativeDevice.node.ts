/**
 * The native device: kernels as C, compiled for this very CPU by the system's compiler, kept on disk, and called through
 * koffi. A driver of its own, in C as well, walks the commands of a plan and shares its kernels between threads: one call
 * runs a whole plan. `kernelCode.node.ts` compiles, `driverSource.ts` runs, `render/c` spells the kernels.
 */
import { availableParallelism } from "node:os";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Plan } from "../../kernel/plan.ts";
import type { ProductTiles, Target } from "../../kernel/target.ts";
import { targetOf } from "../../render/c/features.ts";
import { DeviceError, DisposedError } from "../../support/errors.ts";
import type { Device, DeviceBuffer, Executable, PlanStore } from "../device.ts";
import { Scratch } from "../scratch.ts";
import { wantedThreads } from "../wantedThreads.ts";
import { CacheFolder, type CacheOptions, hashOf } from "./cacheFolder.node.ts";
import { type Compiler, compile, findCompiler, versionOf } from "./compiler.node.ts";
import { type AskedSet, type Cpu, findCpu } from "./cpuFeatures.node.ts";
import { type Driver, findKoffi, type Koffi, loadDriver } from "./driver.node.ts";
import { driverSource } from "./driverSource.ts";
import { KernelCode, libraryFlags, type Workshop } from "./kernelCode.node.ts";
import { NativeExecutable } from "./nativeExecutable.node.ts";
import { NativeMemory } from "./nativeMemory.node.ts";
import { type Grain, usualGrain } from "./pieces.ts";
import { planFiles } from "./planFiles.node.ts";
import { type Found, keepTiles, readTiles } from "./tileChoice.node.ts";

/** The driver keeps words for so many threads. */
const mostThreads = 256;

const driverFlags = ["-O2", ...libraryFlags, "-std=gnu11", "-pthread", "-fno-strict-aliasing"] as const;

/** Memory of a native device. */
export class NativeBuffer implements DeviceBuffer {
  readonly owner: NativeDevice;
  readonly address: number;
  readonly bytes: number;
  isFreed = false;

  constructor(owner: NativeDevice, address: number, bytes: number) {
    this.owner = owner;
    this.address = address;
    this.bytes = bytes;
  }
}

/** How a native device is made; what is left out is found. */
export interface NativeOptions {
  /** At most so many threads, and never more than cores; left out, what the variable SMILODON_THREADS says, or all cores. */
  readonly threads?: number;
  /** Instructions to do with; left out, what the variable SMILODON_ISA says, or the widest that the CPU has. */
  readonly isa?: AskedSet;
  /** Where compiled kernels are kept. */
  readonly cache?: CacheOptions;
  /**
   * `measured` takes what `smilodon tune` has found on this machine to be best for products, `usual` does not ask. Left out,
   * what the variable SMILODON_TILES says, or `measured`. Results have the same bits.
   */
  readonly tiles?: "measured" | "usual";
  /** How launches are cut; for tests, which want many pieces of little work. */
  readonly grain?: Grain;
}

/** Gives back the helpers of a device that nobody holds any more. */
const finalizers = new FinalizationRegistry<() => void>((end) => end());

/**
 * A device that runs machine code of the system's C compiler, on as many threads as there are cores.
 * @throws DeviceError saying what is missing and how to get it, where it cannot be had here.
 */
export class NativeDevice implements Device {
  readonly name = "native";
  readonly target: Target;
  /** Plans beside the kernels in the cache folder. */
  readonly planStore: PlanStore | undefined;
  readonly #driver: Driver;
  readonly #team: number;
  readonly #most: number;
  #threads: number;
  readonly #memory: NativeMemory;
  readonly #scratch: Scratch;
  readonly #code: KernelCode;
  readonly #grain: Grain;
  readonly #workshop: Workshop;
  readonly #tiles: Found;
  readonly #end: () => void;

  constructor({ threads, isa, cache, tiles, grain = usualGrain }: NativeOptions = {}) {
    const koffi = findKoffiHere();
    const compiler = findCompiler();
    const folder = new CacheFolder(cache);
    const driver = makeDriver(koffi, compiler, folder);
    const cpu = usable(findCpu(isa), driver);
    this.#workshop = { driver, folder, compiler, cpu };
    const wish = tiles ?? process.env["SMILODON_TILES"];
    this.#tiles = wish === "usual" ? {} : readTiles(this.#workshop);
    if (this.#tiles.complaint !== undefined) process.emitWarning(this.#tiles.complaint, { type: "Smilodon" });
    const products = this.#tiles.tiles;
    const target = targetOf(cpu.features);
    this.target = products === undefined ? target : { ...target, products };
    this.planStore = planFiles(folder, this.target);
    this.#driver = driver;
    this.#grain = grain;
    this.#most = Math.min(wantedThreads(threads), availableParallelism(), mostThreads);
    this.#threads = this.#most;
    const team = driver.team(this.#most);
    this.#team = team;
    this.#end = once(() => driver.end(team));
    finalizers.register(this, this.#end);
    this.#memory = new NativeMemory(driver);
    this.#scratch = new Scratch(this.#memory);
    this.#code = new KernelCode(this.#workshop);
  }

  get facts(): readonly string[] {
    const { folder, compiler, cpu } = this.#workshop;
    const { tiles } = this.#tiles;
    const complaint = folder.complaint === undefined ? "" : ` until this process ends: ${folder.complaint}`;
    return [
      `${versionOf(compiler)}, for ${cpu.features.isa}${cpu.features.tiles === true ? " with tiles" : ""}`,
      `kernels are kept in ${folder.path}${complaint}`,
      ...(tiles === undefined ? [] : [`products in tiles of ${tiles.rows} × ${tiles.vectors} vectors, as measured`]),
    ];
  }

  /** Keeps what was measured to be best for products, for devices made from now on; undefined: they do as usual. Returns the file. */
  keepTiles(tiles: ProductTiles | undefined): string {
    return keepTiles(this.#workshop, tiles);
  }

  /** How many threads may share a launch; results have the same bits whatever their number. */
  get threads(): number {
    return this.#threads;
  }

  set threads(threads: number) {
    if (!Number.isInteger(threads) || threads < 1 || threads > this.#most) {
      throw new DeviceError(
        `This device can use 1 to ${this.#most} threads, not ${threads}: as many as there are cores.`,
        {
          threads,
          most: this.#most,
        },
      );
    }
    this.#threads = threads;
    this.#driver.setThreads(this.#team, threads);
  }

  /** Pieces of shared launches that each thread has run, the caller's first; for tests and profiles. */
  get piecesTaken(): readonly number[] {
    return Array.from({ length: this.#most }, (_, thread) => this.#driver.taken(this.#team, thread));
  }

  get bytesInUse(): number {
    return this.#memory.bytesInUse;
  }

  /** Compiled kernels that are kept, in use or not. */
  get kernelsKept(): number {
    return this.#code.size;
  }

  /** Kernels that this device has had compiled; those found on disk are not among them. */
  get kernelsCompiled(): number {
    return this.#code.compiled;
  }

  /** Begins with the code of kernels that are not there, while the rest of their plan is compiled. */
  foresee(kernel: Kernel): void {
    this.#code.foresee(kernel);
  }

  /** Compiles `kernels` ahead of the plans that use them, in few calls of the compiler. */
  compile(kernels: readonly Kernel[]): void {
    this.#code.prepare(kernels);
  }

  /** Ends the other threads. The device is not to be used after it. */
  dispose(): void {
    finalizers.unregister(this);
    this.#end();
  }

  allocate(bytes: number): NativeBuffer {
    return new NativeBuffer(this, this.#memory.allocate(bytes), bytes);
  }

  free(buffer: DeviceBuffer): void {
    const own = this.own(buffer);
    own.isFreed = true;
    this.#memory.free(own.address, own.bytes);
  }

  write(buffer: DeviceBuffer, data: Uint8Array): void {
    const { address, bytes } = this.own(buffer);
    if (data.length > bytes)
      throw new DeviceError(`${data.length} bytes do not fit a buffer of ${bytes}.`, { data: data.length, bytes });
    this.#driver.write(address, data, data.length);
  }

  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    return Promise.resolve(this.readSync(buffer));
  }

  readSync(buffer: DeviceBuffer): Uint8Array {
    const { address, bytes } = this.own(buffer);
    const data = new Uint8Array(bytes);
    this.#driver.read(address, data, bytes);
    return data;
  }

  prepare(plan: Plan): Executable {
    return new NativeExecutable(this, plan, {
      driver: this.#driver,
      team: this.#team,
      memory: this.#memory,
      scratch: this.#scratch,
      code: this.#code,
      grain: this.#grain,
    });
  }

  /**
   * `buffer` as one of this device.
   * @throws DeviceError where it is another device's, DisposedError where it was freed.
   */
  own(buffer: DeviceBuffer): NativeBuffer {
    if (!(buffer instanceof NativeBuffer) || buffer.owner !== this) {
      throw new DeviceError("This buffer belongs to another device. Copy its data over with read and write.");
    }
    if (buffer.isFreed) throw new DisposedError(`A buffer of ${buffer.bytes} bytes was used after it was freed.`);
    return buffer;
  }
}

function findKoffiHere(): Koffi {
  if (process.platform === "win32")
    throw new DeviceError("The native device does not run on Windows; in the Windows Subsystem for Linux it does.", {
      missing: "platform",
    });
  return findKoffi();
}

/** `cpu` without what the system gives no leave to use. */
function usable(cpu: Cpu, driver: Driver): Cpu {
  const tiles = cpu.features.tiles === true && driver.tiles() === 1;
  return { ...cpu, features: { ...cpu.features, tiles } };
}

/** The driver of this machine, from the cache folder or compiled. */
function makeDriver(koffi: Koffi, compiler: Compiler, folder: CacheFolder): Driver {
  const key = hashOf(driverSource, driverFlags.join(" "), compiler.identity, `${process.platform} ${process.arch}`);
  const known = folder.find(key);
  if (known !== undefined) {
    try {
      return loadDriver(koffi, known);
    } catch {
      folder.forget(key);
    }
  }
  const output = folder.temporary(".so");
  compile(compiler, [{ source: driverSource, flags: driverFlags, output }]);
  return loadDriver(koffi, folder.keep(output, [key]));
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
