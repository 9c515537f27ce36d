/**
 * Colours of the report, the picture and the playground, for light and dark screens: one list of names, so that both follow the reader's
 * theme. Cats are orange and round, dogs blue and three-cornered: told apart without colour, too.
 */
import { groundDark, groundLight, themeCss } from "../../reportTheme.ts";

const light = {
  ...groundLight,
  cat: "#b4500f",
  catWash: "#f7e4d2",
  catDeep: "#efcfb0",
  dog: "#1f5f8b",
  dogWash: "#dfeaf2",
  dogDeep: "#bfd6e6",
  veil: "#fbfaf7",
};

const dark: typeof light = {
  ...groundDark,
  cat: "#f0a264",
  catWash: "#33261b",
  catDeep: "#4a3320",
  dog: "#84c1ea",
  dogWash: "#1b2a36",
  dogDeep: "#234055",
  veil: "#15171a",
};

/** The colours as they are, for pages that draw with them. */
export const colours = { light, dark };

/** Name of a colour. */
export type Colour = keyof typeof light;

/** `var(--name)` of a colour. */
export function colour(name: Colour): string {
  return `var(--${name})`;
}

/** CSS that gives `selector` the colours; printed pages are always light. */
export function paletteCss(selector: string): string {
  return themeCss(selector, { light, dark });
}
