/**
 * Names for units and for parts of pictures, from examples of concepts: a few pictures of ears, of noses. A unit is named after the
 * concept that its answers tell from the others; a part after the concept whose examples its activations are most like.
 */
import type { ImageSet } from "../../../data/images/imageSet.ts";
import { type PictureBox, type PictureNetwork, readPictures } from "../../../explain/index.ts";
import { ArgumentError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";

/** A concept that names something, and how surely. */
export interface NamedConcept {
  readonly concept: string;
  /** Of units: correlation of answers and concept; of parts: how far above the other concepts, in deviations. */
  readonly strength: number;
}

/** Mean answers of the units of a stage to each example: [examples, units]. */
interface StageAnswers {
  readonly units: number;
  readonly values: Float64Array;
}

/** Least correlation by which a unit is named. */
const leastCorrelation = 0.5;

/** Concepts that were learned from examples. */
export class PictureConcepts {
  readonly names: readonly string[];
  readonly #network: PictureNetwork;
  readonly #labels: Int32Array;
  readonly #answers: ReadonlyMap<string, StageAnswers>;
  /** The last stage with places: where parts are looked at. */
  readonly #partStage: string;

  private constructor(
    network: PictureNetwork,
    { classes, labels }: Pick<ImageSet, "classes" | "labels">,
    answers: ReadonlyMap<string, StageAnswers>,
    partStage: string,
  ) {
    this.names = classes;
    this.#network = network;
    this.#labels = labels;
    this.#answers = answers;
    this.#partStage = partStage;
  }

  /**
   * Looks at examples: the classes of `set` are the concepts.
   * @throws ArgumentError where there are fewer than two concepts, or no stage has channels.
   */
  static async learn(network: PictureNetwork, set: ImageSet): Promise<PictureConcepts> {
    if (set.classes.length < 2)
      throw new ArgumentError(
        `Concepts: there is ${set.classes.length} concept; two or more are needed, for what distinguishes them. A folder of other things will do.`,
      );
    const rows = Uint32Array.from({ length: set.pixels.count }, (_, row) => row);
    const pictures = await readPictures(network, set.pixels, rows);
    const answers = new Map<string, StageAnswers>();
    let partStage: string | undefined;
    for (const [stage, { name }] of network.network.stages.entries()) {
      const { data, shape } = await network.activations(stage, pictures);
      if (shape.length !== 3 && shape.length !== 1) continue;
      const [units = 0, ...places] = shape;
      const size = places.reduce((product, each) => product * each, 1);
      answers.set(name, {
        units,
        values: Float64Array.from({ length: rows.length * units }, (_, row) => meanOf(data, row * size, size)),
      });
      if (size > 1) partStage = name;
    }
    if (partStage === undefined) throw new ArgumentError("Concepts: no stage of the network has places.");
    return new PictureConcepts(network, set, answers, partStage);
  }

  /** The concept that unit `unit` of a stage tells from the others, where there is one. */
  nameOfUnit(stage: string, unit: number): string | undefined {
    const answers = this.#answers.get(stage);
    if (answers === undefined) return undefined;
    const own = Float64Array.from(this.#labels, (_, example) => at(answers.values, example * answers.units + unit));
    const found = this.names.map((concept, number): NamedConcept => {
      const member = Float64Array.from(this.#labels, (label) => (label === number ? 1 : 0));
      return { concept, strength: correlation(own, member) };
    });
    const best = found.reduce((a, b) => (b.strength > a.strength ? b : a));
    return best.strength >= leastCorrelation ? best.concept : undefined;
  }

  /**
   * The concept that a part of a picture is most like: by the mean activations of its places, along the direction that tells the concept
   * from the others (Fisher 1936, with variances alone). Undefined where it is like none.
   */
  async nameOfPart(picture: Float32Array, box: PictureBox): Promise<string | undefined> {
    const answers = this.#answers.get(this.#partStage);
    if (answers === undefined) return undefined;
    const { data, shape } = await this.#network.activations(this.#network.stageNamed(this.#partStage), picture);
    const [units = 0, rows = 1, columns = 1] = shape;
    const { height, width } = this.#network.shape;
    const inside = placesIn(box, { rows, columns, height, width });
    const part = Float64Array.from(
      { length: units },
      (_, unit) => inside.reduce((sum, place) => sum + at(data, unit * rows * columns + place), 0) / inside.length,
    );
    const found = this.names.map(
      (concept, number): NamedConcept => ({ concept, strength: this.#likeness(answers, number, part) }),
    );
    const best = found.reduce((a, b) => (b.strength > a.strength ? b : a));
    return best.strength > 0 ? best.concept : undefined;
  }

  /** How far `part` lies on the concept's side of the middle between its examples and the others, in distances of their means. */
  #likeness({ units, values }: StageAnswers, concept: number, part: Float64Array): number {
    let [along, length] = [0, 0];
    for (let unit = 0; unit < units; unit++) {
      const own = momentsOf(values, units, unit, (example) => this.#labels[example] === concept);
      const others = momentsOf(values, units, unit, (example) => this.#labels[example] !== concept);
      const spread = own.variance + others.variance;
      if (!(spread > 0)) continue;
      const direction = (own.mean - others.mean) / spread;
      along += direction * (at(part, unit) - (own.mean + others.mean) / 2);
      length += direction * (own.mean - others.mean);
    }
    return length > 0 ? along / length : 0;
  }
}

/** Places of a stage whose middles lie in a part of the picture; the nearest one where there is none. */
function placesIn(
  { top, bottom, left, right }: PictureBox,
  {
    rows,
    columns,
    height,
    width,
  }: { readonly rows: number; readonly columns: number; readonly height: number; readonly width: number },
): number[] {
  const along = (start: number, end: number, count: number, size: number) => {
    const middles = Array.from({ length: count }, (_, place) => ((place + 0.5) * size) / count);
    const inside = middles.flatMap((middle, place) => (middle >= start && middle < end ? [place] : []));
    return inside.length > 0 ? inside : [Math.min(count - 1, Math.floor((((start + end) / 2) * count) / size))];
  };
  const across = along(left, right, columns, width);
  return along(top, bottom, rows, height).flatMap((row) => across.map((column) => row * columns + column));
}

function meanOf(data: Float32Array, start: number, size: number): number {
  let sum = 0;
  for (let place = start; place < start + size; place++) sum += at(data, place);
  return sum / size;
}

function momentsOf(
  values: Float64Array,
  units: number,
  unit: number,
  isCounted: (example: number) => boolean,
): { readonly mean: number; readonly variance: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (let example = 0; example * units < values.length; example++) {
    if (!isCounted(example)) continue;
    const value = at(values, example * units + unit);
    count++;
    sum += value;
    squares += value * value;
  }
  const mean = sum / Math.max(1, count);
  return { mean, variance: Math.max(0, squares / Math.max(1, count) - mean * mean) };
}

/** Pearson's correlation; 0 where one side is all equal. */
function correlation(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, index) => {
    const [dx, dy] = [value - a, at(y, index) - b];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
