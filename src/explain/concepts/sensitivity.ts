/**
 * Does an answer depend on a concept? How the score of a class changes where a stage's activations move a little along the
 * concept's direction. A network may know a concept (concepts.ts) and make nothing of it.
 *
 * Source: B. Kim et al., "Interpretability beyond feature attribution", ICML 2018, equations 1 and 2.
 */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, multiply, sqrt } from "../../tensor/arithmetic.ts";
import { hostArray, tensorOf } from "../../tensor/hostArray.ts";
import { matmul } from "../../tensor/linear.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { sum } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import { grad } from "../../transforms/grad.ts";
import type { StagedNetwork } from "../stagedNetwork.ts";
import type { Concept } from "./concepts.ts";
import { batchOf, countPictures, type Pictures, readStage } from "./stageFeatures.ts";

/** What a concept means to a class. */
export interface Sensitivity {
  /** Share of the pictures where more of the concept raises the score of the class: ½ where it means nothing. */
  readonly positive: number;
  /** Mean cosine between the slope of the score and the concept's direction: its sign and how much of the slope it is. */
  readonly alignment: number;
  /** The cosine for each picture. */
  readonly each: Float64Array;
}

/** Pictures in a launch. */
const together = 32;

/**
 * How the score of class `label` depends on a concept, over `pictures`.
 * @throws ArgumentError for a class that is none.
 */
export async function conceptSensitivity(
  network: StagedNetwork,
  concept: Concept,
  pictures: Pictures,
  label: number,
): Promise<Sensitivity> {
  const { stageNumber, reading } = concept;
  const before = (x: Tensor) =>
    network.stages.slice(0, stageNumber + 1).reduce((given, { forward }) => forward(given), x);
  const classes = network.forward(batchOf(pictures, 0, 1)).shape[1] ?? 0;
  if (!Number.isInteger(label) || label < 0 || label >= classes)
    throw new ArgumentError(`Concepts: there is no class ${label}; the network tells ${classes}.`, { label });
  const after = (x: Tensor) => network.stages.slice(stageNumber + 1).reduce((given, { forward }) => forward(given), x);
  const direction = tensorOf(hostArray(Float32Array.from(concept.direction), [concept.direction.length, 1]));
  const slopes = compile((x: Tensor): Tensor => {
    const given = before(x);
    const ofScore = flat(grad((activations: Tensor) => sum(after(activations).slice(null, label)))(given));
    const ofConcept = flat(
      grad((activations: Tensor) => sum(matmul(readStage(activations, reading), direction)))(given),
    );
    const lengths = sqrt(multiply(sum(ofScore.square(), 1), sum(ofConcept.square(), 1)));
    return divide(sum(multiply(ofScore, ofConcept), 1), add(lengths, 1e-20));
  });
  const count = countPictures(pictures);
  const each = new Float64Array(count);
  for (let start = 0; start < count; start += together) {
    const found = await slopes(batchOf(pictures, start, together)).data();
    for (let index = start; index < Math.min(count, start + together); index++)
      each[index] = Number(at(found, index - start));
  }
  const mean = each.reduce((total, value) => total + value, 0) / Math.max(1, count);
  return { positive: each.filter((value) => value > 0).length / Math.max(1, count), alignment: mean, each };
}

function flat(x: Tensor): Tensor {
  const [count = 1] = x.shape;
  return reshape(x, [count, x.size / count]);
}
