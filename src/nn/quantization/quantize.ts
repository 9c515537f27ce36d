/** Quantizes a network: its linear layers and convolutions become layers with weights of 4 or 8 bits. */
import { ArgumentError } from "../../support/errors.ts";
import { Conv2d } from "../layers/convolution.ts";
import { Linear } from "../layers/linear.ts";
import { type AnyModule, Module } from "../module.ts";
import { QuantizedConv2d, type QuantizedLayerOptions, QuantizedLinear } from "./layers.ts";

/** How a network is quantized. */
export interface QuantizeModelOptions extends QuantizedLayerOptions {
  /** Which layers, by path and layer. Default all that are a `Linear` or a `Conv2d` and not of a class that extends one. */
  readonly only?: (path: string, layer: Linear | Conv2d) => boolean;
}

/**
 * Puts a `QuantizedLinear` or a `QuantizedConv2d` in the place of each `Linear` and `Conv2d` inside `model`, which is changed and given back:
 * build and load it again to keep both. What is saved of it are the integers; to load that, build the model, quantize it in the same way, and load.
 * A layer that stands in two places stays one. Modules that reach into the weights of inner layers, instead of calling `forward`, cannot be quantized.
 * @throws ArgumentError where the model itself is such a layer, or nothing in it is.
 *
 * @example
 * ```ts
 * import { nn } from "smilodon";
 * import { modelToBytes } from "smilodon/io";
 * import { quantize } from "smilodon/nn/quantization";
 * const model = new nn.Sequential(new nn.Linear(256, 512), new nn.ReLU(), new nn.Linear(512, 10));
 * const before = (await modelToBytes(model)).length;
 * quantize(model, { bits: 4, groupSize: 64 });
 * console.log((await modelToBytes(model)).length / before); // 0.14
 * ```
 */
export function quantize<M extends AnyModule>(model: M, { only, ...options }: QuantizeModelOptions = {}): M {
  if (isLayer(model))
    throw new ArgumentError(
      `quantize: the model is itself a ${model.constructor.name}. Use new Quantized${model.constructor.name}(layer, options).`,
      { layer: model.constructor.name },
    );
  const made = new Map<object, Module>();
  const seen = new Set<object>();
  const visit = (holder: object, path: string): void => {
    if (seen.has(holder)) return;
    seen.add(holder);
    for (const [name, value] of Object.entries(holder)) {
      const inner = path === "" ? name : `${path}.${name}`;
      const replacement = isObject(value) ? (made.get(value) ?? quantized(value, inner)) : undefined;
      if (replacement !== undefined && isObject(value)) {
        made.set(value, replacement);
        Reflect.set(holder, name, replacement);
      } else if (mayHold(value)) visit(value, inner);
    }
  };
  const quantized = (value: object, path: string): Module | undefined => {
    if (!isLayer(value) || only?.(path, value) === false) return undefined;
    return value instanceof Linear ? new QuantizedLinear(value, options) : new QuantizedConv2d(value, options);
  };
  visit(model, "");
  if (made.size === 0)
    throw new ArgumentError(
      `quantize: there is no Linear or Conv2d to quantize among the ${model.namedModules().size} modules of ${model.constructor.name}.`,
      {
        modules: model.namedModules().size,
      },
    );
  return model;
}

function isLayer(value: object): value is Linear | Conv2d {
  return value.constructor === Linear || value.constructor === Conv2d;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Where modules keep others: in themselves, arrays and plain objects. */
function mayHold(value: unknown): value is object {
  if (!isObject(value)) return false;
  if (value instanceof Module || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
