/** Which classes are taken for which, as a table of a report. */
import { at } from "../support/invariant.ts";
import { captioned } from "./reportHtml.ts";
import { count, nameHtml, shareText } from "./reportSpell.ts";

/** Counts by true class (row) and answer (column), with shares of each row. */
export function confusionMatrix(classes: readonly string[], counts: readonly (readonly number[])[]): string {
  const head = `<tr><th scope="col" class="word">truth ↓ · answer →</th>${classes.map((name) => `<th scope="col">${nameHtml(name, 18)}</th>`).join("")}<th scope="col">right</th></tr>`;
  const rows = classes.map((name, truth) => {
    const line = at(counts, truth);
    const total = line.reduce((sum, value) => sum + value, 0);
    const cells = classes.map((_, answer) => {
      const own = at(line, answer);
      const share = total === 0 ? 0 : own / total;
      const tone = truth === answer ? "good" : "bad";
      return `<td style="--share:${(100 * Math.sqrt(share) * 0.5).toFixed(0)}%;--tone:var(--${tone})" class="shade">${count(own)}<br><span class="share">${total === 0 ? "–" : shareText(share, share > 0 && share < 0.1 ? 1 : 0)}</span></td>`;
    });
    const right = at(line, truth);
    return `<tr><th scope="row" class="word">${nameHtml(name, 24)}</th>${cells.join("")}<td>${total === 0 ? "–" : `${shareText(right / total)}<br><span class="share">of ${count(total)}</span>`}</td></tr>`;
  });
  return captioned(
    `<table class="matrix"><thead>${head}</thead><tbody>${rows.join("")}</tbody></table>`,
    "Rows are what was true, columns what was answered.",
  );
}
