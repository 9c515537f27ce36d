/**
 * The driver as JavaScript sees it: its library loaded through koffi, which is only looked for here and only when the device
 * is made. Addresses are numbers. `driverSource.ts` has the C.
 */
import { createRequire } from "node:module";
import { DeviceError } from "../../support/errors.ts";
import { invariant } from "../../support/invariant.ts";

/** The driver's functions. */
export interface Driver {
  /** A team of at most `threads` threads; 0 where there is no memory. */
  team(threads: number): number;
  setThreads(team: number, threads: number): void;
  /** Chunks that a thread has run of kernels that were shared. */
  taken(team: number, thread: number): number;
  /** Waits for the helpers of a team and ends them. */
  end(team: number): void;
  /** Does the system give this process leave to use registers of tiles? Then 1. */
  tiles(): number;
  run(team: number, words: number, externals: Float64Array, scratch: number): void;
  map(bytes: number): number;
  unmap(address: number, bytes: number): void;
  write(address: number, data: Uint8Array, bytes: number): void;
  read(address: number, data: Uint8Array, bytes: number): void;
  /** Runs a command of the shell beside this process; 0 where it cannot be started. */
  begin(command: string): number;
  /** Has what `begin` started ended? With `waits` not 0 it has. Not to be asked again once it has. */
  ended(child: number, waits: number): number;
  /** A library of kernels; 0 where it cannot be loaded. */
  open(path: string): number;
  find(library: number, name: string): number;
  close(library: number): void;
}

const signatures = {
  team: "uint64_t smilodon_team(int32_t threads)",
  setThreads: "void smilodon_set_threads(uint64_t team, int32_t threads)",
  taken: "double smilodon_taken(uint64_t team, int32_t thread)",
  end: "void smilodon_end(uint64_t team)",
  tiles: "int32_t smilodon_tiles(void)",
  run: "void smilodon_run(uint64_t team, uint64_t words, const double *externals, uint64_t scratch)",
  map: "uint64_t smilodon_map(double bytes)",
  unmap: "void smilodon_unmap(uint64_t address, double bytes)",
  write: "void smilodon_write(uint64_t address, const uint8_t *data, double bytes)",
  read: "void smilodon_read(uint64_t address, _Out_ uint8_t *data, double bytes)",
  begin: "int32_t smilodon_begin(const char *command)",
  ended: "int32_t smilodon_ended(int32_t child, int32_t waits)",
  open: "uint64_t smilodon_open(const char *path)",
  find: "uint64_t smilodon_find(uint64_t library, const char *name)",
  close: "void smilodon_close(uint64_t library)",
} as const satisfies Record<keyof Driver, string>;

/** What is used of koffi. */
export interface Koffi {
  load(path: string): { func(signature: string): unknown };
}

/** @throws DeviceError saying how to get koffi, where it is not there or does not run here. */
export function findKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "MODULE_NOT_FOUND")
      throw new DeviceError("The native device needs the package koffi, which is not installed: npm install koffi", {
        missing: "koffi",
      });
    throw new DeviceError(`The native device needs the package koffi, which cannot be loaded here: ${String(error)}`, {
      missing: "koffi",
    });
  }
}

/** The driver in the library at `path`. @throws Error where it is none. */
export function loadDriver(koffi: Koffi, path: string): Driver {
  const library = koffi.load(path);
  const bound = Object.entries(signatures).map(([name, signature]) => [name, library.func(signature)] as const);
  const stay = library.func("int32_t smilodon_stay(void)");
  invariant(typeof stay === "function" && stay() === 1, "the driver stays loaded");
  return Object.fromEntries(bound) as unknown as Driver;
}
