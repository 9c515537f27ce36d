/** What a plane shows, and how it is drawn: shade, lines, points, axes. Plane.tsx puts it on the page. */
import { crossingPath } from "../../../systems/contour.ts";
import type { Colours } from "../shell/palette.ts";
import type { Points } from "../training/points.ts";
import type { Axis } from "../training/problems.ts";
import { drawPlaneAxes } from "./axes.ts";
import { type Frame, lineScale, rootFontSize, type Size } from "./canvas.ts";
import { paintGrid, type ShadeGrid, shadeColours } from "./shade.ts";

/** A place in the plane's own units. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A straight piece. */
export interface PlaneLine {
  readonly from: Place;
  readonly to: Place;
  readonly kind: "strong" | "soft" | "arrow";
}

/** All that a plane shows. */
export interface PlaneScene {
  readonly x: Axis;
  readonly y: Axis;
  readonly points?: Points;
  /** Points drawn with a ring around them, 1 for yes: mistakes. */
  readonly marked?: Uint8Array;
  /** Probability of the second class over the whole plane. */
  readonly shade?: ShadeGrid;
  /** Also draw the line along which the shade is undecided. */
  readonly isBoundaryShown?: boolean;
  /** Log odds over the whole plane: where the shade is steep, their boundary is smoother than its own. Shown where given. */
  readonly logOdds?: ShadeGrid;
  readonly lines?: readonly PlaneLine[];
}

/** The plane's place on a canvas of `size`: room for numbers and names is left at two sides. */
export function frameOf({ width, height }: Size): Frame {
  const font = rootFontSize();
  const [left, bottom, rim] = [2.9 * font, 2.7 * font, 0.6 * font];
  return { left, top: rim, width: Math.max(1, width - left - rim), height: Math.max(1, height - bottom - rim) };
}

/** A place on the canvas. */
export function toCanvas({ x, y }: Place, scene: Pick<PlaneScene, "x" | "y">, frame: Frame): Place {
  return {
    x: frame.left + ((x - scene.x.low) / (scene.x.high - scene.x.low)) * frame.width,
    y: frame.top + (1 - (y - scene.y.low) / (scene.y.high - scene.y.low)) * frame.height,
  };
}

/** The place in the plane's units of a place on the canvas. */
export function toPlane({ x, y }: Place, scene: Pick<PlaneScene, "x" | "y">, frame: Frame): Place {
  return {
    x: scene.x.low + ((x - frame.left) / frame.width) * (scene.x.high - scene.x.low),
    y: scene.y.low + (1 - (y - frame.top) / frame.height) * (scene.y.high - scene.y.low),
  };
}

/** Canvases of a plane beside the one that is seen: for the shade, and for the points, which change far less often. */
export interface PlaneBuffers {
  readonly shade: HTMLCanvasElement;
  readonly points: HTMLCanvasElement;
  /** What the points were drawn for. */
  drawn: readonly unknown[];
}

/** New ones, empty. */
export function makeBuffers(): PlaneBuffers {
  return { shade: document.createElement("canvas"), points: document.createElement("canvas"), drawn: [] };
}

/** What is drawn and with what. */
interface PlaneDrawing {
  readonly scene: PlaneScene;
  readonly colours: Colours;
  readonly buffers: PlaneBuffers;
}

/** Draws a scene. */
export function drawPlane(
  context: CanvasRenderingContext2D,
  size: Size,
  { scene, colours, buffers }: PlaneDrawing,
): void {
  const frame = frameOf(size);
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.fillStyle = colours.card;
  context.fill();
  context.clip();
  if (scene.shade !== undefined) drawShade(context, frame, { ...scene, shade: scene.shade }, colours, buffers.shade);
  for (const line of scene.lines ?? []) drawLine(context, frame, scene, line, colours);
  if (scene.points !== undefined) {
    drawPointsOnce(size, frame, { ...scene, points: scene.points }, colours, buffers);
    context.drawImage(buffers.points, 0, 0, size.width, size.height);
  }
  context.restore();
  drawPlaneAxes(context, frame, scene, colours);
}

function drawShade(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { shade, isBoundaryShown, logOdds }: PlaneScene & { readonly shade: ShadeGrid },
  colours: Colours,
  buffer: HTMLCanvasElement,
): void {
  paintGrid(buffer, shade, shadesOf(colours));
  context.imageSmoothingEnabled = true;
  context.drawImage(buffer, frame.left, frame.top, frame.width, frame.height);
  if (isBoundaryShown !== true && logOdds === undefined) return;
  // Values are those of the cells' centres, half a cell inside
  const { columns, rows, values } = logOdds ?? shade;
  const [cellWidth, cellHeight] = [frame.width / columns, frame.height / rows];
  const extent = { width: frame.width - cellWidth, height: frame.height - cellHeight };
  const path = new Path2D(crossingPath({ columns, rows, values }, logOdds === undefined ? 0.5 : 0, extent));
  context.save();
  context.translate(frame.left + cellWidth / 2, frame.top + frame.height - cellHeight / 2);
  context.scale(1, -1);
  context.lineWidth = 2 * lineScale();
  context.strokeStyle = colours.ink;
  context.stroke(path);
  context.restore();
}

const shades = new WeakMap<Colours, ReturnType<typeof shadeColours>>();

/** The shades of a theme, made once. */
export function shadesOf(colours: Colours): ReturnType<typeof shadeColours> {
  let found = shades.get(colours);
  if (found === undefined) shades.set(colours, (found = shadeColours(colours)));
  return found;
}

function drawLine(
  context: CanvasRenderingContext2D,
  frame: Frame,
  scene: PlaneScene,
  { from, to, kind }: PlaneLine,
  colours: Colours,
): void {
  const [start, end] = [toCanvas(from, scene, frame), toCanvas(to, scene, frame)];
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.lineTo(end.x, end.y);
  context.lineWidth = (kind === "soft" ? 1.5 : 3) * lineScale();
  context.strokeStyle = kind === "soft" ? colours.soft : colours.ink;
  context.setLineDash(kind === "soft" ? [6, 5] : []);
  context.stroke();
  context.setLineDash([]);
  if (kind === "arrow") drawArrowHead(context, start, end, colours.ink);
}

/** The head of an arrow at `end`. */
export function drawArrowHead(context: CanvasRenderingContext2D, start: Place, end: Place, colour: string): void {
  const angle = Math.atan2(end.y - start.y, end.x - start.x);
  const length = Math.min(12 * lineScale(), Math.hypot(end.x - start.x, end.y - start.y));
  context.beginPath();
  context.moveTo(end.x, end.y);
  for (const side of [-1, 1]) {
    const direction = angle + Math.PI + side * 0.45;
    context.lineTo(end.x + length * Math.cos(direction), end.y + length * Math.sin(direction));
  }
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

/** Draws the points onto their own canvas, unless they are there already. */
function drawPointsOnce(
  { width, height }: Size,
  frame: Frame,
  scene: PlaneScene & { readonly points: Points },
  colours: Colours,
  buffers: PlaneBuffers,
): void {
  const ratio = devicePixelRatio;
  const drawn = [
    width,
    height,
    ratio,
    colours,
    scene.points,
    scene.marked?.join("") ?? "",
    scene.x.low,
    scene.y.low,
    frame.left,
  ];
  if (drawn.every((value, index) => value === buffers.drawn[index])) return;
  buffers.drawn = drawn;
  buffers.points.width = Math.round(width * ratio);
  buffers.points.height = Math.round(height * ratio);
  const context = buffers.points.getContext("2d");
  if (context === null) return;
  context.scale(ratio, ratio);
  drawPoints(context, frame, scene, colours);
}

function drawPoints(
  context: CanvasRenderingContext2D,
  frame: Frame,
  scene: PlaneScene & { readonly points: Points },
  colours: Colours,
): void {
  const { points, marked } = scene;
  const { labels } = points;
  const radius = Math.max(3, Math.min(frame.width / 85, 9) * (labels.length > 800 ? 0.55 : 1));
  context.lineWidth = Math.max(1, radius / 4);
  for (let row = 0; row < labels.length; row++) {
    const place = toCanvas({ x: points.x[row] ?? 0, y: points.y[row] ?? 0 }, scene, frame);
    const isDog = labels[row] === 1;
    context.beginPath();
    addMark(context, place, radius, isDog);
    context.fillStyle = isDog ? colours.dog : colours.cat;
    context.strokeStyle = colours.card;
    context.fill();
    context.stroke();
    if (marked?.[row] !== 1) continue;
    context.beginPath();
    context.arc(place.x, place.y, radius * 2, 0, 2 * Math.PI);
    context.strokeStyle = colours.ink;
    context.stroke();
  }
}

/** Class 0 is round, class 1 three-cornered: told apart without colour. */
export function addMark(context: CanvasRenderingContext2D, { x, y }: Place, radius: number, isSecond: boolean): void {
  if (!isSecond) return context.arc(x, y, radius, 0, 2 * Math.PI);
  context.moveTo(x, y - 1.25 * radius);
  context.lineTo(x + 1.15 * radius, y + 0.8 * radius);
  context.lineTo(x - 1.15 * radius, y + 0.8 * radius);
  context.closePath();
}
