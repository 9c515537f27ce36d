/** What the sections of a report on a table are written from. */
import type { Making } from "../../reportHtml.ts";
import type { TabularStudy } from "../study.ts";

/** What sections are written from. */
export interface Facts {
  readonly study: TabularStudy;
  readonly making: Making;
}

/** Says, of what is looked at once, that there were more folds. */
export function firstFold({ folds }: TabularStudy): string {
  return folds.length === 0 ? "" : " Only the first fold was looked at, with the network that had not learned from it.";
}
