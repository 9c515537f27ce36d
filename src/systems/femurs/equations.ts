/** What the models learned as equations in the bone's own units, with the learned numbers. */
import { at } from "../../support/invariant.ts";
import type { Line } from "./models.ts";
import type { FemurSystem } from "./system.ts";

/** f = constant + length · ln(length / mm) + weight · ln(weight / g). */
export interface LineEquation {
  readonly constant: number;
  readonly length: number;
  readonly weight: number;
}

/** The numbers of one of the two lines, moved from standardized features back to logarithms of mm and g. */
export async function lineEquation(
  { models, standardization }: FemurSystem,
  name: "line" | "sigmoid",
): Promise<LineEquation> {
  const { linear }: Line = models[name];
  const weights = await linear.weight.value.data();
  const bias = linear.bias === null ? 0 : await linear.bias.value.item();
  const slopes = standardization.deviations.map((deviation, index) => at(weights, index) / deviation);
  const constant = slopes.reduce((sum, slope, index) => sum - slope * at(standardization.means, index), bias);
  return { constant, length: at(slopes, 0), weight: at(slopes, 1) };
}

/** The network's matrices and constants, layer by layer, as plain numbers. */
export interface LayerNumbers {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major [outputs, inputs]. */
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** All numbers that the network learned. */
export async function networkNumbers({ models }: FemurSystem): Promise<LayerNumbers[]> {
  const state = models.network.stateDictionary();
  const layers: LayerNumbers[] = [];
  for (const [name, weight] of state) {
    const bias = state.get(name.replace(/weight$/, "bias"));
    if (!name.endsWith("weight") || bias === undefined) continue;
    const [outputs = 0, inputs = 0] = weight.shape;
    const [weights, biases] = [await weight.data(), await bias.data()];
    layers.push({ inputs, outputs, weights: Float64Array.from(weights), biases: Float64Array.from(biases) });
  }
  return layers;
}
