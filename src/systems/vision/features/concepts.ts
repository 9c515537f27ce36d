/**
 * Names for units and for parts of pictures, from folders of examples: a few pictures of ears, of noses. What a network knows of them is found by
 * `explain/concepts`; a unit is named after the concept that it follows, a part after the concept whose score it has when it fills the picture, as
 * the examples do.
 */
import { interpolate } from "../../../algorithms/images/interpolate.ts";
import type { ImageSet } from "../../../data/images/imageSet.ts";
import {
  type Concept,
  fitConcepts,
  nameUnits,
  type PictureBox,
  type PictureNetwork,
  readPictures,
  scoreConcept,
} from "../../../explain/index.ts";
import { ArgumentError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { tensor } from "../../../tensor/tensor.ts";

/** Least correlation with a concept by which a unit is named. */
const leastCorrelation = 0.5;
/** Least score by which a part is named: half way from the other examples, 0, to the concept's own, 1. */
const leastScore = 0.5;

/** Concepts that were learned from examples. */
export class PictureConcepts {
  readonly #network: PictureNetwork;
  readonly #concepts: readonly Concept[];
  /** Names of units by stage and number. */
  readonly #units: ReadonlyMap<string, string>;

  private constructor(network: PictureNetwork, concepts: readonly Concept[], units: ReadonlyMap<string, string>) {
    this.#network = network;
    this.#concepts = concepts;
    this.#units = units;
  }

  /**
   * Looks at examples: the classes of `set` are the concepts.
   * @throws ArgumentError where there are fewer than two concepts, DataError for fewer than 16 examples.
   */
  static async learn(network: PictureNetwork, set: ImageSet): Promise<PictureConcepts> {
    if (set.classes.length < 2)
      throw new ArgumentError(
        `Concepts: there is ${set.classes.length} concept; two or more are needed, for what distinguishes them. A folder of other things will do.`,
      );
    const rows = Uint32Array.from({ length: set.pixels.count }, (_, row) => row);
    const pictures = { ...network.shape, pixels: await readPictures(network, set.pixels, rows) };
    const values = Object.fromEntries(
      set.classes.map((name, number) => [name, Array.from(set.labels, (label) => (label === number ? 1 : 0))]),
    );
    const concepts = await fitConcepts(network.network, pictures, values);
    const units = (await nameUnits(network.network, pictures, values))
      .filter(({ correlation }) => correlation >= leastCorrelation)
      .map(({ stage, unit, concept }) => [keyOf(stage, unit), concept] as const);
    return new PictureConcepts(network, concepts, new Map(units));
  }

  /** The concept that unit `unit` of a stage tells from the others, where there is one. */
  nameOfUnit(stage: string, unit: number): string | undefined {
    return this.#units.get(keyOf(stage, unit));
  }

  /** The concept that a part of a picture scores highest on, cut out and enlarged; undefined where it is like none. */
  async nameOfPart(picture: Float32Array, box: PictureBox): Promise<string | undefined> {
    const { network, shape } = this.#network;
    const pictures = { ...shape, pixels: await enlarged(picture, box, this.#network) };
    let [name, best]: [string | undefined, number] = [undefined, leastScore];
    for (const concept of this.#concepts) {
      const score = at(await scoreConcept(network, concept, pictures), 0);
      if (score >= best) [name, best] = [concept.name, score];
    }
    return name;
  }
}

function keyOf(stage: string, unit: number): string {
  return `${unit} ${stage}`;
}

/** A part of a picture [channels, height, width] in the size of the whole. */
async function enlarged(
  picture: Float32Array,
  { top, bottom, left, right }: PictureBox,
  { shape: { channels, height, width } }: PictureNetwork,
): Promise<Float32Array> {
  const whole = tensor(Float32Array.from(picture), { shape: [1, channels, height, width] });
  const part = whole.slice(null, null, [top, bottom], [left, right]);
  return Float32Array.from(await interpolate(part, { size: [height, width], mode: "linear" }).data());
}
