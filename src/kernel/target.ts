/** What the compiler knows of a device: facts as data. `compile/` reads them and never sees the device itself. */
import type { Dtype } from "../shape/dtype.ts";
import type { ScalarOp } from "./scalarOps.ts";

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
  /** Can it convert from and to dtypes that are only stored? Where not, the bits are moved by integer arithmetic. */
  readonly convertsStored: boolean;
  /** f32 operations that the target computes itself within 2 ulp; the others are expanded into polynomials. */
  readonly nativeOps: ReadonlySet<ScalarOp> | "all";
}
