/** How a curve, what comes near to it, and the bumps that make it are drawn. CurvePlot.tsx puts it on the page. */
import { at } from "../../../../support/invariant.ts";
import { drawPlaneAxes } from "../../parts/axes.ts";
import type { Frame, Size } from "../../parts/canvas.ts";
import { frameOf, toCanvas } from "../../parts/planeDrawing.ts";
import type { Colours } from "../../shell/palette.ts";
import { type Bumps, oneBump } from "../../training/bumps.ts";
import type { Axis } from "../../training/problems.ts";

/** All that a plot shows. */
export interface CurveScene {
  readonly x: Axis;
  readonly y: Axis;
  /** What is wanted, at equal distances over x. */
  readonly wanted: ArrayLike<number>;
  /** What comes near to it, at equal distances over x. */
  readonly fit?: ArrayLike<number> | undefined;
  /** Also draw a band of this height above and below what is wanted. */
  readonly band?: number;
  /** Also draw each bump alone. */
  readonly bumps?: Bumps;
}

/** Places at which bumps are drawn. */
const bumpPoints = 480;

/** Draws a scene. */
export function drawCurves(context: CanvasRenderingContext2D, size: Size, scene: CurveScene, colours: Colours): void {
  const frame = frameOf(size);
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.fillStyle = colours.card;
  context.fill();
  context.clip();
  context.lineJoin = "round";
  drawLevelZero(context, frame, scene, colours);
  if (scene.bumps !== undefined) drawBumps(context, frame, { ...scene, bumps: scene.bumps }, colours);
  if (scene.band !== undefined) drawBand(context, frame, scene, scene.band, colours);
  // The curve on top, thin: where the network meets it, both are seen
  if (scene.fit !== undefined) {
    traceCurve(context, frame, scene, scene.fit);
    context.lineWidth = 5;
    context.strokeStyle = colours.accent;
    context.stroke();
  }
  traceCurve(context, frame, scene, scene.wanted);
  context.lineWidth = 1.6;
  context.strokeStyle = colours.ink;
  context.stroke();
  context.restore();
  drawPlaneAxes(context, frame, scene, colours);
}

/** Puts a curve on the path, from left to right. */
function traceCurve(
  context: CanvasRenderingContext2D,
  frame: Frame,
  scene: CurveScene,
  values: ArrayLike<number>,
  lift = 0,
): void {
  context.beginPath();
  continueCurve(context, frame, scene, values, lift);
}

function continueCurve(
  context: CanvasRenderingContext2D,
  frame: Frame,
  scene: CurveScene,
  values: ArrayLike<number>,
  lift: number,
  isBackward = false,
): void {
  const { low, high } = scene.x;
  for (let index = 0; index < values.length; index++) {
    const place = isBackward ? values.length - 1 - index : index;
    const x = low + ((high - low) * place) / (values.length - 1);
    const { x: right, y: down } = toCanvas({ x, y: at(values, place) + lift }, scene, frame);
    context.lineTo(right, down);
  }
}

function drawLevelZero(context: CanvasRenderingContext2D, frame: Frame, scene: CurveScene, { line }: Colours): void {
  const { y } = toCanvas({ x: 0, y: 0 }, scene, frame);
  context.beginPath();
  context.moveTo(frame.left, y);
  context.lineTo(frame.left + frame.width, y);
  context.lineWidth = 1;
  context.strokeStyle = line;
  context.stroke();
}

function drawBand(
  context: CanvasRenderingContext2D,
  frame: Frame,
  scene: CurveScene,
  band: number,
  { accent }: Colours,
): void {
  context.beginPath();
  continueCurve(context, frame, scene, scene.wanted, band);
  continueCurve(context, frame, scene, scene.wanted, -band, true);
  context.closePath();
  context.globalAlpha = 0.16;
  context.fillStyle = accent;
  context.fill();
  context.globalAlpha = 1;
}

/** Every bump between its edges and a little beyond, where it is not yet zero. */
function drawBumps(
  context: CanvasRenderingContext2D,
  frame: Frame,
  scene: CurveScene & { readonly bumps: Bumps },
  { withheld }: Colours,
): void {
  const { bumps } = scene;
  const rim = 8 / bumps.steepness;
  context.fillStyle = withheld;
  context.strokeStyle = withheld;
  context.lineWidth = 1;
  for (let bump = 0; bump < bumps.levels.length; bump++) {
    const from = Math.max(0, (bump === 0 ? 0 : at(bumps.edges, bump - 1)) - rim);
    const to = Math.min(1, (bump === bumps.edges.length ? 1 : at(bumps.edges, bump)) + rim);
    const count = Math.max(12, Math.ceil((to - from) * bumpPoints));
    context.beginPath();
    const ground = (x: number): void => {
      const place = toCanvas({ x, y: 0 }, scene, frame);
      context.lineTo(place.x, place.y);
    };
    ground(from);
    for (let index = 0; index <= count; index++) {
      const x = from + ((to - from) * index) / count;
      const place = toCanvas({ x, y: oneBump(bumps, bump, x) }, scene, frame);
      context.lineTo(place.x, place.y);
    }
    ground(to);
    context.globalAlpha = 0.18;
    context.fill();
    context.globalAlpha = 0.65;
    context.stroke();
    context.globalAlpha = 1;
  }
}
