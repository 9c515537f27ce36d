/** Curves as strokes, and the draws of chance with which no two drawings are alike. */
import { cos, sin } from "../../../../support/sameMath.ts";
import type { WordStream } from "../../../../support/threefry.ts";
import { boxOf, mapPoints, type Point, type Stroke } from "./strokes.ts";

/** A part of an ellipse. */
export interface Arc {
  readonly middle: Point;
  /** Half of its width and half of its height. */
  readonly radii: Point;
  /** Where it begins and ends, in turns: 0 is right, ¼ is down, ½ is left. Default a whole turn from the top. */
  readonly from?: number;
  readonly to?: number;
}

/** `arc` as the points of a stroke. */
export function arc({ middle: [cx, cy], radii: [rx, ry], from = -0.25, to = 0.75 }: Arc): Stroke {
  const count = Math.max(3, Math.ceil(Math.abs(to - from) * 16));
  return Array.from({ length: count + 1 }, (_, index): Point => {
    const angle = 2 * Math.PI * (from + ((to - from) * index) / count);
    return [cx + rx * cos(angle), cy + ry * sin(angle)];
  });
}

/** Draws of chance, one drawing's own. */
export class Chance {
  readonly #words: WordStream;

  constructor(words: WordStream) {
    this.#words = words;
  }

  /** A number of `low` … `high`. */
  between(low: number, high: number): number {
    return low + ((high - low) * this.#words.next()) / 2 ** 32;
  }

  /** Yes, so often. */
  happens(share: number): boolean {
    return this.between(0, 1) < share;
  }

  /** A whole number below `count`. */
  below(count: number): number {
    return this.#words.below(count);
  }
}

/** How far a hand strays: shares of the drawing's size, and turns. */
export interface Unsteadiness {
  /** Largest slope that upright lines get. */
  readonly slant: number;
  /** Largest turn, in turns. */
  readonly turn: number;
  /** How far points are bent away in slow waves. */
  readonly bend: number;
}

/** `strokes` as an unsteady hand would draw them: slanted, turned, wider or narrower, bent in slow waves. */
export function sway(strokes: readonly Stroke[], { slant, turn, bend }: Unsteadiness, chance: Chance): Stroke[] {
  const angle = 2 * Math.PI * chance.between(-turn, turn);
  const [c, s] = [cos(angle), sin(angle)];
  const lean = chance.between(-slant, slant);
  const stretch = chance.between(0.8, 1.2);
  const waves = [wave(bend, chance), wave(bend, chance)] as const;
  return mapPoints(strokes, ([x, y]) => {
    const bentX = (x + waves[0](x, y) - 0.5) * stretch;
    const bentY = y + waves[1](x, y) - 0.5;
    const leaning = bentX - lean * bentY;
    return [c * leaning - s * bentY + 0.5, s * leaning + c * bentY + 0.5];
  });
}

/** `strokes` so large that their longer side is `size` of the paper, and placed anywhere that they fit. */
export function place(strokes: readonly Stroke[], size: number, chance: Chance): Stroke[] {
  const { left, top, right, bottom } = boxOf(strokes);
  const scale = size / Math.max(right - left, bottom - top);
  const margin = 0.06;
  const start = (extent: number): number => chance.between(margin, Math.max(margin, 1 - margin - extent * scale));
  const [x0, y0] = [start(right - left), start(bottom - top)];
  return mapPoints(strokes, ([x, y]) => [x0 + (x - left) * scale, y0 + (y - top) * scale]);
}

/** A slow wave over the paper. */
function wave(height: number, chance: Chance): (x: number, y: number) => number {
  const [fx, fy, phase] = [chance.between(-5, 5), chance.between(-5, 5), chance.between(0, 2 * Math.PI)];
  const reach = chance.between(0, height);
  return (x, y) => reach * sin(fx * x + fy * y + phase);
}
