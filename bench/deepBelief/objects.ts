/**
 * Parts and wholes of faces, cars and motorbikes. Beside the paper: grey pictures fitted whole into 64 × 64 pixels, whitened with a low pass at
 * 0.1 cycles a pixel in place of 0.4 (finer detail of a face cannot be told from its other half: linear regression on the pixels leaves 80 %
 * and more of it), the strongest answer of a region in place of a quantile, and two third layers: filters of 4 × 4 to tell things
 * by, of 8 × 8, which see the whole picture, to fill in. Every other picture of a class is learned from; of the others every second was
 * for choosing settings, and the rest is measured: as in the paper, the same person may be in both.
 */
import { compile, concat, seed, type Tensor, tensor } from "../../src/index.ts";
import {
  DeepBeliefNetwork,
  greyPictures,
  groupAreas,
  recipes,
  regionAnswers,
  trainObjects,
  trainScenes,
  whitenPictures,
} from "../../src/systems/deepBelief/index.ts";
import { learnFrom, seenByAll } from "../../src/systems/deepBelief/train.ts";
import { caltech, naturalScenes, part, shuffled } from "./pictures.ts";

const names = ["Faces_easy", "car_side", "Motorbikes"] as const;
const size = 64;
const whitening = { cutoff: 0.1 };
/** Pictures of each class that are learned from at most, and others that are measured on: as many as there are of cars. */
const [learned, measured] = [200, 30];
const atOnce = 10;
/** Lessons by layer. Steps are counted, so that a busy machine learns the same. */
const sceneLesson = { sparsity: 0.02, steps: 1200 };
const lessons = [{}, { sparsity: 0.015, steps: 350 }];
const fillInKernel = 8;

/** The rows on objects. */
export async function measureObjects(): Promise<{ rising: number; faces: number; filled: number }> {
  seed(1);
  const scenes = await trainScenes(await naturalScenes(), { whitening, lessons: [sceneLesson] });
  const sets = await Promise.all(names.map((name) => caltech(name, size)));
  const fresh = await Promise.all(sets.map(async (set) => greyPictures(part(set, 3, 4, measured))));
  const whole = whitenPictures(concat(fresh, 0), whitening).expandDims(1);
  let [rising, faces, filled] = [0, Number.NaN, Number.NaN];
  for (const [index, set] of sets.entries()) {
    seed(index);
    const pictures = await greyPictures(part(set, 0, 2, learned));
    const network = await trainObjects(scenes, pictures, { whitening, lessons });
    const areas = await areasOf(network, whole, index);
    process.stderr.write(`  ${names[index]}: ${areas.map((area) => area.toFixed(3)).join(" → ")}\n`);
    const [first = 0, second = 0, third = 0] = areas;
    if (first < second && second < third) rising += 1 / names.length;
    if (index > 0) continue;
    faces = third;
    const other = await withWholePictures(network, whitenPictures(pictures, whitening).expandDims(1));
    filled = await fillInRatio(other, whole.slice([0, measured]));
  }
  return { rising: Math.min(1, rising + 1e-12), faces, filled };
}

/** The network with a third layer that sees whole pictures, learned from the same ones. */
async function withWholePictures(network: DeepBeliefNetwork, visible: Tensor): Promise<DeepBeliefNetwork> {
  const [first, second, third] = network.layers.map(({ settings }) => settings);
  if (first === undefined || second === undefined || third === undefined) throw new Error("Three layers are needed.");
  const other = new DeepBeliefNetwork([first, second, { ...third, kernel: fillInKernel }]);
  for (const [index, layer] of network.layers.slice(0, 2).entries())
    other.layers[index]?.loadStateDictionary(layer.stateDictionary());
  await learnFrom(other, 2, seenByAll(other, 2, visible), recipes.wholes.lesson);
  return other;
}

/** Mean over the groups of each layer. */
async function areasOf(network: DeepBeliefNetwork, pictures: Tensor, wanted: number): Promise<number[]> {
  const pass = compile((some: Tensor) => network.odds(some).map((odds) => regionAnswers(odds)));
  const parts: Tensor[][] = network.layers.map(() => []);
  for (let row = 0; row < names.length * measured; row += atOnce)
    for (const [layer, answers] of pass(pictures.slice([row, row + atOnce])).entries()) parts[layer]?.push(answers);
  const order = await shuffled(names.length * measured);
  const isClass = Array.from(order, (row) => Math.floor(row / measured) === wanted);
  return Promise.all(
    parts.map(async (answers) =>
      groupAreas(concat(answers, 0).take(tensor(order)), isClass)
        .mean()
        .item(),
    ),
  );
}

/** Mean squared error of hidden right halves, filled in with what higher layers expect, over that of the first layer alone. */
async function fillInRatio(network: DeepBeliefNetwork, pictures: Tensor): Promise<number> {
  const edge = Math.ceil(size / 2);
  const known = tensor(Array.from({ length: size }, (_, column) => column < edge)).reshape([1, 1, 1, size]);
  const [above, below] = await Promise.all(
    [true, false].map(async (topDown) => {
      const fill = compile((some: Tensor) => network.fillIn(some, known, { topDown }));
      const hidden = fill(pictures).subtract(pictures).slice(null, null, null, [edge, size]);
      return hidden.square().mean().item();
    }),
  );
  return (above ?? Number.NaN) / (below ?? Number.NaN);
}
