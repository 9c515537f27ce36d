/**
 * Curves over 0 … 1 that a visitor draws or picks: values at equal distances, straight between. Plain data, so that a curve
 * goes to the worker and into the address. bumps.ts builds them out of steps; jobs/curve.ts lets networks learn them.
 */
import { DataError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { exp, sin } from "../../../support/sameMath.ts";

/** Values at x = 0, 1/(n−1) … 1, each within −1 … 1. */
export type Curve = readonly number[];

/** Values of a drawn curve. */
export const knotCount = 65;

/** Curves to begin with. */
export const presetNames = ["wave", "hills", "stairs", "faster", "zigzag"] as const;

/** Name of a curve to begin with. */
export type PresetName = (typeof presetNames)[number];

const presets = {
  wave: (x) => 0.8 * sin(2 * Math.PI * x),
  hills: (x) => -0.7 + 1.4 * hill(x, 0.28, 0.1) + 0.9 * hill(x, 0.72, 0.07),
  stairs: (x) => -0.75 + 0.75 * ramp(x, 0.33) + 0.75 * ramp(x, 0.67),
  faster: (x) => 0.8 * sin(2 * Math.PI * (0.5 + 2.5 * x) * x),
  zigzag: (x) => 0.8 * (1 - 2 * Math.abs(((4 * x) % 2) - 1)),
} as const satisfies Record<PresetName, (x: number) => number>;

function hill(x: number, middle: number, width: number): number {
  return exp(-(((x - middle) / width) ** 2));
}

function ramp(x: number, middle: number): number {
  return Math.min(1, Math.max(0, (x - middle) / 0.04 + 0.5));
}

/** One of the curves to begin with. */
export function presetCurve(name: PresetName): Curve {
  return Array.from({ length: knotCount }, (_, knot) => presets[name](knot / (knotCount - 1)));
}

/** The curve at `x`, 0 … 1. */
export function valueAt(curve: Curve, x: number): number {
  const place = Math.min(1, Math.max(0, x)) * (curve.length - 1);
  const left = Math.min(curve.length - 2, Math.floor(place));
  const share = place - left;
  return at(curve, left) * (1 - share) + at(curve, left + 1) * share;
}

/**
 * The curve with a stroke from one place to another: knots that the stroke passes take its height. Strokes between two
 * readings of a pointer join up, however fast it moves.
 */
export function drawStroke(curve: Curve, from: Place, to: Place): Curve {
  const [left, right] = from.x <= to.x ? [from, to] : [to, from];
  const last = curve.length - 1;
  // The knot nearest to the pointer always moves, also under a stroke that passes none
  const nearest = Math.round(to.x * last);
  return curve.map((value, knot) => {
    const x = knot / last;
    if (knot === nearest) return limit(to.y);
    if (x < left.x || x > right.x) return value;
    const share = right.x === left.x ? 1 : (x - left.x) / (right.x - left.x);
    return limit(left.y + share * (right.y - left.y));
  });
}

/** A place on the picture of a curve. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The curve with `knot` raised by `amount` and its neighbours by less the further they are: drawing with the keyboard. */
export function raiseKnot(curve: Curve, knot: number, amount: number, reach = 3): Curve {
  return curve.map((value, index) => limit(value + amount * Math.max(0, 1 - Math.abs(index - knot) / (reach + 1))));
}

function limit(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

/** The characters of an address, in order: 64 of them. */
const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

/** Heights that two characters tell apart; odd, so that 0 is one of them. */
const levels = 4094;

/** A curve as text for an address: two characters a knot. */
export function curveToText(curve: Curve): string {
  return curve
    .map((value) => {
      const level = Math.round(((limit(value) + 1) / 2) * levels);
      return at(digits, Math.floor(level / 64)) + at(digits, level % 64);
    })
    .join("");
}

/** The curve that `curveToText` wrote. @throws DataError where the text is none. */
export function curveFromText(text: string): Curve {
  if (text.length !== 2 * knotCount)
    throw new DataError(`A curve in an address has ${2 * knotCount} characters and this has ${text.length}.`, {
      length: text.length,
    });
  return Array.from({ length: knotCount }, (_, knot) => {
    const [high, low] = [digits.indexOf(at(text, 2 * knot)), digits.indexOf(at(text, 2 * knot + 1))];
    const level = high * 64 + low;
    if (high < 0 || low < 0 || level > levels)
      throw new DataError(`A curve in an address has "${text.slice(2 * knot, 2 * knot + 2)}", which is no height.`, {
        knot,
      });
    return (level / levels) * 2 - 1;
  });
}
