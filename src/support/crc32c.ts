/**
 * CRC-32C (Castagnoli): tells whether bytes are those that were written. For torn and damaged files, not against forgery.
 *
 * Source: RFC 3720, appendix B.4, has the known answers; slicing by eight: M. Kounavis, F. Berry, 2005.
 */

/** The reversed polynomial. */
const polynomial = 0x82f63b78;
const slices = 8;

let tables: Uint32Array | undefined;

/** Table k says what a byte does to the remainder k bytes later; made at the first use. */
function makeTables(): Uint32Array {
  const made = new Uint32Array(256 * slices);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
    made[byte] = remainder;
  }
  for (let index = 256; index < made.length; index++) {
    const before = made[index - 256] ?? 0;
    made[index] = (before >>> 8) ^ (made[before & 255] ?? 0);
  }
  return made;
}

/** The checksum of `bytes`, unsigned; `before` is that of what stands before them. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  tables ??= makeTables();
  const table = tables;
  const read = (index: number): number => table[index] ?? 0;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let remainder = ~before >>> 0;
  let position = 0;
  for (; position + slices <= bytes.length; position += slices) {
    const low = words.getUint32(position, true) ^ remainder;
    const high = words.getUint32(position + 4, true);
    remainder =
      read(0x700 + (low & 255)) ^
      read(0x600 + ((low >>> 8) & 255)) ^
      read(0x500 + ((low >>> 16) & 255)) ^
      read(0x400 + (low >>> 24)) ^
      read(0x300 + (high & 255)) ^
      read(0x200 + ((high >>> 8) & 255)) ^
      read(0x100 + ((high >>> 16) & 255)) ^
      read(high >>> 24);
  }
  for (; position < bytes.length; position++)
    remainder = (remainder >>> 8) ^ read((remainder ^ (bytes[position] ?? 0)) & 255);
  return ~remainder >>> 0;
}
