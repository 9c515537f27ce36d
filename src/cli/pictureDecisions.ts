/** What commands say about single pictures: reading their files, explaining their answers, and the same as JSON. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { PixelStore } from "../data/images/imageSet.ts";
import { sharpDecoder } from "../data/images/sharpDecoder.node.ts";
import { costOfExplanation, PictureNetwork, readPictures } from "../explain/index.ts";
import { folderOnDisk } from "../io/modelFolder.node.ts";
import { readFolder } from "../io/modelFolder.ts";
import { DataError } from "../support/errors.ts";
import type { PictureConcepts } from "../systems/vision/features/concepts.ts";
import { decisionInWords, explainDecision } from "../systems/vision/features/decision.ts";
import type { NamedDecision } from "../systems/vision/features/page.ts";
import { readVision } from "../systems/vision/folder.ts";
import { makeNetwork } from "../systems/vision/recipe.ts";
import type { VisionSystem } from "../systems/vision/system.ts";
import type { Console } from "./console.ts";

/** The system of pictures in a run's folder. @throws DataError where there is none, or one of another kind. */
export async function openPictures(folder: string): Promise<VisionSystem> {
  return readVision(await readFolder(folderOnDisk(folder)), makeNetwork);
}

/** Explains the answers to picture files. */
export async function decide(
  network: PictureNetwork,
  asked: readonly AskedFile[],
  {
    system,
    pictures,
    concepts,
    console,
  }: {
    readonly system: VisionSystem;
    readonly pictures: PixelStore | undefined;
    readonly concepts: PictureConcepts | undefined;
    readonly console: Console;
  },
): Promise<NamedDecision[]> {
  if (asked.length === 0) return [];
  const { most } = costOfExplanation(network, asked.length, { method: "integratedGradients" });
  console.say(
    `Explaining ${asked.length === 1 ? "a picture" : `${asked.length} pictures`}: at most ${most.backward} passes back through the network.`,
  );
  const { input, settings, care } = system;
  const rows = Uint32Array.from({ length: Math.min(4, pictures?.count ?? 0) }, (_, row) => row);
  const others = pictures === undefined ? undefined : await readPictures(network, pictures, rows);
  const drawn = [0, 1].map(() => new PictureNetwork(untrained(settings), input));
  const decisions: NamedDecision[] = [];
  for (const [index, { name, picture }] of asked.entries()) {
    console.progress(`explaining ${name}`, index / asked.length);
    const decision = await explainDecision(network, picture, {
      temperature: care.temperature,
      drawn,
      others,
      nameOf: concepts === undefined ? undefined : (picture, box) => concepts.nameOfPart(picture, box),
    });
    decisions.push({ name, decision });
  }
  return decisions;
}

/** A network of the same kind that has learned nothing. */
function untrained(settings: VisionSystem["settings"]): VisionSystem["network"] {
  const network = makeNetwork(settings);
  network.eval();
  return network;
}

/** A picture file as the network takes it. */
export interface AskedFile {
  readonly name: string;
  readonly picture: Float32Array;
}

/** Reads picture files as the network takes them. @throws DataError naming the file that is no picture. */
export async function readFiles(
  files: readonly string[],
  network: PictureNetwork,
  { input }: VisionSystem,
): Promise<AskedFile[]> {
  if (files.length === 0) return [];
  const decoder = sharpDecoder();
  const asked: AskedFile[] = [];
  for (const file of files) {
    const bytes = await bytesOf(file);
    const pixels = await decoder.decode(bytes, input).catch((error: unknown) => {
      throw error instanceof DataError ? new DataError(`${file}: ${error.message}`, { file }) : error;
    });
    const store = { count: 1, ...input, read: () => Uint8Array.from(pixels) };
    asked.push({ name: basename(file), picture: await readPictures(network, store, [0]) });
  }
  return asked;
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new DataError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { file });
  }
}

/** Decisions as `--json` prints them. */
export function decisionsToJson(decisions: readonly NamedDecision[], classes: readonly string[]): unknown {
  return decisions.map(({ name, decision }) => ({
    name,
    words: decisionInWords(decision, classes),
    answer: classes[decision.answer],
    rather: classes[decision.other],
    probability: decision.probability,
    parts: decision.parts,
    methods: decision.maps.map(({ title, explanation, sanity }) => ({
      title,
      method: explanation.method,
      isExact: explanation.isExact[0] === 1,
      unexplained: explanation.relativeDelta?.[0] ?? null,
      sanity,
    })),
  }));
}
