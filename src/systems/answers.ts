/**
 * Answers of a trained system, whichever it is: as columns for millions of rows, as objects for a few. A row that is unlike
 * what the system learned from is withheld: it has a distance and a reason, and no answer. Next: `model.ts`.
 */
import { at } from "../support/invariant.ts";

/** Rows made ready for a system by its `encode`, row-major [count, width]. */
export interface EncodedRows {
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array | Float64Array;
}

/** What all answers have, one item a row. */
export interface ScopeColumns {
  /** 1 where the row gets an answer, 0 where it is withheld. */
  readonly inScope: Uint8Array;
  /** How far from the training rows, in multiples of what is answered: above 1 is withheld. */
  readonly distances: Float64Array;
  /** How row `row` stands out, as part of a sentence: "its weight, 900 g, is 4.1 times that of the heaviest". */
  reason(row: number): string;
}

/** Classes by calibrated probability. */
export interface ClassAnswers extends ScopeColumns {
  readonly kind: "classification";
  readonly classes: readonly string[];
  /** Row-major [count, classes]; withheld rows have theirs too, for measurements. */
  readonly probabilities: Float64Array;
  /** Row-major [count, classes]: 1 where the class is not ruled out. */
  readonly sets: Uint8Array;
}

/** Numbers with intervals, in the target's own unit. */
export interface NumberAnswers extends ScopeColumns {
  readonly kind: "regression";
  readonly values: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Answers for many rows. */
export type Answers = ClassAnswers | NumberAnswers;

/** Why there is no answer. */
export interface Withheld {
  readonly inScope: false;
  readonly distance: number;
  readonly reason: string;
}

/** A class, how sure, and what else is possible. */
export interface ClassAnswer<Label extends string = string> {
  readonly inScope: true;
  readonly distance: number;
  readonly label: Label;
  /** Calibrated probability of the label. */
  readonly confidence: number;
  /** The labels that are not ruled out; holds the truth as often as the model's card says. */
  readonly set: readonly Label[];
  readonly probabilities: Readonly<Record<Label, number>>;
}

/** A number and where the truth is likely to lie. */
export interface NumberAnswer {
  readonly inScope: true;
  readonly distance: number;
  readonly value: number;
  readonly interval: readonly [lower: number, upper: number];
}

/** The answer for one row: a class, a number, or none. */
export type Answer<Label extends string = string> = ClassAnswer<Label> | NumberAnswer | Withheld;

/** Number of rows that `answers` are for. */
export function countOf(answers: Answers): number {
  return answers.inScope.length;
}

/** Position of the most probable class of a row, the first of equals. */
export function likeliest(
  { probabilities, classes }: Pick<ClassAnswers, "probabilities" | "classes">,
  row: number,
): number {
  const start = row * classes.length;
  let best = 0;
  for (let c = 1; c < classes.length; c++) if (at(probabilities, start + c) > at(probabilities, start + best)) best = c;
  return best;
}

/** Row `row` of `answers` as an object. */
export function answerAt(answers: Answers, row: number): Answer {
  const distance = at(answers.distances, row);
  if (at(answers.inScope, row) === 0) return { inScope: false, distance, reason: answers.reason(row) };
  if (answers.kind === "regression") {
    const interval = [at(answers.lower, row), at(answers.upper, row)] as const;
    return { inScope: true, distance, value: at(answers.values, row), interval };
  }
  const { classes, probabilities, sets } = answers;
  const start = row * classes.length;
  const best = likeliest(answers, row);
  return {
    inScope: true,
    distance,
    label: at(classes, best),
    confidence: at(probabilities, start + best),
    set: classes.filter((_, c) => at(sets, start + c) === 1),
    probabilities: Object.fromEntries(classes.map((name, c) => [name, at(probabilities, start + c)])),
  };
}

/** The rows from `start` to before `end` of `answers`: views, nothing is copied. */
export function sliceAnswers(answers: Answers, start: number, end: number): Answers {
  const scope = {
    inScope: answers.inScope.subarray(start, end),
    distances: answers.distances.subarray(start, end),
    reason: (row: number) => answers.reason(start + row),
  };
  if (answers.kind === "regression") {
    const { values, lower, upper } = answers;
    return {
      ...scope,
      kind: "regression",
      values: values.subarray(start, end),
      lower: lower.subarray(start, end),
      upper: upper.subarray(start, end),
    };
  }
  const { classes, probabilities, sets } = answers;
  const width = classes.length;
  return {
    ...scope,
    kind: "classification",
    classes,
    probabilities: probabilities.subarray(start * width, end * width),
    sets: sets.subarray(start * width, end * width),
  };
}
