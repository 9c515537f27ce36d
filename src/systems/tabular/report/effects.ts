/** What was learned of each column: how much the network needs it, and how its answer moves with it. */
import { at } from "../../../support/invariant.ts";
import { absent, figure, intervalSvg, numbersOf, type Section, table } from "../../reportHtml.ts";
import { classColour, colour } from "../../reportPalette.ts";
import { extentOf, linePath, plotSvg } from "../../reportPlot.ts";
import { count, counted, list, nameHtml, nameSvg, number } from "../../reportSpell.ts";
import type { EffectCurve, FeatureEffect } from "../study.ts";
import type { TabularTask } from "../system.ts";
import { type Facts, firstFold } from "./facts.ts";

/** Most columns in the list, and most that get a picture. */
const [mostListed, mostDrawn] = [20, 8];

/** Part 6. */
export function effectsSection({ study }: Facts): Section {
  const { effects, system } = study;
  const { task } = system;
  const base = { id: "effects", title: "What each column does" };
  const [first] = effects;
  if (first === undefined)
    return {
      ...base,
      plain: "What each column does was not measured.",
      figures: [
        absent(
          "Columns are shuffled and changed unless --fast is given, or no rows are held out.",
          "smilodon train FILE --target COLUMN",
        ),
      ],
    };
  const needed = effects.filter(({ importance }) => importance.low > 0);
  const unclear = effects.length - needed.length;
  const best = needed.slice(0, 3).map(({ feature }) => nameHtml(feature));
  const plain =
    needed.length === 0
      ? "No column by itself is clearly needed on held-out rows."
      : `The network relies most on ${list(best)}${unclear > 0 ? `; of ${unclear === 1 ? "one column" : `${count(unclear)} columns`} it cannot be said that ${unclear === 1 ? "it is" : "they are"} needed` : ""}.`;
  const drawn = effects.filter(({ curves }) => curves.some(({ points }) => points.length > 1)).slice(0, mostDrawn);
  const further = effects.length - drawn.length;
  return {
    ...base,
    plain,
    figures: [
      `<div class="wide">${importanceTable(effects)}</div>`,
      ...drawn.map((effect) => curveFigure(effect, task)),
      ...(further > 0 && drawn.length > 0
        ? [
            `<p class="wide caption">${counted(further, "less important column has", "less important columns have")} no picture here; how much each is needed is in care/metrics.json.</p>`,
          ]
        : []),
    ],
    how: `Importance: how much worse the loss becomes when the column’s values are shuffled among ${counted(first.importance.n, "held-out row")} (${task.kind === "classification" ? "log loss, in nats" : "squared error, as a share of the target’s variance"}). Effects of numbers are accumulated over small steps (ALE), those of categories are mean changes of the answer when every row is given the category.${firstFold(study)}`,
    limits: `Causes. A column that goes along with another shares its importance with it, and either may look unneeded while both are not.${study.findings?.plane === undefined ? " A picture of what is answered where is drawn only where a table has exactly two columns, both numbers." : ""}`,
  };
}

function importanceTable(effects: readonly FeatureEffect[]): string {
  const shown = effects.slice(0, mostListed);
  const scale = extentOf(
    shown.flatMap(({ importance: { low, high } }) => [Math.min(0, low), high]),
    0.02,
  );
  const further = effects.length - shown.length;
  return table({
    caption: `How much the network needs each column${further > 0 ? `: the first ${shown.length} of ${effects.length}` : ""}. Bars are 95&nbsp;% intervals, from ${number(scale.low, 2)} to ${number(scale.high, 2)}.`,
    head: ["column", "kind", "", "loss grows by", "95 % interval"],
    words: [0, 1],
    rows: shown.map(({ feature, kind, importance }) => ({
      ...(importance.low > 0 ? {} : { className: "faint" }),
      cells: [
        nameHtml(feature),
        kind,
        intervalSvg(importance, scale, colour(importance.low > 0 ? "own" : "other")),
        number(importance.value),
        `${number(importance.low, 2)} to ${number(importance.high, 2)}`,
      ],
    })),
  });
}

function curveFigure({ feature, curves }: FeatureEffect, task: TabularTask): string {
  const usable = curves.filter(({ points }) => points.length > 1);
  const isNumbers = usable.every(({ points }) => points.every(({ value }) => typeof value === "number"));
  const heading = `<h3>${nameHtml(feature)}</h3>`;
  if (!isNumbers) return `<div>${heading}${categoryTable(usable, task)}</div>`;
  return `<div>${heading}${figure(curveSvg(feature, usable, task), legend(usable, task), pointsTable(usable, task))}</div>`;
}

function unitOf(task: TabularTask): string {
  return task.kind === "classification" ? "change, percentage points" : `change of ${nameSvg(task.target, 18)}`;
}

function spellEffect(task: TabularTask, effect: number): string {
  const value = task.kind === "classification" ? 100 * effect : effect;
  const text = task.kind === "classification" ? value.toFixed(1).replace("-", "−") : number(value);
  return /^−?0(\.0)?$/.test(text) ? "0" : value > 0 ? `+${text}` : text;
}

function labelOf(task: TabularTask, output: string): number {
  return task.kind === "classification" ? Math.max(0, task.classes.indexOf(output)) : 1;
}

function curveSvg(feature: string, curves: readonly EffectCurve[], task: TabularTask): string {
  const factor = task.kind === "classification" ? 100 : 1;
  const points = curves.flatMap((curve) =>
    curve.points.map(({ value, effect }) => ({ value: Number(value), effect: factor * effect })),
  );
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isLogarithmic = low > 0 && high / low > 100;
  const y = extentOf([0, ...points.map(({ effect }) => effect)]);
  const ends = curves.map(
    ({ output, points: own }) =>
      `${output.slice(0, 30)}: ${spellEffect(task, own[0]?.effect ?? 0)} at ${number(Number(own[0]?.value))}, ${spellEffect(task, own.at(-1)?.effect ?? 0)} at ${number(Number(own.at(-1)?.value))}`,
  );
  return plotSvg({
    label: `Effect of ${feature.slice(0, 40)}. ${ends.join("; ")}.`,
    x: { low, high, isLogarithmic, name: nameSvg(feature) },
    y: { ...y, name: unitOf(task) },
    height: 150,
    body: (places) => {
      const zero = `<path d="M0 ${places.y(0).toFixed(1)}H${places.width}" stroke="${colour("soft")}" stroke-dasharray="2 3"/>`;
      const lines = curves.map(({ output, points: own }) => {
        const drawn = own.map(({ value, effect }) => ({ x: places.x(Number(value)), y: places.y(factor * effect) }));
        const dots = drawn.map(({ x, y: height }) => `M${x.toFixed(1)} ${height.toFixed(1)}h0`).join("");
        const paint = classColour(labelOf(task, output));
        return `<path d="${linePath(drawn)}" fill="none" stroke="${paint}" stroke-width="1.8"/><path d="${dots}" stroke="${paint}" stroke-width="4.6" stroke-linecap="round"/>`;
      });
      return `${zero}${lines.join("")}`;
    },
  });
}

function legend(curves: readonly EffectCurve[], task: TabularTask): string {
  if (task.kind === "regression") return "Each dot is a quantile of the column.";
  const keys = curves.map(
    ({ output }) =>
      `<span class="key"><i class="dash solid" style="border-color:${classColour(labelOf(task, output))}"></i>${nameHtml(output, 24)}</span>`,
  );
  return keys.join(" ");
}

function pointsTable(curves: readonly EffectCurve[], task: TabularTask): string {
  const [first] = curves;
  if (first === undefined) return "";
  return numbersOf({
    head: ["value", ...curves.map(({ output }) => nameHtml(output, 18))],
    rows: first.points.map(({ value }, index) => ({
      cells: [
        number(Number(value)),
        ...curves.map(({ points }) => spellEffect(task, points[index]?.effect ?? Number.NaN)),
      ],
    })),
  });
}

/** Most categories of a column that are shown. */
const mostCategories = 10;

function categoryTable(curves: readonly EffectCurve[], task: TabularTask): string {
  const [first] = curves;
  if (first === undefined) return "";
  const largest = Math.max(...curves.flatMap(({ points }) => points.map(({ effect }) => Math.abs(effect))), 1e-300);
  const strength = (place: number): number =>
    Math.max(...curves.map(({ points }) => Math.abs(at(points, place).effect)));
  const order = first.points.map((_, place) => place).sort((a, b) => strength(b) - strength(a));
  const kept = order.slice(0, mostCategories);
  // One class, or a number: the largest on top tells more than the strongest
  if (curves.length === 1) kept.sort((a, b) => at(first.points, b).effect - at(first.points, a).effect);
  const further = first.points.length - kept.length;
  return table({
    caption: `${task.kind === "classification" ? "Change of the probability, in percentage points" : "Change of the prediction"}${further > 0 ? `; ${further} weaker ones are not shown` : ""}`,
    head: [
      "value",
      ...curves.map(({ output }) => (task.kind === "classification" ? nameHtml(output, 16) : "")),
      ...(curves.length === 1 ? [""] : []),
    ],
    rows: kept.map((place) => {
      const cells = curves.map(({ points }) => spellEffect(task, at(points, place).effect));
      const bar = curves.length === 1 ? [barSvg(at(first.points, place).effect / largest)] : [];
      return { cells: [nameHtml(String(at(first.points, place).value), 26), ...cells, ...bar] };
    }),
  });
}

/** A bar from the middle to the left or right. */
function barSvg(share: number): string {
  const half = 58;
  const width = Math.max(1, Math.abs(share) * half);
  return `<svg viewBox="0 0 120 14" class="interval" aria-hidden="true"><path d="M60 0V14" stroke="var(--soft)"/><rect x="${(share < 0 ? 60 - width : 60).toFixed(1)}" y="2" width="${width.toFixed(1)}" height="10" fill="${colour(share < 0 ? "c0" : "c1")}"/></svg>`;
}
