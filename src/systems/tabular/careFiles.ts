/** What answers are trusted by, as the files of care/: plain JSON, and the rows that others are compared with as tensors. */
import { z } from "zod";
import type { TableEncoder } from "../../data/encoder.ts";
import { numbers, positive } from "../../io/checked.ts";
import { jsonFile, type ModelFolder, toJson, withFile } from "../../io/modelFolder.ts";
import { decodeSafetensors, encodeSafetensors } from "../../io/safetensors.ts";
import { DataError } from "../../support/errors.ts";
import { hostArray } from "../../tensor/hostArray.ts";
import type { TabularCare, TabularTask } from "./system.ts";

/** JSON has no Infinity: a rule from too few samples, which rules nothing out, has null there. */
const threshold = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.POSITIVE_INFINITY);

const calibration = z.object({
  temperature: positive,
  sets: z.object({
    alpha: z.number(),
    threshold,
    samples: z.number(),
    scale: z
      .object({ knots: z.array(z.number()).min(1), sizes: z.array(z.number()).min(1) })
      .refine(({ knots, sizes }) => knots.length === sizes.length, "has to be as many knots as sizes")
      .optional(),
  }),
});

/** Schema of care/scope.json for rows of `width` numbers; its rows are in care/scope.safetensors. */
function scopeSchema({ width, features }: TableEncoder) {
  return z.object({
    neighbours: z.int().min(1),
    withheldShare: positive,
    threshold: positive,
    samples: z.number(),
    trained: z.number(),
    weights: numbers(z.number(), features.length),
    lowest: numbers(z.number(), width),
    highest: numbers(z.number(), width),
    means: numbers(z.number(), width),
  });
}

/** The files that hold `care`. */
export function careFiles({ temperature, sets, scope, explanation }: TabularCare): Map<string, Uint8Array | string> {
  const { references, features: _, ...rule } = scope;
  const width = rule.means.length;
  const rows = hostArray(new Float32Array(references), [references.length / width, width]);
  return new Map<string, Uint8Array | string>([
    ["care/calibration.json", toJson({ temperature, sets })],
    ["care/scope.json", toJson(rule)],
    ["care/scope.safetensors", encodeSafetensors(new Map([["references", rows]]))],
    ["care/explanation.json", toJson({ method: "integrated gradients", baseline: explanation.baseline })],
  ]);
}

/** The way back. @throws DataError naming the file and place where something does not fit task and encoder. */
export function readCare(
  folder: ModelFolder,
  { encoder }: { readonly task: TabularTask; readonly encoder: TableEncoder },
): TabularCare {
  const { temperature, sets } = jsonFile(folder, "care/calibration.json", calibration);
  const rule = jsonFile(folder, "care/scope.json", scopeSchema(encoder));
  const explanation = jsonFile(
    folder,
    "care/explanation.json",
    z.object({ baseline: numbers(z.number(), encoder.width) }),
  );
  const references = withFile(folder, "care/scope.safetensors", (bytes) => readReferences(bytes, encoder.width));
  return { temperature, sets, scope: { ...rule, features: encoder.features, references }, explanation };
}

function readReferences(bytes: Uint8Array, width: number): Float32Array {
  const array = decodeSafetensors(bytes).arrays.get("references");
  if (array?.data instanceof Float32Array && array.dtype === "f32" && array.shape[1] === width && array.data.length > 0)
    return array.data;
  throw new DataError(`there is no tensor "references" of f32[rows, ${width}]. Make the folder again.`);
}
