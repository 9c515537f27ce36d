/** A function of two numbers as a map: contour lines, where we are and have been, and an arrow for the next step. */
import type { ReadonlySignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { crossingPath } from "../../../systems/contour.ts";
import { type Colours, colours } from "../shell/palette.ts";
import type { Axis } from "../training/problems.ts";
import { Announce } from "./Announce.tsx";
import { drawPlaneAxes } from "./axes.ts";
import { useCalm } from "./calm.ts";
import { lineScale, rootFontSize, type Size, useCanvas } from "./canvas.ts";
import { drawArrowHead, frameOf, type Place, toCanvas } from "./planeDrawing.ts";

/** What the map shows. */
export interface LandscapeScene {
  readonly x: Axis;
  readonly y: Axis;
  /** Heights at the corners of a net, [rows, columns], the lowest row first. */
  readonly heights: { readonly columns: number; readonly rows: number; readonly values: Float64Array };
  readonly here: Place;
  readonly path: readonly Place[];
  /** Where the next step leads. */
  readonly next?: Place;
  /** Direction of the gradient: uphill. */
  readonly gradient?: Place;
}

interface LandscapeProps {
  readonly scene: ReadonlySignal<LandscapeScene>;
  readonly description: ReadonlySignal<string>;
}

/** Milliseconds between two drawings: contour lines take a while to find. */
const drawingPace = 40;

/** The figure. */
export function Landscape({ scene, description }: LandscapeProps) {
  const kept = useRef<Contours>(undefined);
  const text = useCalm(description);
  const calm = useCalm(scene, drawingPace);
  const ref = useCanvas((context, size) => {
    const now = calm.value;
    const extent = frameOf(size);
    if (
      kept.current?.heights !== now.heights ||
      kept.current.width !== extent.width ||
      kept.current.height !== extent.height
    )
      kept.current = contoursOf(now.heights, extent);
    draw(context, size, now, kept.current, colours.value);
  });
  return (
    <figure class="plane landscape">
      <div class="plane-stage">
        <canvas ref={ref} role="img" aria-label={text.value} />
      </div>
      <Announce text={text} />
    </figure>
  );
}

interface Contours extends Size {
  readonly heights: LandscapeScene["heights"];
  readonly paths: readonly Path2D[];
}

/** Ten lines, closer at the bottom of the valley. */
function contoursOf(heights: LandscapeScene["heights"], { width, height }: Size): Contours {
  const { values } = heights;
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const paths = Array.from({ length: 10 }, (_, index) => {
    const level = low + (high - low) * ((index + 0.5) / 10) ** 2.5;
    return new Path2D(crossingPath(heights, level, { width, height }));
  });
  return { heights, width, height, paths };
}

function draw(
  context: CanvasRenderingContext2D,
  size: Size,
  scene: LandscapeScene,
  { paths }: Contours,
  { card, line, ink, soft, accent, withheld }: Colours,
): void {
  const frame = frameOf(size);
  const font = rootFontSize();
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.fillStyle = card;
  context.fill();
  context.clip();
  context.save();
  context.translate(frame.left, frame.top + frame.height);
  context.scale(1, -1);
  context.strokeStyle = soft;
  paths.forEach((path, index) => {
    context.globalAlpha = 1 - index / 14;
    context.lineWidth = 1.2 * lineScale();
    context.stroke(path);
  });
  context.restore();
  context.beginPath();
  for (const place of scene.path) {
    const { x, y } = toCanvas(place, scene, frame);
    context.lineTo(x, y);
  }
  context.strokeStyle = accent;
  context.lineWidth = 2 * lineScale();
  context.stroke();
  const here = toCanvas(scene.here, scene, frame);
  if (scene.gradient !== undefined)
    drawArrow(context, here, limited(here, toCanvas(scene.gradient, scene, frame), 5 * font), withheld);
  if (scene.next !== undefined) drawArrow(context, here, toCanvas(scene.next, scene, frame), accent);
  context.beginPath();
  context.arc(here.x, here.y, 0.4 * font, 0, 2 * Math.PI);
  context.fillStyle = ink;
  context.fill();
  context.restore();
  drawPlaneAxes(context, frame, scene, { line, soft, ink });
}

function drawArrow(context: CanvasRenderingContext2D, start: Place, end: Place, colour: string): void {
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.lineTo(end.x, end.y);
  context.strokeStyle = colour;
  context.lineWidth = 3 * lineScale();
  context.stroke();
  drawArrowHead(context, start, end, colour);
}

/** The end of an arrow that is no longer than `most`. */
function limited(start: Place, end: Place, most: number): Place {
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  const share = length > most ? most / length : 1;
  return { x: start.x + share * (end.x - start.x), y: start.y + share * (end.y - start.y) };
}
