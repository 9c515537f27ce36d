/**
 * A system of pictures as a model folder: config.json has task, input and the network's settings; model.safetensors the
 * weights; care/ what answers are trusted by. `folder.node.ts` has folders on disk.
 */
import { z } from "zod";
import { positive } from "../../io/checked.ts";
import { loadModelBytes, modelToBytes } from "../../io/index.ts";
import {
  type FolderContent,
  type FolderFiles,
  jsonFile,
  type ModelFolder,
  parseSettings,
  toJson,
  withFile,
} from "../../io/modelFolder.ts";
import { decodeSafetensors, encodeSafetensors } from "../../io/safetensors.ts";
import { DataError } from "../../support/errors.ts";
import { hostArray } from "../../tensor/hostArray.ts";
import type { NetworkMaker, VisionCare, VisionSystem } from "./system.ts";

/** Version of the folder's layout. */
export const folderVersion = 1;

const side = z
  .int()
  .min(1)
  .max(2 ** 14);

const config = z.object({
  version: z.literal(folderVersion, `has to be ${folderVersion}, which is what this Smilodon reads`),
  task: z.object({ target: z.string(), classes: z.array(z.string()).min(2) }),
  input: z.object({
    channels: z.union([z.literal(1), z.literal(3)], "has to be 1 or 3"),
    height: side,
    width: side,
    fit: z.enum(["cover", "contain", "fill"]),
  }),
  settings: z.looseObject({
    network: z.string(),
    channels: z.int(),
    height: side,
    width: side,
    classes: z.int(),
  }),
  origin: z.object({
    pictures: z.number(),
    seed: z.number(),
    version: z.string(),
    source: z.string(),
    dataHash: z.string().optional(),
    from: z.string().optional(),
  }),
});

/** JSON has no Infinity: a rule from too few samples, which rules nothing out, has null there. */
const threshold = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.POSITIVE_INFINITY);

const calibration = z.object({
  temperature: positive,
  sets: z.object({ alpha: z.number(), threshold, samples: z.number() }),
});

const scopeRule = z.object({
  width: z.int().min(1),
  neighbours: z.int().min(1),
  withheldShare: positive,
  threshold: positive,
  samples: z.number(),
});

/** `system` as the content of a folder; `documents` are further files (README.md, care/data.json). */
export async function visionFolder(system: VisionSystem, documents: FolderFiles = new Map()): Promise<FolderContent> {
  const { task, input, settings, origin, network, care } = system;
  const { references, ...rule } = care.scope;
  const rows = hostArray(references, [references.length / rule.width, rule.width]);
  return {
    system: "vision",
    version: folderVersion,
    settings: { task, input, settings, origin },
    files: new Map<string, Uint8Array | string>([
      ["model.safetensors", await modelToBytes(network)],
      ["care/calibration.json", toJson({ temperature: care.temperature, sets: care.sets })],
      ["care/scope.json", toJson(rule)],
      ["care/scope.safetensors", encodeSafetensors(new Map([["references", rows]]))],
      ...documents,
    ]),
  };
}

/** The system that a folder holds; `make` makes its network. @throws DataError naming the file and the place where it is not one. */
export function readVision(folder: ModelFolder, make: NetworkMaker): VisionSystem {
  if (folder.system !== "vision")
    throw new DataError(
      `${folder.name}/config.json: the system is "${folder.system}", which takes no pictures. Open it with load or loadFrom.`,
      { system: folder.system },
    );
  const { task, input, settings, origin } = parseSettings(folder, config);
  const same = (["channels", "height", "width"] as const).every((name) => input[name] === settings[name]);
  if (!same || settings.classes !== task.classes.length)
    throw new DataError(
      `${folder.name}/config.json: pictures of ${input.height}×${input.width}×${input.channels} in ${task.classes.length} classes, and a network for ${settings.height}×${settings.width}×${settings.channels} and ${settings.classes}. Make the folder again.`,
    );
  const network = make(settings);
  withFile(folder, "model.safetensors", (bytes) => loadModelBytes(network, bytes));
  network.eval();
  return {
    task,
    input,
    settings,
    network,
    origin: { ...origin, dataHash: origin.dataHash, from: origin.from },
    care: readCare(folder),
  };
}

function readCare(folder: ModelFolder): VisionCare {
  const { temperature, sets } = jsonFile(folder, "care/calibration.json", calibration);
  const rule = jsonFile(folder, "care/scope.json", scopeRule);
  const references = withFile(folder, "care/scope.safetensors", (bytes) => {
    const array = decodeSafetensors(bytes).arrays.get("references");
    const isWhole = array?.data instanceof Float32Array && array.dtype === "f32" && array.shape[1] === rule.width;
    if (isWhole && array.shape.length === 2 && array.data.length >= rule.neighbours * rule.width) return array.data;
    throw new DataError(
      `there is no tensor "references" of f32[rows, ${rule.width}] with ${rule.neighbours} rows or more. Make the folder again.`,
    );
  });
  return { temperature, sets, scope: { ...rule, references: new Float32Array(references) } };
}
