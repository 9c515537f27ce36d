/** Networks with weights of 4 and 8 bits, as `smilodon/nn/quantization`: apart from `nn`, so that only those who quantize carry it. */
export { QuantizedConv2d, type QuantizedLayerOptions, QuantizedLinear } from "./layers.ts";
export { type QuantizeModelOptions, quantize } from "./quantize.ts";
