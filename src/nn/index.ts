/** Networks: modules, layers, losses, first values. */
export { type AttentionOptions, scaledDotProductAttention } from "./attention.ts";
export * as init from "./init.ts";
export { BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from "./layers/batchNorm.ts";
export { Dropout } from "./layers/dropout.ts";
export { ELU } from "./layers/elu.ts";
export { Embedding, type EmbeddingOptions } from "./layers/embedding.ts";
export { FeatureLinear, type NumberEmbeddingOptions } from "./layers/featureLinear.ts";
export { Flatten } from "./layers/flatten.ts";
export { GELU } from "./layers/gelu.ts";
export { type ChannelNormOptions, GroupNorm, InstanceNorm } from "./layers/groupNorm.ts";
export { Identity } from "./layers/identity.ts";
export { LayerNorm, type LayerNormOptions, RMSNorm } from "./layers/layerNorm.ts";
export { LeakyReLU } from "./layers/leakyRelu.ts";
export { Linear, type LinearOptions } from "./layers/linear.ts";
export { PeriodicEmbedding, type PeriodicOptions } from "./layers/periodicEmbedding.ts";
export { PiecewiseLinearEmbedding, quantileEdges } from "./layers/piecewiseLinearEmbedding.ts";
export { ReLU } from "./layers/relu.ts";
export { Sequential } from "./layers/sequential.ts";
export { Sigmoid } from "./layers/sigmoid.ts";
export { SiLU } from "./layers/silu.ts";
export { Softplus } from "./layers/softplus.ts";
export { Tanh } from "./layers/tanh.ts";
export { type BinaryCrossEntropyOptions, binaryCrossEntropyWithLogits } from "./losses/binaryCrossEntropy.ts";
export { type ContrastOptions, infoNceLoss } from "./losses/contrast.ts";
export { type ClassLossOptions, type CrossEntropyOptions, crossEntropy, nllLoss } from "./losses/crossEntropy.ts";
export { type CtcOptions, ctcLoss } from "./losses/ctc.ts";
export {
  type HuberOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  quantileLoss,
  type SmoothL1Options,
  smoothL1Loss,
} from "./losses/distance.ts";
export { type DivergenceOptions, klDiv } from "./losses/divergence.ts";
export { type FocalOptions, focalLoss } from "./losses/focal.ts";
export {
  cosineEmbeddingLoss,
  hingeLoss,
  type MarginOptions,
  type MultiMarginOptions,
  multiMarginLoss,
  type TripletOptions,
  tripletMarginLoss,
} from "./losses/margin.ts";
export type { LossOptions, Reduction } from "./losses/reduction.ts";
export { type AnyModule, Module } from "./module.ts";
