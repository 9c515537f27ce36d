/** How a deep belief network learns: one layer after the other, each from what the layers below make of the pictures. */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import { ContrastiveDivergence, type ContrastiveSettings } from "./contrastive.ts";
import type { DeepBeliefNetwork } from "./deepBelief.ts";

/** How one layer is trained. */
export interface LayerLesson extends ContrastiveSettings {
  /** Steps at most. */
  readonly steps: number;
  /** Seconds at most. Default: none. */
  readonly seconds?: number;
}

/** Where the training of a layer is. */
export interface LayerProgress {
  /** From 0. */
  readonly layer: number;
  readonly step: number;
  /** Mean squared error of the reconstruction. */
  readonly error: number;
  /** Share of detection units that are on. */
  readonly active: number;
}

/** What training may be told besides. */
export interface LearnLayerOptions {
  /** Called every so many steps. Default 50. */
  readonly every?: number;
  readonly onProgress?: (progress: LayerProgress) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** Of the first tenth of the steps (the recipe: of the first epochs). */
const firstMomentum = 0.5;

/**
 * Trains layer `index` of `network`; the layers below stay as they are. Batches are drawn inside the compiled step: there is one
 * launch a step.
 * @param pictures whatever `draw` makes batches of
 * @param draw a batch, [count, channels, height, width]
 * @returns the number of steps taken
 * @throws ArgumentError where there is no such layer.
 *
 * @example
 * ```ts
 * import { DeepBeliefNetwork, learnLayer, samplePatches, whitenPictures } from "smilodon/deep-belief";
 * import { random, type Tensor } from "smilodon";
 * const pictures = whitenPictures(random.uniform([2, 40, 40]));
 * const network = new DeepBeliefNetwork([{ channels: 1, groups: 4, kernel: 5, visible: "gaussian" }]);
 * const draw = (from: Tensor) => samplePatches(from, 4, 14);
 * console.log(await learnLayer(network, 0, pictures, draw, { steps: 3 })); // 3
 * ```
 */
export async function learnLayer(
  network: DeepBeliefNetwork,
  index: number,
  pictures: Tensor,
  draw: (pictures: Tensor) => Tensor,
  lesson: LayerLesson,
  { every = 50, onProgress, signal }: LearnLayerOptions = {},
): Promise<number> {
  if (!(index >= 0 && index < network.layers.length))
    throw new ArgumentError(`learnLayer: there is no layer ${index}; the network has ${network.layers.length}.`, {
      index,
    });
  const { steps, seconds = Number.POSITIVE_INFINITY, momentum = 0.9, ...settings } = lesson;
  const layer = at(network.layers, index);
  const prepare = (kept: number) => {
    const learning = new ContrastiveDivergence(layer, { ...settings, momentum: kept });
    return compile((from: Tensor) => learning.step(network.seenBy(index, draw(from))));
  };
  const [slow, fast] = [prepare(Math.min(firstMomentum, momentum)), prepare(momentum)];
  const end = performance.now() + seconds * 1000;
  for (let step = 0; step < steps; step++) {
    const { error, active } = (step < steps / 10 ? slow : fast)(pictures);
    if (step % every !== 0 && step !== steps - 1) continue;
    const progress = { layer: index, step, error: await error.item(), active: await active.item() };
    await onProgress?.(progress);
    if (signal?.aborted || performance.now() > end) return step + 1;
  }
  return steps;
}
