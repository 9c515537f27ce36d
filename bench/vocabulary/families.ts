/** All tables of lines. */
import type { Family } from "./line.ts";
import { elementwise } from "./lines/elementwise.ts";

/** In the order of the rows. */
export const families: readonly Family[] = [...elementwise];
