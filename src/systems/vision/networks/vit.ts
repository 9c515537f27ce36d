/**
 * A transformer for pictures: patches as words, each with its place, through blocks of attention. The mean over all places is classified,
 * so that every stage is a map that can be looked at.
 *
 * Sources: A. Dosovitskiy et al., "An image is worth 16×16 words", ICLR 2021; the mean in place of a class word: L. Beyer, X. Zhai,
 * A. Kolesnikov, "Better plain ViT baselines for ImageNet-1k", 2022.
 */
import { Conv2d, LayerNorm, Module, TransformerEncoderLayer } from "../../../nn/index.ts";
import { truncatedNormal, zeros } from "../../../nn/init.ts";
import { add } from "../../../tensor/arithmetic.ts";
import { permuteDims, reshape } from "../../../tensor/manipulate.ts";
import { Parameter } from "../../../tensor/parameter.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { VisionNetwork } from "../network.ts";
import type { NetworkShape } from "../settings.ts";
import { averagedScores } from "./heads.ts";

const depth = 12;
/** Numbers of a word that one head of attention sees. */
const headSize = 64;

/**
 * 5,717,032 numbers at breadth 1 ("Ti/16") for a thousand classes at 224×224, 22,049,896 at breadth 2 ("S/16"): as published, less the class
 * word and its place.
 */
export function createVit(settings: NetworkShape): VisionNetwork {
  const { breadth, reduction } = settings;
  const heads = Math.max(1, Math.round(3 * breadth));
  const size = heads * headSize;
  const blocks = Array.from({ length: depth }, (_, index) => [`block${index + 1}`, new Block(size, heads)] as const);
  return new VisionNetwork(settings, {
    words: new Words(size, 4 * reduction, settings),
    ...Object.fromEntries(blocks),
    norm: new PlaceNorm(size),
    head: averagedScores(size, settings),
  });
}

/** Patches of pictures as words, plus what is learned of their places: [n, channels, height, width] to [n, size, rows, columns]. */
class Words extends Module {
  readonly patches: Conv2d;
  /** [size, rows, columns] */
  readonly places: Parameter;

  constructor(size: number, patch: number, { channels, height, width }: NetworkShape) {
    super();
    // At sizes that patches do not fill, the last ones reach beyond the edge
    this.patches = new Conv2d(channels, size, patch, { stride: patch, padding: "same" });
    this.patches.weight.assign(truncatedNormal(this.patches.weight.shape, 0, 0.02));
    this.patches.bias?.assign(zeros([size]));
    const shape = [size, Math.ceil(height / patch), Math.ceil(width / patch)];
    this.places = new Parameter(truncatedNormal(shape, 0, 0.02));
  }

  forward(pictures: Tensor): Tensor {
    return add(this.patches.forward(pictures), this.places.value);
  }
}

/** Attention between all places, then a small network at each. */
class Block extends Module {
  readonly layer: TransformerEncoderLayer;

  constructor(size: number, heads: number) {
    super();
    const options = { feedForward: 4 * size, dropout: 0, activation: "gelu", normFirst: true, epsilon: 1e-6 } as const;
    this.layer = new TransformerEncoderLayer(size, heads, options);
  }

  forward(x: Tensor): Tensor {
    const [count = 0, size = 0, rows = 0, columns = 0] = x.shape;
    const words = permuteDims(reshape(x, [count, size, rows * columns]), [0, 2, 1]);
    return reshape(permuteDims(this.layer.forward(words), [0, 2, 1]), x.shape);
  }
}

/** Normalizes the word of each place. */
class PlaceNorm extends Module {
  readonly norm: LayerNorm;

  constructor(size: number) {
    super();
    this.norm = new LayerNorm(size, { epsilon: 1e-6 });
  }

  forward(x: Tensor): Tensor {
    return permuteDims(this.norm.forward(permuteDims(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
  }
}
