/** A device that is the interpreter, for a target of the caller's choice, and keeps every launch that plans make with its results. */
import type { Device, DeviceBuffer, Executable } from "../../src/device/device.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { structureOf } from "../../src/kernel/structure.ts";
import type { Target } from "../../src/kernel/target.ts";
import { remember } from "../../src/support/remember.ts";
import type { CLaunch } from "./runInC.ts";

/** A launch with what is in its buffers afterwards. */
export interface RecordedLaunch extends CLaunch {
  readonly results: readonly Uint8Array[];
}

export class RecordingDevice implements Device {
  readonly name = "c";
  readonly target: Target;
  readonly launches: RecordedLaunch[] = [];
  readonly #interpreter = new InterpreterDevice();
  readonly #kernels = new Map<string, Kernel>();
  readonly #keeps: (kernel: Kernel, count: number) => boolean;
  #count = 0;

  /** `keeps` says which launches are kept, by kernel and number. */
  constructor(target: Target, keeps: (kernel: Kernel, count: number) => boolean) {
    this.target = target;
    this.#keeps = keeps;
  }

  get bytesInUse(): number {
    return this.#interpreter.bytesInUse;
  }

  allocate(bytes: number): DeviceBuffer {
    return this.#interpreter.allocate(bytes);
  }

  free(buffer: DeviceBuffer): void {
    this.#interpreter.free(buffer);
  }

  write(buffer: DeviceBuffer, data: Uint8Array): void {
    this.#interpreter.write(buffer, data);
  }

  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    return this.#interpreter.read(buffer);
  }

  readSync(buffer: DeviceBuffer): Uint8Array {
    return this.#interpreter.readSync(buffer);
  }

  prepare(plan: Plan): Executable {
    const executable = this.#interpreter.prepare(plan);
    const [command] = plan.commands;
    const given = command?.kind === "kernel" ? plan.kernels[command.kernel] : undefined;
    const isAlone = plan.commands.length === 1 && plan.slots.every(({ kind }) => kind === "external");
    if (given === undefined || command?.kind !== "kernel" || !isAlone || !this.#keeps(given, this.#count++))
      return executable;
    const kernel = remember(this.#kernels, structureOf(given), () => given);
    return {
      run: (externals) => {
        const bytes = () => externals.map((buffer) => new Uint8Array(this.readSync(buffer)));
        const buffers = bytes();
        executable.run(externals);
        this.launches.push({ kernel, buffers, sizes: command.sizes, results: bytes() });
      },
      dispose: () => executable.dispose(),
    };
  }
}
