/** All tables of lines. */
import type { Family } from "./line.ts";
import { algorithms } from "./lines/algorithms.ts";
import { along } from "./lines/along.ts";
import { elementwise } from "./lines/elementwise.ts";
import { pictures } from "./lines/pictures.ts";
import { positions } from "./lines/positions.ts";
import { rearranging } from "./lines/rearranging.ts";

/** In the order of the rows. */
export const families: readonly Family[] = [
  ...elementwise,
  ...along,
  ...positions,
  ...rearranging,
  ...pictures,
  ...algorithms,
];
