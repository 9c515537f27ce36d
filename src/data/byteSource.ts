/** Files as bytes that can be read more than once: in memory, as a `Blob`, or (`tableFile.node.ts`) on disk. */

/** Where bytes come from. Each reading begins anew. */
export interface ByteSource {
  /** For messages and to tell formats apart: a path or file name; may be empty. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /** All bytes, in blocks of any size. A block may be overwritten when the next one is asked for. */
  blocks(): AsyncIterable<Uint8Array>;
  /** The bytes at `from` … `to` − 1. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** `bytes` as a source. */
export function bytesSource(bytes: Uint8Array, name = ""): ByteSource {
  return {
    name,
    size: bytes.length,
    async *blocks() {
      for (let from = 0; from < bytes.length; from += blockSize) yield bytes.subarray(from, from + blockSize);
    },
    read: async (from, to) => bytes.subarray(from, to),
  };
}

/** A `Blob` as a source, for example the `File` that somebody dropped on a page. */
export function blobSource(blob: Blob, name = blob instanceof File ? blob.name : ""): ByteSource {
  return {
    name,
    size: blob.size,
    async *blocks() {
      for (let from = 0; from < blob.size; from += blockSize)
        yield new Uint8Array(await blob.slice(from, from + blockSize).arrayBuffer());
    },
    read: async (from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer()),
  };
}

/** Bytes that are read at once. */
export const blockSize = 2 ** 20;

/** The first `size` bytes of `source`, fewer where it has not as many. */
export function readHead(source: ByteSource, size: number): Promise<Uint8Array> {
  return source.read(0, Math.min(size, source.size));
}
