/**
 * What `--json` prints, as zod schemas by name: docs/schemas/ holds them as JSON Schema, and `smilodon schema NAME` prints
 * them. Fields may be added in later versions; those that are here stay.
 */
import { z } from "zod";
import { answerSchema, errorSchema, explanationSchema, pictureAnswerSchema, responseSchema } from "./serve/schemas.ts";

/** JSON has no NaN and no infinities: what could not be measured is null. */
const figure = z.number().nullable();
const figures = z.record(z.string(), figure).describe("By name: accuracy, auc, logLoss, ece, coverage, rmse, mae, r2");
const intervals = z.record(z.string(), z.tuple([figure, figure])).describe("95 % intervals of the metrics");
const task = z.enum(["classification", "regression"]);
const share = z.object({ value: z.number(), lower: z.number(), upper: z.number() }).loose();

const warning = z.object({
  kind: z.string().describe("leakage, model-output, identifier, duplicate-rows, constant, …"),
  columns: z.array(z.string()),
  action: z.enum(["left out", "flagged"]),
  message: z.string(),
});

const trained = z
  .object({
    run: z.string().describe("Folder of the run"),
    task,
    target: z.string(),
    rows: z.int().describe("Rows of the table"),
    seconds: z.number(),
    split: z.object({
      train: z.int(),
      validation: z.int(),
      calibration: z.int(),
      heldOut: z.int().describe("Rows that the metrics were measured on"),
      how: z.string(),
    }),
    metrics: figures,
    intervals,
    folds: z.array(figures).describe("Of each fold, where rows were cross-validated"),
    verdict: z
      .object({
        outcome: z
          .enum(["clear", "narrow", "equal", "worse"])
          .describe("Of the network; clear: intervals do not touch"),
        measure: z.string(),
        network: z.number(),
        simpler: z.string().describe("The best of the simpler models"),
        what: z.string(),
        value: z.number().describe("Its figure"),
      })
      .nullable()
      .describe("Whether the network does better than simpler models; null where that was not measured"),
    baselines: z.record(z.string(), figures).describe("Simpler models on the same rows"),
    warnings: z.array(warning),
    groups: z
      .array(
        z.object({
          columns: z.array(z.string()),
          values: z.array(z.string()),
          n: z.int(),
          isSmall: z.boolean().describe("Too few rows to compare"),
          figures: z.record(z.string(), z.object({ value: figure, lower: figure, upper: figure })),
        }),
      )
      .describe("Figures by the groups that --group names, with 95 % intervals"),
    differences: z.array(z.object({ message: z.string(), isClear: z.boolean() })).describe("Between groups"),
    settings: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  })
  .describe("What `train --json` and `resume --json` end with");

const trainedPictures = z
  .object({
    run: z.string().describe("Folder of the run"),
    task: z.literal("classification"),
    target: z.string().describe("What classes are of: class, or the column of labels"),
    classes: z.array(
      z.object({
        name: z.string(),
        heldOut: z.int().describe("Held-out pictures of the class"),
        recall: figure.describe("Share of them that was recognised"),
        precision: figure.describe("Share of what was called so that is"),
      }),
    ),
    pictures: z.int().describe("Pictures that could be read"),
    seconds: z.number(),
    split: z.object({ train: z.int(), calibration: z.int(), heldOut: z.int(), how: z.string() }),
    metrics: figures,
    intervals,
    baselines: z.record(z.string(), figures).describe("What the most frequent class alone would come to"),
    damaged: z.array(z.object({ name: z.string(), reason: z.string() })).describe("Files that could not be read"),
    warnings: z.array(z.object({ kind: z.string(), message: z.string() })),
    settings: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  })
  .describe("What `train --json` and `resume --json` end with for pictures");

const evaluated = z
  .object({
    run: z.string(),
    task,
    target: z.string(),
    rows: z.int(),
    unknown: z.int().describe("Rows whose answer is missing, pictures that cannot be read: left aside"),
    withheld: z.int().describe("Rows that would get no answer; the metrics count them"),
    metrics: figures,
    intervals,
  })
  .describe("What `evaluate --json` prints");

const bone = z
  .object({
    length_mm: z.number(),
    weight_g: z.number(),
    inScope: z.boolean(),
    answer: z.enum(["cat", "dog"]).nullable(),
    probability: figure,
    probabilityOfDog: figure,
    notRuledOut: z.array(z.string()).nullable(),
    scope: z.object({
      distance: z.number(),
      limit: z.number(),
      asUnusual: z.number(),
      standsOut: z.string().nullable(),
    }),
    why: z
      .object({
        comparedWith: z.object({ length: z.number(), weight: z.number() }),
        pushesTowardDog: z.record(z.string(), z.number()),
        logOdds: z.number(),
        unexplained: z.number(),
      })
      .nullable(),
  })
  .describe("One answer of the femur system: `predict RUN --length MM --weight G --json`");

/** What flags of `predict` add to each answer. */
const asked = {
  input: z
    .record(z.string(), z.union([z.string(), z.number()]).nullable())
    .optional()
    .describe("With --keep"),
  explanation: explanationSchema
    .optional()
    .describe("With --explain: start, contributions and residual add up to value"),
};

const predicted = z
  .array(z.union([...answerSchema.options.map((answer) => answer.extend(asked)), bone.extend(asked)]))
  .describe(
    "What `predict RUN FILE --json` prints: answers in the order of the rows; `--format jsonl` prints one a line",
  );

const run = z.object({
  id: z.string(),
  name: z.string(),
  folder: z.string(),
  command: z.string(),
  settings: z.unknown(),
  seed: z.number(),
  device: z.string(),
  versions: z.record(z.string(), z.string()),
  status: z.enum(["running", "finished", "early", "interrupted", "diverged", "failed", "killed"]),
  started: z.string(),
  ended: z.string().nullable(),
  metrics: z.record(z.string(), figure),
});

const compared = z
  .object({
    runs: z.array(run),
    metrics: z.array(z.string()),
    differences: z.array(z.object({ setting: z.string(), values: z.array(z.unknown()) })),
  })
  .describe("What `runs compare --json` prints");

const diagnosis = z
  .object({
    smilodon: z.string(),
    node: z.string(),
    nodeIsNewEnough: z.boolean(),
    system: z.string(),
    processor: z.string(),
    cores: z.int(),
    memoryGigabytes: z.object({ total: z.number(), free: z.number() }),
    devices: z.array(z.object({ name: z.string(), works: z.boolean(), says: z.string() })),
    findings: z
      .array(z.object({ name: z.string(), works: z.boolean(), says: z.string() }))
      .describe("Threads, packages that may be missing, the run store, the data folder"),
  })
  .describe("What `doctor --json` prints");

const demonstrated = z
  .object({
    folder: z.string(),
    seed: z.number(),
    bones: z.number(),
    heldOut: z.number(),
    seconds: z.number(),
    results: z.array(z.object({ name: z.string(), accuracy: share }).loose()),
    temperature: z.number(),
    sets: z.unknown(),
    withheld: share,
    answers: z.array(z.object({ name: z.string(), inScope: z.boolean() }).loose()),
  })
  .describe("What `demo --json` prints");

const trainedBelief = z
  .object({
    run: z.string().describe("Folder of the run"),
    model: z.literal("deep-belief"),
    pictures: z.int(),
    size: z.int().describe("Pixels of their sides"),
    seconds: z.number(),
    layers: z.array(
      z.object({
        groups: z.int().describe("Filters"),
        kernel: z.int().describe("Pixels of a filter's sides"),
        steps: z.int(),
        error: z.number().describe("Mean squared error of the last reconstruction"),
        active: z.number().describe("Share of detection units that were on"),
      }),
    ),
    damaged: z.array(z.object({ name: z.string(), reason: z.string() })),
  })
  .describe("What `train --model deep-belief --json` ends with");

/** All of them, by the name of their file. */
export const jsonSchemas = {
  train: trained,
  "train-pictures": trainedPictures,
  "train-deep-belief": trainedBelief,
  evaluate: evaluated,
  predict: predicted,
  "predict-femur": bone,
  runs: z.array(run).describe("What `runs --json` prints"),
  "runs-compare": compared,
  "runs-delete": z.object({ deleted: z.string(), files: z.boolean() }).describe("What `runs delete --json` prints"),
  serve: z.object({ run: z.string(), address: z.string() }).describe("What `serve --json` prints when it listens"),
  "serve-answer": responseSchema,
  "serve-picture-answer": pictureAnswerSchema,
  "serve-refusal": errorSchema,
  doctor: diagnosis,
  demo: demonstrated,
} as const satisfies Record<string, z.ZodType>;

/** A name of `jsonSchemas`. */
export type SchemaName = keyof typeof jsonSchemas;

/** The names in order. */
export const schemaNames = Object.keys(jsonSchemas).filter((name): name is SchemaName => name in jsonSchemas);

/** A schema as JSON Schema, as docs/schemas/ has it. */
export function schemaText(name: SchemaName): string {
  return `${JSON.stringify(z.toJSONSchema(jsonSchemas[name]), null, 2)}\n`;
}
