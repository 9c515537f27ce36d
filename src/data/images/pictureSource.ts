/**
 * Pictures as files have them, one after the other: what folders, archives, tables and memory have in common. Next:
 * `decoder.ts` for what makes pixels of them, `imageSet.ts` for what training reads.
 */
import type { ByteSource } from "../byteSource.ts";

/** A picture that is not decoded yet. */
export interface EncodedPicture {
  /** Where it came from, for messages: a path in the folder or archive. */
  readonly name: string;
  /** What its folder, label file or column says; undefined where nothing does. */
  readonly label: string | undefined;
  /** The file's bytes. */
  bytes(): Promise<Uint8Array>;
}

/** Pictures in an order that is the same each time. */
export interface PictureSource {
  /** What was opened, for messages. */
  readonly name: string;
  /** What its content depends on: names, sizes, times. A cache made under another mark is not used. */
  readonly mark: string;
  /** Pictures in all, where that is known before they are read. */
  readonly count: number | undefined;
  /** From picture number `skip` on. */
  pictures(skip?: number): AsyncIterable<EncodedPicture>;
}

/** Endings of files that are taken for pictures. */
const pictureEnding = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif)$/i;

/** Is `path` named as a picture is? Hidden files (and what macOS adds to archives) are not. */
export function isPicturePath(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return pictureEnding.test(name) && !name.startsWith(".");
}

/** The folder that `path` lies in, by its own name; undefined at the top. */
export function folderNameOf(path: string): string | undefined {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length > 1 ? parts.at(-2) : undefined;
}

/** Does `path` lie under `folder`, or is there none? */
export function liesUnder(path: string, folder: string | undefined): boolean {
  const plain = path.replace(/^(\.\/)+/, "");
  return folder === undefined || plain.startsWith(`${folder.replace(/\/+$/, "")}/`);
}

/** The bytes of `source`, unpacked where they are gzipped. */
export async function* unpackedBlocks(source: ByteSource): AsyncGenerator<Uint8Array> {
  const head = await source.read(0, Math.min(2, source.size));
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* source.blocks();
    return;
  }
  const blocks = source.blocks()[Symbol.asyncIterator]();
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await blocks.next();
      if (done === true) controller.close();
      // The source may write over its block
      else controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await blocks.return?.();
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
