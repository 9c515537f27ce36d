/** Axes of the report's pictures: where values lie, round numbers to mark, and the frame around what is drawn. */

import { colour } from "./reportPalette.ts";
import { plainText, tickText } from "./reportSpell.ts";
import { escapeMarkup } from "./reportText.ts";

/** One direction of a picture. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly isLogarithmic?: boolean;
  /** Already safe for SVG. */
  readonly name: string;
  readonly spell?: (value: number) => string;
}

/** From values to pixels. */
export interface Places {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly width: number;
  readonly height: number;
}

/** A picture. */
export interface Plot {
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly height?: number;
  readonly width?: number;
  /** Lines across the picture at round numbers; without them signs at the edge. Default true. */
  readonly isRuled?: boolean;
  /** What is drawn in the frame. */
  readonly body: (places: Places) => string;
}

/** Room around the frame. */
const margin = { left: 44, right: 16, top: 20, bottom: 36 } as const;

/** A picture as an <svg> element, 360 wide unless said otherwise, so that its words are readable on a telephone. */
export function plotSvg({ label, x, y, body, width = 304, height = 210, isRuled = true }: Plot): string {
  const places: Places = {
    width,
    height,
    x: (value) => width * shareOf(x, value),
    y: (value) => height * (1 - shareOf(y, value)),
  };
  const box = `0 0 ${width + margin.left + margin.right} ${height + margin.top + margin.bottom}`;
  return `<svg viewBox="${box}" role="img" aria-label="${escapeMarkup(plainText(label, 1500))}"><g transform="translate(${margin.left} ${margin.top})">${frame(x, y, places, isRuled)}<svg x="-5" y="-5" width="${width + 10}" height="${height + 10}" viewBox="-5 -5 ${width + 10} ${height + 10}">${body(places)}</svg></g></svg>`;
}

function frame(x: Axis, y: Axis, { width, height }: Places, isRuled: boolean): string {
  const bottom = ticksOf(x, Math.max(4, Math.floor(width / 58))).map((value) => {
    const place = (width * shareOf(x, value)).toFixed(1);
    return `<path d="M${place} ${height}v4" stroke="${colour("soft")}"/><text x="${place}" y="${height + 15}" text-anchor="middle" class="axis">${(x.spell ?? tickText)(value)}</text>`;
  });
  const left = ticksOf(y, Math.max(5, Math.floor(height / 40))).map((value) => {
    const place = (height * (1 - shareOf(y, value))).toFixed(1);
    return `<path d="M${isRuled ? 0 : -4} ${place}H${isRuled ? width : 0}" stroke="${colour(isRuled ? "line" : "soft")}"/><text x="-6" y="${(Number(place) + 3.5).toFixed(1)}" text-anchor="end" class="axis">${(y.spell ?? tickText)(value)}</text>`;
  });
  const names = `<text x="${width}" y="${height + 31}" text-anchor="end" class="axis">${x.name}</text><text x="${4 - margin.left}" y="-8" class="axis">${y.name}</text>`;
  return `${left.join("")}<path d="M0 ${height}H${width}" stroke="${colour("soft")}"/>${bottom.join("")}${names}`;
}

/** How far along the axis a value lies, from 0 to 1. Halved before it is subtracted: numbers may be as large as they get. */
export function shareOf({ low, high, isLogarithmic = false }: Axis, value: number): number {
  if (isLogarithmic) return Math.log(value / low) / Math.log(high / low);
  const width = high / 2 - low / 2;
  return width > 0 ? (value / 2 - low / 2) / width : 0.5;
}

/** About `most` round numbers within an axis. */
export function ticksOf({ low, high, isLogarithmic = false }: Axis, most: number): number[] {
  if (!(high > low)) return [low];
  if (isLogarithmic && high / low >= 10) return thinned(roundPowers(low, high), most);
  const rough = (high / 2 - low / 2) * (2 / most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const ticks: number[] = [];
  for (let index = first; index * step <= high + step * 1e-9 && ticks.length < 40; index++)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

function roundPowers(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    ticks.push(...[1, 2, 5].map((step) => Number((step * 10 ** power).toPrecision(3))));
  return ticks.filter((value) => value >= low && value <= high);
}

function thinned(ticks: readonly number[], most: number): number[] {
  const powers = ticks.filter((value) => Number.isInteger(Number(Math.log10(value).toFixed(9))));
  const usable = ticks.length <= most ? ticks : powers;
  const every = Math.ceil(usable.length / most);
  return usable.filter((_, index) => index % every === 0);
}

/** Lowest and highest of what is finite, with a little room; 0 to 1 where nothing is. */
export function extentOf(values: Iterable<number>, room = 0.04): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return { low: 0, high: 1 };
  const width = high / 2 - low / 2 || Math.max(Math.abs(low) * 0.05, 0.5);
  const cap = Number.MAX_VALUE / 4;
  return {
    low: Math.max(-cap, low - 2 * room * width),
    high: Math.min(cap, high + 2 * room * width),
  };
}

/** A line through points, as a path. */
export function linePath(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
