/**
 * Archives of the tar format, read as a stream: ustar, with the long names of GNU tar and of pax headers.
 *
 * Source: IEEE Std 1003.1 (POSIX), pax, "ustar Interchange Format" and "pax Header Block".
 */
import { DataError } from "../../support/errors.ts";
import { joinBytes } from "../joinBytes.ts";

/** A file in an archive. */
export interface TarEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const block = 512;
/** Names and headers beyond this are damage, not names. */
const longestHeader = 2 ** 20;

/**
 * The files of the archive that `blocks` are the bytes of, in order; folders and links are passed over.
 * @throws DataError naming the byte where it is no tar file, a checksum is wrong, or the end is missing.
 */
export async function* readTar(
  name: string,
  blocks: AsyncIterable<Uint8Array>,
  isWanted: (path: string) => boolean = () => true,
): AsyncGenerator<TarEntry> {
  const bytes = new ByteQueue(blocks);
  let long: LongNames = {};
  for (;;) {
    const position = bytes.position;
    const header = await bytes.take(block);
    if (header.length === 0 || (header.length === block && header.every((byte) => byte === 0))) return;
    const { path, size, type } = readHeader(name, header, position);
    const padded = Math.ceil(size / block) * block;
    if ("xgLK".includes(type)) {
      if (size > longestHeader) throw damaged(name, position, `a header of ${size} bytes`);
      const body = (await takeAll(bytes, padded, name)).subarray(0, size);
      if (type !== "g") long = { ...long, ...longNamesOf(type, body) };
      continue;
    }
    const full = long.path ?? path;
    const length = long.size ?? size;
    long = {};
    const isFile = type === "0" || type === "\0" || type === "7";
    if (isFile && isWanted(full)) {
      const body = await takeAll(bytes, Math.ceil(length / block) * block, name);
      yield { path: full, bytes: body.slice(0, length) };
    } else
      await bytes.skip(Math.ceil(length / block) * block, () => damaged(name, bytes.position, "the end is missing"));
  }
}

interface LongNames {
  readonly path?: string;
  readonly size?: number;
}

const text = new TextDecoder();

function readHeader(name: string, header: Uint8Array, position: number): { path: string; size: number; type: string } {
  if (header.length < block) throw damaged(name, position, "the end is missing");
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (octal(header.subarray(148, 156)) !== sum)
    throw damaged(name, position, position === 0 ? "this is no tar file" : "a header has the wrong checksum");
  const isUstar = textOf(header.subarray(257, 262)) === "ustar";
  const prefix = isUstar ? textOf(header.subarray(345, 500)) : "";
  const own = textOf(header.subarray(0, 100));
  const size = sizeIn(header.subarray(124, 136));
  if (!Number.isSafeInteger(size) || size < 0) throw damaged(name, position, "a size is no number");
  return {
    path: prefix === "" ? own : `${prefix}/${own}`,
    size,
    type: String.fromCharCode(header[156] ?? 0),
  };
}

/** Octal digits, or for files above 8 GiB a binary number behind a first byte of 0x80. */
function sizeIn(field: Uint8Array): number {
  if ((field[0] ?? 0) < 0x80) return octal(field);
  return field.subarray(1).reduce((total, byte) => total * 256 + byte, 0);
}

function octal(field: Uint8Array): number {
  const digits = textOf(field).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : NaN;
}

function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return text.decode(end < 0 ? field : field.subarray(0, end));
}

/** L: the next name. x: records "length key=value\n" about the next file. */
function longNamesOf(type: string, body: Uint8Array): LongNames {
  if (type === "L") return { path: textOf(body) };
  if (type !== "x") return {};
  const found: { path?: string; size?: number } = {};
  for (let from = 0; from < body.length; ) {
    const space = body.indexOf(32, from);
    const length = Number(text.decode(body.subarray(from, space)));
    if (space < 0 || !Number.isInteger(length) || length < 1) break;
    const record = text.decode(body.subarray(space + 1, from + length - 1));
    if (record.startsWith("path=")) found.path = record.slice(5);
    if (record.startsWith("size=")) found.size = Number(record.slice(5));
    from += length;
  }
  return found;
}

async function takeAll(bytes: ByteQueue, size: number, name: string): Promise<Uint8Array> {
  const taken = await bytes.take(size);
  if (taken.length < size) throw damaged(name, bytes.position, "the end is missing");
  return taken;
}

function damaged(name: string, position: number, what: string): DataError {
  return new DataError(
    `${name}: ${what}, at byte ${position}. The archive is cut short or damaged; fetch or make it again.`,
    { name, position },
  );
}

/** Blocks of any size as bytes to be taken in any number. */
class ByteQueue {
  position = 0;
  readonly #blocks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(blocks: AsyncIterable<Uint8Array>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** The next `size` bytes as a copy; fewer at the end. */
  async take(size: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let taken = 0;
    while (taken < size && (await this.#fill())) {
      const part = this.#rest.slice(0, size - taken);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      taken += part.length;
    }
    this.position += taken;
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : joinBytes(parts);
  }

  async skip(size: number, missing: () => Error): Promise<void> {
    let left = size;
    while (left > 0) {
      if (!(await this.#fill())) throw missing();
      const step = Math.min(left, this.#rest.length);
      this.#rest = this.#rest.subarray(step);
      this.position += step;
      left -= step;
    }
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#blocks.next();
      if (done === true) return false;
      this.#rest = value;
    }
    return true;
  }
}
