/** How a run was made, and how to make it again: the last section of every report. */
import { type Making, type Section, table } from "./reportHtml.ts";
import { number, plainText } from "./reportSpell.ts";
import { escapeMarkup } from "./reportText.ts";

/** What the section is made of. */
export interface RecordParts {
  /** One plain sentence. */
  readonly plain: string;
  readonly making: Making;
  /** How settings were chosen, as HTML. */
  readonly how?: string;
  /** Names and values, as HTML. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Plain text. */
  readonly settings: readonly {
    readonly name: string;
    readonly value: number | string | boolean;
    readonly reason: string;
  }[];
}

/** The section. */
export function recordOf({ plain, making, facts, settings, how }: RecordParts): Section {
  return {
    id: "record",
    title: "How this run was made, and how to make it again",
    plain,
    figures: [
      `<div class="wide"><pre><code>${escapeMarkup(plainText(making.command, 2000))}</code></pre></div>`,
      `<div><h3>What went in</h3><dl class="facts">${facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("")}</dl></div>`,
      table({
        caption: "Settings, and why they are what they are",
        head: ["setting", "value", "why"],
        words: [0, 2],
        rows: settings.map(({ name, value, reason }) => ({
          cells: [
            escapeMarkup(name),
            typeof value === "number" ? number(value, 4) : escapeMarkup(String(value)),
            escapeMarkup(reason),
          ],
        })),
      }),
    ],
    how,
  };
}
