/**
 * Rows divided by chance, the same at every call: where one part of the rows is told by the other, or some stand for all.
 * Never by parity or by every k-th row, since rows may alternate.
 */

/** To which of `parts` parts a row belongs, 0 … parts − 1. */
export function partOf(row: number, parts: number): number {
  return Math.floor((mix(row) / 2 ** 32) * parts);
}

/** To which half a row belongs. */
export function halfOf(row: number): 0 | 1 {
  return partOf(row, 2) === 0 ? 0 : 1;
}

/** `most` rows of `count`, ascending: one of each stretch of equal length, at a random place in it. All rows where there are fewer. */
export function someRows(count: number, most: number): Uint32Array {
  if (count <= most) return Uint32Array.from({ length: count }, (_, row) => row);
  const step = count / most;
  return Uint32Array.from({ length: most }, (_, index) => Math.floor((index + mix(index) / 2 ** 32) * step));
}

/** A whole number of 32 bits that looks random (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let bits = Math.imul(value + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
