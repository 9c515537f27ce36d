/**
 * Residual networks: blocks that add what they have learned to what they were given. 18 and 34 layers in blocks of two convolutions, 50 in
 * blocks of three; small pictures keep their size in the first layer. `resnet20` is the narrow one that was made for CIFAR-10.
 *
 * Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", CVPR 2016.
 */
import { BatchNorm2d, MaxPool2d, Module, ReLU, Residual, Sequential } from "../../../nn/index.ts";
import { zeros } from "../../../nn/init.ts";
import { relu } from "../../../tensor/activation.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { VisionNetwork } from "../network.ts";
import { broadened, type NetworkShape } from "../settings.ts";
import { averagedScores, convolution } from "./heads.ts";

/** What tells the sizes apart. */
interface Layout {
  /** Blocks at each size of map; a map has half the sides of the one before. */
  readonly blocks: readonly number[];
  /** Channels of the first layer and of the 3×3 convolutions of the first blocks; they double with each halving. */
  readonly channels: number;
  /** Outputs of a block, as a multiple: above 1, blocks squeeze them through a narrower convolution. */
  readonly expansion: number;
}

const layouts = {
  resnet18: { blocks: [2, 2, 2, 2], channels: 64, expansion: 1 },
  resnet34: { blocks: [3, 4, 6, 3], channels: 64, expansion: 1 },
  resnet50: { blocks: [3, 4, 6, 3], channels: 64, expansion: 4 },
  resnet20: { blocks: [3, 3, 3], channels: 16, expansion: 1 },
} as const satisfies Record<string, Layout>;

/** 11,689,512 numbers for `resnet18`, 21,797,672 for `resnet34` and 25,557,032 for `resnet50`, for a thousand classes at 224×224. */
export function createResnet(name: keyof typeof layouts, settings: NetworkShape): VisionNetwork {
  const layout: Layout = layouts[name];
  const first = broadened(layout.channels, settings.breadth);
  let inputs = first;
  const parts: Record<string, Module> = { stem: stemOf(settings, first) };
  layout.blocks.forEach((count, level) => {
    const middle = first * 2 ** level;
    const blocks = Array.from({ length: count }, (_, index) => {
      const stride = level > 0 && index === 0 ? 2 : 1;
      const block = new Block(inputs, middle, middle * layout.expansion, stride);
      inputs = middle * layout.expansion;
      return block;
    });
    parts[`layer${level + 1}`] = new Sequential(...blocks);
  });
  return new VisionNetwork(settings, { ...parts, head: averagedScores(inputs, settings) });
}

/** The first layer: large pictures at a quarter of their sides, small ones as they are. */
function stemOf({ channels, reduction }: NetworkShape, outputs: number): Module {
  const normalized = [new BatchNorm2d(outputs), new ReLU()];
  if (reduction === 1) return new Sequential(convolution(channels, outputs, 3), ...normalized);
  if (reduction === 2) return new Sequential(convolution(channels, outputs, 3, 2), ...normalized);
  const pool = new MaxPool2d(3, { stride: 2, padding: 1 });
  return new Sequential(convolution(channels, outputs, 7, 2), ...normalized, pool);
}

/** relu(shortcut(x) + convolutions(x)). */
class Block extends Module {
  readonly sum: Residual;

  constructor(inputs: number, middle: number, outputs: number, stride: number) {
    super();
    const layers =
      outputs === middle
        ? [...convolved(inputs, middle, 3, stride), new ReLU(), ...convolved(middle, outputs, 3)]
        : [
            ...convolved(inputs, middle, 1),
            new ReLU(),
            ...convolved(middle, middle, 3, stride),
            new ReLU(),
            ...convolved(middle, outputs, 1),
          ];
    // A block begins as its shortcut: deep networks then begin as shallow ones
    const last = layers.at(-1);
    if (last instanceof BatchNorm2d) last.weight?.assign(zeros([outputs]));
    const isSame = inputs === outputs && stride === 1;
    const shortcut = isSame ? null : new Sequential(...convolved(inputs, outputs, 1, stride));
    this.sum = new Residual(new Sequential(...layers), shortcut);
  }

  forward(x: Tensor): Tensor {
    return relu(this.sum.forward(x));
  }
}

function convolved(inputs: number, outputs: number, kernel: number, stride = 1): Module[] {
  return [convolution(inputs, outputs, kernel, stride), new BatchNorm2d(outputs)];
}
