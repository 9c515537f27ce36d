/**
 * Training from pictures, from beginning to end: edges from natural scenes, then parts and wholes from pictures of things, or strokes
 * from digits. Each layer learns alone, from what the trained layers below make of the pictures. Start reading here.
 */
import type { ImageSet } from "../../data/index.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { divide } from "../../tensor/arithmetic.ts";
import { take } from "../../tensor/indexing.ts";
import { concat } from "../../tensor/joining.ts";
import { expandDims, reshape } from "../../tensor/manipulate.ts";
import { integers } from "../../tensor/random.ts";
import { mean } from "../../tensor/reduce.ts";
import { pad } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import type { CheckpointStore } from "../../train/checkpoint.ts";
import { compile } from "../../transforms/compile.ts";
import { usualSparsity } from "./contrastive.ts";
import { DeepBeliefNetwork } from "./deepBelief.ts";
import { type LayerLesson, type LayerProgress, type LearnLayerOptions, learnLayer } from "./learn.ts";
import { beginWithPieces } from "./pieces.ts";
import { samplePatches, type WhiteningOptions, whitenPictures } from "./whitening.ts";

/** Pixels of a patch of natural scenes: the recipe's 70, less one that would make no whole block. */
const patchSize = 69;

/**
 * Layers and lessons. Sizes are the paper's; rates are ours, for batches instead of single pictures. Upper layers see probabilities, most of
 * them nearly 0: as Gaussian units without a bias, as in the authors' recipe. Binary ones spend their filters on that bias.
 */
export const recipes = {
  /** Grey photographs → edges. */
  scenes: {
    layer: { channels: 1, groups: 24, kernel: 10, visible: "gaussian" },
    lesson: {
      learningRate: 0.2,
      weightDecay: 0.01,
      sparsity: 0.005,
      deviationDecay: 0.98,
      steps: 1300,
      batch: 6,
    },
  },
  /** Edges → parts. */
  parts: {
    layer: { channels: 24, groups: 40, kernel: 10, visible: "gaussian" },
    lesson: {
      learningRate: 0.1,
      weightDecay: 0.001,
      sparsity: 0.005,
      sparsityRate: 2,
      steps: 300,
      batch: 4,
      lessMean: 1,
    },
  },
  /** Parts → wholes. The paper's filters are of 14 × 14 on larger pictures; these see two thirds of one of 64 × 64. */
  wholes: {
    layer: { channels: 40, groups: 24, kernel: 4, visible: "gaussian" },
    lesson: {
      learningRate: 0.005,
      weightDecay: 0.001,
      sparsity: 0.08,
      sparsityRate: 1,
      steps: 300,
      batch: 16,
      lessMean: 1,
    },
  },
  /** Digits → strokes. */
  digits: {
    layer: { channels: 1, groups: 40, kernel: 12 },
    lesson: { learningRate: 0.6, weightDecay: 0.001, sparsity: 0.02, sparsityRate: 1, steps: 1500, batch: 16 },
  },
} as const;

/** A layer's lesson with the size of its batches, and how much of their mean pieces lose that it begins with; without, it begins with noise. */
export type Lesson = LayerLesson & { readonly batch: number; readonly lessMean?: number };

/** Where the training of a network is. */
export interface TrainProgress extends LayerProgress {
  /** From 0. */
  readonly layer: number;
  readonly network: DeepBeliefNetwork;
}

/** What training may be told. */
export interface TrainOptions extends Omit<LearnLayerOptions, "onProgress" | "checkpoint"> {
  readonly onProgress?: (progress: TrainProgress) => void | Promise<void>;
  /** Where the lesson of layer `layer`, from 0, is kept and gone on from. */
  readonly checkpointOf?: (layer: number) => CheckpointStore;
  /** How pictures are whitened, for all layers alike. Default: as `whitenPictures` does. */
  readonly whitening?: WhiteningOptions;
  /** Instead of the recipe's, by layer. */
  readonly lessons?: readonly Partial<Lesson>[];
}

/**
 * The pictures of `set` in grey, [count, height, width] from 0 to 1.
 * @throws DataError where there are none.
 */
export async function greyPictures({ pixels }: ImageSet): Promise<Tensor> {
  const { count, height, width, channels } = pixels;
  if (count === 0) throw new DataError("Deep belief: there are no pictures to learn from.");
  const bytes = await pixels.read(Uint32Array.from({ length: count }, (_, row) => row));
  const colours = reshape(tensor(bytes), [count, height, width, channels]).astype("f32");
  return divide(mean(colours, 3), 255);
}

/**
 * One layer of edges from natural scenes.
 * @param pictures grey, [count, height, width]; they are whitened here
 */
export async function trainScenes(pictures: Tensor, options: TrainOptions = {}): Promise<DeepBeliefNetwork> {
  const { layer, lesson } = recipes.scenes;
  const network = new DeepBeliefNetwork([layer]);
  const { batch, ...rest } = { ...lesson, ...options.lessons?.[0] };
  const draw = (from: Tensor) => samplePatches(from, batch, patchSize);
  await learnLayer(
    at(network.layers, 0),
    whitenPictures(pictures, options.whitening),
    draw,
    rest,
    optionsFor(network, 0, options),
  );
  return network;
}

/**
 * Edges, parts and wholes: layers 2 and 3 learn from pictures of things above the layer that `scenes` has learned.
 * @param pictures grey, [count, height, width]; they are whitened here
 */
export async function trainObjects(
  scenes: DeepBeliefNetwork,
  pictures: Tensor,
  options: TrainOptions = {},
): Promise<DeepBeliefNetwork> {
  const above = [recipes.parts, recipes.wholes];
  const network = new DeepBeliefNetwork([recipes.scenes.layer, ...above.map(({ layer }) => layer)]);
  at(network.layers, 0).loadStateDictionary(at(scenes.layers, 0).stateDictionary());
  const visible = expandDims(whitenPictures(pictures, options.whitening), 1);
  for (const [position, { lesson }] of above.entries()) {
    const index = position + 1;
    if (options.signal?.aborted) break;
    const chosen: Lesson = { ...lesson, ...options.lessons?.[index] };
    await learnFrom(network, index, seenByAll(network, index, visible), chosen, options);
  }
  return network;
}

/** One layer of strokes from digits. @param pictures [count, 28, 28], from 0 to 1 */
export async function trainDigits(pictures: Tensor, options: TrainOptions = {}): Promise<DeepBeliefNetwork> {
  const { layer, lesson } = recipes.digits;
  const network = new DeepBeliefNetwork([layer]);
  await learnFrom(network, 0, frameDigits(pictures), { ...lesson, ...options.lessons?.[0] }, options);
  return network;
}

/** Digits as the network sees them, [count, 1, 29, 29]: a row and a column more make whole blocks. */
export function frameDigits(pictures: Tensor): Tensor {
  return pad(expandDims(pictures, 1), [
    [0, 0],
    [0, 0],
    [0, 1],
    [0, 1],
  ]);
}

/** Pictures that filters begin as pieces of. */
const piecesFrom = 40;

/** Pictures that are passed through lower layers at once. */
const picturesAtOnce = 16;

/** What layer `index` sees of all pictures: computed once, for all its steps. */
export function seenByAll(network: DeepBeliefNetwork, index: number, visible: Tensor): Tensor {
  const pass = compile((part: Tensor) => network.seenBy(index, part));
  const [count = 0] = visible.shape;
  const parts: Tensor[] = [];
  for (let row = 0; row < count; row += picturesAtOnce)
    parts.push(pass(visible.slice([row, Math.min(row + picturesAtOnce, count)])));
  return concat(parts, 0);
}

/** Trains layer `index` on what it sees of pictures (`seenByAll`), from pieces of that or from noise as the lesson says. */
export async function learnFrom(
  network: DeepBeliefNetwork,
  index: number,
  seen: Tensor,
  { batch, lessMean, ...lesson }: Lesson,
  options: TrainOptions = {},
): Promise<void> {
  const { sparsity = usualSparsity } = lesson;
  if (lessMean !== undefined)
    await beginWithPieces(at(network.layers, index), seen.slice([0, piecesFrom]), { sparsity, lessMean });
  const draw = (from: Tensor) => take(from, integers([batch], 0, from.shape[0] ?? 1));
  await learnLayer(at(network.layers, index), seen, draw, lesson, optionsFor(network, index, options));
}

function optionsFor(
  network: DeepBeliefNetwork,
  layer: number,
  { every, signal, onProgress, checkpointOf }: TrainOptions,
): LearnLayerOptions {
  return {
    ...(every === undefined ? {} : { every }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress: (progress) => onProgress({ ...progress, layer, network }) }),
    ...(checkpointOf === undefined ? {} : { checkpoint: checkpointOf(layer) }),
  };
}
