/** Rows of several arrays that belong together, in fixed memory: what a shuffle buffer and a half-filled batch are. */
import { type Dtype, dtypeOfData, dtypes } from "../shape/dtype.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../shape/shape.ts";
import { DataError } from "../support/errors.ts";
import type { HostArray } from "../tensor/hostArray.ts";
import type { HostData } from "../tensor/tensor.ts";
import type { HostBatch } from "./loader.ts";

/** One array's rows. */
interface Part {
  readonly dtype: Dtype;
  readonly inner: Shape;
  readonly width: number;
  readonly data: HostData;
}

/** Room for `capacity` rows like those of `like`. */
export class RowBuffer<Name extends string> {
  readonly #parts: ReadonlyMap<Name, Part>;

  constructor(like: HostBatch<Name>, capacity: number) {
    const parts = new Map<Name, Part>();
    for (const name in like) {
      const { dtype, shape, data } = like[name];
      const inner = shape.slice(1);
      const width = sizeOf(inner);
      parts.set(name, { dtype, inner, width, data: emptyLike(data, capacity * width) });
    }
    this.#parts = parts;
  }

  /** Puts row `from` of `rows` in place `place`. */
  put(place: number, rows: HostBatch<Name>, from: number): void {
    for (const [name, { width, data }] of this.#parts) copyRow(rows[name].data, from, data, place, width);
  }

  /** Puts row `from` of another buffer of the same arrays in place `place`. */
  putFrom(place: number, other: RowBuffer<Name>, from: number): void {
    for (const [name, { width, data }] of this.#parts) {
      const source = other.#parts.get(name);
      if (source !== undefined) copyRow(source.data, from, data, place, width);
    }
  }

  /** The first `count` rows, as a copy. */
  take(count: number): HostBatch<Name> {
    const batch: Partial<Record<Name, HostArray>> = {};
    for (const [name, { dtype, inner, width, data }] of this.#parts)
      batch[name] = { dtype, shape: [count, ...inner], data: data.slice(0, count * width) };
    return batch as HostBatch<Name>;
  }

  /** @throws DataError where `rows` are not of the same arrays, dtypes and shapes. */
  check(rows: HostBatch<Name>): void {
    const names = Object.keys(rows);
    for (const [name, { dtype, inner }] of this.#parts) {
      const array: HostArray | undefined = rows[name];
      if (array !== undefined && array.dtype === dtype && sameShape(array.shape.slice(1), inner)) continue;
      const found = array === undefined ? "missing" : `${array.dtype}${showShape(array.shape)}`;
      throw new DataError(
        `StreamLoader: array "${name}" is ${found} in one chunk and ${dtype} with rows of ${showShape(inner)} in the chunks before. ` +
          "Every chunk needs the same arrays, dtypes and row shapes.",
        { name },
      );
    }
    if (names.length !== this.#parts.size)
      throw new DataError(
        `StreamLoader: a chunk has the arrays ${names.join(", ")}; those before had ${[...this.#parts.keys()].join(", ")}.`,
        { names },
      );
  }
}

function copyRow(from: HostData, fromRow: number, to: HostData, toRow: number, width: number): void {
  const [begin, place] = [fromRow * width, toRow * width];
  if (from instanceof BigInt64Array || to instanceof BigInt64Array) {
    if (from instanceof BigInt64Array && to instanceof BigInt64Array)
      to.set(from.subarray(begin, begin + width), place);
  } else if (width === 1) to[place] = from[begin] ?? 0;
  else to.set(from.subarray(begin, begin + width), place);
}

function emptyLike(data: HostData, length: number): HostData {
  return data instanceof BigInt64Array ? new BigInt64Array(length) : new dtypes[dtypeOfData(data)].array(length);
}
