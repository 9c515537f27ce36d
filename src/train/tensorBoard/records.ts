/**
 * TFRecord framing: length and content, each followed by a masked CRC-32C, so that a reader knows a record that was cut off.
 *
 * Source: TensorFlow, core/lib/io/record_writer.h and core/lib/hash/crc32c.h. Next: `events.ts`, what the content is.
 */
import { crc32c } from "../../support/crc32c.ts";
import { DataError } from "../../support/errors.ts";

const lengthBytes = 8;
const checksumBytes = 4;

/** `content` as one record. */
export function frameRecord(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthBytes + checksumBytes + content.length + checksumBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(lengthBytes, maskedChecksum(bytes.subarray(0, lengthBytes)), true);
  bytes.set(content, lengthBytes + checksumBytes);
  view.setUint32(bytes.length - checksumBytes, maskedChecksum(content), true);
  return bytes;
}

/**
 * The contents of the records in `bytes`; a last one that is cut off is left out, as TensorBoard does.
 * @throws DataError where a checksum is wrong.
 */
export function* readRecords(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let position = 0;
  const check = (begin: number, end: number): void => {
    if (view.getUint32(end, true) !== maskedChecksum(bytes.subarray(begin, end)))
      throw new DataError(`TFRecord, byte ${begin}: the checksum of the ${end - begin} bytes from here is wrong.`, {
        begin,
      });
  };
  while (position + lengthBytes + checksumBytes <= bytes.length) {
    const begin = position + lengthBytes + checksumBytes;
    check(position, position + lengthBytes);
    const end = begin + Number(view.getBigUint64(position, true));
    if (end + checksumBytes > bytes.length) return;
    check(begin, end);
    yield bytes.subarray(begin, end);
    position = end + checksumBytes;
  }
}

/** The checksum, turned and moved: checksums of what contains checksums would be weak. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
