/** Networks of pictures for tests: of given functions, and small random ones. */
import type { Stage, StagedNetwork } from "../../../src/explain/index.ts";
import { nn, type Tensor } from "../../../src/index.ts";

/** A network of functions. */
export function stagesOf(
  ...stages: readonly (readonly [name: string, forward: (x: Tensor) => Tensor])[]
): StagedNetwork {
  const made: Stage[] = stages.map(([name, forward]) => ({ name, forward }));
  return { stages: made, forward: (x) => made.reduce((y, stage) => stage.forward(y), x) };
}

/** Two convolutions and a line, with random weights: 3 channels, any size from 8 × 8, 4 classes. */
export function smallNetwork(channels = 3): StagedNetwork {
  const modules = new nn.Sequential(
    new nn.Sequential(new nn.Conv2d(channels, 6, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2)),
    new nn.Sequential(new nn.Conv2d(6, 8, 3, { padding: 1 }), new nn.BatchNorm2d(8), new nn.ReLU()),
    new nn.Sequential(new nn.AdaptiveAvgPool2d(2), new nn.Flatten(), new nn.Linear(32, 4)),
  ).eval();
  const names = ["edges", "parts", "classes"];
  return stagesOf(
    ...[...modules].map((module, index) => [names[index] ?? "", (x: Tensor) => module.forward(x)] as const),
  );
}

/** Numbers from 0 to 1 that look like nothing, always the same. */
export function noise(length: number, seed = 1): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.abs(Math.sin((index + 1) * 12.9898 * seed) * 43758.5453) % 1);
}
