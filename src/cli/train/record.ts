/**
 * `run.json` in a run's folder: what was asked, of which data, and how far it came. It is written before training begins and
 * after it has ended; a run that was killed still says "running".
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readChecked } from "../../io/checked.ts";
import { toJson } from "../../io/modelFolder.ts";
import { writeFileAtomic } from "../../support/atomicFile.node.ts";
import { DataError } from "../../support/errors.ts";
import { beliefSettingsSchema } from "./beliefSettings.ts";
import { pictureSettingsSchema } from "./pictureSettings.ts";
import { trainSettingsSchema } from "./settings.ts";

/** What run.json holds. */
export const runRecordSchema = z.object({
  smilodon: z.string(),
  command: z.literal("train"),
  status: z.enum(["running", "finished", "interrupted", "diverged", "failed"]),
  started: z.string(),
  settings: z.union([pictureSettingsSchema, beliefSettingsSchema, trainSettingsSchema]),
  /** SHA-256 of the files that were read; of pictures, of their pixels and labels. */
  data: z.object({ file: z.string(), test: z.string().nullable() }),
  /** In the run store, where there is one. */
  id: z.string().nullable(),
  /** What it began on; it stays there. */
  device: z.string().optional(),
});

/** What is known of a run. */
export type RunFile = z.infer<typeof runRecordSchema>;

/** Writes run.json. */
export function writeRunFile(folder: string, record: RunFile): Promise<void> {
  return writeFileAtomic(join(folder, "run.json"), toJson(record));
}

/** What run.json says; undefined where there is none. @throws DataError where it is not one. */
export async function readRunFile(folder: string): Promise<RunFile | undefined> {
  const path = join(folder, "run.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const advice = "Train again into another folder.";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}. ${advice}`);
  }
  return readChecked(runRecordSchema, value, { where: path, advice });
}

/** SHA-256 of a file's bytes. @throws DataError where it cannot be read. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const reason = error instanceof Error ? error.message : String(error);
    const known = code === "ENOENT" ? "there is no such file." : code === "EISDIR" ? folderAdvice : reason;
    throw new DataError(`${path}: ${known}`, { path, code });
  }
  return hash.digest("hex");
}

const folderAdvice = "this is a folder; name a file in it.";

/** A short word for settings and data: checkpoints of another training are not gone on with. */
export function keyOf({ settings, data }: Pick<RunFile, "settings" | "data">): string {
  return createHash("sha256")
    .update(JSON.stringify([settings, data]))
    .digest("hex")
    .slice(0, 12);
}
