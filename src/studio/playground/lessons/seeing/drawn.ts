/**
 * What lies on the visitor's paper: one of the page's own drawings, or strokes of the visitor's, and how both are written
 * in the address. Strokes are kept as the address has them, so that whoever opens it sees the same picture, dot by dot.
 */
import type { Codec } from "../../shell/address.ts";
import { type DrawingProblemName, drawingOf, drawingProblems } from "../../training/drawings/problems.ts";
import { boxOf, moveStrokes, type Point, paint, type Stroke } from "../../training/drawings/strokes.ts";

/** An example of the page's by its number, or the visitor's own. */
export type Drawn =
  | { readonly kind: "example"; readonly number: number }
  | { readonly kind: "own"; readonly strokes: readonly Stroke[] };

/** Seed of the examples that a visitor can take. They are not among those that teach or judge. */
const exampleSeed = 4_000_000_001;

/** Most examples that an address can name. */
const mostExamples = 100_000;

/** Places along each side of the paper that the address tells apart. */
const places = 64;
const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-~";

/** Most points of a drawing: an address has to stay short enough to be sent. */
export const mostPoints = 600;

/** How far a stroke may be from where the pen went when points are left out. */
const tolerance = 0.006;

/** `e12` is example 12, `d` and two characters a point is a drawing, its strokes parted by dots. */
export const drawnCodec: Codec<Drawn> = {
  parse: (text) => {
    if (/^e\d{1,6}$/.test(text)) {
      const number = Number(text.slice(1));
      return number < mostExamples ? { kind: "example", number } : undefined;
    }
    if (!/^d(?:[\w~-]{2})*(?:\.(?:[\w~-]{2})+)*$/.test(text) || text.includes("_") || text.length > 4 * mostPoints)
      return undefined;
    const parts = text.slice(1).split(".");
    return { kind: "own", strokes: parts.filter((part) => part !== "").map(readStroke) };
  },
  write: (drawn) => (drawn.kind === "example" ? `e${drawn.number}` : `d${drawn.strokes.map(writeStroke).join(".")}`),
};

/** The strokes on the paper. */
export function strokesOf(problem: DrawingProblemName, drawn: Drawn): readonly Stroke[] {
  if (drawn.kind === "own") return drawn.strokes;
  return drawingOf(problem, exampleSeed, drawn.number).strokes.map(onPlaces);
}

/** The picture that the network is shown. */
export function pictureOf(problem: DrawingProblemName, strokes: readonly Stroke[]): Float32Array {
  return paint(strokes, drawingProblems[problem].pen);
}

/** The next example of class `label` after `drawn`. */
export function nextExample(problem: DrawingProblemName, drawn: Drawn, label: number): Drawn {
  const classes = drawingProblems[problem].classes.length;
  const last = drawn.kind === "example" ? drawn.number : -1;
  const round = Math.floor(last / classes) + (last % classes < label && last >= 0 ? 0 : 1);
  return { kind: "example", number: (round * classes + label) % mostExamples };
}

/** The label of an example; undefined for the visitor's own drawing, about which only the visitor knows. */
export function labelOf(problem: DrawingProblemName, drawn: Drawn): number | undefined {
  return drawn.kind === "example" ? drawn.number % drawingProblems[problem].classes.length : undefined;
}

/** The drawing with a stroke more, as simple as it may be; as it was where the paper is full. */
export function withStroke(strokes: readonly Stroke[], stroke: Stroke): Drawn {
  const simple = onPlaces(simplify(stroke));
  const used = strokes.reduce((sum, each) => sum + each.length, 0);
  const isRoom = used + simple.length <= mostPoints;
  return { kind: "own", strokes: isRoom ? [...strokes, simple] : strokes };
}

/** The drawing without its last stroke. */
export function withoutLast(strokes: readonly Stroke[]): Drawn {
  return { kind: "own", strokes: strokes.slice(0, -1) };
}

/** The drawing without the strokes that come as near to `point` as `reach`. */
export function withoutNear(strokes: readonly Stroke[], point: Point, reach: number): Drawn {
  return { kind: "own", strokes: strokes.filter((stroke) => distanceTo(stroke, point) > reach) };
}

/** The drawing moved by whole places of the paper, so far as it stays on it. */
export function movedBy(strokes: readonly Stroke[], right: number, down: number): Drawn {
  const { left, top, right: end, bottom } = boxOf(strokes);
  const within = (by: number, low: number, high: number): number =>
    Math.min(Math.floor((1 - high) * places), Math.max(-Math.floor(low * places), by)) / places;
  return {
    kind: "own",
    strokes: moveStrokes(strokes, within(right, left, end), within(down, top, bottom)).map(onPlaces),
  };
}

function readStroke(text: string): Stroke {
  return Array.from({ length: text.length / 2 }, (_, index): Point => {
    const place = (offset: number): number => (digits.indexOf(text.charAt(2 * index + offset)) + 0.5) / places;
    return [place(0), place(1)];
  });
}

function writeStroke(stroke: Stroke): string {
  return stroke.map(([x, y]) => `${digits[placeOf(x)]}${digits[placeOf(y)]}`).join("");
}

/** The stroke as an address would have it. */
function onPlaces(stroke: Stroke): Stroke {
  const moved = stroke.map(([x, y]): Point => [(placeOf(x) + 0.5) / places, (placeOf(y) + 0.5) / places]);
  return moved.filter(([x, y], index) => index === 0 || x !== moved[index - 1]?.[0] || y !== moved[index - 1]?.[1]);
}

function placeOf(value: number): number {
  return Math.min(places - 1, Math.max(0, Math.floor(value * places)));
}

/** Leaves out points that lie near the straight way between their neighbours (Douglas and Peucker 1973). */
function simplify(stroke: Stroke): Stroke {
  const [first, last] = [stroke[0], stroke.at(-1)];
  if (first === undefined || last === undefined || stroke.length < 3) return stroke;
  let [farthest, distance] = [0, 0];
  stroke.forEach((point, index) => {
    const away = distanceTo([first, last], point);
    if (away > distance) [farthest, distance] = [index, away];
  });
  if (distance <= tolerance) return [first, last];
  return [...simplify(stroke.slice(0, farthest + 1)).slice(0, -1), ...simplify(stroke.slice(farthest))];
}

/** From a point to the nearest place of a stroke. */
function distanceTo(stroke: Stroke, [px, py]: Point): number {
  let nearest = Number.POSITIVE_INFINITY;
  stroke.forEach(([x1, y1], index) => {
    const [x0, y0] = stroke[Math.max(0, index - 1)] ?? [x1, y1];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const squared = dx * dx + dy * dy;
    const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / squared));
    nearest = Math.min(nearest, Math.hypot(px - x0 - along * dx, py - y0 - along * dy));
  });
  return nearest;
}
