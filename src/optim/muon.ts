/** Muon: matrices are moved along orthogonal directions. */
import { showShape, sizeOf } from "../shape/shape.ts";
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { add, divide, maximum, multiply, subtract } from "../tensor/arithmetic.ts";
import { matmul } from "../tensor/linear.ts";
import { matrixTranspose, reshape } from "../tensor/manipulate.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { norm } from "../tensor/statistics.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  averaged,
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  requireShares,
  type Update,
  type Updated,
} from "./optimizer.ts";

/** What `Muon` may be told. */
export interface MuonOptions extends Partial<OptimizerOptions> {
  /** Default 0.02. */
  readonly learningRate?: number;
  /** How much of the average direction is kept. Default 0.95. */
  readonly momentum?: number;
  /** Look ahead along the direction. Default true. */
  readonly nesterov?: boolean;
  /** Steps of the iteration that makes the direction orthogonal. Default 5. */
  readonly iterations?: number;
}

/**
 * value −= rate · √max(1, rows / columns) · direction, where direction is the averaged gradient with all its singular values brought
 * near 1 (0.7 to 1.2) by Newton–Schulz iterations. Weight decay is of its own, as AdamW's (default 0). For the inner weights of a
 * network: parameters of two or more axes, those after the first counting as one. Biases, norms, embeddings and the last layer go
 * to an AdamW beside it.
 *
 * Source: K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * const model = new nn.Linear(8, 8);
 * const muon = new optim.Muon([model.weight]);
 * const adam = new optim.AdamW(model.bias ? [model.bias] : []);
 * ```
 */
export class Muon extends Optimizer {
  protected readonly momentNames = ["momentum"];
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #iterations: number;

  /** @throws ArgumentError for a parameter of fewer than two axes, and a momentum outside 0 to 1. */
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: MuonOptions = {}) {
    super(parameters, { ...options, learningRate: options.learningRate ?? 0.02 });
    const { momentum = 0.95, nesterov = true, iterations = 5 } = options;
    requireShares("Muon", { momentum });
    for (const { name, shape, trainable } of this.parameters)
      if (trainable && shape.length < 2)
        throw new ArgumentError(
          `Muon: parameter ${name} has shape ${showShape(shape)} and is no matrix. Give vectors and scalars to an AdamW beside it.`,
          { name, shape },
        );
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#iterations = iterations;
  }

  protected update({ value, gradient, moments, rate, weightDecay }: Update): Updated {
    const average = averaged(at(moments, 0), gradient, this.#momentum);
    const way = this.#nesterov ? averaged(average, gradient, this.#momentum) : average;
    const [rows = 1, ...others] = value.shape;
    const columns = sizeOf(others);
    const direction = reshape(orthogonal(reshape(way, [rows, columns]), this.#iterations), value.shape);
    const size = multiply(rate, Math.sqrt(Math.max(1, rows / columns)));
    const decayed = weightDecay === 0 ? value : multiply(value, subtract(1, multiply(rate, weightDecay)));
    return { value: subtract(decayed, multiply(direction, size)), moments: [average] };
  }
}

/** U · Vᵀ of a matrix U · S · Vᵀ, nearly: x ← a·x + (b·A + c·A²)·x with A = x·xᵀ, from x of norm 1. */
export function orthogonal(matrix: Tensor, iterations: number): Tensor {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  const isTall = (matrix.shape[0] ?? 0) > (matrix.shape[1] ?? 0);
  let x: Tensor = isTall ? matrixTranspose(matrix) : matrix;
  x = divide(x, maximum(norm(x), 1e-7));
  for (let step = 0; step < iterations; step++) {
    const square = matmul(x, matrixTranspose(x));
    const factors = add(multiply(square, b), multiply(matmul(square, square), c));
    x = add(multiply(x, a), matmul(factors, x));
  }
  return isTall ? matrixTranspose(x) : x;
}
