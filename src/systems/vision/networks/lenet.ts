/**
 * LeNet-5, the network of the post office, with the nonlinearities of today: two convolutions, each with pooling, and three linear layers.
 *
 * Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition", 1998.
 */
import { Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "../../../nn/index.ts";
import { VisionNetwork } from "../network.ts";
import { broadened, type NetworkShape } from "../settings.ts";

/** 61,706 numbers for MNIST. */
export function createLenet(settings: NetworkShape): VisionNetwork {
  const { channels, height, width, classes, breadth, dropout } = settings;
  const [first, second] = [broadened(6, breadth), broadened(16, breadth)];
  const [third, fourth] = [broadened(120, breadth), broadened(84, breadth)];
  // Of pictures below 12 pixels nothing would be left
  const padding = Math.min(height, width) < 12 ? 2 : 0;
  const after = (size: number) => Math.floor((Math.floor(size / 2) + 2 * padding - 4) / 2);
  return new VisionNetwork(settings, {
    edges: new Sequential(new Conv2d(channels, first, 5, { padding: 2 }), new ReLU(), new MaxPool2d(2)),
    parts: new Sequential(new Conv2d(first, second, 5, { padding }), new ReLU(), new MaxPool2d(2)),
    head: new Sequential(
      new Flatten(),
      new Linear(second * after(height) * after(width), third),
      new ReLU(),
      new Linear(third, fourth),
      new ReLU(),
      new Dropout(dropout),
      new Linear(fourth, classes),
    ),
  });
}
