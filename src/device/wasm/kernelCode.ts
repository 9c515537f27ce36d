/**
 * Compiled kernels of a WebAssembly device, by structure: repeated layers and later plans share them. The new kernels
 * of a plan become one module; all functions stand in one table, from which the driver calls them.
 */
import type { Kernel } from "../../kernel/kernel.ts";
import { meaningOf } from "../../kernel/meaning.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { structureOf } from "../../kernel/structure.ts";
import { importModule } from "../../render/wasm/moduleWriter.ts";
import { exportName, type ModuleFeatures, renderModule } from "../../render/wasm/renderModule.ts";
import { invariant } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import type { Piece } from "./helperSource.ts";

interface Entry {
  readonly position: number;
  readonly made: Made;
  /** Executables that use it now. */
  users: number;
}

/** A module that was made, as the how manyth, and the names of its exports by the kernels' structures. */
interface Made {
  readonly module: WebAssembly.Module;
  readonly imports: readonly ScalarOp[];
  readonly number: number;
  readonly names: ReadonlyMap<string, string>;
}

/** What a plan's kernels became. */
export interface AcquiredCode {
  /** Their positions in the table. */
  readonly positions: readonly number[];
  readonly keys: readonly string[];
  /** How many modules a thread must have to run them. */
  readonly modules: number;
}

/** Kernels that no executable uses are kept up to this many, the longest unused going first. */
const mostUnused = 1024;

/** Compiles kernels and keeps them. */
export class KernelCode {
  readonly #memory: WebAssembly.Memory;
  readonly #table: WebAssembly.Table;
  readonly #features: ModuleFeatures;
  readonly #publish: (piece: Piece) => void;
  /** By structure; unused ones in the order in which they became unused. */
  readonly #entries = new Map<string, Entry>();
  readonly #freePositions: number[] = [];
  #nextPosition = 0;
  #unused = 0;
  #modules = 0;

  /** `publish` is told of every module that is made. */
  constructor(
    memory: WebAssembly.Memory,
    table: WebAssembly.Table,
    features: ModuleFeatures,
    publish: (piece: Piece) => void,
  ) {
    this.#memory = memory;
    this.#table = table;
    this.#features = features;
    this.#publish = publish;
  }

  /** Number of kernels compiled and kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** Kernels that are kept now, for a thread that comes later. */
  get pieces(): readonly Piece[] {
    const places = new Map<Made, [string, number][]>();
    for (const [key, { made, position }] of this.#entries) {
      const name = made.names.get(key);
      if (name !== undefined) remember(places, made, () => []).push([name, position]);
    }
    return [...places].map(([{ module, imports }, each]) => ({ module, imports, places: each }));
  }

  /** The code of `kernels`, which is kept until `release` is called with `keys`. */
  acquire(kernels: readonly Kernel[]): AcquiredCode {
    const keys = kernels.map(structureOf);
    const missing = new Map<string, Kernel>();
    keys.forEach((key, index) => {
      const kernel = kernels[index];
      if (kernel !== undefined && !this.#entries.has(key)) missing.set(key, kernel);
    });
    if (missing.size > 0) this.#compile(missing);
    const entries = keys.map((key) => {
      const entry = this.#entries.get(key);
      invariant(entry !== undefined, "its kernel is kept");
      if (entry.users++ === 0) this.#unused--;
      return entry;
    });
    return {
      positions: entries.map(({ position }) => position),
      keys,
      modules: Math.max(0, ...entries.map(({ made }) => made.number)),
    };
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
      this.#table.set(position, null);
      this.#freePositions.push(position);
      this.#unused--;
    }
  }

  #compile(kernels: ReadonlyMap<string, Kernel>): void {
    const { module, imports, exports } = this.#instantiate([...kernels.values()]);
    const names = new Map([...kernels.keys()].map((key, index) => [key, exportName(index)]));
    const made: Made = { module, imports, number: ++this.#modules, names };
    const places = [...kernels.keys()].map((key, index) => {
      const position = this.#freePositions.pop() ?? this.#nextPosition++;
      if (position >= this.#table.length) this.#table.grow(this.#table.length);
      this.#table.set(position, exports[exportName(index)]);
      this.#entries.set(key, { position, made, users: 0 });
      this.#unused++;
      return [exportName(index), position] as const;
    });
    this.#publish({ module, imports, places });
  }

  #instantiate(kernels: readonly Kernel[]): Pick<Made, "module" | "imports"> & Pick<WebAssembly.Instance, "exports"> {
    const { bytes, imports } = renderModule(kernels, this.#features);
    const functions = Object.fromEntries(imports.map((op) => [op, meaningOf(op, "f64")]));
    try {
      const module = new WebAssembly.Module(bytes);
      const { exports } = new WebAssembly.Instance(module, { [importModule]: { memory: this.#memory, ...functions } });
      return { module, imports, exports };
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
