/**
 * Concepts: does a network know of ears, snouts, fluffiness? For each concept a direction in what one of its stages gives is found from
 * examples, by ridge regression; the score of a picture is how far it lies along that direction, in the units of the
 * examples. Stage, reading and strength are chosen on pictures that the direction was not fitted to; then it is fitted to these as well, and
 * the correlation is measured on yet others. Next: sensitivity.ts (does the answer depend on it?), unitNames.ts.
 *
 * Source: B. Kim et al., "Interpretability beyond feature attribution: testing with concept activation vectors", ICML 2018; directions by regression
 * for concepts with degrees: M. Graziani, V. Andrearczyk, H. Müller, "Regression concept vectors", 2018.
 */
import { shuffledOrder } from "../../data/shuffle.ts";
import { ArgumentError, DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { StagedNetwork } from "../stagedNetwork.ts";
import { correlationOf, fitRidge, strengths } from "./ridge.ts";
import { countPictures, type Features, type Pictures, type Reading, readStages } from "./stageFeatures.ts";

/** A direction for a concept. */
export interface Concept {
  readonly name: string;
  /** Name of the stage that knows it best, and its number. */
  readonly stage: string;
  readonly stageNumber: number;
  /** How the stage is read. */
  readonly reading: Reading;
  /** score = offset + Σ direction · feature */
  readonly direction: Float64Array;
  readonly offset: number;
  /** Correlation of score and value on pictures that had no part in fitting or choosing. */
  readonly correlation: number;
  /** The best correlation that each stage reached on the pictures for choosing. */
  readonly byStage: readonly { readonly stage: string; readonly correlation: number }[];
}

/** Values of concepts: degrees, or 1 with and 0 without, one a picture. */
export type ConceptValues = Readonly<Record<string, ArrayLike<number>>>;

/** Choices of `fitConcepts`. */
export interface ConceptOptions {
  /** Decides which pictures are fitted to, chosen by and measured on: half, a quarter, a quarter. Default 0. */
  readonly seed?: number;
}

const readings = ["pooled", "places"] as const;

/** Fewer examples say nothing about hundreds of numbers. */
const fewest = 16;

/**
 * A direction for each concept, in the stage that knows it best.
 * @throws DataError for fewer than 16 pictures, values that are not numbers or do not vary, ArgumentError for lists of other lengths.
 *
 * @example
 * ```ts
 * import { fitConcepts, scoreConcept } from "smilodon/explain";
 * import { type Tensor } from "smilodon";
 * // "Bright" is what the first stage of this network computes
 * const stages = [{ name: "mean", forward: (x: Tensor) => x.mean([2, 3]) }, { name: "head", forward: (x: Tensor) => x }];
 * const network = { stages, forward: (x: Tensor) => x.mean([2, 3]) };
 * const pixels = Float32Array.from({ length: 40 * 64 }, (_, index) => (Math.floor(index / 64) % 10) / 10);
 * const pictures = { pixels, channels: 1, height: 8, width: 8 };
 * const bright = Array.from({ length: 40 }, (_, row) => row % 10);
 * const [concept] = await fitConcepts(network, pictures, { bright });
 * if (concept !== undefined) console.log(concept.stage, concept.correlation, await scoreConcept(network, concept, pictures));
 * ```
 */
export async function fitConcepts(
  network: StagedNetwork,
  pictures: Pictures,
  values: ConceptValues,
  { seed = 0 }: ConceptOptions = {},
): Promise<Concept[]> {
  const count = countPictures(pictures);
  checkValues(values, count);
  const order = shuffledOrder(count, seed, "split");
  const parts = {
    fitted: order.subarray(0, Math.floor(count / 2)),
    choosing: order.subarray(Math.floor(count / 2), Math.floor((3 * count) / 4)),
    measuring: order.subarray(Math.floor((3 * count) / 4)),
  };
  const features = await readStages(network.stages.slice(0, -1), pictures, readings);
  const names = Object.keys(values);
  const candidates: Candidate[] = [];
  for (const [stageNumber, ofStage] of features.entries())
    for (const [index, read] of ofStage.entries()) {
      const rules = await fitRidge(read, parts.fitted, Object.values(values));
      for (const [target, name] of names.entries())
        for (let strength = 0; strength < strengths.length; strength++) {
          const direction = Float64Array.from({ length: read.width }, (_, column) =>
            at(rules.weights, (strength * read.width + column) * names.length + target),
          );
          const offset = at(rules.offsets, strength * names.length + target);
          const chosenBy = correlationOf(
            project(read, direction, offset),
            at(Object.values(values), target),
            parts.choosing,
          );
          candidates.push({
            name,
            stageNumber,
            reading: at(readings, index),
            features: read,
            strength: at(strengths, strength),
            chosenBy,
          });
        }
    }
  const known = order.subarray(0, Math.floor((3 * count) / 4));
  const concepts: Concept[] = [];
  for (const [name, own] of Object.entries(values))
    concepts.push(await bestOf(network, name, candidates, own, { known, measuring: parts.measuring }));
  return concepts;
}

interface Candidate extends Pick<Concept, "name" | "stageNumber" | "reading"> {
  readonly features: Features;
  readonly strength: number;
  readonly chosenBy: number;
}

/** The candidate that was chosen, fitted anew to all pictures but those it is measured on. */
async function bestOf(
  { stages }: StagedNetwork,
  name: string,
  candidates: readonly Candidate[],
  values: ArrayLike<number>,
  { known, measuring }: { readonly known: ArrayLike<number>; readonly measuring: ArrayLike<number> },
): Promise<Concept> {
  const own = candidates.filter((candidate) => candidate.name === name);
  const better = (a: Candidate, b: Candidate) => (b.chosenBy > a.chosenBy ? b : a);
  const { features, strength, stageNumber, reading } = own.reduce(better);
  const { weights: direction, offsets } = await fitRidge(features, known, [values], [strength]);
  const offset = at(offsets, 0);
  const byStage = stages.slice(0, -1).map(({ name: stage }, number) => ({
    stage,
    correlation: own.filter((candidate) => candidate.stageNumber === number).reduce(better).chosenBy,
  }));
  const correlation = correlationOf(project(features, direction, offset), values, measuring);
  const stage = at(stages, stageNumber).name;
  return { name, stage, stageNumber, reading, direction, offset, correlation, byStage };
}

/** How much of a concept is in each of `pictures`, in the units of its examples. */
export async function scoreConcept(
  network: StagedNetwork,
  { stageNumber, reading, direction, offset }: Concept,
  pictures: Pictures,
): Promise<Float64Array> {
  const features = await readStages(network.stages.slice(0, stageNumber + 1), pictures, [reading]);
  return project(at(at(features, stageNumber), 0), direction, offset);
}

function project({ count, width, values }: Features, direction: Float64Array, offset: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    let score = offset;
    for (let column = 0; column < width; column++) score += at(direction, column) * at(values, row * width + column);
    return score;
  });
}

function checkValues(values: ConceptValues, count: number): void {
  if (count < fewest)
    throw new DataError(`Concepts: ${count} pictures are too few to find a direction; give ${fewest} or more.`, {
      count,
    });
  for (const [name, own] of Object.entries(values)) {
    if (own.length !== count)
      throw new ArgumentError(`Concepts: ${count} pictures, ${own.length} values of "${name}".`, { name });
    const all = Array.from(own);
    const odd = all.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0)
      throw new DataError(`Concepts: "${name}" of picture ${odd} is ${at(own, odd)}; leave the picture out.`, { name });
    if (all.every((value) => value === all[0]))
      throw new DataError(`Concepts: "${name}" is ${all[0]} for all pictures; examples have to differ.`, { name });
  }
}
