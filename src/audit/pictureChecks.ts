/**
 * What a set of pictures is like before anything is learned from it: how bright and how rich in contrast each class is, pictures
 * that occur twice, and pictures that nearly do. Exact copies are found by a checksum of their pixels and compared byte by byte.
 *
 * Near copies: difference hash of 64 bits (N. Krawetz, "Kind of like that", 2013) as a first sieve, then the correlation of
 * all pixels.
 */
import type { ImageSet, PixelStore } from "../data/images/imageSet.ts";
import { crc32c } from "../support/crc32c.ts";
import { at } from "../support/invariant.ts";

/** Pictures of a class, as means over its pictures. */
export interface ClassLook {
  readonly name: string;
  readonly count: number;
  /** Mean of all pixels, from 0 to 1, and the mean over pictures of their pixels' deviation. */
  readonly brightness: number;
  readonly contrast: number;
}

/** What was found. */
export interface PictureChecks {
  readonly looks: readonly ClassLook[];
  /** Rows of pictures with the same pixels, ascending; each group has two or more. */
  readonly copies: readonly (readonly number[])[];
  /** Pairs of rows that differ by next to nothing. */
  readonly nearCopies: readonly (readonly [number, number])[];
  /** The search for near copies was cut short: there may be more. */
  readonly isCutShort: boolean;
  /** Of the pixels of each picture. */
  readonly checksums: Uint32Array;
}

/** Pictures that are read at once. */
const blockPictures = 256;
/** Candidates that are compared pixel by pixel, at most. */
const mostCandidates = 20_000;
/** Pictures with one hash band in common: more are a plain background, not copies. */
const mostAlike = 64;
/** Bits of the hash that near copies may differ in: fewer than there are bands, so one band is the same. */
const bands = 4;
const nearCorrelation = 0.98;

/** Looks at all pictures of `set`. @param onProgress told how many were read */
export async function checkPictures(
  set: ImageSet,
  onProgress?: (done: number, total: number) => void,
): Promise<PictureChecks> {
  const { pixels, labels, classes } = set;
  const { count, height, width, channels } = pixels;
  const size = height * width * channels;
  const checksums = new Uint32Array(count);
  const hashes = new Uint16Array(bands * count);
  const sums = classes.map(() => ({ count: 0, brightness: 0, contrast: 0 }));
  const isFlat = new Uint8Array(count);
  for (let start = 0; start < count; start += blockPictures) {
    const rows = Uint32Array.from({ length: Math.min(blockPictures, count - start) }, (_, index) => start + index);
    const block = await pixels.read(rows);
    for (const row of rows) {
      const own = block.subarray((row - start) * size, (row - start + 1) * size);
      checksums[row] = crc32c(own);
      const { mean, deviation } = momentsOf(own);
      isFlat[row] = deviation < 2 ? 1 : 0;
      hashes.set(differenceHash(own, { height, width, channels }), bands * row);
      const sum = at(sums, at(labels, row));
      sum.count++;
      sum.brightness += mean / 255;
      sum.contrast += deviation / 255;
    }
    onProgress?.(Math.min(count, start + blockPictures), count);
  }
  const copies = await copiesIn(pixels, checksums);
  const near = await nearCopiesIn(pixels, { hashes, isFlat, copies });
  const looks = sums.map((sum, label) => ({
    name: at(classes, label),
    count: sum.count,
    brightness: sum.brightness / Math.max(1, sum.count),
    contrast: sum.contrast / Math.max(1, sum.count),
  }));
  return { looks, copies, ...near, checksums };
}

function momentsOf(values: Uint8Array): { readonly mean: number; readonly deviation: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}

/** 64 bits: is each of 9×8 cells brighter than the one to its right? As four numbers of 16 bits. */
function differenceHash(
  pixels: Uint8Array,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
): Uint16Array {
  const cells = new Float64Array(72);
  for (let row = 0; row < 8; row++) {
    const [top, bottom] = [Math.floor((row * height) / 8), Math.max(1, Math.floor(((row + 1) * height) / 8))];
    for (let column = 0; column < 9; column++) {
      const [left, right] = [Math.floor((column * width) / 9), Math.floor(((column + 1) * width) / 9)];
      cells[9 * row + column] = meanOf(
        pixels,
        { top, bottom, left, right: Math.max(left + 1, right) },
        width * channels,
        channels,
      );
    }
  }
  const hash = new Uint16Array(bands);
  for (let bit = 0; bit < 64; bit++) {
    const cell = 9 * (bit >> 3) + (bit & 7);
    if (at(cells, cell) > at(cells, cell + 1)) hash[bit >> 4] = at(hash, bit >> 4) | (1 << (bit & 15));
  }
  return hash;
}

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function meanOf(pixels: Uint8Array, { top, bottom, left, right }: Box, line: number, channels: number): number {
  let [sum, count] = [0, 0];
  for (let y = Math.min(top, bottom - 1); y < bottom; y++)
    for (let place = y * line + left * channels; place < y * line + right * channels; place++) {
      sum += pixels[place] ?? 0;
      count++;
    }
  return sum / Math.max(1, count);
}

/** Groups of rows with the same pixels. */
async function copiesIn(pixels: PixelStore, checksums: Uint32Array): Promise<number[][]> {
  const alike = new Map<number, number[]>();
  checksums.forEach((checksum, row) => {
    const known = alike.get(checksum);
    if (known === undefined) alike.set(checksum, [row]);
    else known.push(row);
  });
  const groups: number[][] = [];
  for (const rows of alike.values()) {
    if (rows.length < 2) continue;
    const all = await pixels.read(rows);
    const size = all.length / rows.length;
    const own: number[][] = [];
    rows.forEach((row, place) => {
      const same = own.find(([first = 0]) => isSame(all, rows.indexOf(first) * size, place * size, size));
      if (same === undefined) own.push([row]);
      else same.push(row);
    });
    groups.push(...own.filter((group) => group.length > 1));
  }
  return groups.sort(([a = 0], [b = 0]) => a - b);
}

function isSame(values: Uint8Array, a: number, b: number, size: number): boolean {
  for (let index = 0; index < size; index++) if (values[a + index] !== values[b + index]) return false;
  return true;
}

interface Sieve {
  readonly hashes: Uint16Array;
  readonly isFlat: Uint8Array;
  readonly copies: readonly (readonly number[])[];
}

async function nearCopiesIn(
  pixels: PixelStore,
  { hashes, isFlat, copies }: Sieve,
): Promise<Pick<PictureChecks, "nearCopies" | "isCutShort">> {
  const isCopy = new Uint8Array(isFlat.length);
  for (const [, ...others] of copies) for (const row of others) isCopy[row] = 1;
  const candidates = new Set<number>();
  let isCutShort = false;
  for (let band = 0; band < bands; band++) {
    const alike = new Map<number, number[]>();
    for (let row = 0; row < isFlat.length; row++) {
      if (isFlat[row] === 1 || isCopy[row] === 1) continue;
      const key = at(hashes, bands * row + band);
      const known = alike.get(key) ?? [];
      for (const other of known)
        if (differingBits(hashes, row, other) < bands) candidates.add(other * isFlat.length + row);
      if (known.length < mostAlike) alike.set(key, [...known, row]);
      else isCutShort = true;
    }
  }
  const nearCopies: [number, number][] = [];
  const chosen = [...candidates].sort((a, b) => a - b).slice(0, mostCandidates);
  for (const pair of chosen) {
    const [a, b] = [Math.floor(pair / isFlat.length), pair % isFlat.length];
    const both = await pixels.read([a, b]);
    if (correlation(both.subarray(0, both.length / 2), both.subarray(both.length / 2)) >= nearCorrelation)
      nearCopies.push([a, b]);
  }
  return { nearCopies, isCutShort: isCutShort || candidates.size > mostCandidates };
}

function differingBits(hashes: Uint16Array, a: number, b: number): number {
  let bits = 0;
  for (let band = 0; band < bands; band++) {
    let rest = at(hashes, bands * a + band) ^ at(hashes, bands * b + band);
    for (; rest !== 0; rest &= rest - 1) bits++;
  }
  return bits;
}

function correlation(a: Uint8Array, b: Uint8Array): number {
  const [own, other] = [momentsOf(a), momentsOf(b)];
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += ((a[index] ?? 0) - own.mean) * ((b[index] ?? 0) - other.mean);
  return sum / a.length / Math.max(1e-9, own.deviation * other.deviation);
}
