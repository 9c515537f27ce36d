/** Quantization, as the namespace `quantization` and `smilodon/quantization`: weights and activations as integers of 4 and 8 bits. */
export {
  type DynamicallyQuantized,
  dequantizeLinear,
  dynamicQuantizeLinear,
  type FakeQuantizeOptions,
  fakeQuantize,
  type QuantizeOptions,
  quantizeLinear,
  type ScaleOptions,
} from "./affine.ts";
export {
  type ConvIntegerOptions,
  convInteger,
  matMulInteger,
  type QuantizedTensor,
  qLinearMatMul,
  type ZeroPoints,
} from "./integers.ts";
export { type Calibration, Observer, type ObserverOptions } from "./observer.ts";
export { type PackOptions, packInt4, type UnpackOptions, unpackInt4 } from "./packing.ts";
export {
  type DynamicOptions,
  dequantizeWeight,
  dynamicQuantizedMatmul,
  type QuantizedWeight,
  quantizedMatmul,
  quantizeWeight,
  type WeightOptions,
} from "./weights.ts";
