/** A small network and a system around it, without any training: for tests of what is around networks. */
import { fitFeatureScope } from "../../src/audit/featureScope.ts";
import { type ImageSet, imagesInMemory } from "../../src/data/index.ts";
import type { Stage } from "../../src/explain/stagedNetwork.ts";
import * as nn from "../../src/nn/index.ts";
import { PictureReader } from "../../src/systems/vision/outputs.ts";
import type { PictureNetworkSettings, VisionSystem } from "../../src/systems/vision/system.ts";
import { hostArray } from "../../src/tensor/hostArray.ts";
import { mean } from "../../src/tensor/reduce.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** Edges, then classes. */
export class SmallNetwork extends nn.Module {
  readonly edges: nn.Conv2d;
  readonly head: nn.Linear;

  constructor({ channels, classes }: Pick<PictureNetworkSettings, "channels" | "classes">) {
    super();
    this.edges = new nn.Conv2d(channels, 12, 3, { padding: 1 });
    this.head = new nn.Linear(12, classes);
  }

  get stages(): readonly Stage[] {
    return [
      { name: "edges", forward: (x) => this.edges.forward(x).relu() },
      { name: "head", forward: (x) => this.head.forward(mean(x, [2, 3])) },
    ];
  }

  forward(pictures: Tensor): Tensor {
    return this.stages.reduce((x, stage) => stage.forward(x), pictures);
  }
}

/** `count` pictures of noise, brighter in the classes that come later. */
export function noise(count: number, { classes = 3, size = 8, channels = 3, first = 0 } = {}): ImageSet {
  const labels = Array.from({ length: count }, (_, index) => index % classes);
  const pixels = Uint8Array.from({ length: count * size * size * channels }, (_, index) => {
    const picture = Math.floor(index / (size * size * channels));
    const random = Math.imul(index + 1 + first, 2654435761) >>> 24;
    return ((labels[picture] ?? 0) * 120) / classes + random / 3;
  });
  const names = Array.from(
    { length: classes },
    (_, label) => ["red", "green", "blue", "grey"][label] ?? `class ${label}`,
  );
  return imagesInMemory(hostArray(pixels, [count, size, size, channels], "u8"), labels, names);
}

/** A system that was not trained, with what answers are trusted by. */
export async function untrained({ classes = 3, size = 8, channels = 3 as 1 | 3 } = {}): Promise<VisionSystem> {
  const shape = { channels, height: size, width: size };
  const network = new SmallNetwork({ channels, classes }).eval();
  const reader = new PictureReader(network, shape);
  const [learned, fresh] = [
    await reader.read(noise(60, { classes, size, channels }).pixels),
    await reader.read(noise(40, { classes, size, channels, first: 7919 }).pixels),
  ];
  return {
    task: { target: "colour", classes: noise(classes, { classes }).classes },
    input: { ...shape, fit: "cover" },
    settings: { network: "small", ...shape, classes },
    network,
    origin: { pictures: 60, seed: 0, version: "0.0.1", source: "noise", dataHash: undefined, from: undefined },
    care: {
      temperature: 1.5,
      sets: { alpha: 0.1, threshold: 0.7, samples: 40 },
      scope: fitFeatureScope(
        { width: learned.width, values: learned.features },
        { width: fresh.width, values: fresh.features },
      ),
    },
  };
}
