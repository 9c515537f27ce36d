/** The parts that every section is made of: one plain sentence, figures, how it was measured, what it cannot tell. */
import type { Metric } from "./metrics.ts";
import { number } from "./reportSpell.ts";
import { escapeMarkup } from "./reportText.ts";

/** What the report says of its making. */
export interface Making {
  /** Of Smilodon. */
  readonly version: string;
  /** Year, month, day. */
  readonly date: string;
  /** Makes the run again. */
  readonly command: string;
}

/** A section of the page. All fields are HTML. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** One plain sentence that can stand alone. */
  readonly plain: string;
  readonly figures: readonly string[];
  /** How it was measured. */
  readonly how?: string | undefined;
  /** What it cannot tell. */
  readonly limits?: string | undefined;
}

/** Writes a section. */
export function sectionHtml({ id, title, plain, figures, how, limits }: Section): string {
  const notes = [note("How it was measured", how), note("What it cannot tell", limits)].join("");
  const drawn = figures.length === 0 ? "" : `<div class="figures">${figures.join("")}</div>`;
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2><p class="plain">${plain}</p>${drawn}${notes === "" ? "" : `<div class="notes">${notes}</div>`}</section>`;
}

function note(title: string, text: string | undefined): string {
  return text === undefined ? "" : `<p><strong>${title}.</strong> ${text}</p>`;
}

/** Says that something was not measured, why, and how to get it. `way` is plain text. */
export function absent(why: string, way?: string): string {
  const get = way === undefined ? "" : ` To get it: <code>${escapeMarkup(way)}</code>`;
  return `<p class="absent"><strong>Not measured.</strong> ${why}${get}</p>`;
}

/** A figure with its words, and its numbers for those who prefer a table. */
export function figure(svg: string, caption: string, numbers = ""): string {
  return `<figure>${svg}<figcaption>${caption}</figcaption>${numbers}</figure>`;
}

/** A table; `head` and `rows` are HTML cells, the first of a row is its head. */
export interface TableParts {
  readonly caption?: string;
  readonly head: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly className?: string }[];
  /** Columns whose cells are words, from 0; others are numbers. */
  readonly words?: readonly number[];
}

/** A table that scrolls by itself where it is too wide. */
export function table({ caption, head, rows, words = [0] }: TableParts): string {
  const align = (column: number): string => (words.includes(column) ? ` class="word"` : "");
  const top = head.map((cell, column) => `<th scope="col"${align(column)}>${cell}</th>`).join("");
  const body = rows.map(({ cells, className }) => {
    const inner = cells.map((cell, column) =>
      column === 0 ? `<th scope="row"${align(0)}>${cell}</th>` : `<td${align(column)}>${cell}</td>`,
    );
    return `<tr${className === undefined ? "" : ` class="${className}"`}>${inner.join("")}</tr>`;
  });
  const inner = `<table><thead><tr>${top}</tr></thead><tbody>${body.join("")}</tbody></table>`;
  return captioned(inner, caption);
}

/** A table with its words above, which stay where they are when the table is scrolled. */
export function captioned(tableHtml: string, caption: string | undefined): string {
  const words = caption === undefined ? "" : `<figcaption>${caption}</figcaption>`;
  return `<figure class="table">${words}<div class="scroll" role="region" aria-label="Table" tabindex="0">${tableHtml}</div></figure>`;
}

/** The numbers behind a figure, folded away. */
export function numbersOf(parts: TableParts): string {
  return `<details><summary>The numbers</summary>${table(parts)}</details>`;
}

/** A measured figure with its interval in brackets. */
export function withInterval(metric: Metric | undefined, spell: (value: number) => string = number): string {
  if (metric === undefined || !Number.isFinite(metric.value)) return "–";
  return `${spell(metric.value)} <span class="soft">(${spell(metric.low)} to ${spell(metric.high)})</span>`;
}

/** A dot with its interval on a scale from `low` to `high`, as a picture for a cell of a table. */
export function intervalSvg(
  { value, low, high }: Pick<Metric, "value" | "low" | "high">,
  scale: { readonly low: number; readonly high: number },
  tone: string,
): string {
  const width = 120;
  const place = (at: number): number => {
    const share = scale.high > scale.low ? (at / 2 - scale.low / 2) / (scale.high / 2 - scale.low / 2) : 0.5;
    return Math.max(3, Math.min(width - 3, 3 + (width - 6) * (Number.isFinite(share) ? share : 0)));
  };
  if (!Number.isFinite(value)) return "";
  return `<svg viewBox="0 0 ${width} 14" class="interval" aria-hidden="true"><path d="M0 7H${width}" stroke="var(--line)"/><path d="M${place(low).toFixed(1)} 7H${place(high).toFixed(1)}" stroke="${tone}" stroke-width="2.4" stroke-linecap="round"/><circle cx="${place(value).toFixed(1)}" cy="7" r="3.6" fill="${tone}"/></svg>`;
}
