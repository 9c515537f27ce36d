/** The plane of two columns: what is answered where, how surely, and where no answer is given. */
import { at } from "../../../support/invariant.ts";
import { crossingPath, type Grid, regionPath } from "../../contour.ts";
import { figure, numbersOf, type Section } from "../../reportHtml.ts";
import { classColour, classShape, colour } from "../../reportPalette.ts";
import { type Places, plotSvg } from "../../reportPlot.ts";
import { count, nameHtml, nameSvg, number, shareText } from "../../reportSpell.ts";
import type { Plane, PlaneAxis } from "../study.ts";
import type { TabularTask } from "../system.ts";
import type { Facts } from "./facts.ts";

/** Part 5, where the table has two columns of numbers; else undefined. */
export function boundarySection({ study }: Facts): Section | undefined {
  const { findings, system } = study;
  const plane = findings?.plane;
  if (plane === undefined) return undefined;
  const { task } = system;
  const withheld = plane.scope.reduce((sum, ratio) => sum + (ratio > 1 ? 1 : 0), 0) / plane.scope.length;
  const columns = `${nameHtml(plane.x.name)} and ${nameHtml(plane.y.name)}`;
  const isClasses = task.kind === "classification";
  return {
    id: "boundary",
    title: isClasses ? "Where one class ends and another begins" : "What is predicted where",
    plain: `Over the plane of ${columns} the network answers in the shaded region${withheld > 0 ? `, and says nothing in the hatched one (${shareText(withheld, 0)} of the picture)` : ""}.`,
    figures: [
      `<div class="wide large">${figure(isClasses ? classPlane(plane, task) : numberPlane(plane, task), legend(plane, task), numbers(plane, task))}</div>`,
    ],
    how: `The network was asked about ${count(plane.points ** 2)} points. Signs are ${count(plane.rows.length)} held-out rows, by what was true${isClasses ? "; rings mark wrong answers. Stronger shades are surer: below 75&nbsp;%, to 90&nbsp;%, above" : "; shades are steps of the prediction"}.`,
    limits:
      "Which of the two columns is the cause of anything. Where there are few signs, the boundary rests on few rows.",
  };
}

function frameOf(plane: Plane, label: string, body: (places: Places) => string): string {
  const axis = ({ name, ...rest }: PlaneAxis) => ({ ...rest, name: nameSvg(name) });
  return plotSvg({
    label,
    x: axis(plane.x),
    y: axis(plane.y),
    width: 320,
    isRuled: false,
    height: 260,
    body: (places) => `${body(places)}${veil(plane, places)}`,
  });
}

function gridOf({ points }: Plane, values: ArrayLike<number>): Grid {
  return { columns: points, rows: points, values };
}

/** A filled region; the outline hides the seams between its cells. */
function fill(path: string, paint: string, opacity: number): string {
  return path === ""
    ? ""
    : `<g opacity="${opacity}"><path d="${path}" fill="${paint}" stroke="${paint}" stroke-width=".6"/></g>`;
}

function veil(plane: Plane, extent: Places): string {
  const grid = gridOf(plane, plane.scope);
  const region = regionPath(grid, 1, extent);
  return `<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" stroke="${colour("withheld")}" stroke-opacity=".45" stroke-width="1.2"/></pattern></defs>${fill(region, colour("paper"), 0.55)}<path d="${region}" fill="url(#hatch)"/><path d="${crossingPath(grid, 1, extent)}" fill="none" stroke="${colour("withheld")}" stroke-dasharray="3 2.4"/>`;
}

type ClassTask = Extract<TabularTask, { kind: "classification" }>;

function classPlane(plane: Plane, { classes }: ClassTask): string {
  const cells = plane.points ** 2;
  const own = (cell: number, label: number): number => at(plane.answers, cell * classes.length + label);
  const other = (cell: number, label: number): number =>
    Math.max(...classes.map((_, index) => (index === label ? 0 : own(cell, index))));
  return frameOf(
    plane,
    `The plane of ${plane.x.name.slice(0, 40)} and ${plane.y.name.slice(0, 40)}, shaded by the most probable of ${classes.length} classes.`,
    (places) => {
      const shades = classes.map((_, label) => {
        const margin = gridOf(
          plane,
          Float64Array.from({ length: cells }, (__, cell) => own(cell, label) - other(cell, label)),
        );
        const sure = gridOf(
          plane,
          Float64Array.from({ length: cells }, (__, cell) => own(cell, label)),
        );
        const edge = `<path d="${crossingPath(margin, 0, places)}" fill="none" stroke="${colour("ink")}" stroke-width="1.3"/>`;
        const washes = [
          fill(regionPath(margin, 0, places), classColour(label), 0.16),
          ...[0.75, 0.9].map((level) => fill(regionPath(sure, level, places), classColour(label), 0.2)),
        ];
        return { washes: washes.join(""), edge };
      });
      const signs = plane.rows.map(({ x, y, truth, answer }) => {
        const place = `M${places.x(x).toFixed(1)} ${places.y(y).toFixed(1)}`;
        const ring =
          truth === answer
            ? ""
            : `<path d="${place}m-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0" fill="none" stroke="${colour("bad")}" stroke-width="1.6"/>`;
        return `<path d="${place}${classShape(truth)}" fill="${classColour(truth)}" stroke="${colour("paper")}" stroke-width=".6"/>${ring}`;
      });
      return `${shades.map(({ washes }) => washes).join("")}${shades.map(({ edge }) => edge).join("")}${signs.join("")}`;
    },
  );
}

const levels = 7;

/** Levels between the lowest and highest prediction, each a step darker. */
function levelsOf(plane: Plane): number[] {
  const sorted = plane.answers.filter((_, cell) => at(plane.scope, cell) <= 1).sort();
  const known = sorted.length > 1 ? sorted : Float64Array.from(plane.answers).sort();
  const [low, high] = [
    at(known, Math.floor(0.02 * (known.length - 1))),
    at(known, Math.ceil(0.98 * (known.length - 1))),
  ];
  return Array.from({ length: levels }, (_, level) => low + ((high - low) * (level + 0.5)) / levels);
}

function numberPlane(plane: Plane, { target }: Extract<TabularTask, { kind: "regression" }>): string {
  const grid = gridOf(plane, plane.answers);
  const steps = levelsOf(plane);
  return frameOf(
    plane,
    `Predicted ${target.slice(0, 40)} over the plane of two columns, from ${number(steps[0])} to ${number(steps.at(-1))}.`,
    (places) => {
      const shades = steps.map(
        (level) =>
          `${fill(regionPath(grid, level, places), colour("own"), 0.17)}<path d="${crossingPath(grid, level, places)}" fill="none" stroke="${colour("own")}" stroke-width=".8" stroke-opacity=".7"/>`,
      );
      const dots = plane.rows.map(({ x, y }) => `M${places.x(x).toFixed(1)} ${places.y(y).toFixed(1)}h0`).join("");
      return `${shades.join("")}<path d="${dots}" stroke="${colour("ink")}" stroke-opacity=".6" stroke-width="3" stroke-linecap="round"/>`;
    },
  );
}

function legend(plane: Plane, task: TabularTask): string {
  const hatched = `<span class="key"><i class="hatched"></i>no answer</span>`;
  if (task.kind === "regression") {
    const steps = levelsOf(plane);
    return `Stronger is more: lines at ${steps.map((level) => number(level)).join(", ")}. ${hatched}`;
  }
  const keys = task.classes.map(
    (name, label) =>
      `<span class="key"><svg viewBox="-5 -5 10 10" class="sign" aria-hidden="true"><path d="M0 0${classShape(label)}" fill="${classColour(label)}"/></svg>${nameHtml(name, 24)}</span>`,
  );
  return `${keys.join(" ")} ${hatched}`;
}

/** Every tenth point of the net. */
function numbers({ x, y, points, answers, scope }: Plane, task: TabularTask): string {
  const places = [0, 1, 2, 3, 4, 5, 6].map((step) => Math.round((step * (points - 1)) / 6));
  const value = (axis: PlaneAxis, place: number): number => {
    const share = place / (points - 1);
    return axis.isLogarithmic ? axis.low * (axis.high / axis.low) ** share : axis.low + share * (axis.high - axis.low);
  };
  const answer = (cell: number): string => {
    if (at(scope, cell) > 1) return "no answer";
    if (task.kind === "regression") return number(at(answers, cell));
    const own = task.classes.map((_, label) => at(answers, cell * task.classes.length + label));
    const best = own.indexOf(Math.max(...own));
    return `${nameHtml(at(task.classes, best), 16)} ${shareText(at(own, best), 0)}`;
  };
  return numbersOf({
    caption: `Answers; ${nameHtml(x.name, 24)} runs to the right, ${nameHtml(y.name, 24)} downwards`,
    head: ["", ...places.map((place) => number(value(x, place)))],
    rows: places.map((row) => ({
      cells: [number(value(y, points - 1 - row)), ...places.map((column) => answer(row * points + column))],
    })),
  });
}
