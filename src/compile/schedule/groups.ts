/** Pictures summed in groups, which threads share: the sums of groups are added up in the end. For derivatives of convolutions by their kernel. */

import { largestDivisor } from "./cover.ts";

/** Groups at most. */
const mostGroups = 16;
/** With fewer tasks, threads would have nothing to do. */
export const fewestTasks = 4;

/** Number of groups of `count` pictures, all of one size. */
export function groupsOf(count: number): number {
  return largestDivisor(count, mostGroups);
}
