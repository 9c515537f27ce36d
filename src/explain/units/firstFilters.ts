/** The filters of a network's first convolution, as pictures: they look at pixels, so they can be looked at themselves. */
import { Module } from "../../nn/module.ts";
import { UnsupportedError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { StagedNetwork } from "../stagedNetwork.ts";

/** Filters, each a small picture. */
export interface FilterPictures {
  /** Path of the layer in the network. */
  readonly layer: string;
  /** Row-major [filters, channels, height, width], from 0 to 1: 0.5 is weight 0, each filter fills the range. */
  readonly pictures: Float32Array;
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The first weights [filters, channels, height, width] over `channels` channels with more than one pixel: those of the first convolution.
 * @throws UnsupportedError where there is none.
 */
export async function firstFilters(network: StagedNetwork, channels: number): Promise<FilterPictures> {
  const parameters = network instanceof Module ? [...network.namedParameters()] : [];
  for (const [path, parameter] of parameters) {
    const [count = 0, depth = 0, height = 0, width = 0] = parameter.shape;
    if (parameter.shape.length !== 4 || depth !== channels || height * width === 1) continue;
    const layer = path.slice(0, Math.max(0, path.lastIndexOf(".")));
    const weights = Float32Array.from(await parameter.value.data());
    const size = channels * height * width;
    const pictures = new Float32Array(weights.length);
    for (let filter = 0; filter < count; filter++) {
      const own = weights.subarray(filter * size, (filter + 1) * size);
      const most = own.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 1e-12);
      for (let index = 0; index < size; index++) pictures[filter * size + index] = 0.5 + at(own, index) / (2 * most);
    }
    return { layer, pictures, count, channels, height, width };
  }
  throw new UnsupportedError(`The network has no convolution over the ${channels} channels of its pictures.`);
}
