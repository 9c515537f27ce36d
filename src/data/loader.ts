/** Batches from arrays in memory, shuffled anew each epoch by seed, resumable at any batch. */
import { type Data, dtypeOfData, dtypes } from "../shape/dtype.ts";
import { sizeOf } from "../shape/shape.ts";
import { ArgumentError, DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { type HostArray, tensorOf } from "../tensor/hostArray.ts";
import type { Tensor } from "../tensor/tensor.ts";
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
}

/** Where a loader stands: `batch` batches of `epoch` were taken. */
export interface LoaderPosition {
  readonly epoch: number;
  readonly batch: number;
}

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
  readonly #options: Required<LoaderOptions>;
  #position: LoaderPosition = { epoch: 0, batch: 0 };

  /** @throws DataError where the arrays differ in rows or there are none, ArgumentError for a batch size that is none. */
  constructor(arrays: Readonly<Record<Name, HostArray>>, options: LoaderOptions) {
    const { batchSize, seed = 0, shuffle = true, dropLast = false } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new ArgumentError(`Loader: the batch size is ${batchSize}; it has to be a whole number of 1 or more.`, {
        batchSize,
      });
    this.#arrays = arrays;
    this.#options = { batchSize, seed, shuffle, dropLast };
    this.rowCount = countRows(arrays);
    this.batchCount = dropLast ? Math.floor(this.rowCount / batchSize) : Math.ceil(this.rowCount / batchSize);
    if (this.batchCount === 0)
      throw new DataError(`Loader: ${this.rowCount} rows make no batch of ${batchSize}.`, {
        rowCount: this.rowCount,
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
  epoch(epoch: number): Epoch<Name> {
    return new Epoch(this.batchCount, (start) => this.#batches(epoch, start));
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
    const { batchSize, seed, shuffle } = this.#options;
    const order = shuffle ? shuffledOrder(this.rowCount, seed, "shuffle", epoch) : undefined;
    for (let batch = start; batch < this.batchCount; batch++) {
      const from = batch * batchSize;
      const count = Math.min(batchSize, this.rowCount - from);
      const rows = Array.from({ length: count }, (_, index) =>
        order === undefined ? from + index : at(order, from + index),
      );
      yield mapValues(this.#arrays, (array) => tensorOf(selectRows(array, rows)));
    }
  }
}

/** The batches of one epoch, from the first or, after `skip`, from a later one. */
export class Epoch<Name extends string> implements Iterable<Batch<Name>> {
  /** Batches from the start of the epoch to its end. */
  readonly batchCount: number;
  readonly #from: (start: number) => Iterator<Batch<Name>>;
  readonly #start: number;

  constructor(batchCount: number, from: (start: number) => Iterator<Batch<Name>>, start = 0) {
    this.batchCount = batchCount;
    this.#from = from;
    this.#start = start;
  }

  /** The same epoch without its next `count` batches, which are not made. */
  skip(count: number): Epoch<Name> {
    return new Epoch(this.batchCount, this.#from, this.#start + count);
  }

  [Symbol.iterator](): Iterator<Batch<Name>> {
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

function countRows(arrays: Readonly<Record<string, HostArray>>): number {
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
