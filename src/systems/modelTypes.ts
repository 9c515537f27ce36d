/** The TypeScript types of a model's rows and labels, as the text of `types.d.ts` in its folder: declarations, nothing that runs. */
import type { InputColumn, ModelParts } from "./model.ts";

/** Categories beyond these are text of any kind: unions of thousands of words help nobody. */
const mostWords = 64;

/**
 * Types for `load<Row, Label>(…)`.
 *
 * @example
 * ```ts no-run
 * import { load } from "smilodon/node";
 * // As runs/penguins/types.d.ts has them
 * type Row = { readonly bill_length_mm: number | null };
 * type Label = "Adelie" | "Chinstrap" | "Gentoo";
 * const model = await load<Row, Label>("runs/penguins");
 * ```
 */
export function describeTypes({ inputs, output }: Pick<ModelParts, "inputs" | "output">): string {
  const label = output.kind === "classification" ? union(output.classes) : "never";
  return `/** Rows and labels of this model, for \`load<Row, Label>(…)\`. */

/** A row; null is a missing cell. */
export interface Row {
${inputs.map(describeColumn).join("\n")}
}

/** ${output.kind === "classification" ? `What ${comment(output.target)} can be.` : `${comment(output.target)} is a number: there are no labels.`} */
export type Label = ${label};
`;
}

function describeColumn(column: InputColumn): string {
  const { name, kind, categories, meaning } = column;
  const known =
    categories === undefined || categories.length === 0 ? "" : `One of ${categories.slice(0, 12).join(", ")}`;
  const more = (categories?.length ?? 0) > 12 ? " …" : "";
  const words = comment(meaning ?? (known === "" ? kind : known + more));
  return `  /** ${words} */\n  readonly ${JSON.stringify(name)}: ${typeOf(column)} | null;`;
}

/** Cells of other categories than the known ones are allowed: they count as unseen. */
function typeOf({ kind, reads }: InputColumn): string {
  switch (kind) {
    case "number":
      return "number";
    case "category":
      return reads === "number" ? "number | string" : "string";
    case "boolean":
      return reads === "number" ? "number | boolean" : "string | boolean";
    case "date":
      return "string | Date";
    case "text":
      return "string";
    default:
      return kind satisfies never;
  }
}

function union(words: readonly string[]): string {
  return words.length > mostWords ? "string" : words.map((word) => JSON.stringify(word)).join(" | ");
}

/** Text from a table must not end the comment that it stands in. */
function comment(text: string): string {
  return text.replaceAll("*/", "*\\/").replace(/\s+/g, " ");
}
