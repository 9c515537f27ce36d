/** What the compiler knows of a device: facts as data. `compile/` reads them and never sees the device itself. */
import type { Dtype } from "../shape/dtype.ts";
import type { ScalarOp } from "./scalarOps.ts";

/** Bytes of what one core has to itself, as far as scheduling counts on it. */
export interface Caches {
  /** Of the fastest cache, for an operand that is read where it lies. */
  readonly fast: number;
  /** Of the fastest cache, for what one block of a long sum takes of both operands; 0 where sums are not cut into blocks. */
  readonly inner: number;
  /** Of the second, for an operand in distant rows. */
  readonly near: number;
  /** Of the second, for packed rows that stay while panel after panel passes over them. */
  readonly held: number;
}

/** What the code for WebAssembly is made for: the caches of ordinary machines. */
export const usualCaches: Caches = { fast: 24 * 2 ** 10, inner: 0, near: 2 ** 18, held: 2 ** 19 };

/** How large products are cut whose operands are packed. Sums run in the same order whatever it says: so do the bits of results. */
export interface ProductTiles {
  /** Rows of a register tile at most, and vectors in each row. */
  readonly rows: number;
  readonly vectors: number;
  /** What `Caches` says, where products do better with another share. */
  readonly inner: number;
  readonly held: number;
}

/** Facts that scheduling and approximation need. */
export interface Target {
  readonly name: string;
  readonly dtypes: readonly Dtype[];
  /** False where programs run as they are written, every result kept and nothing merged: the judge of what optimizing does. */
  readonly optimize: boolean;
  /** Bytes of one vector register; 0 where the target runs scalars only. */
  readonly vectorBytes: number;
  /** Rows of the register tile of a contraction, and vectors in each row. */
  readonly tile: { readonly rows: number; readonly vectors: number };
  readonly caches: Caches;
  /** What is best for large products, where that is known to be something else than `tile` and `caches` say. */
  readonly products?: Partial<ProductTiles>;
  /** Does one instruction load a vector from places all over memory? */
  readonly gathers?: true;
  /** Do vectors of which the first lanes count take as long as whole ones? */
  readonly masks?: true;
  /** Are there instructions that multiply tiles of bf16 with sums in f32, and of bytes with sums in i32 (`TileProduct`)? */
  readonly tiles?: true;
  /** Sums of up to so many terms take less time than their results do on the way to memory. */
  readonly shortSum: number;
  /** Can it convert from and to dtypes that are only stored? Where not, the bits are moved by integer arithmetic. */
  readonly convertsStored: boolean;
  /** f32 operations that the target computes itself within 2 ulp; the others are expanded into polynomials. */
  readonly nativeOps: ReadonlySet<ScalarOp> | "all";
}

/** How products are cut for `target`. */
export function productTilesOf({ products, tile, caches }: Target): ProductTiles {
  return { ...tile, inner: Math.floor(caches.inner), held: Math.floor(caches.held), ...products };
}
