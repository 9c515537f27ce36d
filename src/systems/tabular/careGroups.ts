/** Figures by group for held-out answers: which columns make groups is said by the user, and the columns stay outside of the model. */
import { type GroupColumn, groupColumn } from "../../audit/groupColumn.ts";
import { type GroupMetrics, type GroupOptions, type GroupReport, measureGroups } from "../../audit/groups.ts";
import { topLabel } from "../../audit/predictions.ts";
import type { Table } from "../../data/table.ts";
import { at } from "../../support/invariant.ts";
import type { HeldOutStudy } from "./study.ts";
import type { TabularTask } from "./system.ts";

/** Held-out answers, and where their rows are. */
export interface GroupScene {
  readonly task: TabularTask;
  /** The table that `heldOut.rows` count in. */
  readonly table: Table;
  readonly heldOut: Pick<HeldOutStudy, "rows" | "truth" | "probabilities" | "predictions">;
  /** The table that was learned from, where that is another: its groups are named also where they have no held-out row. */
  readonly learned?: Table | undefined;
  /** 1 where the row got an answer, one for each held-out row. */
  readonly inScope?: Uint8Array | undefined;
}

/**
 * Figures of held-out answers by the columns called `names`, and by pairs of them.
 * @throws DataError where there is no such column, or no row was held out.
 */
export function measureHeldOutGroups(
  { task, table, learned, heldOut, inScope }: GroupScene,
  names: readonly string[],
  options: GroupOptions = {},
): GroupReport {
  const { rows, truth, probabilities, predictions } = heldOut;
  // Ranges of numbers come from all rows, so that they do not depend on the split.
  const whole = names.map((name) => groupColumn(table, name));
  const columns = whole.map((column) => selectRows(column, rows));
  const learnedFrom = learned === undefined ? [] : names.flatMap((name) => textGroups(learned, name) ?? []);
  const withEmpty = (report: GroupReport): GroupReport => ({
    ...report,
    groups: [...report.groups, ...emptyGroups([...whole, ...learnedFrom], report)],
  });
  if (task.kind === "regression")
    return withEmpty(measureGroups(columns, { truths: truth, decisions: predictions ?? [], inScope }, options));
  const { classes } = task;
  const decisions = Array.from(
    rows,
    (_, row) => topLabel({ probabilities: probabilities ?? [], classes: classes.length }, row).label,
  );
  return withEmpty(measureGroups(columns, { truths: truth, decisions, classes, probabilities, inScope }, options));
}

/** Ranges of numbers are another table's own; texts are the same in all. */
function textGroups(table: Table, name: string): GroupColumn | undefined {
  return table.column(name).kind === "text" ? groupColumn(table, name) : undefined;
}

/** Groups that the table has and the held-out rows have not: nothing is known of them, and that is worth saying. */
function emptyGroups(columns: readonly GroupColumn[], { groups }: GroupReport): GroupMetrics[] {
  const keyOf = (name: string, value: string): string => JSON.stringify([name, value]);
  const met = new Set(
    groups.flatMap(({ columns: own, values }) => (own.length === 1 ? keyOf(at(own, 0), at(values, 0)) : [])),
  );
  return columns.flatMap(({ name, values }) =>
    [...new Set(values)].flatMap((text) => {
      const value = text || "(missing)";
      const key = keyOf(name, value);
      if (met.has(key)) return [];
      met.add(key);
      return [{ columns: [name], values: [value], n: 0, isSmall: true, figures: {} }];
    }),
  );
}

function selectRows({ name, values }: GroupColumn, rows: Uint32Array): GroupColumn {
  return { name, values: Array.from(rows, (row) => at(values, row)) };
}
