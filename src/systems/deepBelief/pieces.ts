/**
 * Where the filters of a layer begin: as pieces of what it sees. From noise all filters of an upper layer first become the mean of what is
 * below, and take thousands of steps to part; a third layer that sees whole pictures has no other places to find out in.
 * `learn.ts` lets them go on from there.
 */
import { quantile } from "../../algorithms/sorting/quantile.ts";
import { at } from "../../support/invariant.ts";
import { divide, multiply, negative, sqrt, square, subtract } from "../../tensor/arithmetic.ts";
import { concat } from "../../tensor/joining.ts";
import { permuteDims, reshape } from "../../tensor/manipulate.ts";
import { uniform } from "../../tensor/random.ts";
import { max, mean, sum } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { BoltzmannLayer } from "./boltzmannLayer.ts";
import { correlateFilters, sizesOf } from "./windows.ts";

/** How filters begin. */
export interface Beginning {
  /** The share of detection units that are to be on. */
  readonly sparsity: number;
  /**
   * How much of the mean of all pieces is taken away from each, 0 to 1: all of it where pieces of different things are to part, none
   * where they are of the same thing and what they share is what tells it from others.
   */
  readonly lessMean: number;
}

/**
 * Sets each filter to a piece from a random place, as strong as its share of the units that draw one place together, and biases so that
 * as many units are on as shall be.
 * @param seen what the layer sees, [count, channels, height, width], in whole blocks
 */
export async function beginWithPieces(
  layer: BoltzmannLayer,
  seen: Tensor,
  { sparsity, lessMean }: Beginning,
): Promise<void> {
  const { groups, kernel, block, channels } = layer.settings;
  const [count, , height, width] = sizesOf(seen, "[count, channels, height, width]");
  const places = await uniform([groups, 3]).data();
  const pick = (index: number, choices: number) => Math.min(choices - 1, Math.floor(at(places, index) * choices));
  const pieces = concat(
    Array.from({ length: groups }, (_, group): Tensor => {
      const picture = pick(3 * group, count);
      const row = pick(3 * group + 1, height - kernel + 1);
      const column = pick(3 * group + 2, width - kernel + 1);
      return slice(seen, [picture, picture + 1], null, [row, row + kernel], [column, column + kernel]);
    }),
    0,
  );
  const parted = subtract(pieces, multiply(mean(pieces, 0, { keepDims: true }), lessMean));
  const strength = sqrt(mean(sum(square(parted), [1, 2, 3])));
  const units = Math.min(kernel ** 2, (height - kernel + 1) * (width - kernel + 1));
  const together = Math.max(1, sparsity * groups * units);
  const norms = sqrt(sum(square(parted), [1, 2, 3], { keepDims: true }));
  const weight = multiply(divide(parted, max(norms).multiply(1e-6).add(norms)), divide(strength, together));
  layer.weight.assign(reshape(weight, [groups, channels, kernel, kernel]));
  const products = correlateFilters(seen, layer.weight.value, block);
  const byGroup = reshape(permuteDims(products, [2, 0, 1, 3, 4]), [groups, products.size / groups]);
  layer.hiddenBias.assign(negative(quantile(byGroup, 1 - sparsity, { axis: 1 })));
  await layer.hiddenBias.value.data();
}
