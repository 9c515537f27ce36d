/** Runs and differences, the two ways in which Parquet packs whole numbers: checked, and read as far as that takes. */

/** A stream of runs: `count` numbers of `width` bits each, all of them below `limit`, between two places of a page. */
export interface Runs {
  readonly start: number;
  readonly end: number;
  readonly width: number;
  readonly count: number;
  readonly limit: number;
}

/** Numbers that writers may add to fill a run of packed bits. */
const mostPadding = 512;

/**
 * Walks along runs of one number, and runs of numbers packed bit by bit.
 * @returns the sum of the numbers, and how many are the greatest that there may be
 * @throws Error where a run is longer than what is left, ends after the page, or holds a number that cannot be.
 */
export function checkRuns(
  page: Uint8Array,
  { start, end, width, count, limit }: Runs,
): { sum: number; greatest: number } {
  const last = Math.min(end, page.length);
  let [offset, seen, sum, greatest] = [start, 0, 0, 0];
  while (seen < count) {
    const head = readVarint(page, offset, last);
    offset = head.end;
    const length = head.value >>> 1;
    if ((head.value & 1) === 1) {
      const numbers = Math.min(8 * length, count - seen);
      if (length === 0 || 8 * length > numbers + mostPadding) throw new Error("a run of packed numbers is too long");
      if (offset + Math.ceil((numbers * width) / 8) > last) throw new Error("a run ends after its page");
      const packed = sumPacked(page, { start: offset, end: last, width, count: numbers, limit });
      sum += packed.sum;
      greatest += packed.greatest;
      offset += length * width;
      seen += numbers;
      continue;
    }
    const bytes = (width + 7) >> 3;
    if (length === 0 || length > count - seen || offset + bytes > last) throw new Error("a run is too long");
    let value = 0;
    for (let index = 0; index < bytes; index++) value += (page[offset + index] ?? 0) * 2 ** (8 * index);
    if (value >= limit) throw new Error(`a run holds ${value} where ${limit} is too much`);
    offset += bytes;
    sum += value * length;
    if (value === limit - 1) greatest += length;
    seen += length;
  }
  return { sum, greatest };
}

function sumPacked(page: Uint8Array, { start, width, count, limit }: Runs): { sum: number; greatest: number } {
  let [held, bits, offset, sum, greatest] = [0, 0, start, 0, 0];
  const size = 2 ** width;
  for (let index = 0; index < count; index++) {
    // Sums and not bits: more than 32 of them are held at times
    while (bits < width) {
      held += (page[offset++] ?? 0) * 2 ** bits;
      bits += 8;
    }
    const value = held % size;
    if (value >= limit) throw new Error(`a run holds ${value} where ${limit} is too much`);
    if (value === limit - 1) greatest++;
    held = (held - value) / size;
    bits -= width;
    sum += value;
  }
  return { sum, greatest };
}

/**
 * Reads `count` whole numbers, at least one, that are stored as blocks of differences; only their low 32 bits are right.
 * @throws Error where the sizes of blocks cannot be, or a block begins after the page.
 */
export function checkDelta(page: Uint8Array, start: number, count: number): { values: Int32Array; end: number } {
  const last = page.length;
  const block = readVarint(page, start, last);
  const parts = readVarint(page, block.end, last);
  const total = readVarint(page, parts.end, last);
  const first = readVarint(page, total.end, last);
  const size = block.value / parts.value;
  if (!(parts.value > 0 && size > 0 && size % 8 === 0 && block.value <= 2 ** 24) || total.value < count)
    throw new Error("a page has blocks of an impossible size");
  // At least a byte says how wide each part is
  if (count > 8 * size * (last - start)) throw new Error("a page has fewer blocks than its values take");
  const values = new Int32Array(count);
  values[0] = unfold(first.value);
  let offset = first.end;
  for (let index = 1; index < count; ) {
    const least = readVarint(page, offset, last);
    const widths = page.subarray(least.end, least.end + parts.value);
    if (widths.length < parts.value) throw new Error("a block ends after its page");
    offset = least.end + parts.value;
    for (let part = 0; part < parts.value && index < count; part++) {
      const own = { start: offset, width: widths[part] ?? 0, count: Math.min(size, count - index) };
      addDifferences(values, index, unfold(least.value), page, own);
      offset += (size * own.width) / 8;
      index += own.count;
    }
  }
  return { values, end: offset };
}

function addDifferences(
  values: Int32Array,
  from: number,
  least: number,
  page: Uint8Array,
  { start, width, count }: Pick<Runs, "start" | "width" | "count">,
): void {
  if (width > 64 || start + Math.ceil((width * count) / 8) > page.length)
    throw new Error("a block of differences ends after its page");
  let value = values[from - 1] ?? 0;
  for (let index = 0; index < count; index++) {
    let difference = 0;
    for (let bit = 0; bit < Math.min(width, 32); bit++) {
      const place = index * width + bit;
      difference |= (((page[start + (place >> 3)] ?? 0) >> (place & 7)) & 1) << bit;
    }
    value = (value + least + difference) | 0;
    values[from + index] = value;
  }
}

/** A number of up to ten bytes, seven bits in each; its low 32 bits, where it is to be folded. */
function readVarint(page: Uint8Array, start: number, last: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = page[start + index];
    if (byte === undefined || start + index >= last) break;
    if (index < 5) value |= (byte & 127) << (7 * index);
    if (byte < 128) return { value: value >>> 0, end: start + index + 1 };
  }
  throw new Error("a number in a page does not end");
}

function unfold(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

/** Four bytes, the lowest first. @throws Error where they are not there. */
export function readUint32(page: Uint8Array, offset: number): number {
  const [a, b, c, d] = [page[offset], page[offset + 1], page[offset + 2], page[offset + 3]];
  if (a === undefined || b === undefined || c === undefined || d === undefined)
    throw new Error("a page ends before its values");
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
