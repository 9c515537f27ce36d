/** What the server takes and gives, as zod schemas made from the model: what is not so is refused with its place. */
import { z } from "zod";
import type { InputColumn } from "../../systems/model.ts";

/** Rows in one request. */
export const mostRows = 100_000;

/** A row of the given columns: what is missing is null or left out, what is more is ignored. */
function rowSchema(inputs: readonly InputColumn[]) {
  const shape = inputs.map((column) => {
    const schema = cellSchema(column).nullish();
    return [column.name, column.meaning === undefined ? schema : schema.describe(column.meaning)] as const;
  });
  return z.looseObject(Object.fromEntries(shape));
}

function cellSchema({ kind, reads, categories }: InputColumn) {
  switch (kind) {
    case "number":
      return z.number();
    case "boolean":
      return z.union([z.boolean(), z.string(), z.number()], "has to be true or false");
    case "category": {
      const known = categories === undefined ? "" : `Known: ${categories.slice(0, 50).join(", ")}`;
      const schema = reads === "number" ? z.union([z.number(), z.string()], "has to be a number or text") : z.string();
      return known === "" ? schema : schema.describe(known);
    }
    case "date":
      return z.string().describe("ISO 8601");
    case "text":
      return z.string();
    default:
      return kind satisfies never;
  }
}

/** The body of POST /predict. */
export function requestSchema(inputs: readonly InputColumn[]) {
  return z
    .strictObject({
      rows: z.array(rowSchema(inputs)).min(1).max(mostRows).describe("Rows to answer, cells by column"),
      explain: z.boolean().optional().describe("Say what each feature adds to each answer"),
    })
    .meta({ title: "Request of POST /predict" });
}

const withheld = z.object({
  inScope: z.literal(false),
  distance: z.number().describe("Distance to the training rows in multiples of what is answered; above 1 is withheld"),
  reason: z.string(),
});

const classAnswer = z.object({
  inScope: z.literal(true),
  distance: z.number(),
  label: z.string(),
  confidence: z.number().describe("Calibrated probability of the label"),
  set: z.array(z.string()).describe("Labels that are not ruled out"),
  probabilities: z.record(z.string(), z.number()),
});

const numberAnswer = z.object({
  inScope: z.literal(true),
  distance: z.number(),
  value: z.number(),
  interval: z.tuple([z.number().nullable(), z.number().nullable()]).describe("Lower and upper end; null is unbounded"),
});

/** One answer. */
export const answerSchema = z.union([classAnswer, numberAnswer, withheld]);

/** Why an answer is what it is. */
export const explanationSchema = z.object({
  output: z.string(),
  value: z.number(),
  start: z.number(),
  contributions: z.array(z.object({ feature: z.string(), amount: z.number() })),
  residual: z.number(),
});

/** What POST /predict answers. */
export const responseSchema = z
  .object({
    answers: z.array(answerSchema).describe("In the order of the rows"),
    explanations: z.array(explanationSchema).optional(),
  })
  .meta({ title: "Answer of POST /predict" });

/** What POST /predict answers for a picture. */
export const pictureAnswerSchema = z
  .object({ answers: z.array(z.union([classAnswer, withheld])).describe("One: for the picture that was sent") })
  .meta({ title: "Answer of POST /predict for a picture" });

/** What every refusal says. */
export const errorSchema = z
  .object({ error: z.object({ code: z.string(), message: z.string(), place: z.string().optional() }) })
  .meta({ title: "Refusal" });
