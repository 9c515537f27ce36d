/**
 * What is wrong with a table before anything is learned from it: columns that give the target away, that name rows, that
 * look like another model's output, that hold nothing; rows that occur twice; classes too rare to be learned. Found things
 * are named with figures, and some columns are to be left out. The rules: leakage.ts, modelOutputs.ts, columnFaults.ts.
 */
import type { Table } from "../data/table.ts";
import { at } from "../support/invariant.ts";
import { type CodedColumn, codeColumn } from "./columnCodes.ts";
import {
  findColumnFault,
  findExtremeNumbers,
  findIdentifier,
  findMixedTypes,
  findSameInformation,
} from "./columnFaults.ts";
import { type CheckedTarget, checkedTarget } from "./columnSkill.ts";
import { duplicateGroups, sharedRows } from "./duplicateRows.ts";
import { judgeLeakage } from "./leakage.ts";
import { someRows } from "./mixedRows.ts";
import { findModelOutputs } from "./modelOutputs.ts";
import { inPercent, type TableWarning, warningKinds } from "./tableWarning.ts";
import { findTargetFaults } from "./targetFaults.ts";

/** What a table is checked for. */
export interface TableCheckOptions {
  /** The column to be predicted. */
  readonly target: string;
  readonly task: "classification" | "regression";
  /** Columns that the user has excluded: nothing is said of them. */
  readonly exclude?: readonly string[];
  /** Columns that the user wants to use whatever is found: flagged, never left out. */
  readonly keep?: readonly string[];
}

/** Behaviour is measured on at most so many rows, taken by chance. Emptiness, constancy and duplicates are looked for in all. */
const mostRows = 20_000;

/**
 * Checks `table`. Warnings come in the order of `warningKinds`; columns of those with the action "left out" are not to be
 * used for training. Where all columns would be left out, those that say anything are flagged instead.
 * @throws DataError where the table has no such target.
 *
 * @example
 * ```ts
 * import { readTable } from "smilodon/data";
 * import { checkTable } from "smilodon/audit";
 * const lines = Array.from({ length: 100 }, (_, i) => `${i % 7},${i % 2 ? "dog,2" : "cat,1"}`);
 * const table = readTable(`size,animal,animal_code\n${lines.join("\n")}\n`);
 * const [warning] = checkTable(table, { target: "animal", task: "classification" });
 * console.log(warning?.kind, warning?.columns, warning?.action); // leakage ["animal_code"] left out
 * ```
 */
export function checkTable(table: Table, options: TableCheckOptions): TableWarning[] {
  const { target: targetName, task, exclude = [], keep = [] } = options;
  const target = checkedTarget(codeColumn(targetName, sampled(table).column(targetName)), task);
  const features = table.names.filter((name) => name !== targetName && !exclude.includes(name));
  const found = [...findTargetFaults(table, targetName, task), ...checkColumns(table, features, target)];
  const warnings = found.map((warning) =>
    warning.columns.some((name) => keep.includes(name)) ? keptAnyway(warning) : warning,
  );
  const without = [targetName, ...exclude, ...namesLeftOut(warnings)];
  return inOrder(usedIfLast([...warnings, ...findDuplicates(table, without)], features).map(withWayBack));
}

/**
 * Held-out rows that the training rows hold as well, as a warning; undefined where there are none. Rows count as equal
 * where all columns agree, but for those in `except` (row numbers).
 */
export function checkParts(
  training: Table,
  heldOut: Table,
  options: { readonly except?: readonly string[] } = {},
): TableWarning | undefined {
  const shared = sharedRows(training, heldOut, options);
  if (shared.length === 0) return undefined;
  return {
    kind: "duplicate-rows",
    columns: [],
    action: "flagged",
    message:
      `${shared.length} of ${heldOut.rowCount} held-out rows (${inPercent(shared.length / heldOut.rowCount)}) are among the training ` +
      `rows too, the first at ${heldOut.place(at(shared, 0))}. Held-out figures are too good by as much as the model has learned them by heart.`,
  };
}

/** Names of the columns that warnings leave out. */
export function namesLeftOut(warnings: readonly TableWarning[]): string[] {
  return [...new Set(warnings.flatMap(({ action, columns }) => (action === "left out" ? columns : [])))];
}

function checkColumns(table: Table, features: readonly string[], target: CheckedTarget): TableWarning[] {
  const few = sampled(table);
  const warnings: TableWarning[] = [];
  const used: CodedColumn[] = [];
  const leaks = new Set<CodedColumn>();
  for (const name of features) {
    const fault = findColumnFault(name, table.column(name));
    if (fault !== undefined) warnings.push(fault);
    if (fault?.action === "left out") continue;
    const column = codeColumn(name, few.column(name));
    const main = judgeLeakage(column, { target, columns: features.length }) ?? findIdentifier(column);
    if (main !== undefined) warnings.push(main);
    if (main?.action === "left out") continue;
    warnings.push(...findMixedTypes(name, table), ...findExtremeNumbers(name, table));
    used.push(column);
    if (main?.kind === "leakage") leaks.add(column);
  }
  // A column that may be the target itself would make every good feature look like a score that follows from others.
  const sound = used.filter((column) => !leaks.has(column));
  return [...warnings, ...findModelOutputs(sound, target), ...findSameInformation(used)];
}

function findDuplicates(table: Table, except: readonly string[]): TableWarning[] {
  const compared = table.names.filter((name) => !except.includes(name));
  if (compared.length === 0) return [];
  // Equal in all that is learned from; whether the target agrees as well is part of the message.
  const target = at(except, 0);
  const groups = duplicateGroups(table, { except: except.filter((name) => name !== target) });
  const repeated = groups.filter((first, row) => first !== row).length;
  if (repeated === 0) return [];
  const row = groups.findIndex((first, index) => first !== index);
  return [
    {
      kind: "duplicate-rows",
      columns: [],
      action: "flagged",
      message:
        `${repeated} of ${table.rowCount} rows (${inPercent(repeated / table.rowCount)}) are equal to an earlier row, the first of them ` +
        `${table.place(row)} (to ${table.place(at(groups, row))}). If they are copies of one another, remove them: ` +
        "a model is tested on what it has learned otherwise.",
    },
  ];
}

function keptAnyway(warning: TableWarning): TableWarning {
  if (warning.action === "flagged") return warning;
  return {
    ...warning,
    action: "flagged",
    message: `${warning.message} It is used all the same, because you asked for it.`,
  };
}

/** A column that says something, and is left out all the same, can be had back. */
function withWayBack(warning: TableWarning): TableWarning {
  const { kind, action, columns, message } = warning;
  if (action === "flagged" || kind === "all-missing" || kind === "constant") return warning;
  const flags = columns.map((name) => `--use ${shellWord(name)}`).join(" ");
  const names = columns.map((name) => JSON.stringify(name)).join(", ");
  const when = kind === "leakage" ? "If it is known before the target is, use it" : "To use it all the same";
  const advice = `${when}: ${flags} (in TypeScript keep: [${names}]).`;
  return { ...warning, message: `${message} ${advice}` };
}

/** A name as a shell takes it for that name, and for nothing else. */
function shellWord(name: string): string {
  return /^[\w.+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** Something has to be left to learn from: where nothing would be, columns that hold anything at all are used. */
function usedIfLast(warnings: readonly TableWarning[], features: readonly string[]): TableWarning[] {
  const without = namesLeftOut(warnings);
  if (features.some((name) => !without.includes(name))) return [...warnings];
  return warnings.map((warning) => {
    if (warning.action === "flagged" || warning.kind === "all-missing" || warning.kind === "constant") return warning;
    return {
      ...warning,
      action: "flagged",
      message: `${warning.message} It is used all the same: no other column is left.`,
    };
  });
}

function inOrder(warnings: readonly TableWarning[]): TableWarning[] {
  const order = Object.keys(warningKinds);
  return [...warnings].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function sampled(table: Table): Table {
  return table.rowCount <= mostRows ? table : table.select(someRows(table.rowCount, mostRows));
}
