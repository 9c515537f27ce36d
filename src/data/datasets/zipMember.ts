/** One file out of a zip file: for archives that hold an archive. Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. */
import { DataError } from "../../support/errors.ts";
import type { ByteSource } from "../byteSource.ts";

const endSize = 22;
const longestComment = 2 ** 16;
const signatures = { end: 0x06054b50, directory: 0x02014b50, file: 0x04034b50 };

/**
 * The file in `zip` whose path `isWanted`, unpacked, as a source of bytes. Not for files of 4 GiB and more.
 * @throws DataError where it is no zip file, has no such file, or packs it in another way than by deflate.
 */
export async function openZipMember(zip: ByteSource, isWanted: (path: string) => boolean): Promise<ByteSource> {
  const damaged = (what: string) =>
    new DataError(`${zip.name}: ${what}. The zip file is cut short or damaged; fetch it again.`, { name: zip.name });
  const tail = viewOf(await zip.read(Math.max(0, zip.size - endSize - longestComment), zip.size));
  let end = tail.byteLength - endSize;
  while (end >= 0 && tail.getUint32(end, true) !== signatures.end) end--;
  if (end < 0) throw damaged("its directory is missing");
  const [count, size, offset] = [
    tail.getUint16(end + 10, true),
    tail.getUint32(end + 12, true),
    tail.getUint32(end + 16, true),
  ];
  const directory = viewOf(await zip.read(offset, offset + size));
  const paths: string[] = [];
  for (let at = 0, entry = 0; entry < count; entry++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== signatures.directory)
      throw damaged("its directory is broken");
    const [method, packed, nameSize] = [
      directory.getUint16(at + 10, true),
      directory.getUint32(at + 20, true),
      directory.getUint16(at + 28, true),
    ];
    const path = new TextDecoder().decode(new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameSize));
    paths.push(path);
    if (isWanted(path)) {
      const start = directory.getUint32(at + 42, true);
      const header = viewOf(await zip.read(start, start + 30));
      if (header.byteLength < 30 || header.getUint32(0, true) !== signatures.file)
        throw damaged(`${path} is not where the directory says`);
      const begin = start + 30 + header.getUint16(26, true) + header.getUint16(28, true);
      return memberSource(zip, path, method, begin, packed);
    }
    at += 46 + nameSize + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
  }
  throw new DataError(
    `${zip.name}: the file that was looked for is not in it; it has ${paths.slice(0, 5).join(", ")}${count > 5 ? ", …" : ""}.`,
    { paths },
  );
}

async function memberSource(
  zip: ByteSource,
  path: string,
  method: number,
  begin: number,
  packed: number,
): Promise<ByteSource> {
  const name = `${zip.name}: ${path}`;
  if (method !== 0 && method !== 8)
    throw new DataError(`${name} is packed by method ${method}; only stored and deflated files are read.`, { method });
  const stored = new Blob([new Uint8Array(await zip.read(begin, begin + packed))]);
  if (stored.size !== packed) throw new DataError(`${name}: the end is missing.`, { path });
  const bytes =
    method === 0
      ? new Uint8Array(await stored.arrayBuffer())
      : new Uint8Array(
          await new Response(stored.stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer(),
        );
  return {
    name,
    size: bytes.length,
    async *blocks() {
      yield bytes;
    },
    read: async (from, to) => bytes.slice(from, to),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
