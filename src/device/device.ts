/**
 * What a device is. Implementations are folders beside this file, which know nothing of each other; `runtime/`
 * keeps the list of them. A new device implements this interface and calls the conformance suite.
 */
import type { Kernel } from "../kernel/kernel.ts";
import type { Plan } from "../kernel/plan.ts";
import type { Target } from "../kernel/target.ts";

/** Memory on a device. Opaque: only the device that made it can use it. */
export interface DeviceBuffer {
  readonly bytes: number;
}

/** A plan made ready to run. */
export interface Executable {
  /**
   * Runs the whole plan with one launch. `externals` are the plan's external buffers, in order; the same buffer
   * may stand at several positions where the plan allows it (in-place updates). Errors of an asynchronous device
   * come back to the read that follows.
   */
  run(externals: readonly DeviceBuffer[]): void;
  /** Gives back scratch memory and code. May be called again; run may not be called after it. */
  dispose(): void;
}

/** Plans kept from one process to the next, for devices whose users wait for the first step. */
export interface PlanStore {
  /** The plan that was kept for this text of a program. */
  find(program: string): Plan | undefined;
  keep(program: string, plan: Plan): void;
}

/** A place where plans run. */
export interface Device {
  readonly name: string;
  readonly target: Target;
  /** What it runs on, for people: the most important first. */
  readonly facts?: readonly string[];
  /** Bytes now allocated, arenas included; for tests and leak reports. */
  readonly bytesInUse: number;
  /** How many threads may share a launch, on devices of the CPU. Setting it starts none: they start when there is work. */
  threads?: number;
  readonly planStore?: PlanStore | undefined;
  /** @throws DeviceError naming the bytes asked for where memory is exhausted. */
  allocate(bytes: number): DeviceBuffer;
  free(buffer: DeviceBuffer): void;
  write(buffer: DeviceBuffer, data: Uint8Array): void;
  /** A copy of the buffer's bytes, after everything launched before has finished. */
  read(buffer: DeviceBuffer): Promise<Uint8Array>;
  /** The same at once; only devices of the CPU have it. */
  readSync?(buffer: DeviceBuffer): Uint8Array;
  prepare(plan: Plan): Executable;
  /** Hears of kernels of a plan that is still being compiled, for devices that can begin with their code. */
  foresee?(kernel: Kernel): void;
}
