/** What several networks have in common: how they end, and how their convolutions begin. */
import { Conv2d, Dropout, GlobalAvgPool, Linear, type Module, Sequential } from "../../../nn/index.ts";
import { kaimingNormal } from "../../../nn/init.ts";
import type { NetworkShape } from "../settings.ts";

/** Maps [n, features, height, width] to scores: the mean over all places, then one linear layer. */
export function averagedScores(features: number, { classes, dropout }: NetworkShape): Module {
  return new Sequential(new GlobalAvgPool(), new Dropout(dropout), new Linear(features, classes));
}

/** A convolution without bias (a normalization follows) that keeps the size of gradients through the relu after it, as residual networks begin. */
export function convolution(inputs: number, outputs: number, kernel: number, stride = 1): Conv2d {
  const layer = new Conv2d(inputs, outputs, kernel, { stride, padding: Math.floor(kernel / 2), bias: false });
  layer.weight.assign(kaimingNormal(layer.weight.shape, { mode: "out" }));
  return layer;
}
