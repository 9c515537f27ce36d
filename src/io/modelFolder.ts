/**
 * Model folders, wherever they lie: `config.json` names every other file with its SHA-256 and carries a seal of its own, so
 * that what was edited, cut short or mixed up is refused. Nothing in a folder can run code. This file knows no disk:
 * `modelFolder.node.ts` reads and writes folders in Node, `folderAt` reads them over the network.
 */
import { z } from "zod";
import { DataError, UnsupportedError } from "../support/errors.ts";
import { readChecked } from "./checked.ts";

/** Files with what they hold, by their path within the folder (`care/scope.json`). */
export type FolderFiles = ReadonlyMap<string, Uint8Array | string>;

/** Reads one file of a folder by its path within it; undefined where there is no such file. */
export interface FolderReader {
  /** The folder's name, for messages. */
  readonly name: string;
  read(path: string): Promise<Uint8Array | undefined>;
}

/** What a model folder is made of, before it is sealed. */
export interface FolderContent {
  /** Which kind of system it is; `version` counts changes of this kind's layout. */
  readonly system: string;
  readonly version: number;
  /** What config.json says besides: plain JSON data under further names. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly files: FolderFiles;
}

/** A model folder that was read and checked. */
export interface ModelFolder {
  /** Where it came from, for messages. */
  readonly name: string;
  readonly system: string;
  readonly version: number;
  /** config.json as it is; read it with `parseSettings`. */
  readonly config: unknown;
  /** The files that config.json lists, each the one that was saved. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A path that stays within the folder, without hidden files. */
const safePath = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;

/** What to do about a folder that is not as it was saved. */
const advice = "Make the folder again.";

/** What every config.json has; systems add their own. */
const frame = z.looseObject({
  system: z.string(),
  version: z.number(),
  files: z.record(z.string().regex(safePath, "is not a path within the folder"), z.string()),
  seal: z.string(),
});

/**
 * The files of a folder in the order in which they are written: config.json, with hashes and seal, comes last, so that a
 * folder without it, or with another one, is never taken for whole.
 * @throws DataError where a file's name would leave the folder.
 */
export async function sealFolder(content: FolderContent): Promise<FolderFiles> {
  const { system, version, settings, files } = content;
  const hashes: Record<string, string> = {};
  for (const [path, bytes] of files) {
    if (!safePath.test(path) || path === "config.json")
      throw new DataError(`A model folder cannot hold a file named ${JSON.stringify(path)}.`, { path });
    hashes[path] = await hashOf(bytes);
  }
  const config = { system, version, ...settings, files: hashes };
  return new Map([...files, ["config.json", toJson({ ...config, seal: await hashOf(JSON.stringify(config)) })]]);
}

/**
 * Reads a folder and checks it: the seal of config.json, and the hash of every file that it lists.
 * @throws DataError beginning with the path where a file is missing or is not the one that was saved.
 */
export async function readFolder(reader: FolderReader): Promise<ModelFolder> {
  const path = `${reader.name}/config.json`;
  const config = parseJson(path, await readOne(reader, "config.json"));
  const { system, version, files: hashes, seal } = readChecked(frame, config, { where: path, advice });
  const sealed = JSON.stringify(config, (key, value: unknown) => (key === "seal" ? undefined : value));
  if ((await hashOf(sealed)) !== seal)
    throw new DataError(`${path} was changed after it was saved: its seal is broken. Make the folder again.`, { path });
  const files = new Map<string, Uint8Array>();
  for (const [file, hash] of Object.entries(hashes)) {
    const bytes = await readOne(reader, file);
    if ((await hashOf(bytes)) !== hash)
      throw new DataError(
        `${reader.name}/${file} is not the file that was saved: its SHA-256 differs from the one in config.json. Make the folder again.`,
        { path: file, expected: hash },
      );
    files.set(file, bytes);
  }
  return { name: reader.name, system, version, config, files };
}

/**
 * A folder that is served under `address`, for pages and other machines: what `loadFrom` takes.
 * @throws DataError where the server answers with anything but the file or 404.
 *
 * @example
 * ```ts no-run
 * import { folderAt } from "smilodon/io";
 * import { loadFrom } from "smilodon/systems";
 * const model = await loadFrom(folderAt("models/femurs"));
 * ```
 */
export function folderAt(address: string | URL): FolderReader {
  const name = String(address).replace(/\/+$/, "");
  return {
    name,
    async read(path) {
      const response = await fetch(`${name}/${path}`);
      if (response.status === 404) return undefined;
      if (!response.ok) throw new DataError(`${name}/${path}: the server answered ${response.status}.`, { path });
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

/** A folder that is held in memory: what was unpacked, stored in IndexedDB, or just made by `sealFolder`. */
export function folderOf(files: FolderFiles, name = "folder"): FolderReader {
  return {
    name,
    read: async (path) => {
      const content = files.get(path);
      return typeof content === "string" ? new TextEncoder().encode(content) : content;
    },
  };
}

/** The bytes of a file that the folder has to list. @throws DataError where it does not. */
export function requiredFile(folder: ModelFolder, path: string): Uint8Array {
  const content = folder.files.get(path);
  if (content !== undefined) return content;
  throw new DataError(`${folder.name}/config.json does not list ${path}. Make the folder again.`, { path });
}

/** A JSON file of the folder, read by `schema`. @throws DataError naming the file and the place in it. */
export function jsonFile<S extends z.ZodType>(folder: ModelFolder, path: string, schema: S): z.output<S> {
  const where = `${folder.name}/${path}`;
  return readChecked(schema, parseJson(where, requiredFile(folder, path)), { where, advice });
}

/** What config.json says, read by the system's own `schema`. @throws DataError naming the place. */
export function parseSettings<S extends z.ZodType>(folder: ModelFolder, schema: S): z.output<S> {
  return readChecked(schema, folder.config, { where: `${folder.name}/config.json`, advice });
}

/** Does `work` with a file of the folder; a DataError gets the file's path in front. */
export function withFile<T>(folder: ModelFolder, path: string, work: (bytes: Uint8Array) => T): T {
  try {
    return work(requiredFile(folder, path));
  } catch (error) {
    if (!(error instanceof DataError) || error.message.startsWith(folder.name)) throw error;
    throw new DataError(`${folder.name}/${path}: ${error.message}`, { ...error.facts, path });
  }
}

/** JSON as files of a folder have it: two blanks of indent, a line break at the end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function parseJson(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new DataError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { path });
  }
}

async function readOne(reader: FolderReader, file: string): Promise<Uint8Array> {
  const bytes = await reader.read(file);
  if (bytes !== undefined) return bytes;
  throw new DataError(`${reader.name}/${file}: there is no such file. Is this the folder of a trained system?`, {
    path: file,
  });
}

/** SHA-256 in hexadecimal digits. @throws UnsupportedError in pages where browsers offer no cryptography. */
export async function hashOf(content: Uint8Array | string): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined)
    throw new UnsupportedError(
      "Model folders are checked by SHA-256, which browsers offer only to pages served over https or from localhost. Serve the page so.",
    );
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
