/**
 * Decoded pictures of one size with their labels: what training reads. The pixels lie in memory (`imagesInMemory`) or in a file
 * (`imageCache.node.ts`); `ImageLoader` takes batches of either.
 */
import { ArgumentError, DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { type HostArray, hostArray } from "../../tensor/hostArray.ts";
import { type Batch, type HostBatch, tensorsOf } from "../loader.ts";
import { shuffledOrder } from "../shuffle.ts";
import { StreamEpoch } from "../streamLoader.ts";

/** Pixels that were read. */
export type Pixels = Uint8Array<ArrayBuffer>;

/** Where pixels are: rows of pixels of one picture after the other, 8 bits a channel. */
export interface PixelStore {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /**
   * The pixels of the pictures at `rows`, in that order: in memory of their own, or in `into` where that is given, which is as long. Memory that
   * was used before is read into in half the time.
   */
  read(rows: ArrayLike<number>, into?: Pixels): Pixels | Promise<Pixels>;
}

/** A picture that could not be read. */
export interface PictureFailure {
  readonly name: string;
  readonly reason: string;
}

/** Pictures with what is known of them. */
export interface ImageSet {
  readonly pixels: PixelStore;
  /** Number of the class of each picture. */
  readonly labels: Int32Array;
  /** Names of the classes, by number. */
  readonly classes: readonly string[];
  /** What each picture is called, for reports; its number where it has no name. */
  readonly names: readonly string[];
  /** Pictures that were left out. */
  readonly failures: readonly PictureFailure[];
}

/** A set of arrays in memory. @param pixels u8 [count, height, width, channels] @throws DataError where sizes differ. */
export function imagesInMemory(
  pixels: HostArray,
  labels: ArrayLike<number>,
  classes: readonly string[],
  names: readonly string[] = Array.from({ length: labels.length }, (_, index) => String(index)),
  failures: readonly PictureFailure[] = [],
): ImageSet {
  const [count = 0, height = 0, width = 0, channels = 0] = pixels.shape;
  if (pixels.dtype !== "u8" || pixels.shape.length !== 4 || !(pixels.data instanceof Uint8Array))
    throw new DataError(
      `Images: the pixels are ${pixels.dtype} [${pixels.shape}]; they have to be u8 [count, height, width, channels].`,
    );
  if (labels.length !== count || names.length !== count)
    throw new DataError(`Images: ${count} pictures, ${labels.length} labels, ${names.length} names.`);
  const { data } = pixels;
  const size = height * width * channels;
  const read = (rows: ArrayLike<number>, chosen: Pixels = new Uint8Array(rows.length * size)) => {
    for (let row = 0; row < rows.length; row++) {
      const from = at(rows, row) * size;
      chosen.set(data.subarray(from, from + size), row * size);
    }
    return chosen;
  };
  return {
    pixels: { count, height, width, channels, read },
    labels: Int32Array.from(labels),
    classes,
    names,
    failures,
  };
}

/** The pictures of `set` at `rows`, in that order. @throws ArgumentError for rows that are not there. */
export function selectImages(set: ImageSet, rows: ArrayLike<number>): ImageSet {
  const chosen = Uint32Array.from(rows);
  for (const row of chosen)
    if (row >= set.pixels.count)
      throw new ArgumentError(`selectImages: there is no picture ${row}; the set has ${set.pixels.count}.`, { row });
  const { pixels } = set;
  return {
    ...set,
    pixels: {
      ...pixels,
      count: chosen.length,
      read: (places, into) =>
        pixels.read(
          Uint32Array.from(places, (place) => at(chosen, place)),
          into,
        ),
    },
    labels: Int32Array.from(chosen, (row) => at(set.labels, row)),
    names: Array.from(chosen, (row) => at(set.names, row)),
  };
}

/** What a batch of pictures has. */
export type ImageColumn = "x" | "y" | "row";

/** How an `ImageLoader` takes batches. */
export interface ImageLoaderOptions {
  /** Pictures in a batch. */
  readonly batchSize: number;
  /** Decides the order, together with the epoch. Default 0. */
  readonly seed?: number;
  /** Default true. */
  readonly shuffle?: boolean;
  /** Leave out a last batch that is smaller. Default false. */
  readonly dropLast?: boolean;
}

/** How an `ImageLoader` gives arrays. */
export interface HostEpochOptions {
  /** Each batch may lie where the one before it was. Default false. */
  readonly isReused?: boolean;
}

/**
 * Batches of pictures: `x`, u8 [batch, height, width, channels], their classes `y`, and which pictures of the set they are, `row`, both i32
 * [batch]. `prefetch` reads them ahead; what changes pictures at random belongs into the compiled step.
 *
 * @example
 * ```ts
 * import { hostArray, ImageLoader, imagesInMemory } from "smilodon/data";
 * const set = imagesInMemory(hostArray(new Uint8Array(48), [4, 2, 2, 3]), [0, 1, 0, 1], ["cat", "dog"]);
 * for await (const { x, y } of new ImageLoader(set, { batchSize: 3 }).epoch(0)) console.log(x.shape, y.shape);
 * ```
 */
export class ImageLoader {
  readonly batchCount: number;
  readonly #set: ImageSet;
  readonly #options: ImageLoaderOptions;

  /** @throws ArgumentError for a batch size that is none, DataError where there is no batch. */
  constructor(set: ImageSet, options: ImageLoaderOptions) {
    const { batchSize, dropLast = false } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new ArgumentError(
        `ImageLoader: the batch size is ${batchSize}; it has to be a whole number of 1 or more.`,
        { batchSize },
      );
    this.batchCount = dropLast ? Math.floor(set.pixels.count / batchSize) : Math.ceil(set.pixels.count / batchSize);
    if (this.batchCount === 0)
      throw new DataError(`ImageLoader: ${set.pixels.count} pictures make no batch of ${batchSize}.`, { batchSize });
    this.#set = set;
    this.#options = options;
  }

  /** Batches of epoch `epoch`, from 0. */
  epoch(epoch: number): StreamEpoch<Batch<ImageColumn>> {
    return new StreamEpoch(this.batchCount, (start) => this.#batches(epoch, start));
  }

  /**
   * The same as arrays: to be made in a worker. Where `isReused`, the pixels of each batch are overwritten by the next: for who copies them at
   * once.
   */
  hostEpoch(epoch: number, { isReused = false }: HostEpochOptions = {}): StreamEpoch<HostBatch<ImageColumn>> {
    return new StreamEpoch(this.batchCount, (start) => this.#hostBatches(epoch, start, isReused));
  }

  async *#batches(epoch: number, start: number): AsyncGenerator<Batch<ImageColumn>> {
    for await (const batch of this.#hostBatches(epoch, start, true)) yield tensorsOf(batch);
  }

  async *#hostBatches(epoch: number, start: number, isReused: boolean): AsyncGenerator<HostBatch<ImageColumn>> {
    const { batchSize, seed = 0, shuffle = true } = this.#options;
    const { pixels, labels } = this.#set;
    const { count, height, width, channels } = pixels;
    const order = shuffle
      ? shuffledOrder(count, seed, "shuffle", epoch)
      : Uint32Array.from({ length: count }, (_, row) => row);
    const size = height * width * channels;
    const memory = isReused ? new Uint8Array(Math.min(batchSize, count) * size) : undefined;
    for (let batch = start; batch < this.batchCount; batch++) {
      const rows = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const data = await pixels.read(rows, memory?.subarray(0, rows.length * size));
      const y = Int32Array.from(rows, (row) => at(labels, row));
      const x = hostArray(data, [rows.length, height, width, channels], "u8");
      yield { x, y: hostArray(y), row: hostArray(Int32Array.from(rows)) };
    }
  }
}
