/** Who touches the memory of a WebAssembly device, in the order of the calls: this thread (`team.ts`), or another (`page.ts`). */
import { DeviceError } from "../../support/errors.ts";
import type { Piece } from "./helperSource.ts";

/** One run of a plan. */
export interface Launch {
  /** Words of memory to be set before it, each followed by its value. */
  readonly cells: readonly number[];
  /** Addresses of its commands. */
  readonly start: number;
  readonly end: number;
  /** How many modules a thread must have to run its kernels. */
  readonly modules: number;
  /** Work in it that helpers can share. */
  readonly sharedWork: number;
}

/** What a device has done. */
export interface Runner {
  write(address: number, data: Uint8Array): void;
  /** @throws DeviceError where a kernel fails, unless the runner runs on after this call: then the next read rejects. */
  launch(launch: Launch): void;
  /** A copy of what is in memory after all that was asked for before. */
  read(address: number, bytes: number): Promise<Uint8Array>;
  /** Takes in new kernels. */
  publish(piece: Piece): void;
  dispose(): void;
}

/** The error of a launch; `thread` is the one on which it failed, as far as that is known. */
export function launchFailed(reason: string, thread?: "caller" | "helper"): DeviceError {
  return new DeviceError(
    `A kernel failed on the WebAssembly device: ${reason}. What this launch has written is not to be used.`,
    { reason, thread },
  );
}
