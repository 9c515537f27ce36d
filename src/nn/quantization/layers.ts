/** Layers whose weights are integers of 4 or 8 bits. `quantize.ts` puts them in the place of others. */
import { convInteger } from "../../algorithms/quantization/integers.ts";
import {
  dequantizeWeight,
  dynamicQuantizedMatmul,
  type QuantizedWeight,
  quantizedMatmul,
  quantizeRows,
  quantizeWeight,
  type WeightOptions,
} from "../../algorithms/quantization/weights.ts";
import { sizeOf } from "../../shape/shape.ts";
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, multiply } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { zeros } from "../../tensor/creation.ts";
import { permuteDims, reshape } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type ConvolutionOptions, conv2d } from "../../tensor/windows/convolution.ts";
import type { Conv2d } from "../layers/convolution.ts";
import type { Linear } from "../layers/linear.ts";
import { Module } from "../module.ts";

/** How a layer is quantized. */
export interface QuantizedLayerOptions extends WeightOptions {
  /**
   * `"float"`: only weights are integers. `"row"`, `"tensor"`: activations become i8 as well when the layer runs, with a scale for each
   * row (of a convolution: each picture) or one for all, and products are added up as i32; this needs 8 bits, symmetric, without groups. Default `"float"`.
   */
  readonly activations?: "float" | "row" | "tensor";
}

/** What both layers share: weights as state that is saved and loaded, and not trained. */
abstract class QuantizedLayer extends Module {
  readonly values: Parameter;
  readonly scale: Parameter;
  readonly zeroPoint: Parameter | null;
  readonly bias: Parameter | null;
  readonly activations: "float" | "row" | "tensor";
  readonly #weight: Pick<QuantizedWeight, "bits" | "rows" | "groupSize">;

  protected constructor(matrix: Tensor, bias: Parameter | null, options: QuantizedLayerOptions) {
    super();
    const { activations = "float", ...weightOptions } = options;
    const { bits = 8, groupSize = null, symmetric = true } = weightOptions;
    if (activations !== "float" && (bits !== 8 || groupSize !== null || !symmetric))
      throw new ArgumentError(
        `${this.constructor.name}: activations are quantized per ${activations} beside weights of ${bits} bits in groups of ${String(groupSize)}, symmetric: ${symmetric}; 8 bits, no groups and symmetric are needed.`,
        { activations, bits, groupSize, symmetric },
      );
    const made = quantizeWeight(matrix, weightOptions);
    this.values = kept(made.values);
    this.scale = kept(made.scale);
    this.zeroPoint = made.zeroPoint && kept(made.zeroPoint);
    this.bias = bias && kept(bias.value);
    this.activations = activations;
    this.#weight = { bits: made.bits, rows: made.rows, groupSize: made.groupSize };
  }

  /** The weight as a matrix that is multiplied from the left. */
  get weight(): QuantizedWeight {
    const { values, scale, zeroPoint } = this;
    return { ...this.#weight, values: values.value, scale: scale.value, zeroPoint: zeroPoint?.value ?? null };
  }
}

/** State that is computed at once, so that what it was made of can go. */
function kept(value: Tensor): Parameter {
  const parameter = new Parameter(zeros(value.shape, { dtype: value.dtype }), { trainable: false });
  parameter.assign(value);
  return parameter;
}

/**
 * A linear layer with weights of 4 or 8 bits: y = x · weight + bias. Products read the integers; see `quantizedMatmul` and
 * `dynamicQuantizedMatmul`.
 * @throws ArgumentError where activations are quantized and the weights are not symmetric, of 8 bits and without groups.
 *
 * @example
 * ```ts
 * import { nn, ones } from "smilodon";
 * import { QuantizedLinear } from "smilodon/nn/quantization";
 * const layer = new QuantizedLinear(new nn.Linear(64, 8), { bits: 4, groupSize: 32 });
 * console.log(layer.values.shape, layer.scale.shape, layer.forward(ones([2, 64])).shape); // [32, 8] [2, 8] [2, 8]
 * ```
 */
export class QuantizedLinear extends QuantizedLayer {
  constructor(layer: Linear, options: QuantizedLayerOptions = {}) {
    super(permuteDims(layer.weight.value, [1, 0]), layer.bias, options);
  }

  /** @param x […, inFeatures] @returns […, outFeatures] @throws ShapeError where the last axis of `x` is another. */
  forward(x: Tensor): Tensor {
    const { activations, bias, weight } = this;
    const product =
      activations === "float" ? quantizedMatmul(x, weight) : dynamicQuantizedMatmul(x, weight, { per: activations });
    return bias === null ? product : add(product, bias.value);
  }
}

/**
 * A convolution over images with a kernel of 4 or 8 bits. Groups of weights run over the channels and positions of one output.
 * @throws ArgumentError where activations are quantized and the weights are not symmetric, of 8 bits and without groups.
 *
 * @example
 * ```ts
 * import { nn, ones } from "smilodon";
 * import { QuantizedConv2d } from "smilodon/nn/quantization";
 * const layer = new QuantizedConv2d(new nn.Conv2d(3, 8, 3, { padding: 1 }), { activations: "tensor" });
 * console.log(layer.forward(ones([1, 3, 6, 6])).shape); // [1, 8, 6, 6]
 * ```
 */
export class QuantizedConv2d extends QuantizedLayer {
  /** [out, channels / groups, height, width] of the kernel. */
  readonly kernel: readonly number[];
  readonly options: ConvolutionOptions;

  constructor(layer: Conv2d, options: QuantizedLayerOptions = {}) {
    const { shape } = layer.weight;
    const [out] = [at(shape, 0)];
    super(permuteDims(reshape(layer.weight.value, [out, sizeOf(shape) / out]), [1, 0]), layer.bias, options);
    this.kernel = shape;
    this.options = layer.options;
  }

  /** @param x [batch, channels, height, width] @throws ShapeError where channels or sizes do not fit. */
  forward(x: Tensor): Tensor {
    const slid = this.activations === "float" ? this.#slideFloats(x) : this.#slideIntegers(x, this.activations);
    if (this.bias === null) return slid;
    return add(slid, reshape(this.bias.value, [at(this.kernel, 0), 1, 1]));
  }

  #slideFloats(x: Tensor): Tensor {
    const kernel = reshape(permuteDims(dequantizeWeight(this.weight), [1, 0]), this.kernel);
    return conv2d(x, astype(kernel, x.dtype), this.options);
  }

  #slideIntegers(x: Tensor, per: "row" | "tensor"): Tensor {
    const { values, scale } = this.weight;
    const [batch, out] = [at(x.shape, 0), at(this.kernel, 0)];
    const rows = quantizeRows(reshape(astype(x, "f32"), [batch, batch === 0 ? 0 : x.size / batch]), per);
    const kernel = reshape(permuteDims(values, [1, 0]), this.kernel);
    const sums = convInteger(reshape(rows.values, x.shape), kernel, this.options);
    const scales = multiply(reshape(rows.scale, [rows.scale.size, 1, 1, 1]), reshape(scale, [out, 1, 1]));
    return astype(multiply(astype(sums, "f32"), scales), x.dtype);
  }
}
