/** What a training on pictures was asked to do: from the command line, in `run.json`, and back for `resume`. */
import { z } from "zod";
import { scales } from "../../systems/vision/chooseSettings.ts";
import { networkNames } from "../../systems/vision/settings.ts";
import { movedFrom, movedHere } from "./paths.ts";

/** What to do with files that cannot be read. */
export const damageChoices = ["skip", "error"] as const;

/** Everything that decides what is learned. Paths are relative to the run's folder in run.json, to the user otherwise. */
export const pictureSettingsSchema = z.strictObject({
  kind: z.literal("pictures"),
  /** A path, or the name of a public data set. */
  file: z.string(),
  isDataset: z.boolean(),
  target: z.string().nullable(),
  groups: z.array(z.string()),
  network: z.enum(networkNames).nullable(),
  size: z.int().min(8).max(1024).nullable(),
  scale: z.enum(scales),
  epochs: z.int().min(1).nullable(),
  minutes: z.number().positive().nullable(),
  /** A run whose network is gone on from. */
  from: z.string().nullable(),
  onCorrupt: z.enum(damageChoices),
  seed: z.int().min(0),
});

/** What a training on pictures was asked to do. */
export type PictureSettings = z.infer<typeof pictureSettingsSchema>;

/** The settings with paths as they are seen from `folder`, so that a run and its pictures may move together. */
export function picturesSeenFrom(folder: string, settings: PictureSettings): PictureSettings {
  return moved(settings, (path) => movedFrom(folder, path));
}

/** The way back: paths as they are seen from here. */
export function picturesSeenFromHere(folder: string, settings: PictureSettings): PictureSettings {
  return moved(settings, (path) => movedHere(folder, path));
}

function moved(settings: PictureSettings, move: (path: string) => string): PictureSettings {
  const { file, from, isDataset } = settings;
  return { ...settings, file: isDataset ? file : move(file), from: from === null ? null : move(from) };
}
