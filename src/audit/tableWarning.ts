/** What the checks of a table say: one warning for one thing found, in words that name columns, figures and what to do. */

/** What can be found; the sentence says what each means. */
export const warningKinds = {
  leakage: "a column gives the target away",
  "model-output": "a column looks like another model's output",
  identifier: "a column names rows rather than describing them",
  "all-missing": "a column has no values",
  "mostly-missing": "a column has few values",
  constant: "a column has one value only",
  "same-information": "columns say the same in different words",
  "mixed-types": "a column holds numbers and other text",
  "extreme-numbers": "a column holds infinite numbers, or some too large to compute with",
  "duplicate-rows": "rows occur more than once",
  "missing-target": "rows have no target",
  "rare-class": "a class has few rows",
  imbalance: "nearly all rows have the same class",
} as const satisfies Record<string, string>;

/** A kind of finding. */
export type WarningKind = keyof typeof warningKinds;

/** One finding about a table. Plain data: it goes into reports and JSON outputs. */
export interface TableWarning {
  readonly kind: WarningKind;
  /** The columns that it is about, the most important first. */
  readonly columns: readonly string[];
  /** `left out`: the columns are not to be used for training. `flagged`: they are used, and somebody should look. */
  readonly action: "left out" | "flagged";
  /** One or two plain sentences: what was seen, with figures, and what to do. */
  readonly message: string;
}

/** `"a", "b" and "c"`, quoted. */
export function quoteNames(names: readonly string[]): string {
  const quoted = names.map((name) => JSON.stringify(name));
  if (quoted.length > 8) return `${quoted.slice(0, 7).join(", ")} and ${quoted.length - 7} others`;
  const last = quoted.at(-1) ?? "";
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(", ")} and ${last}`;
}

/** A share in words: "97.0 %". */
export function inPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
