/** A trained femur system as a model folder, wherever that lies. `folder.node.ts` has folders on disk. */
import { z } from "zod";
import type { ScopeRule } from "../../audit/scope.ts";
import { numbers, positive } from "../../io/checked.ts";
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
import { features } from "./features.ts";
import { FemurModels } from "./models.ts";
import type { FemurSystem } from "./system.ts";

/** Version of the folder's layout. */
export const folderVersion = 1;

const config = z.object({
  system: z.string().refine((name) => name === "femurs", 'has to be "femurs"'),
  version: z.literal(folderVersion, `has to be ${folderVersion}, which is what this Smilodon reads`),
  origin: z.object({ seed: z.number(), bones: z.number() }),
  standardization: z.object({
    means: numbers(z.number(), features.length),
    deviations: numbers(positive, features.length),
  }),
});

const calibration = z.object({
  temperature: positive,
  sets: z.object({
    alpha: z.number(),
    // JSON has no Infinity: a rule from too few samples is null there.
    threshold: z
      .number()
      .nullable()
      .transform((threshold) => threshold ?? Number.POSITIVE_INFINITY),
    samples: z.number(),
  }),
});

const scope = z
  .object({
    scale: z.literal("logarithm"),
    neighbours: positive,
    withheldShare: positive,
    threshold: positive,
    rows: z.array(positive),
    distances: z.array(z.number()),
  })
  .superRefine(({ rows, neighbours, distances }, context) => {
    const count = rows.length / features.length;
    const message = `is not made of enough whole rows of ${features.length}: it holds ${rows.length} values`;
    if (!Number.isInteger(count) || count <= neighbours) context.addIssue({ code: "custom", path: ["rows"], message });
    else if (distances.length !== count)
      context.addIssue({ code: "custom", path: ["distances"], message: `has to be a list of ${count} numbers` });
  })
  .transform((rule): ScopeRule => ({ features: features.map(({ name }) => name), ...rule }));

/** `system` as the content of a folder; `documents` are further files (README.md, care/data.json). */
export async function femurFolder(system: FemurSystem, documents: FolderFiles = new Map()): Promise<FolderContent> {
  const { temperature, sets, standardization, origin } = system;
  const files = new Map<string, Uint8Array | string>([
    ["model.safetensors", await modelToBytes(system.models)],
    ["care/calibration.json", toJson({ temperature, sets })],
    ["care/scope.json", toJson(system.scope)],
    ...documents,
  ]);
  return { system: "femurs", version: folderVersion, settings: { origin, standardization }, files };
}

/** The system that a folder holds. @throws DataError naming the file and the place where it is not one. */
export function readFemurs(folder: ModelFolder): FemurSystem {
  const { origin, standardization } = parseSettings(folder, config);
  const models = new FemurModels();
  withFile(folder, "model.safetensors", (bytes) => loadModelBytes(models, bytes));
  const { temperature, sets } = jsonFile(folder, "care/calibration.json", calibration);
  const rule = jsonFile(folder, "care/scope.json", scope);
  return { models: models.eval(), standardization, temperature, sets, scope: rule, origin };
}
