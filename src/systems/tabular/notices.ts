/** What somebody should know of how a study was measured, as warnings beside those about the table. */
import type { GroupReport } from "../../audit/groups.ts";
import { quoteNames } from "../../audit/tableWarning.ts";
import type { StudyWarning } from "./study.ts";

/** Below so many held-out rows figures say next to nothing: of nine rows that are all answered rightly, a third may be wrong. */
export const fewestHeldOut = 10;

/** Warnings about too few rows to measure on: in all, and in the groups that were named. */
export function measureNotices(heldOut: number, groups: GroupReport | undefined): StudyWarning[] {
  return [...(heldOut > 0 && heldOut < fewestHeldOut ? [fewRows(heldOut)] : []), ...emptyGroups(groups)];
}

function fewRows(heldOut: number): StudyWarning {
  const rows = heldOut === 1 ? "one row" : `${heldOut} rows`;
  return {
    kind: "few-held-out",
    columns: [],
    action: "flagged",
    message:
      `Only ${rows} could be held out: figures measured on so few say next to nothing, as their intervals show. ` +
      "Measure in folds (--folds 5), on a table of its own (--test FILE), or get more rows.",
  };
}

/** One warning for each column that has groups without a held-out row. */
function emptyGroups(report: GroupReport | undefined): StudyWarning[] {
  const empty = new Map<string, string[]>();
  for (const { columns, values, n } of report?.groups ?? []) {
    const [column] = columns;
    if (n > 0 || column === undefined) continue;
    empty.set(column, [...(empty.get(column) ?? []), ...values]);
  }
  return [...empty].map(([column, values]) => ({
    kind: "empty-group",
    columns: [column],
    action: "flagged",
    message:
      `No row was held out of ${values.length === 1 ? "the group" : "the groups"} ${quoteNames(values)} of ${JSON.stringify(column)}: ` +
      "how the model does there is not known. Measure in folds (--folds 5), or get more such rows.",
  }));
}
