/**
 * What units answer to among real pictures: for each unit the places with the strongest answers, one a picture, and the part
 * of the picture that such a place can see.
 *
 * Source: M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.
 */
import type { PixelStore } from "../../data/images/imageSet.ts";
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import type { PictureBox } from "../pictures/occlusion.ts";
import type { PictureNetwork } from "../pictures/pictureNetwork.ts";
import { unitCount } from "./optimizeUnits.ts";
import { type PixelRange, receptiveFields } from "./receptiveFields.ts";

/** Choices of `strongestPatches`. */
export interface StrongestPatchesOptions {
  /** Name or number of the stage. */
  readonly stage: string | number;
  /** Numbers of units. Default: all. */
  readonly units?: readonly number[];
  /** Patches for each unit. Default 9. */
  readonly top?: number;
  /** Called with the number of pictures seen. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A part of a picture, and how strongly a unit answers to it. */
export interface StrongPatch {
  /** Number of the picture in the store. */
  readonly picture: number;
  readonly activation: number;
  /** What the place can see, within the picture. */
  readonly box: PictureBox;
}

/** The strongest patches of a unit, strongest first. Fewer where the unit is silent on most pictures. */
export interface UnitPatches {
  readonly unit: number;
  readonly patches: readonly StrongPatch[];
  /** Share of pictures to which the unit answers above 0 somewhere. */
  readonly activeShare: number;
}

/**
 * The patches of `pictures` to which units of a stage answer most strongly, above 0, at most one of each picture.
 * @throws ArgumentError where the pictures have another size than the network takes, or a unit is not there.
 */
export async function strongestPatches(
  network: PictureNetwork,
  pictures: PixelStore,
  { stage, units: asked, top = 9, onProgress }: StrongestPatchesOptions,
): Promise<UnitPatches[]> {
  const number = network.stageNamed(stage);
  const count = await unitCount(network, number);
  const units = asked ?? Array.from({ length: count }, (_, unit) => unit);
  for (const unit of units)
    if (!(unit >= 0 && unit < count))
      throw new ArgumentError(`strongestPatches: there is no unit ${unit} of ${count}.`);
  const best = units.map((): Peak[] => []);
  const active = new Float64Array(units.length);
  const columns = (await receptiveFields(network, number)).columns.length;
  for (let start = 0; start < pictures.count; start += network.block) {
    const rows = Uint32Array.from({ length: Math.min(network.block, pictures.count - start) }, (_, row) => start + row);
    const { data, shape } = await network.activations(number, await readPictures(network, pictures, rows));
    const size = shape.slice(1).reduce((product, each) => product * each, 1);
    rows.forEach((picture, row) =>
      units.forEach((unit, index) => {
        const peak = peakOf(data.subarray((row * count + unit) * size, (row * count + unit + 1) * size), picture);
        if (!(peak.activation > 0)) return;
        active[index] = at(active, index) + 1;
        keep(at(best, index), peak, top);
      }),
    );
    onProgress?.(start + rows.length, pictures.count);
  }
  const fields = await receptiveFields(network, number);
  return units.map((unit, index) => ({
    unit,
    activeShare: at(active, index) / Math.max(1, pictures.count),
    patches: at(best, index).map(({ picture, place, activation }) => {
      const [rows, across] = [at(fields.rows, Math.floor(place / columns)), at(fields.columns, place % columns)];
      return { picture, activation, box: boxOf(rows, across) };
    }),
  }));
}

interface Peak {
  readonly picture: number;
  readonly place: number;
  readonly activation: number;
}

function boxOf([top, bottom]: PixelRange, [left, right]: PixelRange): PictureBox {
  return { top, bottom, left, right };
}

/** The strongest of the places with equal answers is the middle one: where all are equal, the middle of the picture. */
function peakOf(answers: Float32Array, picture: number): Peak {
  const activation = answers.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const first = answers.indexOf(activation);
  const last = answers.lastIndexOf(activation);
  const isFlat = first === 0 && last === answers.length - 1;
  return { picture, place: isFlat ? Math.floor(answers.length / 2) : first, activation };
}

function keep(best: Peak[], peak: Peak, top: number): void {
  const place = best.findIndex(({ activation }) => activation < peak.activation);
  best.splice(place < 0 ? best.length : place, 0, peak);
  best.length = Math.min(best.length, top);
}

/**
 * Pictures of a store as networks take them: [pictures, channels, height, width], from 0 to 1.
 * @throws ArgumentError where their size is not that of the network.
 */
export async function readPictures(
  { shape: { channels, height, width } }: PictureNetwork,
  store: PixelStore,
  rows: ArrayLike<number>,
): Promise<Float32Array<ArrayBuffer>> {
  if (store.channels !== channels || store.height !== height || store.width !== width)
    throw new ArgumentError(
      `The pictures are ${store.channels} × ${store.height} × ${store.width}, and the network takes ${channels} × ${height} × ${width}.`,
    );
  const pixels = await store.read(rows);
  const size = height * width;
  const made = new Float32Array(pixels.length);
  for (let index = 0; index < made.length; index++) {
    const [plane, pixel] = [Math.floor(index / size), index % size];
    const source = (Math.floor(plane / channels) * size + pixel) * channels + (plane % channels);
    made[index] = at(pixels, source) / 255;
  }
  return made;
}
