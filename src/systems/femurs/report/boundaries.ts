/**
 * The picture of what a model learned: the plane of bones coloured by its answer, the boundary between cat and dog, the
 * training animals, the region where no answer is given, and Smilodon. Panels are drawn as SVG text; page.ts and
 * boundariesSvg below put them together.
 */
import { at } from "../../../support/invariant.ts";
import { crossingPath, type Grid, regionPath } from "../../contour.ts";
import { escapeMarkup, measured } from "../../reportText.ts";
import type { Bone } from "../relations.ts";
import type { Animals } from "../simulate.ts";
import { colour, paletteCss } from "./palette.ts";
import { isVisible, placeOf, ticksOf, type View } from "./view.ts";

/** A part of the plane of bones with what all panels show of it. */
export interface Plane {
  /** A word that makes ids unique in a page. */
  readonly key: string;
  readonly view: View;
  readonly animals: Animals;
  /** Distance to the training bones over the view, in thresholds: above 1 is withheld. */
  readonly scope: Grid;
  /** A bone to mark with a name. */
  readonly marked: { readonly name: string; readonly bone: Bone };
}

/** One panel. */
export interface Panel {
  readonly title: string;
  /** The rule in one line. */
  readonly subtitle: string;
  readonly plane: Plane;
  /** Probability of a dog over the view; for the line its output, cut to 0 … 1. */
  readonly probabilities: Grid;
}

/** Room around the plotting area in pixels. */
const margin = { left: 38, right: 10, top: 8, bottom: 34 } as const;

/** Styles of the panels, for the page and for the picture alone. */
export const figureCss = `.axis{font:400 10px system-ui,sans-serif;fill:var(--soft)}.mark{font:600 11px system-ui,sans-serif;fill:var(--withheld)}.key{font:400 11px system-ui,sans-serif;fill:var(--soft)}`;

/**
 * A panel as an <svg> element within an HTML page. The first panel of each plane has to be drawn with `isFirst`: it
 * carries what the others only refer to.
 */
export function panelSvg(panel: Panel, isFirst: boolean): string {
  const { view, marked } = panel.plane;
  const box = `0 0 ${view.width + margin.left + margin.right} ${view.height + margin.top + margin.bottom}`;
  const description = `${panel.title}: ${panel.subtitle}. Femur length against femur weight with the training animals, the boundary between cat and dog, and ${marked.name} marked where no answer is given.`;
  const definitions = isFirst ? shared(panel.plane) : "";
  return `<svg viewBox="${box}" role="img" aria-label="${escapeMarkup(description)}">${definitions}<g transform="translate(${margin.left} ${margin.top})">${plot(panel)}</g></svg>`;
}

/** All panels, two in a row, as a picture of its own with a title and a legend: boundaries.svg. */
export function boundariesSvg(panels: readonly Panel[], title: string): string {
  const first = at(panels, 0);
  const cell = {
    width: first.plane.view.width + margin.left + margin.right + 14,
    height: first.plane.view.height + margin.top + margin.bottom + 52,
  };
  const total = { width: 2 * cell.width + 20, height: Math.ceil(panels.length / 2) * cell.height + 84 };
  const drawn = panels.map((panel, index) => {
    const x = 10 + (index % 2) * cell.width;
    const y = 96 + Math.floor(index / 2) * cell.height;
    const head = `<text x="${margin.left}" y="-20" class="head">${escapeMarkup(panel.title)}</text><text x="${margin.left}" y="-4" class="sub">${escapeMarkup(panel.subtitle)}</text>`;
    return `<g transform="translate(${x} ${y})">${head}<g transform="translate(${margin.left} ${margin.top})">${plot(panel)}</g></g>`;
  });
  const planes = [...new Set(panels.map(({ plane }) => plane))];
  const style = `${paletteCss("svg")}\nsvg{background:var(--paper)}${figureCss}.title{font:600 19px Georgia,serif;fill:var(--ink)}.head{font:600 13px system-ui,sans-serif;fill:var(--ink)}.sub{font:400 10.5px system-ui,sans-serif;fill:var(--soft)}`;
  const head = `<text x="${10 + margin.left}" y="38" class="title">${escapeMarkup(title)}</text>`;
  const foot = `<g transform="translate(${10 + margin.left} ${total.height - 16})">${legend(first.plane.marked.name)}</g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.width} ${total.height}" width="${total.width}" height="${total.height}" role="img" aria-label="${escapeMarkup(title)}"><style>${style}</style><rect width="100%" height="100%" fill="${colour("paper")}"/>${planes.map(shared).join("")}${head}${drawn.join("")}${foot}</svg>\n`;
}

/** What all panels of a plane refer to: the animals, the region without an answer, its hatching. */
function shared({ key, view, animals, scope }: Plane): string {
  const veil = regionPath(scope, 1, view);
  return `<defs><pattern id="hatch-${key}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" stroke="${colour("withheld")}" stroke-opacity="0.28" stroke-width="1.1"/></pattern><path id="veil-${key}" d="${veil}"/><g id="rest-${key}"><use href="#veil-${key}" fill="${colour("veil")}" fill-opacity="0.62"/><use href="#veil-${key}" fill="url(#hatch-${key})"/><path d="${crossingPath(scope, 1, view)}" fill="none" stroke="${colour("withheld")}" stroke-width="0.9" stroke-dasharray="3 2.4"/></g><g id="dots-${key}">${dots(view, animals)}</g></defs>`;
}

function plot({ plane, probabilities }: Panel): string {
  const { view, key } = plane;
  const washes = [
    [0.1, "catWash"],
    [0.5, "dogWash"],
    [0.9, "dogDeep"],
  ] as const;
  return [
    `<rect width="${view.width}" height="${view.height}" fill="${colour("catDeep")}"/>`,
    ...washes.map(([level, name]) => fill(regionPath(probabilities, level, view), colour(name))),
    `<use href="#dots-${key}"/><use href="#rest-${key}"/>`,
    `<path d="${crossingPath(probabilities, 0.5, view)}" fill="none" stroke="${colour("ink")}" stroke-width="1.6" stroke-linecap="round"/>`,
    marker(plane),
    axes(view),
  ].join("");
}

/** A filled region; the thin outline hides the seams between its cells. */
function fill(path: string, paint: string): string {
  return `<path d="${path}" fill="${paint}" stroke="${paint}" stroke-width="0.6"/>`;
}

/** The training animals: all cats in one path, all dogs in another. */
function dots(view: View, animals: Animals): string {
  const shapes = { cat: "", dog: "" };
  animals.labels.forEach((label, row) => {
    const bone = { length: at(animals.lengths, row), weight: at(animals.weights, row) };
    if (!isVisible(view, bone)) return;
    const { x, y } = placeOf(view, bone);
    const place = `${x.toFixed(1)} ${y.toFixed(1)}`;
    if (label === 0) shapes.cat += `M${place}m-1.9 0a1.9 1.9 0 1 0 3.8 0a1.9 1.9 0 1 0-3.8 0`;
    else shapes.dog += `M${place}m0-2.3l2.1 3.7h-4.2z`;
  });
  return `<path d="${shapes.cat}" fill="${colour("cat")}" fill-opacity="0.75"/><path d="${shapes.dog}" fill="${colour("dog")}" fill-opacity="0.75"/>`;
}

/** A sabre tooth with the name beside it; where the bone is beyond the view, an arrow towards it. */
function marker({ view, marked }: Plane): string {
  const { x, y } = placeOf(view, marked.bone);
  const name = escapeMarkup(marked.name);
  const halo = `stroke="${colour("paper")}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`;
  if (!isVisible(view, marked.bone)) {
    const edge = Math.min(view.height - 10, Math.max(32, y));
    const arrow = y < 0 ? "↗" : y > view.height ? "↘" : "→";
    return `<text x="${view.width - 6}" y="${(edge + 4).toFixed(1)}" text-anchor="end" class="mark" ${halo}>${name} ${arrow}</text>`;
  }
  const anchor = x > view.width * 0.6 ? `x="-9" text-anchor="end"` : `x="9"`;
  return `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"><path d="${tooth}" fill="${colour("withheld")}" ${halo}/><text ${anchor} y="3" class="mark" ${halo}>${name}</text></g>`;
}

const tooth = "M-4 -8C0 -9.5 4 -9 4.5 -6.5C5 0 2.5 6 -2 9.5C0 4 -0.5 -2 -4 -8Z";

function axes(view: View): string {
  const bottom = ticksOf(view.lengths).map((value) => {
    const x = placeOf(view, { length: value, weight: view.weights[0] }).x.toFixed(1);
    const sign = `<path d="M${x} ${view.height}v4" stroke="${colour("soft")}"/>`;
    return `${sign}<text x="${x}" y="${view.height + 15}" text-anchor="middle" class="axis">${measured(value)}</text>`;
  });
  const left = ticksOf(view.weights).map((value) => {
    const y = view.height * (1 - Math.log(value / view.weights[0]) / Math.log(view.weights[1] / view.weights[0]));
    const sign = `<path d="M0 ${y.toFixed(1)}h-4" stroke="${colour("soft")}"/>`;
    return `${sign}<text x="-7" y="${(y + 3.4).toFixed(1)}" text-anchor="end" class="axis">${view.trend === undefined ? measured(value) : `×${measured(value)}`}</text>`;
  });
  const upwards = view.trend === undefined ? "femur weight, g" : "weight ÷ usual for the length";
  const names = `<text x="${view.width}" y="${view.height + 29}" text-anchor="end" class="axis">femur length, mm</text><text x="7" y="15" class="axis">${upwards}</text>`;
  const frame = `<rect width="${view.width}" height="${view.height}" fill="none" stroke="${colour("line")}"/>`;
  return `${frame}${bottom.join("")}${left.join("")}${names}`;
}

/** Signs and shades explained in one line. */
export function legend(markedName: string): string {
  const items = [
    { sign: `<circle cx="5" cy="-4" r="3" fill="${colour("cat")}"/>`, text: "cat", room: 13, width: 44 },
    { sign: `<path d="M5 -7.6l3.2 5.6h-6.4z" fill="${colour("dog")}"/>`, text: "dog", room: 13, width: 48 },
    {
      sign: `<path d="M0 -4h14" stroke="${colour("ink")}" stroke-width="1.6"/>`,
      text: "even odds",
      room: 20,
      width: 88,
    },
    { sign: swatch, text: "no answer is given", room: 20, width: 130 },
    {
      sign: `<path transform="translate(5 -4) scale(.7)" d="${tooth}" fill="${colour("withheld")}"/>`,
      text: markedName,
      room: 14,
      width: 90,
    },
  ];
  let x = 0;
  return items
    .map(({ sign, text, room, width }) => {
      const group = `<g transform="translate(${x} 0)">${sign}<text x="${room}" class="key">${escapeMarkup(text)}</text></g>`;
      x += width;
      return group;
    })
    .join("");
}

const swatch = `<rect y="-9.5" width="14" height="11" fill="none" stroke="${colour("withheld")}" stroke-dasharray="3 2.4"/>`;
