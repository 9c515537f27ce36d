/** Numbers as vectors, piece by piece between edges: what lets a network on a table bend where the data asks for it. */
import { DataError } from "../../support/errors.ts";
import { relu } from "../../tensor/activation.ts";
import { add, maximum, minimum, multiply } from "../../tensor/arithmetic.ts";
import { hostArray, tensorOf } from "../../tensor/hostArray.ts";
import { expandDims } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";
import { FeatureLinear, type NumberEmbeddingOptions, requireFeatures } from "./featureLinear.ts";

/**
 * A vector for each number of a row. The edges of a feature cut its range into pieces; piece t holds how far the number has
 * come through it, 0 before and 1 after, but for the first and last piece, which go on as they are. A linear layer for each feature
 * makes the vector of them. Edges are state (`pieces`), saved with the weights and not trained; `quantileEdges` makes some.
 *
 * Source: Y. Gorishniy, I. Rubachev, A. Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const edges = [nn.quantileEdges([1, 2, 3, 4, 5, 6, 7, 8], 4), [0, 1]];
 * const model = new nn.Sequential(new nn.PiecewiseLinearEmbedding(edges, 6), new nn.Flatten(), new nn.Linear(12, 1));
 * console.log(model.forward(tensor([[2.5, 0], [9, 1]])).shape); // [2, 1]
 * ```
 */
export class PiecewiseLinearEmbedding extends Module {
  readonly linear: FeatureLinear;
  /** [4, features, pieces]: slope, constant, least and greatest value of each piece. */
  readonly pieces: Parameter;
  readonly #activation: boolean;

  /**
   * @param edges of each feature: two or more ascending numbers; features may have different numbers of them
   * @param size of the vectors
   * @throws DataError naming the feature whose edges are less than two, not finite or not ascending.
   */
  constructor(
    edges: readonly (readonly number[])[],
    size: number,
    { activation = true, dtype = "f32" }: NumberEmbeddingOptions = {},
  ) {
    super();
    edges.forEach(requireAscending);
    const count = Math.max(0, ...edges.map(({ length }) => length - 1));
    this.linear = new FeatureLinear(edges.length, count, size, { dtype });
    const table = [0, 1, 2, 3].flatMap((row) =>
      edges.flatMap((own) => Array.from({ length: count }, (_, piece) => pieceOf(own, piece)[row] ?? 0)),
    );
    const value = tensorOf(hostArray(table, [4, edges.length, count], dtype));
    this.pieces = new Parameter(value, { trainable: false });
    this.#activation = activation;
  }

  /**
   * @param x […, features], numbers; NaN stays NaN
   * @returns […, features, size]
   * @throws ShapeError where `x` has another number of features.
   */
  forward(x: Tensor): Tensor {
    requireFeatures("PiecewiseLinearEmbedding", x, this.pieces.shape[1] ?? 0);
    const row = (index: number) => slice(this.pieces.value, index);
    const way = minimum(maximum(add(multiply(expandDims(x, -1), row(0)), row(1)), row(2)), row(3));
    const vectors = this.linear.forward(way);
    return this.#activation ? relu(vectors) : vectors;
  }
}

/** Slope, constant, least and greatest value of piece number `piece`; nothing beyond the last one. */
function pieceOf(edges: readonly number[], piece: number): readonly number[] {
  const [low, high] = [edges[piece], edges[piece + 1]];
  if (low === undefined || high === undefined) return [];
  const width = high - low;
  return [1 / width, -low / width, piece === 0 ? -Infinity : 0, piece + 2 === edges.length ? Infinity : 1];
}

function requireAscending(edges: readonly number[], feature: number): void {
  if (
    edges.length > 1 &&
    edges.every((edge, index) => Number.isFinite(edge) && !(edge <= (edges[index - 1] ?? -Infinity)))
  )
    return;
  throw new DataError(
    `PiecewiseLinearEmbedding: feature ${feature} has the edges [${edges.slice(0, 6).join(", ")}${edges.length > 6 ? ", …" : ""}]; ` +
      "two or more finite ascending numbers are needed. quantileEdges makes such of the feature's values.",
    { feature },
  );
}

/**
 * Edges of at most `count` pieces that hold as many of `values` each as can be; NaN is left out. Equal quantiles count once, and
 * one value alone gets the piece ± ½ around it.
 * @throws DataError where no value is finite.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * console.log(nn.quantileEdges([0, 1, 2, 3, 4], 2)); // [0, 2, 4]
 * ```
 */
export function quantileEdges(values: ArrayLike<number>, count: number): number[] {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const last = sorted.length - 1;
  if (last < 0) throw new DataError("quantileEdges: there is no finite value to take quantiles of.");
  const quantile = (share: number): number => {
    const [place, part] = [Math.floor(share * last), (share * last) % 1];
    const low = sorted[place] ?? 0;
    return part === 0 ? low : low + part * ((sorted[place + 1] ?? low) - low);
  };
  const edges = [...new Set(Array.from({ length: count + 1 }, (_, index) => quantile(index / count)))];
  const [only = 0] = edges;
  return edges.length > 1 ? edges : [only - 0.5, only + 0.5];
}
