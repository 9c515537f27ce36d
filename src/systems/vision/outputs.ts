/**
 * Scores and features of many pictures. Pictures are asked in blocks of one size, filled up with black ones, so that a picture
 * gets the same answer to the last bit whether it is asked alone, among others, today or from a saved model.
 */
import type { PixelStore } from "../../data/images/imageSet.ts";
import type { StagedNetwork } from "../../explain/stagedNetwork.ts";
import { ArgumentError } from "../../support/errors.ts";
import { invariant } from "../../support/invariant.ts";
import { divide } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { permuteDims, reshape } from "../../tensor/manipulate.ts";
import { mean } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import type { PictureInput } from "./system.ts";

/** Pictures in a block: enough to keep a processor busy, few enough for one picture in a page. */
const blockPictures = 16;

/** What a network says of pictures. */
export interface PictureOutputs {
  /** Row-major [n, classes]. */
  readonly scores: Float32Array;
  /** What goes into the last stage, averaged over places: row-major [n, width]. */
  readonly features: Float32Array;
  /** Features of a picture. */
  readonly width: number;
}

/** A network made ready to be asked about many pictures; compiles once. */
export class PictureReader {
  readonly #forward: (pixels: Tensor) => readonly [Tensor, Tensor];
  readonly #input: Pick<PictureInput, "channels" | "height" | "width">;

  constructor(network: StagedNetwork, input: Pick<PictureInput, "channels" | "height" | "width">) {
    this.#input = input;
    this.#forward = compile((pixels: Tensor) => scoresAndFeatures(network, toUnit(pixels)));
  }

  /**
   * Asks about all pictures of `store`.
   * @param onProgress told after each block
   * @throws ArgumentError where the pictures have another size
   */
  async read(store: PixelStore, onProgress?: (done: number, total: number) => void): Promise<PictureOutputs> {
    const { channels, height, width } = this.#input;
    if (store.channels !== channels || store.height !== height || store.width !== width)
      throw new ArgumentError(
        `The network takes pictures of ${height}×${width} with ${channels} channels; these are ${store.height}×${store.width} with ${store.channels}.`,
      );
    const size = channels * height * width;
    const parts: { readonly scores: Float32Array; readonly features: Float32Array }[] = [];
    for (let start = 0; start < store.count; start += blockPictures) {
      const count = Math.min(blockPictures, store.count - start);
      const block = new Uint8Array(blockPictures * size);
      block.set(await store.read(Uint32Array.from({ length: count }, (_, index) => start + index)));
      parts.push(await this.#readBlock(block, count));
      onProgress?.(start + count, store.count);
    }
    const features = join(parts.map((part) => part.features));
    return {
      scores: join(parts.map(({ scores }) => scores)),
      features,
      width: store.count === 0 ? 0 : features.length / store.count,
    };
  }

  async #readBlock(
    block: Uint8Array<ArrayBuffer>,
    count: number,
  ): Promise<{ scores: Float32Array; features: Float32Array }> {
    const { channels, height, width } = this.#input;
    const [scores, features] = this.#forward(tensor(block, { shape: [blockPictures, height, width, channels] }));
    const [a, b] = await Promise.all([scores.data(), features.data()]);
    invariant(a instanceof Float32Array && b instanceof Float32Array, "networks of pictures give single precision");
    const part = (values: Float32Array) => values.slice(0, (values.length / blockPictures) * count);
    return { scores: part(a), features: part(b) };
  }
}

/** Pictures as networks take them: u8 [n, height, width, channels] as f32 [n, channels, height, width] from 0 to 1. */
export function toUnit(pixels: Tensor): Tensor {
  return divide(astype(permuteDims(pixels, [0, 3, 1, 2]), "f32"), 255);
}

function scoresAndFeatures(network: StagedNetwork, x: Tensor): readonly [Tensor, Tensor] {
  const last = network.stages.at(-1);
  invariant(last !== undefined, "a network has stages");
  let inner = x;
  for (const stage of network.stages.slice(0, -1)) inner = stage.forward(inner);
  const [count = 0, ...rest] = inner.shape;
  const flat = rest.length > 2 ? mean(inner, [2, 3]) : inner;
  const features = flat.shape.length > 2 ? reshape(flat, [count, -1]) : flat;
  return [last.forward(inner), features];
}

function join(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}
