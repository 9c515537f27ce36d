/**
 * Sorts the rows of a matrix, stably: short rows by comparing all pairs, long ones by counting, a few bits at a time from the
 * last (D. E. Knuth, The Art of Computer Programming 3, 5.2 and 5.2.5). `keys.ts` has what is compared and counted.
 */
import { node } from "../../graph/node.ts";
import { at } from "../../support/invariant.ts";
import { add, subtract } from "../../tensor/arithmetic.ts";
import { bitwiseAnd, bitwiseRightShift, bitwiseXor } from "../../tensor/bitwise.ts";
import { astype } from "../../tensor/cast.ts";
import { less, lessEqual, where } from "../../tensor/comparison.ts";
import { arange, zeros } from "../../tensor/creation.ts";
import { cumulativeSum } from "../../tensor/cumulative.ts";
import { broadcastTo, expandDims, reshape } from "../../tensor/manipulate.ts";
import { sum } from "../../tensor/reduce.ts";
import { pad, slice } from "../../tensor/slice.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { type KeyForm, keyForms } from "./keys.ts";

/** Rows up to this long are sorted by comparing all pairs of their elements. */
const longestCompared = 64;
/** Bits that are counted at a time: with more, what is written goes to too many places at once for a cache. */
const widest = 8;
/** A chunk has at least this many elements for each bucket, so that what is done for each bucket is little. */
const fillOfBucket = 16;
/** Rows and chunks together that threads can share evenly. */
const enoughPieces = 64;

/** The elements of x, [rows, length], in rising or falling order of each row; equal ones stay in their order. */
export function sortRows(x: Tensor, isDescending: boolean): Tensor {
  const form: KeyForm = keyForms[x.dtype];
  if (form.bits === 64) {
    const found = [x.node, orderRows(x, isDescending).node];
    return new Tensor(node("gather", found, { axis: 1, batch: 1, value: null }));
  }
  const stored = form.store(x);
  return form.restore(at(arrangeRows(columnsOf(form, stored, isDescending), [stored]), 0), x.dtype);
}

/** The positions of the elements of x, [rows, length], in the order that `sortRows` gives them. */
export function orderRows(x: Tensor, isDescending: boolean): Tensor {
  const form: KeyForm = keyForms[x.dtype];
  const positions = broadcastTo(arange(at(x.shape, 1), undefined, 1, { dtype: "i32" }), x.shape);
  return at(arrangeRows(columnsOf(form, form.store(x), isDescending), [positions]), 0);
}

/** A part of the key of each element, of up to 32 bits. */
interface Column {
  /** What the key is made of, i32 [rows, length]. */
  readonly stored: Tensor;
  /** The key of what is stored, i32: rows are brought into rising order. */
  readonly key: (stored: Tensor) => Tensor;
  /** The last bits tell keys apart; they count up from 0 once those of `bias` are turned around. */
  readonly bits: number;
  readonly bias: number;
  /** What is stored for an element that no other has to stand behind. */
  readonly last: number;
}

/** The bit that is set in negative numbers of i32. */
const signBit = -(2 ** 31);

/** The parts of the keys, the least important first. */
function columnsOf({ bits, isSigned, key, ends }: KeyForm, stored: Tensor, isDescending: boolean): readonly Column[] {
  const ordered = (each: Tensor) => (isDescending ? bitwiseXor(key(each), -1) : key(each));
  const last = at(ends, isDescending ? 0 : 1);
  const bias = !isSigned ? 0 : bits < 32 ? 2 ** (bits - 1) : signBit;
  if (bits < 64) return [{ stored, key: ordered, bits, bias, last }];
  const whole = ordered(stored);
  const halves = { bits: 32, bias: signBit };
  return [
    // Of the low word all bits count up
    { ...halves, stored: astype(whole, "i32"), key: (each) => bitwiseXor(each, signBit), last: -1 },
    { ...halves, stored: astype(bitwiseRightShift(whole, 32), "i32"), key: (each) => each, last: 2 ** 31 - 1 },
  ];
}

/** `given`, i32 [rows, length] each, with the elements of each row in the order of their keys. */
function arrangeRows(columns: readonly Column[], given: readonly Tensor[]): readonly Tensor[] {
  const [rows = 0, length = 0] = at(given, 0).shape;
  if (rows === 0 || length < 2) return given;
  return length <= longestCompared ? arrangeByComparing(columns, given) : arrangeByCounting(columns, given);
}

/** The place of each element is how many have to stand before it. */
function arrangeByComparing(columns: readonly Column[], given: readonly Tensor[]): readonly Tensor[] {
  const [rows = 0, length = 0] = at(given, 0).shape;
  const positions = arange(length, undefined, 1, { dtype: "i32" });
  let isBefore = less(positions, expandDims(positions, 1));
  for (const { stored, key } of columns) {
    const keys = key(stored);
    const [other, own] = [expandDims(keys, 1), expandDims(keys, 2)];
    isBefore = where(isBefore, lessEqual(other, own), less(other, own));
  }
  const places = reshape(sum(astype(isBefore, "i32"), 2), [rows, 1, length]);
  const first = broadcastTo(positions, [rows, 1, length]);
  return distribute(
    first,
    places,
    given.map((each) => reshape(each, [rows, 1, length])),
  ).map((each) => reshape(each, [rows, length]));
}

/** Sorts by a few bits after the other, from the last on: each time stably, so that what came before stays. */
function arrangeByCounting(columns: readonly Column[], given: readonly Tensor[]): readonly Tensor[] {
  const [rows = 0, length = 0] = at(given, 0).shape;
  const chunks = chunksFor(rows, length, 2 ** widest);
  const size = Math.ceil(length / chunks);
  // What is added at the end sorts last: there it stays
  const inChunks = (each: Tensor) => {
    const value = columns.find(({ stored }) => stored === each)?.last ?? 0;
    return reshape(pad(each, [0, [0, chunks * size - length]], { value }), [rows, chunks, size]);
  };
  const now = new Map([...columns.map(({ stored }) => stored), ...given].map((each) => [each, inChunks(each)]));
  const digits = columns.flatMap((column) => digitsOf(column));
  digits.forEach((digit, index) => {
    const wanted = new Set([...digits.slice(index + 1).map(({ stored }) => stored), ...given]);
    const moved = [...now].filter(([each]) => wanted.has(each));
    const value = digit.valueOf(now.get(digit.stored) ?? digit.stored);
    const result = arrangeByDigit(
      value,
      digit.count,
      moved.map(([, each]) => each),
    );
    moved.forEach(([each], place) => now.set(each, at(result, place)));
  });
  return given.map((each) => slice(reshape(now.get(each) ?? each, [rows, chunks * size]), null, [0, length]));
}

/** A few bits of a key. */
interface Digit {
  readonly stored: Tensor;
  readonly valueOf: (stored: Tensor) => Tensor;
  /** How many different ones there are. */
  readonly count: number;
}

function digitsOf({ stored, key, bits, bias }: Column): readonly Digit[] {
  const width = Math.ceil(bits / Math.ceil(bits / widest));
  return Array.from({ length: Math.ceil(bits / width) }, (_, digit) => {
    const count = 2 ** Math.min(width, bits - digit * width);
    return {
      stored,
      valueOf: (each) => bitwiseAnd(bitwiseRightShift(bitwiseXor(key(each), bias), digit * width), count - 1),
      count,
    };
  });
}

/** Into how many pieces rows are cut, which are counted side by side: few, but without a rest where that can be. */
function chunksFor(rows: number, length: number, buckets: number): number {
  const most = Math.min(Math.ceil(enoughPieces / rows), Math.floor(length / (fillOfBucket * buckets)));
  for (let chunks = most; chunks > (3 / 4) * most; chunks--) if (length % chunks === 0) return chunks;
  return Math.max(1, most);
}

/** `given`, i32 [rows, chunks, size] each, with each row in the order of the digits, of which there are `count`. */
function arrangeByDigit(digits: Tensor, count: number, given: readonly Tensor[]): readonly Tensor[] {
  const [rows = 0, chunks = 0] = digits.shape;
  const none = zeros([rows, chunks, count], { dtype: "i32" });
  const counts = reshape(new Tensor(node("distribute", [none.node, digits.node], {})), none.shape);
  const upTo = cumulativeSum(counts, { axis: 1 });
  const ofRow = slice(upTo, null, [chunks - 1]);
  // Smaller digits come first, and equal ones of the chunks before
  const before = subtract(cumulativeSum(ofRow, { axis: 2 }), ofRow);
  return distribute(add(before, subtract(upTo, counts)), digits, given);
}

/** Each of `given`, like `buckets` of i32 [rows, chunks, size], with its elements at the places that `starts` begins with. */
function distribute(starts: Tensor, buckets: Tensor, given: readonly Tensor[]): readonly Tensor[] {
  const result = new Tensor(
    node(
      "distribute",
      [starts, buckets, ...given].map((each) => each.node),
      {},
    ),
  );
  const [, chunks = 0, size = 0] = buckets.shape;
  const counters = chunks * at(starts.shape, 2);
  return given.map((_, index) => {
    const from = counters + index * chunks * size;
    return reshape(slice(result, null, [from, from + chunks * size]), buckets.shape);
  });
}
