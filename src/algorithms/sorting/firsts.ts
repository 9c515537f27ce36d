/**
 * The first few of each row in an order, without sorting the row: it is cut into blocks, and what is wanted can only be in the few blocks
 * whose own first elements come first. These blocks, and then what is in them, are selected from in the same way, until so little is
 * left that all pairs are compared. `rows.ts` sorts where nearly everything is wanted.
 */
import { at } from "../../support/invariant.ts";
import { add, minimum, multiply } from "../../tensor/arithmetic.ts";
import { bitwiseXor } from "../../tensor/bitwise.ts";
import { astype, stopGradient } from "../../tensor/cast.ts";
import { equal, greater, greaterEqual, less, where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { expandDims, reshape } from "../../tensor/manipulate.ts";
import { max, sum } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { gatherRows } from "./alongAxis.ts";
import { type KeyForm, keyForms } from "./keys.ts";
import { orderRows, sortRows } from "./rows.ts";

/** Rows up to this long are compared in all pairs rather than sorted, and longer ones where all rows together have few pairs. */
const longestCompared = 128;
const somePairs = 2 ** 18;
/** Pairs, of all rows together, that cost less than cutting rows into blocks. */
const fewPairs = 2 ** 16;
/** Elements below which a block saves nothing. */
const smallestBlock = 4;

/** Rows of elements that are chosen from. */
interface Elements {
  /** [rows, length] */
  readonly given: Tensor;
  /** Of elements of `given`: i32 or i64, the greater the earlier they come. */
  readonly key: (given: Tensor) => Tensor;
}

/** The positions of the `count` first elements of x, [rows, length], in the order that `sortRows` gives them: i32 [rows, count]. */
export function firstOfRows(x: Tensor, count: number, isDescending: boolean): Tensor {
  const form: KeyForm = keyForms[x.dtype];
  const key = (given: Tensor) => form.key(form.store(given));
  const given = stopGradient(x);
  return firsts({ given, key: isDescending ? key : (each) => bitwiseXor(key(each), -1) }, count);
}

function firsts({ given, key }: Elements, count: number): Tensor {
  const [rows = 0, length = 0] = given.shape;
  const size = blockFor(rows, length, count);
  if (size === undefined) {
    const isShort = length <= longestCompared || rows * length ** 2 <= somePairs;
    if (isShort && 0 < count && count < length) return firstByComparing(key(given), count);
    return slice(orderRows(key(given), true), null, [0, count]);
  }
  const blocks = firsts(ofKeys(firstOfBlocks({ given, key }, size)), count);
  // In the order of their positions, so that of equal elements the first comes first
  const starts = multiply(expandDims(sortRows(blocks, false), 2), size);
  const positions = reshape(add(starts, arange(size)), [rows, count * size]);
  const candidates = keysAt({ given, key }, positions, size);
  return gatherRows(positions, firsts(ofKeys(candidates), count));
}

const ofKeys = (keys: Tensor): Elements => ({ given: keys, key: (each) => each });

/**
 * How many elements a block should have, so that there are about as many blocks as elements to choose from, and no rest where that can be;
 * undefined for no blocks.
 */
function blockFor(rows: number, length: number, count: number): number | undefined {
  if (count === 0 || rows * length ** 2 <= fewPairs) return undefined;
  const ideal = 2 ** Math.round(Math.log2(length / count) / 2);
  if (ideal < smallestBlock) return undefined;
  for (let size = ideal; size < 1.5 * ideal; size++) if (length % size === 0) return size;
  return ideal;
}

/** The greatest key of each block of `size` elements, the last one perhaps of fewer: [rows, blocks]. */
function firstOfBlocks({ given, key }: Elements, size: number): Tensor {
  const [rows = 0, length = 0] = given.shape;
  const whole = Math.floor(length / size);
  const inBlocks = max(key(reshape(slice(given, null, [0, whole * size]), [rows, whole, size])), 2);
  if (whole * size === length) return inBlocks;
  return concat([inBlocks, max(key(slice(given, null, [whole * size])), 1, { keepDims: true })], 1);
}

/** The keys at `positions` in blocks of `size`; beyond the end of a row, which the last block may reach, none comes later. */
function keysAt({ given, key }: Elements, positions: Tensor, size: number): Tensor {
  const length = at(given.shape, 1);
  if (length % size === 0) return key(gatherRows(given, positions));
  const found = key(gatherRows(given, minimum(positions, length - 1)));
  return where(less(positions, length), found, found.dtype === "i64" ? -(2 ** 63) : -(2 ** 31));
}

/** The positions of the `count` greatest keys of each row, of equal ones the first: by how many come before each. */
function firstByComparing(keys: Tensor, count: number): Tensor {
  const positions = arange(at(keys.shape, 1));
  const [other, own] = [expandDims(keys, 1), expandDims(keys, 2)];
  const isBefore = where(less(positions, expandDims(positions, 1)), greaterEqual(other, own), greater(other, own));
  const places = sum(astype(isBefore, "i32"), 2);
  const wanted = arange(count);
  return sum(where(equal(expandDims(places, 1), expandDims(wanted, 1)), positions, 0), 2);
}
