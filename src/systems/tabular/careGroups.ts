/** Figures by group for held-out answers: which columns make groups is said by the user, and the columns stay outside of the model. */
import { type GroupColumn, groupColumn } from "../../audit/groupColumn.ts";
import { type GroupOptions, type GroupReport, measureGroups } from "../../audit/groups.ts";
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
  /** 1 where the row got an answer, one for each held-out row. */
  readonly inScope?: Uint8Array | undefined;
}

/**
 * Figures of held-out answers by the columns called `names`, and by pairs of them.
 * @throws DataError where there is no such column, or no row was held out.
 */
export function measureHeldOutGroups(
  { task, table, heldOut, inScope }: GroupScene,
  names: readonly string[],
  options: GroupOptions = {},
): GroupReport {
  const { rows, truth, probabilities, predictions } = heldOut;
  // Ranges of numbers come from all rows, so that they do not depend on the split.
  const columns = names.map((name) => selectRows(groupColumn(table, name), rows));
  if (task.kind === "regression")
    return measureGroups(columns, { truths: truth, decisions: predictions ?? [], inScope }, options);
  const { classes } = task;
  const decisions = Array.from(
    rows,
    (_, row) => topLabel({ probabilities: probabilities ?? [], classes: classes.length }, row).label,
  );
  return measureGroups(columns, { truths: truth, decisions, classes, probabilities, inScope }, options);
}

function selectRows({ name, values }: GroupColumn, rows: Uint32Array): GroupColumn {
  return { name, values: Array.from(rows, (row) => at(values, row)) };
}
