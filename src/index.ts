/** What Smilodon offers: re-exports only. `ARCHITECTURE.md` says where things live and how a step runs. */

export * as augment from "./algorithms/augment/index.ts";
export {
  Complex,
  type ComplexOperand,
  complex,
  isComplex,
  polar,
  viewAsComplex,
  viewAsReal,
} from "./algorithms/complex/complex.ts";
export { conj, imag, real } from "./algorithms/complex/parts.ts";
export {
  type BincountOptions,
  bincount,
  type Histogram,
  type HistogramOptions,
  histogram,
} from "./algorithms/counting/histogram.ts";
export * as fft from "./algorithms/fourier/index.ts";
export * as images from "./algorithms/images/index.ts";
export * as linalg from "./algorithms/linalg/index.ts";
export * as quantization from "./algorithms/quantization/index.ts";
export * as random from "./algorithms/random/index.ts";
export { argwhere, booleanMask, type FillOption, maskedSelect, nonzero } from "./algorithms/selecting/nonzero.ts";
export * from "./algorithms/selecting/unique.ts";
export * as signal from "./algorithms/signal/index.ts";
export { type Mode, type ModeOptions, mode } from "./algorithms/sorting/mode.ts";
export * from "./algorithms/sorting/quantile.ts";
export * from "./algorithms/sorting/searchSorted.ts";
export { argsort, type SortOptions, sort, type TopK, type TopKOptions, topK } from "./algorithms/sorting/sort.ts";
export * from "./algorithms/special/index.ts";
export * from "./algorithms/windows/adaptivePooling.ts";
export * from "./algorithms/windows/pooling.ts";
export { type SlidingOptions, slidingWindows } from "./algorithms/windows/slidingWindows.ts";
export * from "./algorithms/windows/unfold.ts";
export * from "./algorithms/windows/unpooling.ts";
export { inLayer } from "./graph/node.ts";
export { printGraph } from "./graph/print.ts";
export * as nn from "./nn/index.ts";
export * as optim from "./optim/index.ts";
export { currentDevice, deviceNames, registerDevice, setDevice, setThreads } from "./runtime/registry.ts";
export { allDtypes, type Data, type DataOf, type Dtype, promote } from "./shape/dtype.ts";
export * from "./shape/dtypeFacts.ts";
export type { Shape } from "./shape/shape.ts";
export * from "./support/errors.ts";
export {
  elu,
  type GeluOptions,
  gelu,
  leakyRelu,
  logSigmoid,
  relu,
  sigmoid,
  silu,
  softplus,
} from "./tensor/activation.ts";
export * from "./tensor/arithmetic.ts";
export * from "./tensor/bitwise.ts";
export * from "./tensor/cast.ts";
export * from "./tensor/comparison.ts";
export * from "./tensor/creation.ts";
export {
  type CumulativeDtypeOptions,
  type CumulativeOptions,
  cumulativeLogSumExp,
  cumulativeMax,
  cumulativeMin,
  cumulativeProd,
  cumulativeSum,
} from "./tensor/cumulative.ts";
export * from "./tensor/differences.ts";
export { type ShowOptions, show } from "./tensor/display.ts";
export { einsum } from "./tensor/einsum.ts";
export {
  allClose,
  type ClosenessOptions,
  cbrt,
  deg2rad,
  fmax,
  fmin,
  fmod,
  frac,
  hypot,
  isClose,
  type LogitOptions,
  lerp,
  logit,
  type NanToNumOptions,
  nanToNum,
  rad2deg,
  sinc,
  xlogy,
} from "./tensor/elementary.ts";
export { Generator, type GeneratorState, seed } from "./tensor/generator.ts";
export * from "./tensor/indexed/nd.ts";
export * from "./tensor/indexed/scatter.ts";
export * from "./tensor/indexed/segments.ts";
export { type IndexingOptions, scatterAdd, take, takeAlongAxis } from "./tensor/indexing.ts";
export * from "./tensor/joining.ts";
export { type DebugOptions, type LeakReport, type LiveTensors, reportLeaks, setDebug } from "./tensor/leaks.ts";
export { matmul, outer, type TensordotAxes, tensordot, vecdot } from "./tensor/linear.ts";
export * from "./tensor/manipulate.ts";
export * from "./tensor/normalization.ts";
export * from "./tensor/normalize.ts";
export type { Operand } from "./tensor/operands.ts";
export { Parameter, type ParameterOptions } from "./tensor/parameter.ts";
export * from "./tensor/piecewise.ts";
export * from "./tensor/rearrange/axes.ts";
export * from "./tensor/rearrange/blocks.ts";
export * from "./tensor/rearrange/diagonals.ts";
export type { Continuation } from "./tensor/rearrange/padding.ts";
export {
  type Axes,
  all,
  any,
  type KeepOptions,
  max,
  mean,
  min,
  prod,
  type ReduceArgument,
  type ReduceOptions,
  sum,
} from "./tensor/reduce.ts";
export { type TensorScope, tensorScope } from "./tensor/scope.ts";
export type { ShapeType } from "./tensor/shapeTypes.ts";
export * from "./tensor/signs.ts";
export * from "./tensor/slice.ts";
export * from "./tensor/smooth.ts";
export * from "./tensor/statistics.ts";
export { type Nested, Tensor, type TensorLike, type TensorOptions, tensor } from "./tensor/tensor.ts";
export * from "./tensor/together.ts";
export * from "./tensor/transcendental.ts";
export * from "./tensor/windows/convolution.ts";
export { checkpoint } from "./transforms/checkpoint.ts";
export { type CompiledFunction, type CompileOptions, compile } from "./transforms/compile.ts";
export { type AssociativeScanOptions, associativeScan } from "./transforms/control/associativeScan.ts";
export { cond } from "./transforms/control/cond.ts";
export { type ScanOptions, scan } from "./transforms/control/scan.ts";
export { whileLoop } from "./transforms/control/whileLoop.ts";
export { type ArgumentCotangents, customJvp, customVjp, type VjpParts } from "./transforms/customRules.ts";
export {
  type ArenaReport,
  explainPlan,
  type LaunchReport,
  type PlanProfile,
  type PlanReport,
  type ProfiledCommand,
  type ProfileOptions,
  profile,
} from "./transforms/explainPlan.ts";
export { type GradOptions, grad, valueAndGrad } from "./transforms/grad.ts";
export { gradientsOf } from "./transforms/gradient.ts";
export { hessian, hvp, type JacobianOf, type JacobianOptions, jacobian } from "./transforms/jacobian.ts";
export { jvp } from "./transforms/jvp.ts";
export { vjp } from "./transforms/vjp.ts";
export { type BatchAxes, type BatchAxis, type VmapOptions, vmap } from "./transforms/vmap.ts";
