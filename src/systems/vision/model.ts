/** A trained system of pictures as those who use it see it: pictures in, answers out. `opening.ts` makes one of a folder. */
import type { PictureDecoder } from "../../data/images/decoder.ts";
import { pageDecoder } from "../../data/images/pageDecoder.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { type Answer, answerAt, type ClassAnswers } from "../answers.ts";
import type { OutputColumn } from "../model.ts";
import type { PictureInput, PictureNetwork, VisionSystem } from "./system.ts";
import { VisionAnswerer } from "./use.ts";

/** A picture file: its bytes, or what a page has of it. */
export type Picture = Uint8Array | Blob;

/** A trained system of pictures, ready to answer. */
export class ImageModel<Label extends string = string> {
  /** Where it was read from. */
  readonly name: string;
  readonly #system: VisionSystem;
  readonly #answerer: VisionAnswerer;
  readonly #decoder: () => PictureDecoder;

  /** @param decoder makes what reads picture files; what browsers have where it is left out */
  constructor(name: string, system: VisionSystem, decoder: () => PictureDecoder = pageDecoder) {
    this.name = name;
    this.#system = system;
    this.#answerer = new VisionAnswerer(system);
    this.#decoder = decoder;
  }

  /** Which kind of system it is. */
  get system(): "vision" {
    return "vision";
  }

  /** What pictures are made into. */
  get input(): PictureInput {
    return this.#system.input;
  }

  /** What it answers. */
  get output(): Extract<OutputColumn, { kind: "classification" }> {
    return { kind: "classification", ...this.#system.task };
  }

  /** The network, for explanations: pictures f32 [n, channels, height, width] from 0 to 1 to scores [n, classes]. */
  get network(): PictureNetwork {
    return this.#system.network;
  }

  /** Everything that was saved. */
  get parts(): VisionSystem {
    return this.#system;
  }

  /**
   * Answers for picture files of any size, in their order.
   * @throws DataError naming the picture, from 0, that cannot be read.
   */
  async predict(pictures: readonly Picture[]): Promise<Answer<Label>[]> {
    const answers = await this.answer(await this.decode(pictures));
    // Labels are those of the model folder, which the caller's type describes
    return pictures.map((_, row) => answerAt(answers, row) as Answer<Label>);
  }

  /** Picture files as the network takes them, one after the other: u8, rows of pixels, channels side by side. @throws DataError as `predict`. */
  async decode(pictures: readonly Picture[]): Promise<Uint8Array> {
    const { channels, height, width, fit } = this.input;
    const decoder = this.#decoder();
    const size = channels * height * width;
    const pixels = new Uint8Array(pictures.length * size);
    for (const [index, picture] of pictures.entries()) {
      const bytes = picture instanceof Uint8Array ? picture : new Uint8Array(await picture.arrayBuffer());
      try {
        pixels.set(await decoder.decode(bytes, { channels, height, width, fit }), index * size);
      } catch (error) {
        if (!(error instanceof DataError) || pictures.length === 1) throw error;
        throw new DataError(`Picture ${index} (from 0): ${error.message}`, { ...error.facts, index });
      }
    }
    return pixels;
  }

  /** Answers for decoded pictures, as columns: for many. */
  answer(pixels: Uint8Array, onProgress?: (done: number, total: number) => void): Promise<ClassAnswers> {
    const { channels, height, width } = this.input;
    const size = channels * height * width;
    const read = (rows: ArrayLike<number>): Uint8Array<ArrayBuffer> => {
      const chosen = new Uint8Array(rows.length * size);
      for (let row = 0; row < rows.length; row++)
        chosen.set(pixels.subarray(at(rows, row) * size, (at(rows, row) + 1) * size), row * size);
      return chosen;
    };
    return this.#answerer.answer({ count: pixels.length / size, channels, height, width, read }, onProgress);
  }
}
