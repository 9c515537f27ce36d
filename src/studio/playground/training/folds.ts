/**
 * Folding: the tent map, applied to itself again and again. Each fold doubles the number of teeth, and costs a deep network
 * two small layers more; a network of one wide layer needs a unit for every tooth. M. Telgarsky, "Benefits of depth in neural
 * networks", COLT 2016.
 */
import { ArgumentError } from "../../../support/errors.ts";
import { countNumbers, type PlainLayer, type PlainNetwork } from "./plainNetwork.ts";

/** Most folds: 2¹⁰ straight pieces. */
export const mostFolds = 10;

/** The tent map, folded `folds` times, at `x` of 0 … 1: 2^folds straight pieces between 0 and 1. Exact. */
export function tent(x: number, folds: number): number {
  let value = x;
  for (let fold = 0; fold < folds; fold++) value = 1 - Math.abs(2 * value - 1);
  return value;
}

/**
 * The deep network that folds, written down by hand: T(x) = relu(2·relu(x) − 4·relu(x − ½)) on 0 … 1, so two layers a fold,
 * of two units and of one. Its numbers are powers of two: floating point makes no error at all.
 * @throws ArgumentError unless `folds` is a whole number of 1 … 10.
 */
export function foldNetwork(folds: number): PlainNetwork {
  if (!Number.isInteger(folds) || folds < 1 || folds > mostFolds)
    throw new ArgumentError(`foldNetwork: ${folds} folds; it has to be a whole number of 1 … ${mostFolds}.`, { folds });
  const split: PlainLayer = { inputs: 1, outputs: 2, weights: [1, 1], biases: [0, -0.5] };
  const join: PlainLayer = { inputs: 2, outputs: 1, weights: [2, -4], biases: [0] };
  const read: PlainLayer = { inputs: 1, outputs: 1, weights: [1], biases: [0] };
  return {
    nonlinearity: "relu",
    layers: [...Array.from({ length: folds }, () => [split, join]).flat(), read],
  };
}

/** Units of one hidden layer that has at least as many numbers (three a unit and one) as the network that folds. */
export function equalWidth(folds: number): number {
  return Math.ceil((countNumbers(foldNetwork(folds)) - 1) / 3);
}

/**
 * No network of one hidden layer of `units` ReLU units comes nearer to the folded tent than this, whatever its numbers. It
 * bends at most `units` times; the tent has 2^(folds − 1) teeth. Where there are more teeth than bends, one tooth has none:
 * there the network is straight, and a straight line misses one of foot 0, tip 1, foot 0 by at least ½.
 */
export function leastErrorOfWide(folds: number, units: number): number {
  return 2 ** (folds - 1) > units ? 0.5 : 0;
}
