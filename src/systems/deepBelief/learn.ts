/** How one layer learns. `train.ts` lets the layers of a network learn one after the other. */
import { z } from "zod";
import { readChecked } from "../../io/checked.ts";
import type { Stateful } from "../../tensor/stateDictionary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type CheckpointStore, decodeCheckpoint, encodeCheckpoint } from "../../train/checkpoint.ts";
import { randomState, restoreRandomState } from "../../train/randomState.ts";
import { compile } from "../../transforms/compile.ts";
import type { BoltzmannLayer } from "./boltzmannLayer.ts";
import { ContrastiveDivergence, type ContrastiveSettings } from "./contrastive.ts";

/** How one layer is trained. */
export interface LayerLesson extends ContrastiveSettings {
  /** Steps at most. */
  readonly steps: number;
  /** Seconds at most. Default: none. */
  readonly seconds?: number;
}

/** Where the training of a layer is. */
export interface LayerProgress {
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
  /** Where the lesson is kept, and gone on from to the same numbers. Default: nowhere. */
  readonly checkpoint?: CheckpointStore;
}

/** Of the first tenth of the steps (the recipe: of the first epochs). */
const firstMomentum = 0.5;

/**
 * Trains a layer. Batches are drawn inside the compiled step: there is one launch a step. In a network the layers below stay as
 * they are: `draw` passes its pictures through them, or `pictures` are what they gave.
 * @param pictures whatever `draw` makes batches of
 * @param draw what the layer is to see, [count, channels, height, width]
 * @returns the number of steps taken
 *
 * @example
 * ```ts
 * import { BoltzmannLayer, learnLayer, samplePatches, whitenPictures } from "smilodon/deep-belief";
 * import { random, type Tensor } from "smilodon";
 * const pictures = whitenPictures(random.uniform([2, 40, 40]));
 * const layer = new BoltzmannLayer({ channels: 1, groups: 4, kernel: 5, visible: "gaussian" });
 * console.log(await learnLayer(layer, pictures, (from: Tensor) => samplePatches(from, 4, 14), { steps: 3 })); // 3
 * ```
 */
export async function learnLayer(
  layer: BoltzmannLayer,
  pictures: Tensor,
  draw: (pictures: Tensor) => Tensor,
  lesson: LayerLesson,
  { every = 50, onProgress, signal, checkpoint }: LearnLayerOptions = {},
): Promise<number> {
  const { steps, seconds = Number.POSITIVE_INFINITY, momentum = 0.9, ...settings } = lesson;
  const prepare = (kept: number) => {
    const learning = new ContrastiveDivergence(layer, { ...settings, momentum: kept });
    return { optimizer: learning.optimizer, take: compile((from: Tensor) => learning.step(draw(from))) };
  };
  const [slow, fast] = [prepare(Math.min(firstMomentum, momentum)), prepare(momentum)];
  const learned = new Map<string, Stateful>([
    ["layer", layer],
    ["slow", slow.optimizer],
    ["fast", fast.optimizer],
  ]);
  const end = performance.now() + seconds * 1000;
  for (let step = await goOn(learned, checkpoint); step < steps; step++) {
    const { error, active } = (step < steps / 10 ? slow : fast).take(pictures);
    if (step % every !== 0 && step !== steps - 1) continue;
    await onProgress?.({ step, error: await error.item(), active: await active.item() });
    await keep(learned, step + 1, checkpoint);
    if (signal?.aborted || performance.now() > end) return step + 1;
  }
  return steps;
}

/** What a checkpoint says besides tensors. */
const factsSchema = z.object({ step: z.int().min(0), random: z.unknown() });

async function keep(parts: ReadonlyMap<string, Stateful>, step: number, store?: CheckpointStore): Promise<void> {
  if (store === undefined) return;
  const states = new Map([...parts].map(([name, part]) => [name, part.stateDictionary()]));
  await store.save(await encodeCheckpoint({ parts: states, facts: { step, random: randomState() } }));
}

/** Puts everything back to where the checkpoint is; returns the next step. @throws DataError where it is of another lesson. */
async function goOn(parts: ReadonlyMap<string, Stateful>, store?: CheckpointStore): Promise<number> {
  const bytes = await store?.load();
  if (bytes === undefined) return 0;
  const { parts: states, facts } = decodeCheckpoint(bytes);
  const where = store?.name ?? "The checkpoint";
  const { step, random } = readChecked(factsSchema, facts, { where, advice: "Remove it to begin anew." });
  for (const [name, part] of parts) part.loadStateDictionary(states.get(name) ?? new Map());
  restoreRandomState(random);
  return step;
}
