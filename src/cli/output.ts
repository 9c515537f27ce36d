/** Where a command's data go: standard output, or a file that is there whole or not at all. */
import { open, stat } from "node:fs/promises";
import { type AtomicFile, openFileAtomic } from "../support/atomicFile.node.ts";
import type { Console } from "./console.ts";

/**
 * Runs `work` with a place to write text to: the file at `path`, or standard output where there is none. Pipes and devices
 * (/dev/stderr) are written to as they are: nothing can stand beside them.
 */
export async function withOutput<T>(
  path: string | undefined,
  console: Console,
  work: (write: (text: string | Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work((text) => console.write(text));
  const file = (await isSpecial(path)) ? await openDirectly(path) : await openFileAtomic(path);
  let result: T;
  try {
    result = await work((text) => file.write(text));
  } catch (error) {
    await file.abandon();
    throw error;
  }
  await file.commit();
  return result;
}

async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

async function openDirectly(path: string): Promise<AtomicFile> {
  const file = await open(path, "w");
  // A pipe cannot be synced
  const flush = async (): Promise<void> => undefined;
  return { write: (chunk) => file.writeFile(chunk), flush, commit: () => file.close(), abandon: () => file.close() };
}
