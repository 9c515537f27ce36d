/**
 * Batches from arrays in memory, shuffled or drawn anew each epoch by seed, resumable at any batch. Next: `streamLoader.ts`
 * for what does not fit into memory, `prefetch.ts` and `workerLoader.ts` for batches that take time to make.
 */
import { type Data, dtypeOfData, dtypes } from "../shape/dtype.ts";
import { sizeOf } from "../shape/shape.ts";
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { type HostArray, tensorOf } from "../tensor/hostArray.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { sampledOrder } from "./sampling.ts";
import { shuffledOrder } from "./shuffle.ts";

/** How a loader takes batches. */
export interface LoaderOptions {
  /** Rows in a batch. The last one of an epoch may be smaller. */
  readonly batchSize: number;
  /** Decides the order of rows, together with the epoch. Default 0. */
  readonly seed?: number;
  /** Default true. */
  readonly shuffle?: boolean;
  /** Leave out a last batch that is smaller. Default false. */
  readonly dropLast?: boolean;
  /**
   * How likely each row is drawn, in proportion: rows are then drawn with repetition instead of shuffled. `balancedWeights`
   * makes classes equally frequent.
   */
  readonly weights?: ArrayLike<number>;
  /** Rows drawn in an epoch, with `weights`. Default: as many as there are. */
  readonly rowsPerEpoch?: number;
}

/** Where a loader stands: `batch` batches of `epoch` were taken. */
export interface LoaderPosition {
  readonly epoch: number;
  readonly batch: number;
}

/** One batch in JavaScript's memory. */
export type HostBatch<Name extends string> = { readonly [N in Name]: HostArray };

/** One batch: a tensor for each array, of the array's dtype, with the batch along the first axis. */
export type Batch<Name extends string> = { readonly [N in Name]: Tensor };

/**
 * Gives batches of `arrays`, which have one row for each example along their first axis. Each `for` loop takes what is
 * left of the present epoch; the next loop takes the next epoch. `epoch(n)` gives any epoch, whatever was taken before.
 *
 * @example
 * ```ts
 * import { hostArray, Loader } from "smilodon/data";
 * const loader = new Loader(
 *   { x: hostArray(new Float32Array([1, 2, 3, 4, 5, 6]), [3, 2]), y: hostArray(new Int32Array([0, 1, 1])) },
 *   { batchSize: 2, seed: 7 },
 * );
 * for (const { x, y } of loader) console.log(x.shape, y.shape);
 * ```
 */
export class Loader<Name extends string> implements Iterable<Batch<Name>> {
  readonly rowCount: number;
  /** Batches in one epoch. */
  readonly batchCount: number;
  readonly #arrays: Readonly<Record<Name, HostArray>>;
  readonly #options: LoaderOptions;
  /** Rows taken in an epoch, repetitions counted. */
  readonly #taken: number;
  #position: LoaderPosition = { epoch: 0, batch: 0 };

  /** @throws DataError where the arrays differ in rows or there are none, ArgumentError for a batch size or weights that are none. */
  constructor(arrays: Readonly<Record<Name, HostArray>>, options: LoaderOptions) {
    const { batchSize, dropLast = false, weights, rowsPerEpoch } = options;
    requireCount("the batch size", batchSize);
    this.#arrays = arrays;
    this.#options = options;
    this.rowCount = countRows(arrays);
    if (weights !== undefined && weights.length !== this.rowCount)
      throw new ArgumentError(`Loader: ${weights.length} weights for ${this.rowCount} rows.`, {
        weights: weights.length,
        rowCount: this.rowCount,
      });
    if (rowsPerEpoch !== undefined) requireCount("rowsPerEpoch", rowsPerEpoch);
    if (rowsPerEpoch !== undefined && weights === undefined)
      throw new ArgumentError("Loader: rowsPerEpoch is for rows that are drawn. Give weights too.", { rowsPerEpoch });
    this.#taken = rowsPerEpoch ?? this.rowCount;
    this.batchCount = dropLast ? Math.floor(this.#taken / batchSize) : Math.ceil(this.#taken / batchSize);
    if (this.batchCount === 0)
      throw new DataError(`Loader: ${this.#taken} rows make no batch of ${batchSize}.`, {
        rowCount: this.#taken,
        batchSize,
      });
  }

  /** What the next loop over the loader begins with; set it to go on where another run stopped. */
  get position(): LoaderPosition {
    return this.#position;
  }

  set position({ epoch, batch }: LoaderPosition) {
    if (!Number.isInteger(epoch) || epoch < 0 || !Number.isInteger(batch) || batch < 0 || batch > this.batchCount) {
      throw new ArgumentError(
        `Loader: there is no position { epoch: ${epoch}, batch: ${batch} }; an epoch has ${this.batchCount} batches.`,
        { epoch, batch },
      );
    }
    this.#position = { epoch, batch };
  }

  /** Batches of epoch `epoch` (from 0); the position does not change. `skip` begins later. */
  epoch(epoch: number): Epoch<Batch<Name>> {
    return new Epoch(this.batchCount, (start) => this.#batches(epoch, start));
  }

  /** The same batches as arrays: to be made in a worker, or turned into something else. */
  hostEpoch(epoch: number): Epoch<HostBatch<Name>> {
    return new Epoch(this.batchCount, (start) => this.#hostBatches(epoch, start));
  }

  *[Symbol.iterator](): Iterator<Batch<Name>> {
    const { epoch, batch } = this.#position;
    let next = batch;
    for (const taken of this.#batches(epoch, batch)) {
      next++;
      this.#position = next === this.batchCount ? { epoch: epoch + 1, batch: 0 } : { epoch, batch: next };
      yield taken;
    }
    if (batch === this.batchCount) this.#position = { epoch: epoch + 1, batch: 0 };
  }

  *#batches(epoch: number, start: number): Generator<Batch<Name>> {
    for (const batch of this.#hostBatches(epoch, start)) yield tensorsOf(batch);
  }

  *#hostBatches(epoch: number, start: number): Generator<HostBatch<Name>> {
    const { batchSize } = this.#options;
    const order = this.#orderOf(epoch);
    for (let batch = start; batch < this.batchCount; batch++) {
      const rows = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      yield mapValues(this.#arrays, (array) => selectRows(array, rows));
    }
  }

  #orderOf(epoch: number): Uint32Array {
    const { seed = 0, shuffle = true, weights } = this.#options;
    if (weights !== undefined) return sampledOrder(weights, this.#taken, seed, epoch);
    if (shuffle) return shuffledOrder(this.rowCount, seed, "shuffle", epoch);
    return Uint32Array.from({ length: this.rowCount }, (_, row) => row);
  }
}

/** `batch` as tensors. */
export function tensorsOf<Name extends string>(batch: HostBatch<Name>): Batch<Name> {
  return mapValues(batch, tensorOf);
}

/** The batches of one epoch, from the first or, after `skip`, from a later one. */
export class Epoch<B> implements Iterable<B> {
  /** Batches from the start of the epoch to its end. */
  readonly batchCount: number;
  readonly #from: (start: number) => Iterator<B>;
  readonly #start: number;

  constructor(batchCount: number, from: (start: number) => Iterator<B>, start = 0) {
    this.batchCount = batchCount;
    this.#from = from;
    this.#start = start;
  }

  /** The same epoch without its next `count` batches, which are not made. */
  skip(count: number): Epoch<B> {
    return new Epoch(this.batchCount, this.#from, this.#start + count);
  }

  [Symbol.iterator](): Iterator<B> {
    return this.#from(this.#start);
  }
}

/** Rows `rows` of `array` along its first axis, in that order. */
export function selectRows(array: HostArray, rows: ArrayLike<number>): HostArray {
  const [, ...inner] = array.shape;
  const width = sizeOf(inner);
  const size = rows.length * width;
  if (array.data instanceof BigInt64Array) {
    const from = array.data;
    const data = BigInt64Array.from({ length: size }, (_, index) =>
      at(from, at(rows, Math.floor(index / width)) * width + (index % width)),
    );
    return { dtype: array.dtype, shape: [rows.length, ...inner], data };
  }
  const data = emptyLike(array.data, size);
  for (let index = 0; index < rows.length; index++) {
    const from = at(rows, index) * width;
    if (width === 1) data[index] = at(array.data, from);
    else data.set(array.data.subarray(from, from + width), index * width);
  }
  return { dtype: array.dtype, shape: [rows.length, ...inner], data };
}

function emptyLike(data: Data, length: number): Data {
  return new dtypes[dtypeOfData(data)].array(length);
}

function requireCount(what: string, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`Loader: ${what} is ${count}; it has to be a whole number of 1 or more.`, {
      [what]: count,
    });
}

/** Rows of arrays that belong together. @throws DataError where they differ. */
export function countRows(arrays: Readonly<Record<string, HostArray>>): number {
  const counts = Object.entries(arrays).map(([name, { shape }]) => [name, shape[0]] as const);
  const [first] = counts;
  if (first === undefined) throw new DataError("Loader: there are no arrays.");
  for (const [name, count] of counts) {
    if (count === undefined)
      throw new DataError(`Loader: array "${name}" is a scalar; its first axis has to count the examples.`, { name });
    if (count !== first[1])
      throw new DataError(`Loader: array "${first[0]}" has ${first[1]} rows and "${name}" has ${count}.`, { counts });
  }
  return first[1] ?? 0;
}

function mapValues<Name extends string, A, B>(
  record: Readonly<Record<Name, A>>,
  change: (value: A) => B,
): Record<Name, B> {
  const result: Partial<Record<Name, B>> = {};
  for (const name in record) result[name] = change(record[name]);
  return result as Record<Name, B>;
}
