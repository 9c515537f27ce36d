/**
 * ConvNeXt: a convolutional network with the habits of transformers: patches at the beginning, 7×7 convolutions of single channels, wide
 * linear layers at each place, and a norm over channels.
 *
 * Source: Z. Liu et al., "A ConvNet for the 2020s", CVPR 2022.
 */
import { Conv2d, Dropout, GELU, GlobalAvgPool, LayerNorm, Linear, Module, Sequential } from "../../../nn/index.ts";
import { constant, truncatedNormal, zeros } from "../../../nn/init.ts";
import { add, multiply } from "../../../tensor/arithmetic.ts";
import { permuteDims } from "../../../tensor/manipulate.ts";
import { Parameter } from "../../../tensor/parameter.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { VisionNetwork } from "../network.ts";
import { broadened, type NetworkShape } from "../settings.ts";

/** Blocks, and channels, at each size of map. */
const levels = [
  { blocks: 3, channels: 96 },
  { blocks: 3, channels: 192 },
  { blocks: 9, channels: 384 },
  { blocks: 3, channels: 768 },
] as const;

/** 28,589,128 numbers for a thousand classes: the size that is called tiny. */
export function createConvNext(settings: NetworkShape): VisionNetwork {
  const { channels, classes, breadth, reduction, dropout } = settings;
  let inputs: number = channels;
  const parts: Record<string, Module> = {};
  levels.forEach(({ blocks, channels: published }, level) => {
    const outputs = broadened(published, breadth);
    const smaller =
      level === 0
        ? [patches(inputs, outputs, reduction), new ChannelNorm(outputs)]
        : [new ChannelNorm(inputs), patches(inputs, outputs, 2)];
    parts[`level${level + 1}`] = new Sequential(
      ...smaller,
      ...Array.from({ length: blocks }, () => new Block(outputs)),
    );
    inputs = outputs;
  });
  const norm = new LayerNorm(inputs, { epsilon: 1e-6 });
  const scores = begun(new Linear(inputs, classes));
  const head = new Sequential(new GlobalAvgPool(), norm, new Dropout(dropout), scores);
  return new VisionNetwork(settings, { ...parts, head });
}

/** Patches that touch, each to one place; at odd sizes the last one reaches beyond the edge. */
function patches(inputs: number, outputs: number, size: number): Conv2d {
  return begun(new Conv2d(inputs, outputs, size, { stride: size, padding: "same" }));
}

/** x + scale · wide linear layers of (7×7 convolution of x). */
class Block extends Module {
  readonly spatial: Conv2d;
  readonly norm: LayerNorm;
  readonly wide: Linear;
  readonly narrow: Linear;
  /** [channels, 1, 1] */
  readonly scale: Parameter;
  readonly #activation = new GELU();

  constructor(channels: number) {
    super();
    this.spatial = begun(new Conv2d(channels, channels, 7, { padding: 3, groups: channels }));
    this.norm = new LayerNorm(channels, { epsilon: 1e-6 });
    this.wide = begun(new Linear(channels, 4 * channels));
    this.narrow = begun(new Linear(4 * channels, channels));
    this.scale = new Parameter(constant([channels, 1, 1], 1e-6));
  }

  forward(x: Tensor): Tensor {
    const places = this.norm.forward(channelsLast(this.spatial.forward(x)));
    const learned = this.narrow.forward(this.#activation.forward(this.wide.forward(places)));
    return add(x, multiply(permuteDims(learned, [0, 3, 1, 2]), this.scale.value));
  }
}

/** Normalizes the channels of each place. */
class ChannelNorm extends Module {
  readonly norm: LayerNorm;

  constructor(channels: number) {
    super();
    this.norm = new LayerNorm(channels, { epsilon: 1e-6 });
  }

  forward(x: Tensor): Tensor {
    return permuteDims(this.norm.forward(channelsLast(x)), [0, 3, 1, 2]);
  }
}

function channelsLast(x: Tensor): Tensor {
  return permuteDims(x, [0, 2, 3, 1]);
}

/** `layer` with the published first values. */
function begun<Layer extends Conv2d | Linear>(layer: Layer): Layer {
  layer.weight.assign(truncatedNormal(layer.weight.shape, 0, 0.02));
  layer.bias?.assign(zeros(layer.bias.shape));
  return layer;
}
