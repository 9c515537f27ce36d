/** Colours of a report by name, for light and dark screens; each system has names and colours of its own. */

/** Colours by name: the same names for both. */
export interface Theme {
  readonly light: Readonly<Record<string, string>>;
  readonly dark: Readonly<Record<string, string>>;
}

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
