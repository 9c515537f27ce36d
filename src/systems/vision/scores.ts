/** What a network says of many pictures. They are asked in blocks of one size, so that a picture gets the same answer in any company. */
import type { ImageSet, PixelStore } from "../../data/images/imageSet.ts";
import { add, multiply } from "../../tensor/arithmetic.ts";
import { hostArray, tensorOf } from "../../tensor/hostArray.ts";
import { flip } from "../../tensor/manipulate.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import { picturesOf } from "./augmentation.ts";
import type { VisionNetwork } from "./network.ts";

/** How pictures are asked about. */
export interface ScoreOptions {
  /** Ask about each picture and its mirror image, and take the mean. Default false. */
  readonly mirror?: boolean;
}

/** A network made ready to be asked; compiles once. In evaluation mode. */
export class ScoreReader {
  readonly #forward: (pixels: Tensor) => Tensor;
  readonly #classes: number;
  readonly #block: number;

  constructor(network: VisionNetwork, { mirror = false }: ScoreOptions = {}) {
    const { classes, channels, height, width } = network.settings;
    this.#classes = classes;
    // Enough to keep all threads busy, few enough for memory
    this.#block = Math.max(8, Math.min(256, Math.floor(2 ** 21 / (channels * height * width))));
    this.#forward = compile((pixels: Tensor) => {
      const pictures = picturesOf(pixels);
      const scores = network.forward(pictures);
      return mirror ? multiply(add(scores, network.forward(flip(pictures, 3))), 0.5) : scores;
    });
  }

  /** Scores (logits) of all pictures of `pixels`: row-major [n, classes]. */
  async read(pixels: PixelStore): Promise<Float32Array> {
    const { count, height, width, channels } = pixels;
    const results = new Float32Array(count * this.#classes);
    const size = height * width * channels;
    for (let start = 0; start < count; start += this.#block) {
      const rows = Array.from({ length: Math.min(this.#block, count - start) }, (_, row) => start + row);
      const block = new Uint8Array(this.#block * size);
      block.set(await pixels.read(rows));
      const x = tensorOf(hostArray(block, [this.#block, height, width, channels], "u8"));
      const scores = await this.#forward(x).data();
      results.set(scores.subarray(0, rows.length * this.#classes), start * this.#classes);
    }
    return results;
  }
}

/** Share of the pictures of `set` whose class has the highest score. @param scores row-major [n, classes] */
export function accuracyOf(scores: Float32Array, { labels, classes }: ImageSet): number {
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    const own = scores.subarray(row * classes.length, (row + 1) * classes.length);
    if (own.indexOf(Math.max(...own)) === labels[row]) right++;
  }
  return right / labels.length;
}
