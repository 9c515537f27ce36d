/** All tables of lines. */
import type { Family } from "./line.ts";
import { along } from "./lines/along.ts";
import { elementwise } from "./lines/elementwise.ts";
import { positions } from "./lines/positions.ts";
import { rearranging } from "./lines/rearranging.ts";

/** In the order of the rows. */
export const families: readonly Family[] = [...elementwise, ...along, ...positions, ...rearranging];
