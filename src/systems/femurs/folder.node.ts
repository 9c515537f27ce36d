/**
 * A trained system as a folder: config.json, model.safetensors, care/ and README.md. config.json holds the SHA-256 of
 * every other file and a seal of its own, so that what was edited or cut short is refused. Nothing in the folder can run
 * code.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadModelBytes, modelToBytes } from "../../io/index.ts";
import { writeFileAtomic } from "../../support/atomicFile.node.ts";
import { DataError } from "../../support/errors.ts";
import { readCalibration, readConfig, readScope } from "./folderContent.ts";
import { FemurModels } from "./models.ts";
import type { FemurSystem } from "./system.ts";

/** Version of the folder's layout. */
export const folderVersion = 1;

/** Files with what they hold, by their path within the folder. */
type Files = ReadonlyMap<string, Uint8Array | string>;

/**
 * Writes `system` into `folder`; `documents` are further files (README.md, care/data.json), hashed with the rest.
 * config.json comes last: a folder without it, or with another one, is not taken for whole.
 */
export async function saveFemurs(folder: string, system: FemurSystem, documents: Files = new Map()): Promise<void> {
  const { temperature, sets, scope, standardization, origin } = system;
  const files = new Map<string, Uint8Array | string>([
    ["model.safetensors", await modelToBytes(system.models)],
    ["care/calibration.json", toJson({ temperature, sets })],
    ["care/scope.json", toJson(scope)],
    ...documents,
  ]);
  const hashes: Record<string, string> = {};
  for (const [path, content] of files) {
    hashes[path] = hashOf(content);
    await writeFileAtomic(join(folder, path), content);
  }
  const config = { system: "femurs", version: folderVersion, origin, standardization, files: hashes };
  await writeFileAtomic(join(folder, "config.json"), toJson({ ...config, seal: hashOf(JSON.stringify(config)) }));
}

/**
 * The system in `folder`.
 * @throws DataError beginning with the path where a file is missing, is not what its hash says, or does not hold what it
 * has to.
 */
export async function loadFemurs(folder: string): Promise<FemurSystem> {
  const path = (file: string): string => join(folder, file);
  const config = readConfig(path("config.json"), await readText(path("config.json")), folderVersion);
  if (hashOf(config.sealed) !== config.seal) {
    throw new DataError(
      `${path("config.json")} was changed after it was saved: its seal is broken. Make the folder again.`,
    );
  }
  const contents = new Map<string, Uint8Array>();
  for (const [file, hash] of Object.entries(config.files)) contents.set(file, await readChecked(path(file), hash));
  const models = new FemurModels();
  const weights = required(contents, "model.safetensors", folder);
  withPath(path("model.safetensors"), () => loadModelBytes(models, weights));
  const text = (file: string): string => new TextDecoder().decode(required(contents, file, folder));
  const { standardization, origin } = config;
  const care = {
    ...readCalibration(path("care/calibration.json"), text("care/calibration.json")),
    scope: readScope(path("care/scope.json"), text("care/scope.json")),
  };
  return { models: models.eval(), standardization, origin, ...care };
}

function required(contents: ReadonlyMap<string, Uint8Array>, file: string, folder: string): Uint8Array {
  const content = contents.get(file);
  if (content !== undefined) return content;
  throw new DataError(`${join(folder, "config.json")} does not list ${file}. Make the folder again.`, { folder, file });
}

async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path));
}

async function readBytes(path: string): Promise<Uint8Array> {
  return await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === "ENOENT" ? "there is no such file. Is this the folder of a trained system?" : cause.message;
    throw new DataError(`${path}: ${reason}`, { path, code: cause.code });
  });
}

async function readChecked(path: string, hash: string): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  if (hashOf(bytes) === hash) return bytes;
  throw new DataError(
    `${path} is not the file that was saved: its SHA-256 differs from the one in config.json. Make the folder again.`,
    { path, expected: hash },
  );
}

function withPath<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`, { ...error.facts, path });
    throw error;
  }
}

function hashOf(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
