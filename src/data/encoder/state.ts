/** What a fitted encoder knows, as plain JSON, and the schema that reads it back. `encoder.ts` fits and uses it. */
import { z } from "zod";
import { dateForms } from "../dates.ts";

const numbers = z.array(z.number());
const base = { name: z.string(), hasMissing: z.boolean() };

/** (value − center) / scale, and asinh of that, 16 at most, where the column has far-off values. */
const number = z.object({
  ...base,
  kind: z.literal("number"),
  center: z.number(),
  scale: z.number().positive(),
  isCompressed: z.boolean(),
});

/** One column each: known categories in order, then "any other". */
const category = z.object({
  ...base,
  kind: z.literal("category"),
  known: z.array(z.string()),
  /** Share of the training rows of each known category, then of all others together. */
  shares: numbers,
  /** The column held numbers. */
  isNumeric: z.boolean(),
});

/** −1 for `no`, 1 for `yes`. */
const boolean = z.object({
  ...base,
  kind: z.literal("boolean"),
  no: z.string(),
  yes: z.string(),
  isNumeric: z.boolean(),
});

/** Days since `center` in `scale`, then sine and cosine of what turns round: parts of the year, the week, the day. */
const date = z.object({
  ...base,
  kind: z.literal("date"),
  center: z.number(),
  scale: z.number().positive(),
  form: z.enum(dateForms),
  hasTime: z.boolean(),
});

/** Words counted in `width` columns by hash. */
const text = z.object({ ...base, kind: z.literal("text"), width: z.int().min(1).max(4096) });

/** Schema of one column's part. */
export const partSchema = z.discriminatedUnion("kind", [number, category, boolean, date, text]);

/** Schema of `EncoderState`. */
export const encoderSchema = z.object({ version: z.literal(1), parts: z.array(partSchema).min(1) });

/** How one column becomes numbers. */
export type EncoderPart = z.infer<typeof partSchema>;

/** How one column of the given kind becomes numbers. */
export type PartOf<K extends EncoderPart["kind"]> = Extract<EncoderPart, { kind: K }>;

/** Everything that an encoder knows. */
export type EncoderState = z.infer<typeof encoderSchema>;
