/**
 * Columns that give the target away: copies of it, values that were derived from it or written down after it. A strong
 * column alone is no proof (a petal's width tells an iris), so a name or a structure has to speak as well. Thresholds were
 * measured on public tables; docs/decisions/0015 has the figures.
 */
import { at } from "../support/invariant.ts";
import type { CodedColumn } from "./columnCodes.ts";
import { type CheckedTarget, columnSkill, presenceSkill } from "./columnSkill.ts";
import { inPercent, type TableWarning } from "./tableWarning.ts";

/** What leakage is judged by. */
export interface LeakageScene {
  readonly target: CheckedTarget;
  /** How many columns are looked at: among many, chance finds one that fits. */
  readonly columns: number;
}

/** Above these a column is named; skills are those of columnSkill.ts. */
export const leakageLimits = {
  /** Classes, with a name that is related to the target's: worth a look. Honest columns of five public tables: at most 0.50. */
  related: 0.8,
  /** Left out: with about as many values as there are classes, where some of them never meet but one class … */
  relatedPure: 0.8,
  /** … or not even that; … */
  relatedFew: 0.9,
  /** … and a measurement, which may honestly be strong and named after what it measures. */
  relatedMany: 0.97,
  /** Share of the rows whose value goes with one class only. */
  pure: 0.25,
  /** Numbers: with a related name, worth a look, and left out. */
  relatedNumber: 0.98,
  relatedNumberLeft: 0.995,
  /** A few values, each class having its own: a copy in other words. */
  copy: 0.995,
  /** Numbers that are the target in another unit: 1 − squared correlation. */
  unit: 1e-9,
  /** Having a value at all tells the target. */
  presence: 0.85,
  /** Worth a look, whatever the name. */
  suspicious: 0.97,
  /** Worth a look where there are few different values. */
  suspiciousFew: 0.9,
  suspiciousNumber: 0.995,
} as const;

/** The warning about `column`, if it gives the target away or may do so. */
export function judgeLeakage(column: CodedColumn, scene: LeakageScene): TableWarning | undefined {
  const { target } = scene;
  if (column.distinct === 0 || !hasEvidence(scene)) return undefined;
  const presence = column.missing === 0 ? 0 : presenceSkill(column, target);
  if (presence >= leakageLimits.presence) return leak(column, target, filledIn(column, target, presence));
  const { skill, linear } = columnSkill(column, target);
  const isNumber = target.kind === "numbers";
  const how = isNumber
    ? `explains ${inPercent(skill)} of the variance of ${JSON.stringify(target.column.name)} alone`
    : `alone tells ${JSON.stringify(target.column.name)} right in ${inPercent(shareRight(skill, target))} of the rows`;
  const token = relatedToken(column.name, target.column.name);
  const named = `${how}, and its name says ${JSON.stringify(token)}`;
  if (token !== undefined && isRelatedLeak(column, target, skill)) return leak(column, target, named);
  if (isNumber && linear >= 1 - leakageLimits.unit) return leak(column, target, "is the target on another scale");
  if (!isNumber && skill >= leakageLimits.copy && column.distinct <= target.column.distinct + 2)
    return leak(column, target, `${how}: it says the same in other words`);
  if (token !== undefined && skill >= (isNumber ? leakageLimits.relatedNumber : leakageLimits.related))
    return flag(column, named);
  return isSuspicious(column, target, skill) ? flag(column, how) : undefined;
}

/** Whether a column with a name like the target's is the target in another form, or as good as it; not merely strong. */
function isRelatedLeak(column: CodedColumn, target: CheckedTarget, skill: number): boolean {
  if (target.kind === "numbers") return skill >= leakageLimits.relatedNumberLeft;
  if (skill >= leakageLimits.relatedMany) return true;
  if (column.distinct > target.column.distinct + 2) return false;
  return (
    skill >= leakageLimits.relatedFew ||
    (skill >= leakageLimits.relatedPure && pureShare(column, target) >= leakageLimits.pure)
  );
}

/** Share of the rows whose value of `column` never meets more than one class. */
function pureShare({ codes, distinct }: CodedColumn, { column }: CheckedTarget & { kind: "classes" }): number {
  const met = new Int32Array(distinct).fill(-1);
  const sizes = new Int32Array(distinct);
  let known = 0;
  codes.forEach((code, row) => {
    const label = at(column.codes, row);
    if (code < 0 || label < 0) return;
    met[code] = at(sizes, code) === 0 || at(met, code) === label ? label : -2;
    sizes[code] = at(sizes, code) + 1;
    known++;
  });
  return sizes.reduce((sum, size, code) => sum + (at(met, code) >= 0 ? size : 0), 0) / Math.max(1, known);
}

function isSuspicious(column: CodedColumn, target: CheckedTarget, skill: number): boolean {
  if (target.kind === "numbers") return skill >= leakageLimits.suspiciousNumber;
  const isFew = column.distinct <= 2 * target.column.distinct + 8;
  return skill >= (isFew ? leakageLimits.suspiciousFew : leakageLimits.suspicious);
}

function leak({ name }: CodedColumn, target: CheckedTarget, how: string): TableWarning {
  return {
    kind: "leakage",
    columns: [name],
    action: "left out",
    message:
      `Column ${JSON.stringify(name)} gives ${JSON.stringify(target.column.name)} away and is left out: it ${how}. ` +
      "A model that reads it learns to copy.",
  };
}

function flag({ name }: CodedColumn, how: string): TableWarning {
  return {
    kind: "leakage",
    columns: [name],
    action: "flagged",
    message:
      `Column ${JSON.stringify(name)} ${how}. It is used; ` +
      "if it is not known before the target is, exclude it: held-out figures are too good otherwise.",
  };
}

function filledIn(column: CodedColumn, target: CheckedTarget, presence: number): string {
  const filled = inPercent(1 - column.missing / column.codes.length);
  if (target.kind === "numbers")
    return `is filled in for ${filled} of the rows, and that alone explains ${inPercent(presence)} of the variance`;
  return `is filled in for ${filled} of the rows, and that alone tells the class in ${inPercent(shareRight(presence, target))}`;
}

/** Share of right answers that a skill of classes means. */
export function shareRight(skill: number, target: CheckedTarget & { kind: "classes" }): number {
  const total = target.counts.reduce((sum, count) => sum + count, 0);
  const largest = target.counts.reduce((most, count) => Math.max(most, count), 0) / Math.max(1, total);
  return largest + skill * (1 - largest);
}

/** Enough rows that chance alone does not explain a column that tells everything: nats of the target against the number of columns. */
function hasEvidence({ target, columns }: LeakageScene): boolean {
  const surplus = 20 + Math.log(Math.max(1, columns));
  if (target.kind === "numbers") return target.values.length > surplus;
  const total = target.counts.reduce((sum, count) => sum + count, 0);
  const nats = target.counts.reduce((sum, count) => (count === 0 ? sum : sum - count * Math.log(count / total)), 0);
  return nats > surplus;
}

/** Words that say nothing about what a column is of. */
const generalWords = new Set(
  "is was has had the of in at by to and or for from no not two one year years month months day days date time number num count total sum mean median average avg min max rate ratio value values type code class category cat group level name flag index first last new old per pct percent status".split(
    " ",
  ),
);

/** Words that say that a column is a target. */
const targetWords = new Set(["target", "label", "labels", "outcome", "truth", "groundtruth", "answer", "leak"]);

/** The word by which the name of a column is related to the target's, if there is one. */
export function relatedToken(name: string, target: string): string | undefined {
  const own = wordsOf(name);
  const others = wordsOf(target).filter((word) => word.length >= 3 && !generalWords.has(word));
  return own.find((word) => targetWords.has(word) || others.some((other) => isSameStem(word, other)));
}

/** Lower-case words of a name: "isRecid_2" has is, recid and 2. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** Equal, or one begins with the other and has at least four letters: recid and recidivism. */
function isSameStem(first: string, second: string): boolean {
  if (generalWords.has(first)) return false;
  const [short, long] = first.length <= second.length ? [first, second] : [second, first];
  return short === long || (short.length >= 4 && long.startsWith(short));
}

/**
 * True where each value of `first` goes with exactly one of `second`, so that the second is a coarser form of the first.
 * Of a column whose values mostly occur once nothing follows: it would tell any other.
 */
export function determines(first: CodedColumn, second: CodedColumn): boolean {
  if (first.distinct > (first.codes.length - first.missing) / 2) return false;
  const told = new Int32Array(first.distinct + 1).fill(-2);
  for (let row = 0; row < first.codes.length; row++) {
    const code = at(first.codes, row);
    const place = code < 0 ? first.distinct : code;
    const value = at(second.codes, row);
    if (at(told, place) === -2) told[place] = value;
    else if (at(told, place) !== value) return false;
  }
  return true;
}
