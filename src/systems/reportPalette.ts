/**
 * Colours of the report, for light and dark screens. Classes have six colours and six shapes, so that they are told apart
 * without colour, too; further classes share the last.
 */
import { groundDark, groundLight, themeCss } from "./reportTheme.ts";

const light = {
  ...groundLight,
  own: "#1f5f8b",
  other: "#6a6f76",
  bad: "#a4301f",
  c0: "#b4500f",
  c1: "#1f5f8b",
  c2: "#2d6a4f",
  c3: "#8a3579",
  c4: "#776000",
  c5: "#5b6169",
};

const dark: typeof light = {
  ...groundDark,
  own: "#84c1ea",
  other: "#9aa0a7",
  bad: "#f08d7c",
  c0: "#f0a264",
  c1: "#84c1ea",
  c2: "#7fc8a4",
  c3: "#e29ad2",
  c4: "#d8c15c",
  c5: "#a3a8ae",
};

/** Name of a colour. */
export type Colour = keyof typeof light;

/** `var(--name)` of a colour. */
export function colour(name: Colour): string {
  return `var(--${name})`;
}

/** All of them, as CSS for the page. */
export const paletteCss = themeCss(":root", { light, dark });

const classColours = ["c0", "c1", "c2", "c3", "c4", "c5"] as const satisfies readonly Colour[];

/** The colour of a class by its position. */
export function classColour(label: number): string {
  return colour(classColours[label] ?? "c5");
}

const shapes = [
  "m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z",
  "m0-3l2.8 5h-5.6z",
  "m-2.3-2.3h4.6v4.6h-4.6z",
  "m0-3.2l3.2 3.2l-3.2 3.2l-3.2-3.2z",
  "m-3-1h2v-2h2v2h2v2h-2v2h-2v-2h-2z",
  "m0 3l2.8-5h-5.6z",
] as const;

/** A path for the sign of a class, to be put after an `M`. */
export function classShape(label: number): string {
  return shapes[label] ?? shapes[5];
}
