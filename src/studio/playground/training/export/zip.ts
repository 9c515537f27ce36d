/**
 * Files in one zip file, stored as they are: what browsers can save in one go and every system opens. The same files give
 * the same bytes, so the date in it is always the format's first.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16; the checksum is CRC-32 of ISO 3309.
 */
import { ArgumentError } from "../../../../support/errors.ts";

/** What is packed: paths with `/` between their parts, and texts (UTF-8) or bytes. */
export type PackedFiles = ReadonlyMap<string, Uint8Array | string>;

interface Entry {
  readonly name: Uint8Array;
  readonly content: Uint8Array;
  readonly checksum: number;
  readonly offset: number;
}

const signatures = { file: 0x04034b50, directory: 0x02014b50, end: 0x06054b50 };
const fileHeader = 30;
const directoryHeader = 46;
const endRecord = 22;
/** Version 2.0, which knows folders; names are UTF-8; stored; 1 January 1980. */
const common = [20, 0x0800, 0, 0, 0x21] as const;
/** Where names are UTF-8 and files have permissions: everybody may read, the owner may write. */
const madeOnUnix = 0x0314;
const ordinaryFile = 0o100644 * 2 ** 16;
const mostFiles = 65_535;
const mostBytes = 2 ** 32 - 1;

/** The bytes of a zip file with `files`, in their order. @throws ArgumentError beyond 65,535 files or 4 GiB. */
export function zip(files: PackedFiles): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  let offset = 0;
  const entries = Array.from(files, ([path, given]): Entry => {
    const content = typeof given === "string" ? encoder.encode(given) : given;
    const entry = { name: encoder.encode(path), content, checksum: crc32(content), offset };
    offset += fileHeader + entry.name.length + content.length;
    return entry;
  });
  const directoryBytes = entries.reduce((sum, { name }) => sum + directoryHeader + name.length, 0);
  const bytes = offset + directoryBytes + endRecord;
  if (entries.length > mostFiles || bytes > mostBytes)
    throw new ArgumentError(
      `A zip file of this kind holds ${mostFiles} files and ${mostBytes} bytes; these are ${entries.length} files and ${bytes} bytes.`,
      { files: entries.length, bytes },
    );
  const writer = new Writer(bytes);
  for (const entry of entries) {
    writer.u32(signatures.file).describe(entry).u16(0).bytes(entry.name).bytes(entry.content);
  }
  for (const entry of entries) {
    // No extra field, no comment, first disk, not known to be text
    writer.u32(signatures.directory).u16(madeOnUnix).describe(entry).u16(0, 0, 0, 0);
    writer.u32(ordinaryFile, entry.offset).bytes(entry.name);
  }
  writer.u32(signatures.end).u16(0, 0, entries.length, entries.length).u32(directoryBytes, offset).u16(0);
  return writer.all;
}

/** CRC-32 of `bytes`, unsigned. */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (table[(remainder ^ byte) & 255] ?? 0);
  return ~remainder >>> 0;
}

/** What each byte does to the remainder. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** Numbers with the least byte first, one after the other. */
class Writer {
  readonly all: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: number) {
    this.all = new Uint8Array(bytes);
    this.#view = new DataView(this.all.buffer);
  }

  u16(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint16(this.#position, value, true);
      this.#position += 2;
    }
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#position, value, true);
      this.#position += 4;
    }
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.all.set(bytes, this.#position);
    this.#position += bytes.length;
    return this;
  }

  /** What both headers say of a file: version, checksum, sizes, length of the name. */
  describe({ checksum, content, name }: Entry): this {
    return this.u16(...common)
      .u32(checksum, content.length, content.length)
      .u16(name.length);
  }
}
