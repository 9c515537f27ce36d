/**
 * Compiled kernels of a native device, by structure: repeated layers and later plans share them. The new kernels of a plan
 * are looked for in the cache folder; those that are not there are compiled, many at a time and on all cores. A large plan says
 * while it is being compiled which kernels it will have: compilers begin with them on the cores that have nothing to do.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Kernel } from "../../kernel/kernel.ts";
import { structureOf } from "../../kernel/structure.ts";
import { flagsOf } from "../../render/c/features.ts";
import { functionName, renderSource } from "../../render/c/renderSource.ts";
import { DeviceError } from "../../support/errors.ts";
import { at, invariant } from "../../support/invariant.ts";
import { type CacheFolder, hashOf } from "./cacheFolder.node.ts";
import { type Compiler, callOf, compile, type Job, tidyAfter } from "./compiler.node.ts";
import type { Cpu } from "./cpuFeatures.node.ts";
import type { Driver } from "./driver.node.ts";
import { ownCode } from "./ownCode.node.ts";

/** What compiling takes. */
export interface Workshop {
  readonly driver: Driver;
  readonly folder: CacheFolder;
  readonly compiler: Compiler;
  readonly cpu: Cpu;
}

/** Flags that make a library, of the driver or of kernels, besides how much to optimize. */
export const libraryFlags: readonly string[] = [
  "-fno-tree-vectorize",
  "-fno-tree-slp-vectorize",
  "-fPIC",
  "-shared",
  "-pipe",
  "-Werror=implicit-function-declaration",
];

/**
 * Kernels have their vectors, tiles and shared values as they are written: what -O2 adds makes them no faster, and takes the compiler half
 * as long again.
 */
const kernelEffort = "-O1";

/** A library that is loaded, and how many of its kernels are kept. */
interface Library {
  readonly handle: number;
  kernels: number;
}

interface Entry {
  readonly address: number;
  readonly library: Library;
  /** Executables that use it now. */
  users: number;
}

/** A kernel that is not kept yet. */
interface Wanted {
  readonly structure: string;
  readonly kernel: Kernel;
  /** The name of its function, and the key of its code on disk. */
  readonly name: string;
  readonly key: string;
  readonly length: number;
}

/** A compiler that runs beside this process, and what it makes. */
interface Begun {
  readonly process: number;
  readonly job: Job;
  readonly list: readonly Wanted[];
  hasEnded: boolean;
}

/** Kernels that no executable uses are kept up to this many, the longest unused going first. */
const mostUnused = 4096;
/** A compiler is started for each so many characters of structure, some tens of milliseconds, on as many cores as there are. */
const structureOfJob = 1500;
/**
 * One that is begun early gets more, since each costs a start and a library, but not all that waits: what is left when the plan is there
 * is shared by all cores.
 */
const structureOfEarlyJob = 12_000;

const comments = /^\/\*.*\*\/$/gm;

/** Compiles kernels and keeps them. */
export class KernelCode {
  readonly #workshop: Workshop;
  /** By structure; unused ones in the order in which they became unused. */
  readonly #entries = new Map<string, Entry>();
  readonly #libraries = new Map<string, Library>();
  #unused = 0;
  /** Kernels of plans to come, by structure: all, those that wait for a compiler, and those that have one. */
  readonly #foreseen = new Set<string>();
  readonly #waiting: Wanted[] = [];
  #begun: Begun[] = [];
  /** Kernels compiled so far, those found on disk not among them. */
  compiled = 0;

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
  }

  /** Number of kernels that are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** The addresses of `kernels`, which are kept until `release` is called with `keys`. */
  acquire(kernels: readonly Kernel[]): { readonly addresses: readonly number[]; readonly keys: readonly string[] } {
    const keys = kernels.map(structureOf);
    this.#add(new Map(keys.map((key, position) => [key, at(kernels, position)])));
    const addresses = keys.map((key) => {
      const entry = this.#entries.get(key);
      invariant(entry !== undefined, "its kernel is kept");
      if (entry.users++ === 0) this.#unused--;
      return entry.address;
    });
    return { addresses, keys };
  }

  /** Compiles `kernels` ahead of their use. */
  prepare(kernels: readonly Kernel[]): void {
    this.#add(new Map(kernels.map((kernel) => [structureOf(kernel), kernel])));
  }

  /** Begins with the code of `kernel`, which a plan that is being compiled will have, unless it is there. */
  foresee(kernel: Kernel): void {
    const structure = structureOf(kernel);
    if (this.#entries.has(structure) || this.#foreseen.has(structure)) return;
    const wanted = this.#wanted(structure, kernel);
    if (this.#find(wanted)) return;
    this.#foreseen.add(structure);
    this.#waiting.push(wanted);
    if (lengthOf(this.#waiting) < structureOfEarlyJob || this.#runningEarly() >= availableParallelism() - 1) return;
    let length = 0;
    const later = this.#waiting.findIndex((each) => (length += each.length) >= structureOfEarlyJob) + 1;
    this.#begin(this.#waiting.splice(0, later));
  }

  release(keys: readonly string[]): void {
    for (const key of keys) {
      const entry = this.#entries.get(key);
      invariant(entry !== undefined && entry.users > 0, "its kernel is in use");
      if (--entry.users > 0) continue;
      this.#unused++;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    if (this.#unused > mostUnused) this.#evict();
  }

  #evict(): void {
    for (const [key, { users, library }] of this.#entries) {
      if (this.#unused <= mostUnused) return;
      if (users > 0) continue;
      this.#entries.delete(key);
      this.#unused--;
      if (--library.kernels > 0) continue;
      for (const [path, each] of this.#libraries) if (each === library) this.#libraries.delete(path);
      this.#workshop.driver.close(library.handle);
    }
  }

  #add(kernels: ReadonlyMap<string, Kernel>): void {
    const early = new Set(this.#begun.flatMap(({ list }) => list.map(({ structure }) => structure)));
    const missing = [...kernels]
      .filter(([structure]) => !this.#entries.has(structure) && !early.has(structure))
      .map(([structure, kernel]) => this.#wanted(structure, kernel))
      .filter((wanted) => !this.#find(wanted));
    this.#waiting.length = 0;
    this.#foreseen.clear();
    const lists = divide(missing);
    // each compiler runs while the source for the next is written; the first of all make the header as well
    if (this.#header().jobs.length > 0) this.#compile(lists);
    else for (const list of lists) this.#begin(list);
    this.#compile(divide(this.#finishBegun()));
  }

  /** How many compilers run beside this process. */
  #runningEarly(): number {
    return this.#begun.filter((each) => !this.#hasEnded(each)).length;
  }

  #hasEnded(begun: Begun, waits = false): boolean {
    if (!begun.hasEnded) begun.hasEnded = this.#workshop.driver.ended(begun.process, waits ? 1 : 0) !== 0;
    return begun.hasEnded;
  }

  #begin(list: readonly Wanted[]): void {
    const { driver, compiler } = this.#workshop;
    const job = this.#jobOf(list, this.#header().flags);
    const process = driver.begin(callOf(compiler, job));
    if (process === 0) tidyAfter(job);
    else this.#begun.push({ process, job, list, hasEnded: false });
  }

  /** Waits for the compilers that were begun, and keeps what they made; returns what they could not make. */
  #finishBegun(): Wanted[] {
    const begun = this.#begun;
    this.#begun = [];
    return begun.flatMap((each) => {
      this.#hasEnded(each, true);
      tidyAfter(each.job);
      if (!existsSync(each.job.output)) return each.list;
      this.#keep(each.job.output, each.list);
      return [];
    });
  }

  #wanted(structure: string, kernel: Kernel): Wanted {
    const { cpu, compiler } = this.#workshop;
    const { kernels: code } = ownCode();
    // what is written follows from structure and writer; where those are not known, it is written to see
    const content = code === undefined ? [this.#sourceOf(kernel)] : [structure, code];
    const machine = [compiler.identity, cpu.identity, JSON.stringify(cpu.features)];
    const key = hashOf(...content, this.#flags().join(" "), ...machine);
    return { structure, kernel, name: functionName(kernel), key, length: structure.length };
  }

  /** The source of one kernel without its name, which stands in a comment and is no part of the code. */
  #sourceOf(kernel: Kernel): string {
    return renderSource([kernel], this.#workshop.cpu.features).source.replaceAll(comments, "");
  }

  #flags(): readonly string[] {
    return [kernelEffort, ...libraryFlags, ...flagsOf(this.#workshop.cpu.features)];
  }

  /** Takes a kernel from the cache folder. Is it there? */
  #find(wanted: Wanted): boolean {
    const path = this.#workshop.folder.find(wanted.key);
    if (path === undefined) return false;
    if (this.#take(path, wanted)) return true;
    this.#workshop.folder.forget(wanted.key);
    return false;
  }

  #take(path: string, { structure, name }: Wanted): boolean {
    const { driver } = this.#workshop;
    const library = this.#libraries.get(path) ?? { handle: driver.open(path), kernels: 0 };
    if (library.handle === 0) return false;
    const address = driver.find(library.handle, name);
    if (address === 0) {
      if (library.kernels === 0) driver.close(library.handle);
      return false;
    }
    library.kernels++;
    this.#libraries.set(path, library);
    this.#entries.set(structure, { address, library, users: 0 });
    this.#unused++;
    return true;
  }

  #compile(lists: readonly (readonly Wanted[])[]): void {
    if (lists.length === 0) return;
    const { folder, compiler } = this.#workshop;
    const header = this.#header();
    const jobs = lists.map((list) => this.#jobOf(list, header.flags));
    compile(compiler, [...jobs, ...header.jobs]);
    for (const { output } of header.jobs) folder.keep(output, [header.key], ".h.gch");
    jobs.forEach(({ output }, job) => this.#keep(output, at(lists, job)));
  }

  /** A library of the kernels in `list`. */
  #jobOf(list: readonly Wanted[], headerFlags: readonly string[]): Job {
    const { folder, cpu } = this.#workshop;
    const kernels = list.map(({ kernel }) => kernel);
    const { source } = renderSource(kernels, cpu.features);
    return { source, flags: [...this.#flags(), ...headerFlags], output: folder.temporary(".so") };
  }

  #keep(output: string, list: readonly Wanted[]): void {
    const { folder, compiler } = this.#workshop;
    const keys = list.map(({ key }) => key);
    const path = folder.keep(output, keys);
    for (const wanted of list) {
      this.compiled++;
      if (this.#take(path, wanted)) continue;
      throw new DeviceError(
        `The compiler ${compiler.path} made a library of kernels that cannot be loaded (${path}). ` +
          `Is the folder on a disk that programs may run from? SMILODON_CACHE names another.`,
        { path, kernel: wanted.kernel.name },
      );
    }
  }

  /**
   * The compiler takes ten times as long to read the header of vector instructions as to compile a small kernel. It can keep
   * what it has read: the first call for these flags makes that file as well, later ones use it.
   */
  #header(): { readonly key: string; readonly flags: readonly string[]; readonly jobs: readonly Job[] } {
    const { folder, compiler, cpu } = this.#workshop;
    const flags = this.#flags();
    const key = hashOf("header", flags.join(" "), compiler.identity, cpu.identity);
    const hasHeader = cpu.features.isa === "avx512" || cpu.features.isa === "avx2";
    if (!hasHeader || !compiler.isGcc) return { key, flags: [], jobs: [] };
    const path = folder.find(key);
    if (path !== undefined) return { key, flags: ["-include", path.slice(0, -".gch".length)], jobs: [] };
    const source = "#include <immintrin.h>\n";
    const own = flags.filter((flag) => flag !== "-shared");
    return {
      key,
      flags: [],
      jobs: [{ source, flags: [...own, "-x", "c-header"], output: folder.temporary(".gch") }],
    };
  }
}

/** `wanted` in lists of about equal length, for as many compilers as there are cores. */
function divide(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const total = lengthOf(wanted);
  const count = Math.min(wanted.length, availableParallelism(), Math.ceil(total / structureOfJob));
  const jobs = Array.from({ length: count }, () => ({ length: 0, list: [] as Wanted[] }));
  for (const each of [...wanted].sort((a, b) => b.length - a.length)) {
    const shortest = jobs.reduce((least, job) => (job.length < least.length ? job : least), at(jobs, 0));
    shortest.list.push(each);
    shortest.length += each.length;
  }
  return jobs.map(({ list }) => list);
}

function lengthOf(wanted: readonly Wanted[]): number {
  return wanted.reduce((sum, { length }) => sum + length, 0);
}
