/** The networks by name. Each is a file that can be read by itself; `../network.ts` is what they have in common. */
import { keepingGraph } from "../../../tensor/evaluation.ts";
import type { VisionNetwork } from "../network.ts";
import { type NetworkName, type NetworkSettings, type NetworkShape, readNetworkSettings } from "../settings.ts";
import { createAirbench } from "./airbench.ts";
import { createConvNext } from "./convNext.ts";
import { createLenet } from "./lenet.ts";
import { createResnet } from "./resnet.ts";
import { createVgg } from "./vgg.ts";
import { createVit } from "./vit.ts";

const makers = {
  lenet: createLenet,
  vgg: createVgg,
  resnet18: (settings) => createResnet("resnet18", settings),
  resnet34: (settings) => createResnet("resnet34", settings),
  resnet50: (settings) => createResnet("resnet50", settings),
  resnet20: (settings) => createResnet("resnet20", settings),
  airbench: createAirbench,
  convnext: createConvNext,
  vit: createVit,
} satisfies Record<NetworkName, (settings: NetworkShape) => VisionNetwork>;

/**
 * A network that has learned nothing yet. The generator's seed decides its first values.
 * @throws ZodError for settings that are none.
 *
 * @example
 * ```ts
 * import { createNetwork } from "smilodon/systems/vision";
 * const network = createNetwork({ network: "resnet18", channels: 3, height: 224, width: 224, classes: 1000 });
 * const sizes = network.parameters().map(({ trainable, value }) => (trainable ? value.size : 0));
 * console.log(sizes.reduce((sum, size) => sum + size)); // 11689512
 * ```
 */
export function createNetwork(settings: NetworkSettings): VisionNetwork {
  const shape = readNetworkSettings(settings);
  // First values are drawn when they are needed, together; a loaded network never needs them
  return keepingGraph(() => makers[shape.network](shape));
}
