/** Edges from natural scenes. Beside the paper: thumbnails of 256 × 200 pixels in place of the whole pictures, batches of 6 patches. */
import { seed } from "../../src/index.ts";
import {
  type DeepBeliefNetwork,
  fitGabors,
  recipes,
  shareFitted,
  trainScenes,
} from "../../src/systems/deepBelief/index.ts";
import { naturalScenes } from "./pictures.ts";

/** Two minutes on two cores, of which a first part compiles. */
const seconds = 115;

let learned: Promise<DeepBeliefNetwork> | undefined;

/** The first layer; learned once. */
export function sceneLayer(): Promise<DeepBeliefNetwork> {
  learned ??= (async () => {
    seed(1);
    return trainScenes(await naturalScenes(), { lessons: [{ seconds, steps: 3000 }] });
  })();
  return learned;
}

/** The share of filters that a Gabor function fits. */
export async function gaborShare(): Promise<number> {
  const [layer] = (await sceneLayer()).layers;
  if (layer === undefined) throw new Error("There is no layer.");
  const { groups, kernel } = recipes.scenes.layer;
  return shareFitted(await fitGabors(layer.weight.value.reshape([groups, kernel, kernel])));
}
