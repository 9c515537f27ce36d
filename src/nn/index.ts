/** Networks: modules, layers, losses, first values. */
export { type AttentionOptions, scaledDotProductAttention } from "./attention.ts";
export * as init from "./init.ts";
export { BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from "./layers/batchNorm.ts";
export { Bilinear } from "./layers/bilinear.ts";
export {
  Conv1d,
  Conv2d,
  Conv3d,
  type ConvOptions,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeOptions,
} from "./layers/convolution.ts";
export { Dropout, Dropout1d, Dropout2d, Dropout3d } from "./layers/dropout.ts";
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
export { type AttendOptions, MultiHeadAttention, type MultiHeadOptions } from "./layers/multiHeadAttention.ts";
export { SpectralNorm, type SpectralOptions, type WeightedLayer, WeightNorm } from "./layers/normalizedWeight.ts";
export { PeriodicEmbedding, type PeriodicOptions } from "./layers/periodicEmbedding.ts";
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  PReLU,
  ReLU6,
  Softshrink,
  Threshold,
} from "./layers/piecewiseActivations.ts";
export { PiecewiseLinearEmbedding, quantileEdges } from "./layers/piecewiseLinearEmbedding.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  GlobalAvgPool,
  GlobalMaxPool,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
} from "./layers/pooling.ts";
export {
  GRU,
  LSTM,
  Recurrent,
  type RecurrentInput,
  type RecurrentOptions,
  type RecurrentOutput,
  RNN,
  type RnnOptions,
} from "./layers/recurrent.ts";
export { ReLU } from "./layers/relu.ts";
export { Residual } from "./layers/residual.ts";
export { Sequential } from "./layers/sequential.ts";
export { Sigmoid } from "./layers/sigmoid.ts";
export { SiLU } from "./layers/silu.ts";
export {
  CELU,
  GLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  SELU,
  Softmax,
  Softsign,
  Tanhshrink,
} from "./layers/smoothActivations.ts";
export { Softplus } from "./layers/softplus.ts";
export { Tanh } from "./layers/tanh.ts";
export {
  type DecoderMasks,
  type EncoderMasks,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerOptions,
} from "./layers/transformer.ts";
export { Upsample } from "./layers/upsample.ts";
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
export type { LayerSummary, ModelSummary } from "./summary.ts";
export { fromTorchNames, toTorchNames } from "./torchNames.ts";
