/**
 * Compiled libraries on disk. Loading one runs its code, so the folder is private: another user's folder or file is never
 * used, and a file is read and compared with the hash that it is named after before it is loaded. Files come and go by renaming and
 * deleting, so that any number of processes can use the folder at once; nobody waits for a lock, and two that compile the
 * same kernels at the same time both succeed. A file `index` says which of them has which key; it is only a hint.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolderFor } from "../../support/cacheFolder.node.ts";

/** What the folder may take; what was not used for longest goes first. */
const usualLimit = 512 * 2 ** 20;
/** Temporary files of processes that were killed are deleted after this many milliseconds. */
const abandonedAfter = 3_600_000;
/** Others than the owner can do nothing. */
const privateFolder = 0o700;
const writableByOthers = 0o022;

/** Libraries, headers that the compiler has read before, and plans. */
const keptName = /^[0-9a-f]{64}\.(?:so|h\.gch|plan)$/;
const indexLine = /^([0-9a-f]{64}) ([0-9a-f]{64}\.(?:so|h\.gch|plan))$/;

/** How a cache folder is made. */
export interface CacheOptions {
  /** Left out: what SMILODON_CACHE says, else `smilodon` in the user's own cache folder. */
  readonly folder?: string;
  readonly limit?: number;
}

/** A folder of libraries. */
export class CacheFolder {
  readonly path: string;
  /** Why the usual folder is not used, where it is not: this one is deleted when the process ends. */
  readonly complaint: string | undefined;
  readonly #limit: number;
  /** Names of files by key, as far as the index is read. */
  readonly #files = new Map<string, string>();
  /** Those whose content was compared with their name. */
  readonly #verified = new Set<string>();
  #indexBytes = 0;

  constructor({ folder = cacheFolderFor("native"), limit = usualLimit }: CacheOptions = {}) {
    this.#limit = limit;
    this.complaint = claim(folder);
    this.path = this.complaint === undefined ? folder : temporaryFolder();
  }

  /** The path of the file that has `key`, as it was stored. */
  find(key: string): string | undefined {
    const name = this.#files.get(key) ?? this.#readIndex().get(key);
    if (name === undefined) return undefined;
    const path = join(this.path, name);
    if (this.#verified.has(name) && statSync(path, { throwIfNoEntry: false }) !== undefined) return path;
    if (isIntact(path, name)) {
      this.#verified.add(name);
      const now = new Date();
      attempt(() => utimesSync(path, now, now));
      return path;
    }
    attempt(() => rmSync(path, { force: true, recursive: true }));
    this.#files.delete(key);
    return undefined;
  }

  /** A name for a new file, which nobody else uses. */
  temporary(extension: string): string {
    return join(this.path, `tmp-${process.pid}-${randomBytes(6).toString("hex")}${extension}`);
  }

  /** Keeps what is in the temporary file at `path`, a library, a header or a plan, under `keys`; returns where it is now. */
  keep(path: string, keys: readonly string[], extension: ".so" | ".h.gch" | ".plan" = ".so"): string {
    chmodSync(path, 0o600);
    const name = `${hashOf(readFileSync(path))}${extension}`;
    const kept = join(this.path, name);
    renameSync(path, kept);
    this.#verified.add(name);
    for (const key of keys) this.#files.set(key, name);
    // one write of whole lines: those of other processes come before or after them
    const lines = keys.map((key) => `${key} ${name}\n`).join("");
    appendFileSync(this.#index, lines, { mode: 0o600 });
    this.#trim(name);
    return kept;
  }

  /** Forgets which file has `key`: it does not. */
  forget(key: string): void {
    this.#files.delete(key);
  }

  get #index(): string {
    return join(this.path, "index");
  }

  #readIndex(): ReadonlyMap<string, string> {
    const found = lstatSync(this.#index, { throwIfNoEntry: false });
    if (found === undefined || found.size === this.#indexBytes) return this.#files;
    if (!isOwn(found)) {
      attempt(() => rmSync(this.#index, { force: true, recursive: true }));
      return this.#files;
    }
    this.#indexBytes = found.size;
    for (const line of readFileSync(this.#index, "utf8").split("\n")) {
      const [, key, name] = indexLine.exec(line) ?? [];
      if (key !== undefined && name !== undefined) this.#files.set(key, name);
    }
    return this.#files;
  }

  /** Deletes what was not used for longest, as long as there is too much, but not `latest`; and what was abandoned. */
  #trim(latest: string): void {
    const files = readdirSync(this.path).flatMap((name) => {
      const found = lstatSync(join(this.path, name), { throwIfNoEntry: false });
      return found === undefined ? [] : [{ name, bytes: found.size, used: found.mtimeMs }];
    });
    const remove = (name: string) => attempt(() => rmSync(join(this.path, name), { force: true, recursive: true }));
    for (const { name, used } of files) if (name.startsWith("tmp-") && Date.now() - used > abandonedAfter) remove(name);
    const kept = files.filter(({ name }) => keptName.test(name)).sort((a, b) => a.used - b.used);
    let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    const gone = new Set<string>();
    for (const { name, bytes } of kept) {
      if (total <= this.#limit) break;
      if (name === latest) continue;
      remove(name);
      gone.add(name);
      total -= bytes;
    }
    if (gone.size > 0) this.#shortenIndex(gone);
  }

  /** What another process adds meanwhile may be lost: it is compiled again. */
  #shortenIndex(gone: ReadonlySet<string>): void {
    const lines = [...this.#readIndex()].filter(([, name]) => !gone.has(name));
    for (const [key, name] of [...this.#files]) if (gone.has(name)) this.#files.delete(key);
    for (const name of gone) this.#verified.delete(name);
    const shorter = this.temporary("");
    writeFileSync(shorter, lines.map(([key, name]) => `${key} ${name}\n`).join(""), { mode: 0o600 });
    renameSync(shorter, this.#index);
    this.#indexBytes = 0;
  }
}

/** The hash that files are named after, and that keys are. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}

/** Makes `folder` if it is not there, and private if it is ours; or says why it is not to be used. */
function claim(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: privateFolder });
    const found = lstatSync(folder);
    if (!found.isDirectory()) return `${folder} is no folder`;
    if (found.uid !== ownUser()) return `${folder} belongs to another user`;
    // what others may have put in while they could is not ours, and is recognized by that
    if ((found.mode & 0o777) !== privateFolder) chmodSync(folder, privateFolder);
    return undefined;
  } catch (error) {
    return `${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Is the file at `path` ours, and does it hold what its name says? */
function isIntact(path: string, name: string): boolean {
  try {
    return isOwn(lstatSync(path)) && name.startsWith(`${hashOf(readFileSync(path))}.`);
  } catch {
    return false;
  }
}

/** A plain file of this user's, which nobody else can write. */
export function isOwn(found: Stats): boolean {
  return found.isFile() && found.uid === ownUser() && (found.mode & writableByOthers) === 0;
}

function ownUser(): number | undefined {
  return process.geteuid?.();
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "smilodon-"));
  process.once("exit", () => attempt(() => rmSync(folder, { force: true, recursive: true })));
  return folder;
}

/** What is only tidying up may fail: another process may have been faster. */
function attempt(tidy: () => void): void {
  try {
    tidy();
  } catch {
    // it is tried again with the next library
  }
}
