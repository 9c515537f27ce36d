/** What recipes reach: trained with the settings that a user gets, measured once at the end on pictures that training never saw. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageSet } from "../../src/data/index.ts";
import { accuracyOf, chooseSettings, learn, type PictureChoices, ScoreReader } from "../../src/systems/vision/index.ts";
import { ownRow, type Row } from "../harness/row.ts";
import { type Divided, divideCatsAndDogs, openCifarJpeg, openMnist } from "./pictures.ts";

const bench = "seeing";

/** Digits, in a minute and a half. */
export async function mnist(): Promise<Row> {
  const reached = await trained(await openMnist(), { minutes: 1.5 }, true);
  return ownRow(bench, "mnist", reached, "of 10,000 right", "higher", 0.994);
}

/** Ten things in JPEG files, in a quarter of an hour. */
export async function cifar10(): Promise<Row> {
  const reached = await trained(await openCifarJpeg(), { minutes: 15 });
  return ownRow(bench, "cifar10", reached, "of 10,000 JPEG files right", "higher", 0.88);
}

/** Cats and dogs, in ten minutes. */
export async function catsDogs(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), "smilodon-bench-"));
  try {
    await using divided = await divideCatsAndDogs(folder, 128);
    const reached = await trained(divided, { minutes: 10 });
    return ownRow(bench, "cats-dogs", reached, "of 400 photographs right", "higher", 0.78);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function trained({ training, test }: Divided, choices: PictureChoices, areSigns = false): Promise<number> {
  const { settings, milliseconds } = chooseSettings(factsOf(training, areSigns), choices);
  const began = performance.now();
  const { network } = await learn(training, settings, {
    milliseconds,
    onProgress: ({ epoch, finished, loss }) => {
      if (finished !== undefined) tell(`epoch ${epoch}, loss ${loss.toFixed(3)}, ${seconds(began)} s`);
    },
  });
  tell(`trained for ${seconds(began)} s`);
  // As it is mirrored, a photograph shows the same
  const reader = new ScoreReader(network, { mirror: !areSigns });
  return accuracyOf(await reader.read(test.pixels), test);
}

function factsOf({ pixels, classes }: ImageSet, areSigns: boolean) {
  const { count, width, height, channels } = pixels;
  return { count, classes: classes.length, channels: channels === 1 ? 1 : 3, width, height, areSigns } as const;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}

function tell(message: string): void {
  process.stderr.write(`  ${message}\n`);
}
