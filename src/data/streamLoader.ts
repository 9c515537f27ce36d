/**
 * Batches from a stream of chunks that need not fit into memory: rows pass through a shuffle buffer, from which each batch
 * draws. The same seed, epoch and chunks give the same batches, whatever the sizes of the chunks.
 */
import { ArgumentError } from "../support/errors.ts";
import type { WordStream } from "../support/threefry.ts";
import { type Batch, countRows, type HostBatch, tensorsOf } from "./loader.ts";
import { RowBuffer } from "./rowBuffer.ts";
import { drawsFor } from "./shuffle.ts";

/** The chunks of an epoch, the same whenever it is asked for that epoch: arrays with one row an example. */
export type ChunkSource<Name extends string> = (
  epoch: number,
) => Iterable<HostBatch<Name>> | AsyncIterable<HostBatch<Name>>;

/** How batches are made. */
export interface StreamLoaderOptions {
  /** Rows in a batch. The last one of an epoch may be smaller. */
  readonly batchSize: number;
  /** Decides what is drawn, together with the epoch. Default 0. */
  readonly seed?: number;
  /**
   * Rows that are held to draw from: the more, the better the shuffle; 1 keeps the order. Where neighbours in the file are
   * alike (sorted by class), it has to be larger than such a run of rows. Default 10000.
   */
  readonly shuffleRows?: number;
  /** Leave out a last batch that is smaller. Default false. */
  readonly dropLast?: boolean;
  /** Batches in an epoch, if that is known: for progress. */
  readonly batchCount?: number;
}

/**
 * Gives batches of rows that are read chunk by chunk, for `fit` and for loops.
 *
 * @example
 * ```ts
 * import { hostArray, StreamLoader } from "smilodon/data";
 * const loader = new StreamLoader<"x">(
 *   function* () {
 *     for (let chunk = 0; chunk < 3; chunk++) yield { x: hostArray(new Float32Array([3 * chunk, 3 * chunk + 1, 3 * chunk + 2])) };
 *   },
 *   { batchSize: 4, shuffleRows: 6 },
 * );
 * for await (const { x } of loader.epoch(1)) console.log(x.shape); // [4], [4], [1]
 * ```
 */
export class StreamLoader<Name extends string> {
  readonly #source: ChunkSource<Name>;
  readonly #options: StreamLoaderOptions;

  /** @throws ArgumentError for sizes that are no whole numbers of 1 or more. */
  constructor(source: ChunkSource<Name>, options: StreamLoaderOptions) {
    const { batchSize, shuffleRows = 1 } = options;
    for (const [name, value] of Object.entries({ batchSize, shuffleRows }))
      if (!Number.isInteger(value) || value < 1)
        throw new ArgumentError(`StreamLoader: ${name} is ${value}; it has to be a whole number of 1 or more.`, {
          name,
        });
    this.#source = source;
    this.#options = options;
  }

  /** Batches of epoch `epoch`. `skip` reads over the first ones without making tensors of them. */
  epoch(epoch: number): StreamEpoch<Batch<Name>> {
    return new StreamEpoch(this.#options.batchCount, (start) => this.#batches(epoch, start));
  }

  /** The same batches as arrays: to be made in a worker. */
  hostEpoch(epoch: number): StreamEpoch<HostBatch<Name>> {
    return new StreamEpoch(this.#options.batchCount, (start) => this.#hostBatches(epoch, start));
  }

  async *#batches(epoch: number, start: number): AsyncGenerator<Batch<Name>> {
    for await (const batch of this.#hostBatches(epoch, start)) yield tensorsOf(batch);
  }

  async *#hostBatches(epoch: number, start: number): AsyncGenerator<HostBatch<Name>> {
    const { batchSize, seed = 0, shuffleRows = 10_000, dropLast = false } = this.#options;
    const words = drawsFor(seed, "buffer", epoch);
    let mixer: Mixer<Name> | undefined;
    let number = 0;
    for await (const chunk of this.#source(epoch)) {
      mixer ??= new Mixer(chunk, batchSize, shuffleRows, words);
      for (const batch of mixer.add(chunk)) if (number++ >= start) yield batch;
    }
    for (const batch of mixer?.finish(dropLast) ?? []) if (number++ >= start) yield batch;
  }
}

/** The batches of one epoch of a stream, from the first or, after `skip`, from a later one. */
export class StreamEpoch<B> implements AsyncIterable<B> {
  /** Batches from the start of the epoch to its end, if the loader was told. */
  readonly batchCount: number | undefined;
  readonly #from: (start: number) => AsyncGenerator<B>;
  readonly #start: number;

  constructor(batchCount: number | undefined, from: (start: number) => AsyncGenerator<B>, start = 0) {
    this.batchCount = batchCount;
    this.#from = from;
    this.#start = start;
  }

  /** The same epoch without its next `count` batches. */
  skip(count: number): StreamEpoch<B> {
    return new StreamEpoch(this.batchCount, this.#from, this.#start + count);
  }

  [Symbol.asyncIterator](): AsyncGenerator<B> {
    return this.#from(this.#start);
  }
}

/** The shuffle buffer and the batch that is being filled. A row that comes in takes the place of one that goes out. */
class Mixer<Name extends string> {
  readonly #held: RowBuffer<Name>;
  readonly #batch: RowBuffer<Name>;
  readonly #batchSize: number;
  readonly #capacity: number;
  readonly #words: WordStream;
  #count = 0;
  #filled = 0;

  constructor(like: HostBatch<Name>, batchSize: number, capacity: number, words: WordStream) {
    countRows(like);
    this.#held = new RowBuffer(like, capacity);
    this.#batch = new RowBuffer(like, batchSize);
    this.#batchSize = batchSize;
    this.#capacity = capacity;
    this.#words = words;
  }

  /** Takes the rows of `chunk`; gives the batches that become full. */
  *add(chunk: HostBatch<Name>): Generator<HostBatch<Name>> {
    this.#held.check(chunk);
    const rows = countRows(chunk);
    for (let row = 0; row < rows; row++) {
      if (this.#count < this.#capacity) {
        this.#held.put(this.#count++, chunk, row);
        continue;
      }
      const place = this.#words.below(this.#capacity);
      yield* this.#release(place);
      this.#held.put(place, chunk, row);
    }
  }

  /** Gives what is left. */
  *finish(dropLast: boolean): Generator<HostBatch<Name>> {
    while (this.#count > 0) {
      const place = this.#words.below(this.#count);
      yield* this.#release(place);
      this.#held.putFrom(place, this.#held, --this.#count);
    }
    if (this.#filled > 0 && !dropLast) yield this.#batch.take(this.#filled);
    this.#filled = 0;
  }

  *#release(place: number): Generator<HostBatch<Name>> {
    this.#batch.putFrom(this.#filled++, this.#held, place);
    if (this.#filled < this.#batchSize) return;
    this.#filled = 0;
    yield this.#batch.take(this.#batchSize);
  }
}
