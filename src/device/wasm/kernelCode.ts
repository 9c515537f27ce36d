/**
 * Compiled kernels of a WebAssembly device, by structure: repeated layers and later plans share them. The new kernels
 * of a plan become one module; all functions stand in one table, from which the driver calls them.
 */
import type { Kernel } from "../../kernel/kernel.ts";
import { meaningOf } from "../../kernel/meaning.ts";
import { structureOf } from "../../kernel/structure.ts";
import { importModule } from "../../render/wasm/moduleWriter.ts";
import { exportName, renderModule } from "../../render/wasm/renderModule.ts";
import { at, invariant } from "../../support/invariant.ts";

interface Entry {
  readonly position: number;
  /** Executables that use it now. */
  users: number;
}

/** Kernels that no executable uses are kept up to this many, the longest unused going first. */
const mostUnused = 1024;
const firstTableSize = 256;

/** Compiles kernels and keeps them. */
export class KernelCode {
  readonly table = new WebAssembly.Table({ element: "anyfunc", initial: firstTableSize });
  readonly #memory: WebAssembly.Memory;
  readonly #isRelaxed: boolean;
  /** By structure; unused ones in the order in which they became unused. */
  readonly #entries = new Map<string, Entry>();
  readonly #freePositions: number[] = [];
  #nextPosition = 0;
  #unused = 0;

  constructor(memory: WebAssembly.Memory, isRelaxed: boolean) {
    this.#memory = memory;
    this.#isRelaxed = isRelaxed;
  }

  /** Number of kernels compiled and kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** Positions of `kernels` in the table, which keep until `release` is called with `keys`. */
  acquire(kernels: readonly Kernel[]): { readonly positions: readonly number[]; readonly keys: readonly string[] } {
    const keys = kernels.map(structureOf);
    const missing = new Map<string, Kernel>();
    keys.forEach((key, index) => {
      if (!this.#entries.has(key)) missing.set(key, at(kernels, index));
    });
    if (missing.size > 0) this.#compile(missing);
    const positions = keys.map((key) => {
      const entry = this.#entries.get(key);
      invariant(entry !== undefined, "its kernel is kept");
      if (entry.users++ === 0) this.#unused--;
      return entry.position;
    });
    return { positions, keys };
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
    for (const [key, { users, position }] of this.#entries) {
      if (this.#unused <= mostUnused) return;
      if (users > 0) continue;
      this.#entries.delete(key);
      this.table.set(position, null);
      this.#freePositions.push(position);
      this.#unused--;
    }
  }

  #compile(kernels: ReadonlyMap<string, Kernel>): void {
    const { exports } = this.#instantiate([...kernels.values()]);
    [...kernels.keys()].forEach((key, index) => {
      const position = this.#freePositions.pop() ?? this.#nextPosition++;
      if (position >= this.table.length) this.table.grow(this.table.length);
      this.table.set(position, exports[exportName(index)]);
      this.#entries.set(key, { position, users: 0 });
      this.#unused++;
    });
  }

  #instantiate(kernels: readonly Kernel[]): WebAssembly.Instance {
    const { bytes, imports } = renderModule(kernels, { isRelaxed: this.#isRelaxed });
    const functions = Object.fromEntries(imports.map((op) => [op, meaningOf(op, "f64")]));
    try {
      return new WebAssembly.Instance(new WebAssembly.Module(bytes), {
        [importModule]: { memory: this.#memory, ...functions },
      });
    } catch (error) {
      // which of them is it?
      if (kernels.length > 1) for (const kernel of kernels) this.#instantiate([kernel]);
      throw new Error(
        `Smilodon broke its own promise: WebAssembly refuses kernel ${kernels[0]?.name}: ${String(error)}`,
        { cause: error },
      );
    }
  }
}
