/**
 * The optimizer of fast convolutional networks. A filter that a normalization follows is the same filter at any size, so filters are
 * kept at one size and turned along orthogonal directions; everything else goes down its gradient with momentum.
 *
 * Sources: K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024; the rates: K. Jordan, "94% on CIFAR-10 in
 * 3.29 seconds on a single GPU", 2024, in the version with Muon.
 */
import type { Module } from "../../nn/module.ts";
import { orthogonal } from "../../optim/muon.ts";
import { decayedGradient, Optimizer, type Update, type Updated } from "../../optim/optimizer.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, maximum, multiply, subtract } from "../../tensor/arithmetic.ts";
import { reshape } from "../../tensor/manipulate.ts";
import type { Parameter } from "../../tensor/parameter.ts";
import { norm } from "../../tensor/statistics.ts";

/** What `FilterOptimizer` is told. */
export interface FilterOptimizerOptions {
  /** How far filters are turned at each step, as a share of their size. Constants and last layer have rates in proportion. */
  readonly learningRate: number;
  /** Pictures in a step. */
  readonly batchSize: number;
  /** Share that each step takes of what is no filter. */
  readonly weightDecay: number;
}

/** Published rates of constants and of the last layer for one picture, at the rate of filters beside them. */
const published = { filters: 0.24, constants: 0.053, scores: 0.67 } as const;
const filterMomentum = 0.6;
const momentum = 0.85;
const iterations = 3;

/** The optimizer for a network whose convolutions are all followed by normalizations. */
export class FilterOptimizer extends Optimizer {
  protected readonly momentNames = ["momentum"];

  constructor(network: Module, { learningRate, batchSize, weightDecay }: FilterOptimizerOptions) {
    const learned = network.parameters().filter(({ trainable }) => trainable);
    const group = (holds: (parameter: Parameter) => boolean, factor: number) => ({
      parameters: learned.filter(holds),
      learningRateFactor: factor,
      // A share of each step, whatever the rate
      weightDecay: weightDecay / (factor * learningRate),
    });
    const factorOf = (rate: number) => (batchSize * rate) / published.filters;
    super(
      [
        group(({ shape }) => shape.length === 4, 1),
        group(({ shape }) => shape.length === 2, factorOf(published.scores)),
        group(({ shape }) => shape.length === 1 || shape.length === 3, factorOf(published.constants)),
      ].filter(({ parameters }) => parameters.length > 0),
      { learningRate },
    );
  }

  protected update(update: Update): Updated {
    return update.value.rank === 4 ? turned(update) : moved(update);
  }
}

/** A bank of filters [out, in, …] of size √out, turned. */
function turned({ value, gradient, moments, rate }: Update): Updated {
  const average = add(multiply(at(moments, 0), filterMomentum), gradient);
  const ahead = add(gradient, multiply(average, filterMomentum));
  const [outputs = 1, ...others] = value.shape;
  const direction = reshape(orthogonal(reshape(ahead, [outputs, sizeOf(others)]), iterations), value.shape);
  const kept = multiply(value, divide(Math.sqrt(outputs), maximum(norm(value), 1e-7)));
  return { value: subtract(kept, multiply(direction, rate)), moments: [average] };
}

/** Gradient descent with Nesterov's momentum. */
function moved(update: Update): Updated {
  const { value, moments, rate } = update;
  const gradient = decayedGradient(update);
  const average = add(multiply(at(moments, 0), momentum), gradient);
  const ahead = add(gradient, multiply(average, momentum));
  return { value: subtract(value, multiply(ahead, rate)), moments: [average] };
}
