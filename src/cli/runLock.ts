/**
 * One run in a folder at a time: a file `.lock` in it says which process works there. A lock whose process is gone was
 * left by one that was killed, and is broken.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ArgumentError } from "../support/errors.ts";
import { isRunning, processMark } from "../train/processMark.node.ts";

/** Who holds a folder. */
const holderSchema = z.object({
  pid: z.number(),
  mark: z.string(),
  host: z.string(),
  since: z.string(),
});

type Holder = z.infer<typeof holderSchema>;

/** Does `work` while no other process may work in `folder`, which is made where it is missing. @throws ArgumentError where one does. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, ".lock");
  await mkdir(folder, { recursive: true });
  await takeLock(folder, path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function takeLock(folder: string, path: string): Promise<void> {
  const { pid } = process;
  const own: Holder = { pid, mark: processMark(pid) ?? "", host: hostname(), since: new Date().toISOString() };
  // Twice: once more after a lock was broken that nobody holds
  for (let attempt = 0; attempt < 2; attempt++) {
    if (await create(path, JSON.stringify(own))) return;
    const found = await readText(path);
    if (found === undefined) continue;
    const holder = holderOf(found);
    if (holder === undefined ? !(await isOld(path)) : isHeld(holder)) throw refusal(folder, path, holder);
    await breakLock(path, found);
  }
  throw refusal(folder, path, holderOf((await readText(path)) ?? ""));
}

async function create(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(content);
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** A lock that says nothing is just being written, or its writer was killed in between: seconds tell. */
async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > 10_000;
}

/** A process of another machine cannot be asked: it may well be running. */
function isHeld(holder: Holder): boolean {
  return holder.host !== hostname() || isRunning(holder);
}

/** Takes the lock away; where another process was faster and `path` is its lock by now, that one is put back. */
async function breakLock(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const taken = await readText(aside);
  if (taken === stale) await rm(aside, { force: true });
  else await rename(aside, path);
}

function refusal(folder: string, path: string, holder: Holder | undefined): ArgumentError {
  const who =
    holder === undefined
      ? "another process is just beginning to work in it"
      : `process ${holder.pid} on ${holder.host} has been working in it since ${holder.since}`;
  return new ArgumentError(
    `${folder} is in use: ${who}. Wait until it is done, or choose another folder with --out. If no such process is running, remove ${path}.`,
    { folder, pid: holder?.pid },
  );
}

async function readText(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}

function holderOf(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
