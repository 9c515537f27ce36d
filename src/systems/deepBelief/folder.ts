/** A network as a model folder: config.json says what its layers are, model.safetensors has their weights. `opening.node.ts` has disks. */
import { z } from "zod";
import { loadModelBytes, modelToBytes } from "../../io/index.ts";
import {
  type FolderContent,
  type FolderFiles,
  type ModelFolder,
  parseSettings,
  withFile,
} from "../../io/modelFolder.ts";
import { DataError } from "../../support/errors.ts";
import { DeepBeliefNetwork } from "./deepBelief.ts";

/** What config.json calls the system. */
const system = "deep-belief";
const version = 1;

const size = z.int().min(1).max(4096);

const config = z.object({
  version: z.literal(version, `has to be ${version}, which is what this Smilodon reads`),
  layers: z
    .array(
      z.strictObject({
        channels: size,
        groups: size,
        kernel: size,
        block: size,
        visible: z.enum(["binary", "gaussian"]),
        deviation: z.number().positive(),
        dtype: z.enum(["f32", "f64"]),
      }),
    )
    .min(1),
});

/** `network` as the content of a folder; `documents` are further files (README.md, report.html). */
export async function sealDeepBelief(
  network: DeepBeliefNetwork,
  documents: FolderFiles = new Map(),
): Promise<FolderContent> {
  return {
    system,
    version,
    settings: { layers: network.layers.map(({ settings }) => settings) },
    files: new Map([["model.safetensors", await modelToBytes(network)], ...documents]),
  };
}

/** The network of a folder that was read. @throws DataError where it holds another system, or what does not fit. */
export function openDeepBelief(folder: ModelFolder): DeepBeliefNetwork {
  if (folder.system !== system)
    throw new DataError(`${folder.name}/config.json: the system is "${folder.system}", no deep belief network.`, {
      system: folder.system,
    });
  const network = new DeepBeliefNetwork(parseSettings(folder, config).layers);
  withFile(folder, "model.safetensors", (bytes) => loadModelBytes(network, bytes));
  return network;
}
