/** Colours of a report by name, for light and dark screens; each system has names and colours of its own. */

/** Colours by name: the same names for both. */
export interface Theme {
  readonly light: Readonly<Record<string, string>>;
  readonly dark: Readonly<Record<string, string>>;
}

/** What all reports have: ground, cards, words, lines, what is withheld, what is good. */
export const groundLight = {
  paper: "#fbfaf7",
  card: "#ffffff",
  ink: "#1d2126",
  soft: "#5b6169",
  line: "#dcd8cf",
  withheld: "#6d5a86",
  good: "#2d6a4f",
};

/** The same on dark screens. */
export const groundDark: typeof groundLight = {
  paper: "#15171a",
  card: "#1c1f23",
  ink: "#eceae4",
  soft: "#a3a8ae",
  line: "#363a40",
  withheld: "#c3abe3",
  good: "#7fc8a4",
};

/** CSS that gives `selector` the colours as variables, as the reader's screen has it; printed pages are always light. */
export function themeCss(selector: string, { light, dark }: Theme): string {
  return [
    `${selector}{${declarations(light)}color-scheme:light}`,
    `@media (prefers-color-scheme:dark){${selector}{${declarations(dark)}color-scheme:dark}}`,
    `@media print{${selector}{${declarations(light)}color-scheme:light}}`,
  ].join("\n");
}

function declarations(colours: Theme["light"]): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");
}
