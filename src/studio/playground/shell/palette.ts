/**
 * The colours, light and dark: the report's and the femurs', so that cats are orange and dogs blue everywhere. They are
 * given to style sheets as variables and to canvases as they are.
 */
import { computed, type Signal, signal } from "@preact/signals";
import { colours as femurColours } from "../../../systems/femurs/report/palette.ts";

/** Which colours a visitor wants; `auto` follows the screen. */
export type ThemeName = "auto" | "light" | "dark";

const own = {
  light: { focus: "#0b63c5", accent: "#2d6a4f", accentInk: "#ffffff", wash: "#f1eee7" },
  dark: { focus: "#8cc4ff", accent: "#7fc8a4", accentInk: "#10201a", wash: "#24282d" },
};

const themes = {
  light: { ...femurColours.light, ...own.light },
  dark: { ...femurColours.dark, ...own.dark },
};

/** Colours by name. */
export type Colours = typeof themes.light;

const key = "smilodon.theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isScreenDark = signal(prefersDark.matches);

/** What the visitor has chosen. */
export const theme: Signal<ThemeName> = signal(stored());

/** Is the page dark now? */
export const isDark = computed(() => (theme.value === "auto" ? isScreenDark.value : theme.value === "dark"));

/** The colours now. */
export const colours = computed((): Colours => (isDark.value ? themes.dark : themes.light));

/** Does the visitor want things to stand still? */
export const isMotionReduced: Signal<boolean> = signal(matchMedia("(prefers-reduced-motion: reduce)").matches);

/** Gives the colours to the page, and keeps them right from now on. */
export function followTheme(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `:root{${variables(themes.light)}color-scheme:light}:root[data-theme="dark"]{${variables(themes.dark)}color-scheme:dark}`,
  );
  document.adoptedStyleSheets.push(sheet);
  prefersDark.addEventListener("change", ({ matches }) => (isScreenDark.value = matches));
  matchMedia("(prefers-reduced-motion: reduce)").addEventListener(
    "change",
    ({ matches }) => (isMotionReduced.value = matches),
  );
  const apply = (dark: boolean): void => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  isDark.subscribe(apply);
}

/** Chooses, and remembers where the browser lets us. */
export function chooseTheme(name: ThemeName): void {
  theme.value = name;
  try {
    localStorage.setItem(key, name);
  } catch {
    // A browser that keeps nothing still shows what was chosen
  }
}

function stored(): ThemeName {
  try {
    const name = localStorage.getItem(key);
    return name === "light" || name === "dark" ? name : "auto";
  } catch {
    return "auto";
  }
}

function variables(colours: Colours): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");
}
