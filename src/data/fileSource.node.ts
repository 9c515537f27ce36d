/** Files on disk as sources of bytes. */
import { type FileHandle, open } from "node:fs/promises";
import { DataError } from "../support/errors.ts";
import { type ByteSource, blockSize } from "./byteSource.ts";

/** The file at `path`, which stays closed between readings. @throws DataError where there is none that can be read. */
export async function fileSource(path: string): Promise<ByteSource> {
  return withFile(path, async (file) => {
    const status = await file.stat();
    if (status.isDirectory()) throw new DataError("this is a folder; name a file in it.", { path });
    if (!status.isFile())
      throw new DataError("this is a pipe or a device, and tables are read more than once; write it to a file first.", {
        path,
      });
    return {
      name: path,
      size: status.size,
      async *blocks() {
        const file = await openFile(path);
        try {
          yield* readBlocks(file);
        } finally {
          await file.close();
        }
      },
      read: (from, to) =>
        withFile(path, async (file) => {
          const bytes = new Uint8Array(to - from);
          let size = 0;
          for (let read = -1; read !== 0 && size < bytes.length; size += read)
            ({ bytesRead: read } = await file.read(bytes, size, bytes.length - size, from + size));
          return bytes.subarray(0, size);
        }),
    };
  });
}

/** The next block is read while the last one is looked at. */
async function* readBlocks(file: FileHandle): AsyncGenerator<Uint8Array> {
  let [block, other] = [new Uint8Array(blockSize), new Uint8Array(blockSize)];
  let reading = file.read(block, 0, blockSize, 0);
  for (let position = 0; ; ) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return;
    position += bytesRead;
    reading = file.read(other, 0, blockSize, position);
    // An error is told where its block would have come; whoever leaves the loop before closes the file, but not while it is read
    const read = reading.then(
      () => undefined,
      () => undefined,
    );
    try {
      yield block.subarray(0, bytesRead);
    } finally {
      await read;
    }
    [block, other] = [other, block];
  }
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function openFile(path: string): Promise<FileHandle> {
  return open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(cause.code === "ENOENT" ? "there is no such file." : cause.message, { path, code: cause.code });
  });
}
