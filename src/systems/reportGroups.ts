/** Whom it treats worse: figures by group, with intervals and counts. */
import { type GroupFigure, type GroupMetrics, type GroupRate, type GroupReport, groupRates } from "../audit/groups.ts";
import { absent, intervalSvg, type Section, table } from "./reportHtml.ts";
import { colour } from "./reportPalette.ts";
import { extentOf } from "./reportPlot.ts";
import { count, nameHtml, number, shareText } from "./reportSpell.ts";

/** Most groups of a list, and most differences. */
const [mostGroups, mostDifferences] = [40, 8];

/** What is grouped, and how groups are asked for. */
export interface GroupWords {
  /** "rows" of a table, "pictures". */
  readonly things: string;
  /** The command that measures groups. */
  readonly way: string;
}

/** The section of a report on groups; says how to get it where none were named. */
export function groupsSection(report: GroupReport | undefined, { things, way }: GroupWords): Section {
  const base = { id: "groups", title: "Does it treat some worse than others?" };
  if (report === undefined)
    return {
      ...base,
      plain: `Whether it does worse for some groups of ${things} than for others is not known.`,
      figures: [absent("No columns were named that make groups.", way)],
    };
  const clear = report.differences.filter(({ isClear }) => isClear);
  const small = report.groups.filter(({ isSmall }) => isSmall).length;
  const [first] = clear;
  const plain =
    first === undefined
      ? `No difference between groups is larger than chance explains${small > 0 ? `; ${count(small)} of ${count(report.groups.length)} groups are too small to say` : ""}.`
      : `Groups differ by more than chance explains: ${nameHtml(lowerFirst(withoutJudgement(first.message)), 300)}`;
  const lists = columnsOf(report).map((columns) => groupTable(report, columns, things));
  return {
    ...base,
    plain,
    figures: [
      ...(clear.length > 1 ? [differences(clear)] : []),
      ...lists.map((html) => `<div class="wide">${html}</div>`),
    ],
    how: `On held-out ${things}; 95&nbsp;% intervals. Groups of fewer than ${report.minimum} are shown in grey and not compared. Differences have intervals that allow for how many were compared.${report.positive === undefined ? "" : ` “Positive” is ${nameHtml(report.positive)}.`}`,
    limits:
      "Why groups differ, and whether that is just. Groups that no column names. What is equal in one figure is as a rule unequal in another: which one matters is for people to decide.",
  };
}

/** The judgement stands above already. */
function withoutJudgement(message: string): string {
  return message.replace(/, more than chance explains\.$/, ".");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function differences(clear: GroupReport["differences"]): string {
  const items = clear
    .slice(0, mostDifferences)
    .map(({ message }) => `<li>${nameHtml(withoutJudgement(message), 300)}</li>`);
  const further = clear.length - items.length;
  return `<div class="wide"><h3>Differences that chance does not explain</h3><ul>${items.join("")}</ul>${further > 0 ? `<p class="caption">And ${count(further)} more.</p>` : ""}</div>`;
}

/** Each set of columns that makes groups, once. */
function columnsOf({ groups }: GroupReport): (readonly string[])[] {
  const seen = new Map(groups.map(({ columns }) => [JSON.stringify(columns), columns]));
  return [...seen.values()];
}

const mainRates = ["accuracy", "meanAbsoluteError"] as const satisfies readonly GroupRate[];
const shownRates = [
  "selectionRate",
  "truePositiveRate",
  "falsePositiveRate",
  "meanError",
  "calibrationGap",
  "withheld",
] as const satisfies readonly GroupRate[];

function groupTable({ groups }: GroupReport, columns: readonly string[], things: string): string {
  const all = groups.filter((group) => JSON.stringify(group.columns) === JSON.stringify(columns));
  const shown = all.slice(0, mostGroups);
  const main = mainRates.find((rate) => shown.some(({ figures }) => figures[rate] !== undefined)) ?? "accuracy";
  const others = shownRates.filter((rate) => shown.some(({ figures }) => figures[rate] !== undefined));
  const scale = extentOf(shown.filter(({ isSmall }) => !isSmall).flatMap(({ figures }) => boundsOf(figures[main])));
  const further = all.length - shown.length;
  return table({
    caption: `By ${columns.map((name) => nameHtml(name)).join(" and ")}${further > 0 ? `; ${count(further)} smaller groups are not shown` : ""}. Bars: ${groupRates[main]}.`,
    head: ["group", things, groupRates[main], "", ...others.map((rate) => groupRates[rate])],
    rows: shown.map((group) => ({
      ...(group.isSmall ? { className: "faint" } : {}),
      cells: cellsOf(group, { main, others, scale }),
    })),
  });
}

function boundsOf(figure: GroupFigure | undefined): number[] {
  return figure === undefined ? [] : [figure.lower, figure.upper];
}

function cellsOf(
  { values, n, isSmall, figures }: GroupMetrics,
  { main, others, scale }: { main: GroupRate; others: readonly GroupRate[]; scale: { low: number; high: number } },
): string[] {
  const own = figures[main];
  const bar =
    own === undefined
      ? ""
      : intervalSvg({ value: own.value, low: own.lower, high: own.upper }, scale, colour(isSmall ? "other" : "own"));
  const name = `${values.map((value) => nameHtml(value, 26)).join(" · ")}${isSmall ? ` <span class="soft nowrap">(too few)</span>` : ""}`;
  const interval =
    own === undefined
      ? "–"
      : `${spell(main, own.value)} <span class="soft">(${spell(main, own.lower)} to ${spell(main, own.upper)})</span>`;
  return [name, count(n), interval, bar, ...others.map((rate) => spell(rate, figures[rate]?.value))];
}

function spell(rate: GroupRate, value: number | undefined): string {
  if (value === undefined) return "–";
  return rate === "meanError" || rate === "meanAbsoluteError" ? number(value) : shareText(value).replace("-", "−");
}
