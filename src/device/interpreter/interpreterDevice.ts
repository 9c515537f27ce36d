/**
 * The interpreter as a device: slow, clear, and the judge of every other device. Memory that nothing has written
 * holds 0xAB bytes, so that reads of it show. `interpretKernel.ts` has the meaning of kernels.
 */

import type { Command, Plan } from "../../kernel/plan.ts";
import { type Target, usualCaches } from "../../kernel/target.ts";
import { verifyPlan } from "../../kernel/verify.ts";
import { allDtypes, bytesOf, type Dtype, dtypes, type StoredData } from "../../shape/dtype.ts";
import { writeElement } from "../../shape/elements.ts";
import { DeviceError, DisposedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { Device, DeviceBuffer, Executable } from "../device.ts";
import { interpretKernel, type Launch } from "./interpretKernel.ts";

const poison = 0xab;

const target: Target = {
  name: "interpreter",
  dtypes: allDtypes,
  convertsStored: true,
  optimize: false,
  vectorBytes: 0,
  tile: { rows: 1, vectors: 1 },
  caches: usualCaches,
  shortSum: 0,
  nativeOps: "all",
};

class InterpreterBuffer implements DeviceBuffer {
  readonly owner: InterpreterDevice;
  readonly bytes: number;
  memory: ArrayBuffer | undefined;

  constructor(owner: InterpreterDevice, bytes: number) {
    this.owner = owner;
    this.bytes = bytes;
    this.memory = poisoned(bytes);
  }
}

/** A device that walks the loop nests of kernels in plain TypeScript. */
export class InterpreterDevice implements Device {
  readonly name = "interpreter";
  readonly target = target;
  bytesInUse = 0;

  allocate(bytes: number): InterpreterBuffer {
    const buffer = new InterpreterBuffer(this, bytes);
    this.bytesInUse += bytes;
    return buffer;
  }

  free(buffer: DeviceBuffer): void {
    const own = this.#own(buffer);
    memoryOf(own);
    own.memory = undefined;
    this.bytesInUse -= own.bytes;
  }

  write(buffer: DeviceBuffer, data: Uint8Array): void {
    new Uint8Array(memoryOf(this.#own(buffer))).set(data);
  }

  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    return Promise.resolve(this.readSync(buffer));
  }

  readSync(buffer: DeviceBuffer): Uint8Array {
    return new Uint8Array(memoryOf(this.#own(buffer)).slice(0));
  }

  prepare(plan: Plan): Executable {
    verifyPlan(plan);
    const constantBytes = plan.slots.reduce((sum, slot) => sum + (slot.kind === "constant" ? slot.bytes : 0), 0);
    const bytes = plan.arenaBytes + constantBytes;
    this.bytesInUse += bytes;
    let disposed = false;
    const run = prepareRun(plan);
    return {
      run: (externals) => {
        if (disposed) throw new DisposedError("This executable was disposed. Prepare the plan again to run it.");
        run(externals.map((buffer) => memoryOf(this.#own(buffer))));
      },
      dispose: () => {
        if (!disposed) this.bytesInUse -= bytes;
        disposed = true;
      },
    };
  }

  #own(buffer: DeviceBuffer): InterpreterBuffer {
    if (buffer instanceof InterpreterBuffer && buffer.owner === this) return buffer;
    throw new DeviceError("This buffer belongs to another device. Copy its data over with read and write.");
  }
}

function memoryOf(buffer: InterpreterBuffer): ArrayBuffer {
  if (buffer.memory === undefined)
    throw new DisposedError(`A buffer of ${buffer.bytes} bytes was used after it was freed.`);
  return buffer.memory;
}

function poisoned(bytes: number): ArrayBuffer {
  try {
    const memory = new ArrayBuffer(bytes);
    new Uint8Array(memory).fill(poison);
    return memory;
  } catch {
    throw new DeviceError(`The interpreter could not allocate ${bytes} bytes.`, { bytes });
  }
}

/** A stretch of memory that a slot stands for. */
interface Place {
  readonly memory: ArrayBuffer;
  readonly offset: number;
  readonly bytes: number;
}

function prepareRun(plan: Plan): (externals: readonly ArrayBuffer[]) => void {
  const kernels = plan.kernels.map(interpretKernel);
  const arena = poisoned(plan.arenaBytes);
  const constants = plan.slots.map((slot) => (slot.kind === "constant" ? new Uint8Array(slot.data).buffer : undefined));
  const placeOf = (position: number, externals: readonly ArrayBuffer[]): Place => {
    const slot = at(plan.slots, position);
    if (slot.kind === "arena") return { memory: arena, offset: slot.offset, bytes: slot.bytes };
    const memory = slot.kind === "external" ? at(externals, slot.position) : constants[position];
    if (memory === undefined || memory.byteLength < slot.bytes) {
      throw new DeviceError(
        `Slot ${position} of the plan needs ${slot.bytes} bytes and is given ${memory?.byteLength ?? 0}.`,
      );
    }
    return { memory, offset: 0, bytes: slot.bytes };
  };
  return (externals) => {
    if (externals.length !== plan.externals) {
      throw new DeviceError(`The plan takes ${plan.externals} external buffers and is given ${externals.length}.`);
    }
    const places = plan.slots.map((_, position) => placeOf(position, externals));
    runCommands(plan, plan.commands, { kernels, places });
  };
}

interface Run {
  readonly kernels: readonly ((launch: Launch) => void)[];
  readonly places: readonly Place[];
}

function runCommands(plan: Plan, commands: readonly Command[], run: Run): void {
  for (const command of commands) {
    switch (command.kind) {
      case "kernel": {
        const { buffers } = at(plan.kernels, command.kernel);
        const views = command.slots.map((slot, buffer) => viewOf(at(run.places, slot), at(buffers, buffer).dtype));
        at(run.kernels, command.kernel)({ buffers: views, sizes: command.sizes });
        break;
      }
      case "copy": {
        const [from, to] = [at(run.places, command.from), at(run.places, command.to)];
        bytesAt(to).set(bytesAt(from).subarray(0, command.bytes));
        break;
      }
      case "loop":
        for (let count = 0; count < command.count; count++) {
          writeElement("i32", viewOf(at(run.places, command.counter), "i32"), 0, count);
          runCommands(plan, command.body, run);
        }
        break;
      case "while":
        while (isTrue(run, command.condition)) runCommands(plan, command.body, run);
        break;
      case "cond":
        runCommands(plan, isTrue(run, command.predicate) ? command.body : command.otherwise, run);
        break;
      default:
        command satisfies never;
    }
  }
}

function isTrue({ places }: Run, slot: number): boolean {
  return bytesAt(at(places, slot))[0] !== 0;
}

function bytesAt({ memory, offset, bytes }: Place): Uint8Array {
  return new Uint8Array(memory, offset, bytes);
}

function viewOf({ memory, offset, bytes }: Place, dtype: Dtype): StoredData {
  return new dtypes[dtype].stored(memory, offset, Math.floor(bytes / bytesOf(dtype)));
}
