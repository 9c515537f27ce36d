/** Networks as explanations of pictures see them: stages one after the other, so that what each gives can be looked at and asked for. */
import type { Tensor } from "../tensor/tensor.ts";

/** A part of a network with a name. */
export interface Stage {
  readonly name: string;
  forward(x: Tensor): Tensor;
}

/** A network that is its stages one after the other: pictures [n, channels, height, width] from 0 to 1 to scores [n, classes]. */
export interface StagedNetwork {
  readonly stages: readonly Stage[];
  forward(x: Tensor): Tensor;
}
