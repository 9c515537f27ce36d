/** The nest that writes one slice of a larger tensor, at a position that is data. */
import { sizeOf } from "../../shape/shape.ts";
import { hasLoop, type Nest, type NestContext } from "../nest.ts";
import type { Part } from "../program.ts";
import type { Values } from "./values.ts";
import { waitsOf } from "./waits.ts";

/** The nests that write `parts`; slices without elements need none. */
export function lowerParts(context: NestContext, parts: readonly Part[], values: Values): Nest[] {
  return parts
    .filter(({ value }) => sizeOf(value.type.shape) > 0)
    .map(({ whole, value, position }) => {
      const axes = value.type.shape.map((extent, axis) => context.resultAxis(axis, extent));
      const inner = axes.map((axis) => context.position(axis));
      const indices = [values.at(position, []), ...inner];
      return {
        axes: axes.filter(hasLoop),
        body: [{ kind: "store", tensor: whole, indices, value: values.at(value, inner) }],
        contraction: false,
        computes: [value],
        waits: values.isInMemory(value) ? [] : waitsOf(value, (input) => values.isInMemory(input)),
      };
    });
}
