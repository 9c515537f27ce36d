/** Names, cells and numbers as the report shows them. What comes from a table is hostile until it has been through here. */
import { escapeMarkup, percent } from "./reportText.ts";

/** Characters that direct or hide text, and halves of characters. */
const disturbing = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Surrogate}/gu;

/** Marks that stack on the character before: more than a few reach into other lines. */
const stacked = /(\p{M}{3})\p{M}+/gu;

/** A name or a cell as plain text: on one line, in its own direction only, and at most `most` characters. */
export function plainText(text: string, most = 40): string {
  // Cut first: a cell may be as long as a book
  const clean = text
    .slice(0, 8 * most)
    .replace(/\s+/g, " ")
    .replace(disturbing, "\ufffd")
    .replace(stacked, "$1");
  const characters = Array.from(clean);
  return characters.length > most || text.length > 8 * most ? `${characters.slice(0, most - 1).join("")}…` : clean;
}

/** The same, safe inside HTML, and kept from turning the direction of its surroundings. */
export function nameHtml(text: string, most = 40): string {
  return `<bdi>${escapeMarkup(plainText(text, most))}</bdi>`;
}

/** `line 12`, kept on one line. */
export function placeHtml(place: string): string {
  return `<span class="nowrap">${escapeMarkup(plainText(place))}</span>`;
}

/** The same for text inside SVG and attributes, which know no <bdi>: isolated by characters. */
export function nameSvg(text: string, most = 28): string {
  return `\u2068${escapeMarkup(plainText(text, most))}\u2069`;
}

/** A number with about `digits` digits that count: 0.0123, 12.3, 123, 12,345, 1.2e+30; a dash where there is none. */
export function number(value: number | undefined, digits = 3): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e15 || (size < 1e-5 && size > 0)) return value.toExponential(digits - 1).replaceAll("-", "−");
  const text = size >= 1000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(digits)));
  return text.replace("-", "−");
}

/** A share as per cent, the minus a real one: 94.7 %, 100 %; a dash where there is none. */
export function shareText(value: number | undefined, digits = 1): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  // What is not all is never shown as all
  const shown = value < 1 ? Math.min(value, 1 - 10 ** -(digits + 2)) : value;
  const text = percent(shown, value === 1 || value === 0 ? 0 : digits);
  return /^-0(\.0+)?\D/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** A number for an axis, short: 12k, 1.5M. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(0).replaceAll("-", "−");
  if (size < 10_000) return number(value);
  return new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 })
    .format(value)
    .replace("-", "−");
}

/** A whole number with separators. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 row`, `2 rows`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A cell as text: numbers in short, what is missing said. */
export function cellHtml(cell: string): string {
  if (cell === "") return `<span class="soft">missing</span>`;
  const value = Number(cell);
  return cell.trim() !== "" && Number.isFinite(value) && cell.length > 9 ? number(value, 5) : nameHtml(cell, 28);
}

/** Words with commas and an "and". */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
