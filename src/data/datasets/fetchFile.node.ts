/** Files from the network, checked: fetched piece by piece, gone on with where a fetch was broken off, put in place when whole. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { createGunzip } from "node:zlib";
import { DataError } from "../../support/errors.ts";
import type { DatasetFile } from "./catalog.ts";

/** How a file is fetched. */
export interface FetchOptions {
  /** Told of bytes as they come; `total` is undefined where the server does not say. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fetches `file` to `path`. What has come so far stays beside it (`.part`) when the connection breaks or the program ends, and is
 * not fetched again.
 * @throws DataError where no address answers, or what came has another checksum; nothing is put in place then.
 */
export async function fetchFile(file: DatasetFile, path: string, options: FetchOptions = {}): Promise<void> {
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  const reasons: string[] = [];
  for (const address of file.addresses) {
    try {
      await fetchInto(address, part, options);
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      reasons.push(`${address}: ${reasonOf(error)}`);
      continue;
    }
    if (await hasChecksum(part, file.checksums)) {
      await rename(part, path);
      return;
    }
    await rm(part, { force: true });
    reasons.push(`${address}: what came is not the file that is known; its checksum differs`);
  }
  throw new DataError(
    `${file.name} cannot be fetched. ${reasons.join(". ")}. Where this machine is offline, fetch it elsewhere and put it at ${path}.`,
    { name: file.name, path },
  );
}

/** Has the file at `path`, or what is gzipped in it, one of these MD5 sums? */
export async function hasChecksum(path: string, checksums: readonly string[]): Promise<boolean> {
  if (checksums.includes(await md5(createReadStream(path)))) return true;
  if (!path.replace(/\.part$/, "").endsWith(".gz")) return false;
  const unpacked = createReadStream(path).pipe(createGunzip());
  return md5(unpacked).then(
    (sum) => checksums.includes(sum),
    () => false,
  );
}

async function md5(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("md5");
  for await (const block of bytes) hash.update(block);
  return hash.digest("hex");
}

async function fetchInto(address: string, part: string, { onProgress, signal }: FetchOptions): Promise<void> {
  const known = await stat(part).then(
    ({ size }) => size,
    () => 0,
  );
  const response = await fetch(address, {
    ...(known > 0 ? { headers: { range: `bytes=${known}-` } } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  // The whole of it is there already
  if (response.status === 416) return;
  if (!response.ok || response.body === null)
    throw new DataError(`the server answers ${response.status} ${response.statusText}`);
  const isRest = response.status === 206;
  const begun = isRest ? known : 0;
  const length = Number(response.headers.get("content-length") ?? NaN);
  const total = Number.isFinite(length) ? begun + length : undefined;
  const target = await open(part, isRest ? "a" : "w");
  let done = begun;
  try {
    for await (const block of response.body) {
      await target.write(block);
      done += block.length;
      onProgress?.(done, total);
    }
  } finally {
    await target.close();
  }
  if (total !== undefined && done !== total)
    throw new DataError(`the connection ended after ${done} of ${total} bytes`);
}

/** What fetch hides in causes of causes. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : error.message;
}
