/**
 * A device that renders every kernel for every target there is and runs nothing: compiling code for machines that are
 * not here, and counting launches and bytes, needs no more.
 */
import type { Kernel } from "../../kernel/kernel.ts";
import type { Plan } from "../../kernel/plan.ts";
import { type Target, usualCaches } from "../../kernel/target.ts";
import { verifyPlan } from "../../kernel/verify.ts";
import type { InstructionSet } from "../../render/c/features.ts";
import { renderSource } from "../../render/c/renderSource.ts";
import { renderDriver } from "../../render/wasm/driver.ts";
import { renderModule } from "../../render/wasm/renderModule.ts";
import { allDtypes } from "../../shape/dtype.ts";
import { DeviceError } from "../../support/errors.ts";
import type { Device, DeviceBuffer, Executable } from "../device.ts";

/** Renders kernels for one target: the code, as text or bytes. */
export type Renderer = (kernels: readonly Kernel[]) => string | Uint8Array;

/** The targets that can be rendered for. A new render target adds a row. */
export const renderers: { readonly [target: string]: Renderer } = {
  wasm: (kernels) => renderModule(kernels, { isRelaxed: false }).bytes,
  wasmRelaxed: (kernels) => renderModule(kernels, { isRelaxed: true, isShared: true }).bytes,
  wasmDriver: () => renderDriver({ isShared: true }),
  cAvx512: (kernels) => renderC(kernels, "avx512"),
  cAvx2: (kernels) => renderC(kernels, "avx2"),
  cNeon: (kernels) => renderC(kernels, "neon"),
};

function renderC(kernels: readonly Kernel[], isa: InstructionSet): string {
  const caches = { l1: 2 ** 15, l2: 2 ** 20, l3: 2 ** 25 };
  return renderSource(kernels, { isa, fma: true, bf16: false, vnni: false, caches }).source;
}

const target: Target = {
  name: "null",
  dtypes: allDtypes,
  convertsStored: false,
  optimize: true,
  vectorBytes: 16,
  tile: { rows: 4, vectors: 2 },
  caches: usualCaches,
  shortSum: 0,
  nativeOps: "all",
};

class NullBuffer implements DeviceBuffer {
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

/** Keeps count and runs nothing; what is read back is zeros. */
export class NullDevice implements Device {
  readonly name = "null";
  readonly target = target;
  bytesInUse = 0;
  /** Plans run so far. */
  launches = 0;
  /** What the last `prepare` rendered, by target. */
  rendered: { readonly [target: string]: string | Uint8Array } = {};
  readonly #live = new Set<DeviceBuffer>();

  allocate(bytes: number): DeviceBuffer {
    const buffer = new NullBuffer(bytes);
    this.#live.add(buffer);
    this.bytesInUse += bytes;
    return buffer;
  }

  free(buffer: DeviceBuffer): void {
    this.#check(buffer);
    this.#live.delete(buffer);
    this.bytesInUse -= buffer.bytes;
  }

  write(buffer: DeviceBuffer): void {
    this.#check(buffer);
  }

  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    return Promise.resolve(this.readSync(buffer));
  }

  readSync(buffer: DeviceBuffer): Uint8Array {
    this.#check(buffer);
    return new Uint8Array(buffer.bytes);
  }

  prepare(plan: Plan): Executable {
    verifyPlan(plan);
    this.rendered = Object.fromEntries(Object.entries(renderers).map(([name, render]) => [name, render(plan.kernels)]));
    const constants = plan.slots.reduce((sum, slot) => sum + (slot.kind === "constant" ? slot.bytes : 0), 0);
    let bytes = plan.arenaBytes + constants;
    this.bytesInUse += bytes;
    return {
      run: (externals) => {
        for (const buffer of externals) this.#check(buffer);
        this.launches++;
      },
      dispose: () => {
        this.bytesInUse -= bytes;
        bytes = 0;
      },
    };
  }

  #check(buffer: DeviceBuffer): void {
    if (!this.#live.has(buffer)) throw new DeviceError("This buffer was freed, or belongs to another device.");
  }
}
