/**
 * VGG-16: thirteen 3×3 convolutions in five blocks, each block at half the size of the one before. With batch normalization and one
 * linear layer at the end instead of three, which held nine tenths of the numbers.
 *
 * Source: K. Simonyan, A. Zisserman, "Very deep convolutional networks for large-scale image recognition", ICLR 2015.
 */
import { BatchNorm2d, MaxPool2d, type Module, ReLU, Sequential } from "../../../nn/index.ts";
import { VisionNetwork } from "../network.ts";
import { broadened, type NetworkShape } from "../settings.ts";
import { averagedScores, convolution } from "./heads.ts";

/** Channels of the convolutions of each block. */
const blocks = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
] as const;

/** 14,724,042 numbers for CIFAR-10: convolutions have no constants, since the normalization after them would take them away again. */
export function createVgg(settings: NetworkShape): VisionNetwork {
  const { channels, height, width, breadth } = settings;
  let inputs: number = channels;
  let size = Math.min(height, width);
  const parts: Record<string, Module> = {};
  blocks.forEach((published, index) => {
    const layers: Module[] = published.flatMap((count) => {
      const outputs = broadened(count, breadth);
      const layer = [convolution(inputs, outputs, 3), new BatchNorm2d(outputs), new ReLU()];
      inputs = outputs;
      return layer;
    });
    // Small pictures are one place before the last block
    if (size >= 2) layers.push(new MaxPool2d(2));
    size = Math.floor(size / 2);
    parts[`block${index + 1}`] = new Sequential(...layers);
  });
  return new VisionNetwork(settings, { ...parts, head: averagedScores(inputs, settings) });
}
