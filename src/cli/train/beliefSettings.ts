/** What `train --model deep-belief` was asked to do, as run.json keeps it. */
import { z } from "zod";
import { scales } from "../../systems/vision/chooseSettings.ts";
import { movedFrom, movedHere } from "./paths.ts";
import { damageChoices } from "./pictureSettings.ts";

/** Models that learn from pictures without being told what is on them. */
export const models = ["deep-belief"] as const;

/** Patches of 69 pixels with a border of 5 on each side have to fit. */
export const leastSide = 79;

/** Everything that decides what is learned. Paths are relative to the run's folder in run.json, to the user otherwise. */
export const beliefSettingsSchema = z.strictObject({
  kind: z.literal("deep-belief"),
  /** A folder of pictures. */
  file: z.string(),
  /** Side of the pictures that are looked at; null: what the scale says. */
  size: z.int().min(leastSide).max(1024).nullable(),
  scale: z.enum(scales),
  minutes: z.number().positive().nullable(),
  onCorrupt: z.enum(damageChoices),
  seed: z.int().min(0),
});

/** What a training without labels was asked to do. */
export type BeliefSettings = z.infer<typeof beliefSettingsSchema>;

/** The settings with paths as they are seen from `folder`, so that a run and its pictures may move together. */
export function beliefSeenFrom(folder: string, settings: BeliefSettings): BeliefSettings {
  return { ...settings, file: movedFrom(folder, settings.file) };
}

/** The way back: paths as they are seen from here. */
export function beliefSeenFromHere(folder: string, settings: BeliefSettings): BeliefSettings {
  return { ...settings, file: movedHere(folder, settings.file) };
}
