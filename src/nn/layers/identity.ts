/** The layer that does nothing. */
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/** Returns its input: holds a place where a layer may stand. */
export class Identity extends Module {
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S> {
    return x;
  }
}
