/**
 * A system for tables as a model folder: config.json has task, encoder and settings; model.safetensors the weights; care/ what
 * answers are trusted by. `folder.node.ts` has folders on disk.
 */
import { z } from "zod";
import { encoderSchema } from "../../data/encoder/state.ts";
import { encoderOf } from "../../data/encoder.ts";
import { loadModelBytes, modelToBytes } from "../../io/index.ts";
import {
  type FolderContent,
  type FolderFiles,
  type ModelFolder,
  parseSettings,
  withFile,
} from "../../io/modelFolder.ts";
import { DataError } from "../../support/errors.ts";
import { careFiles, readCare } from "./careFiles.ts";
import { TabularNetwork } from "./network.ts";
import { settingsSchema } from "./settings.ts";
import type { TabularSystem } from "./system.ts";
import { outputsFor } from "./task.ts";

/** Version of the folder's layout. */
export const folderVersion = 1;

const classification = z.object({
  kind: z.literal("classification"),
  target: z.string(),
  classes: z.array(z.string()).min(2),
  isNumeric: z.boolean(),
});

const regression = z.object({
  kind: z.literal("regression"),
  target: z.string(),
  mean: z.number(),
  deviation: z.number().positive(),
  scale: z.enum(["plain", "logarithm"]),
});

const config = z.object({
  version: z.literal(folderVersion, `has to be ${folderVersion}, which is what this Smilodon reads`),
  task: z.discriminatedUnion("kind", [classification, regression]),
  encoder: encoderSchema,
  settings: settingsSchema,
  origin: z.object({
    rows: z.number(),
    seed: z.number(),
    version: z.string(),
    source: z.string(),
    dataHash: z.string().optional(),
  }),
});

/** `system` as the content of a folder; `documents` are further files (README.md, care/data.json). */
export async function tabularFolder(system: TabularSystem, documents: FolderFiles = new Map()): Promise<FolderContent> {
  const { task, encoder, settings, origin, network, care } = system;
  const files = new Map<string, Uint8Array | string>([
    ["model.safetensors", await modelToBytes(network)],
    ...careFiles(care),
    ...documents,
  ]);
  return {
    system: "tabular",
    version: folderVersion,
    settings: { task, encoder: encoder.state, settings, origin },
    files,
  };
}

/** The system that a folder holds. @throws DataError naming the file and the place where it is not one. */
export function readTabular(folder: ModelFolder): TabularSystem {
  const { task, encoder: state, settings, origin } = parseSettings(folder, config);
  const encoder = encoderOf(state);
  const { inputs, outputs } = settings.network;
  if (encoder.width !== inputs || outputsFor(task) !== outputs)
    throw new DataError(
      `${folder.name}/config.json: the encoder makes rows of ${encoder.width} numbers for ${outputsFor(task)} outputs, and the network takes ${inputs} and gives ${outputs}. Make the folder again.`,
    );
  const network = new TabularNetwork(settings.network);
  withFile(folder, "model.safetensors", (bytes) => loadModelBytes(network, bytes));
  const care = readCare(folder, { task, encoder });
  return { task, encoder, settings, network: network.eval(), origin: { ...origin, dataHash: origin.dataHash }, care };
}
