/** How the careful picture is drawn: confidence as shade, hatching where nothing like it was ever seen, bones, marks. */

import { at } from "../../../../support/invariant.ts";
import { crossingPath, regionPath } from "../../../../systems/contour.ts";
import { type Bone, strangers } from "../../../../systems/femurs/relations.ts";
import { ticksOf } from "../../../../systems/femurs/report/view.ts";
import type { Animals } from "../../../../systems/femurs/simulate.ts";
import { drawAxes } from "../../parts/axes.ts";
import { canvasFont, type Frame, rootFontSize, type Size } from "../../parts/canvas.ts";
import { addMark, drawArrowHead, frameOf, type Place, shadesOf } from "../../parts/planeDrawing.ts";
import { paintGrid } from "../../parts/shade.ts";
import type { Colours } from "../../shell/palette.ts";
import {
  type CarefulPlane,
  carefulCells,
  carefulLimits,
  placeOfBone,
  probabilityOf,
  usualWeight,
} from "../../training/carefulPlane.ts";

/** All that the picture shows. */
export interface CarefulScene {
  /** The bones that were learned from. */
  readonly animals: Animals;
  /** When it is trained. */
  readonly plane: CarefulPlane | undefined;
  /** The bone that is asked about, and the nearest one that could be either. */
  readonly bone: Bone | undefined;
  readonly compared: Bone | undefined;
}

/** Canvases to paint on, kept between pictures. */
export interface Buffers {
  readonly shade: HTMLCanvasElement;
  readonly hatch: HTMLCanvasElement;
}

/** Where a bone lies on the canvas. */
export function boneOnCanvas(bone: Bone, frame: Frame): Place {
  const { x, y } = placeOfBone(bone);
  return { x: frame.left + x * frame.width, y: frame.top + (1 - y) * frame.height };
}

/** Draws a scene. */
export function drawCareful(
  context: CanvasRenderingContext2D,
  size: Size,
  scene: CarefulScene,
  colours: Colours,
  buffers: Buffers,
): void {
  const frame = frameOf(size);
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.fillStyle = colours.card;
  context.fill();
  context.clip();
  if (scene.plane !== undefined) drawAnswers(context, frame, scene.plane, colours, buffers);
  drawBones(context, frame, scene.animals, colours);
  drawSabreTooth(context, frame, colours);
  drawQuestion(context, frame, scene, colours);
  context.restore();
  drawCarefulAxes(context, frame, colours);
}

function drawAnswers(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { logOdds, distance }: CarefulPlane,
  colours: Colours,
  { shade, hatch }: Buffers,
): void {
  const { columns, rows } = carefulCells;
  paintGrid(shade, { columns, rows, values: logOdds.map(probabilityOf) }, shadesOf(colours));
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(shade, frame.left, frame.top, frame.width, frame.height);
  // Values are those of the cells' centres, half a cell inside; the lowest row comes first
  const [cellWidth, cellHeight] = [frame.width / columns, frame.height / rows];
  const extent = { width: frame.width - cellWidth, height: frame.height - cellHeight };
  const edge = { columns, rows, values: distance };
  context.save();
  context.translate(frame.left + cellWidth / 2, frame.top + frame.height - cellHeight / 2);
  context.scale(1, -1);
  const pattern = context.createPattern(paintHatch(hatch, colours), "repeat");
  if (pattern !== null) {
    context.fillStyle = pattern;
    // The rim of half a cell all around has no values of its own
    context.save();
    context.scale(frame.width / extent.width, frame.height / extent.height);
    context.translate(-cellWidth / 2, -cellHeight / 2);
    context.fill(new Path2D(regionPath(edge, 1, extent)));
    context.restore();
  }
  context.lineWidth = 2;
  context.strokeStyle = colours.withheld;
  context.stroke(new Path2D(crossingPath(edge, 1, extent)));
  context.strokeStyle = colours.ink;
  context.stroke(new Path2D(crossingPath({ columns, rows, values: logOdds }, 0, extent)));
  context.restore();
}

/** Oblique lines on a veil: what is withheld. */
function paintHatch(canvas: HTMLCanvasElement, { withheld, veil }: Colours): HTMLCanvasElement {
  const side = Math.round(0.7 * rootFontSize());
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.globalAlpha = 0.45;
  context.fillStyle = veil;
  context.fillRect(0, 0, side, side);
  context.globalAlpha = 0.55;
  context.strokeStyle = withheld;
  context.lineWidth = 1.4;
  for (const shift of [-side, 0, side]) {
    context.beginPath();
    context.moveTo(shift - 1, -1);
    context.lineTo(shift + side + 1, side + 1);
    context.stroke();
  }
  return canvas;
}

function drawBones(context: CanvasRenderingContext2D, frame: Frame, animals: Animals, colours: Colours): void {
  const radius = Math.max(2, Math.min(frame.width / 170, 0.3 * rootFontSize()));
  context.lineWidth = 1;
  animals.labels.forEach((label, row) => {
    const place = boneOnCanvas({ length: at(animals.lengths, row), weight: at(animals.weights, row) }, frame);
    context.beginPath();
    addMark(context, place, radius, label === 1);
    context.fillStyle = label === 1 ? colours.dog : colours.cat;
    context.strokeStyle = colours.card;
    context.fill();
    context.stroke();
  });
}

/** Where *Smilodon* lies: a diamond with its name. */
function drawSabreTooth(context: CanvasRenderingContext2D, frame: Frame, colours: Colours): void {
  const font = rootFontSize();
  const { x, y } = boneOnCanvas(strangers["Smilodon fatalis"], frame);
  const radius = 0.38 * font;
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
  context.fillStyle = colours.ink;
  context.fill();
  context.font = `italic ${0.9 * font}px ${canvasFont}`;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.lineWidth = 4;
  context.strokeStyle = colours.card;
  context.strokeText("Smilodon", x, y - 0.6 * font);
  context.fillText("Smilodon", x, y - 0.6 * font);
}

/** The bone that is asked about, and an arrow to it from the one that it is compared with. */
function drawQuestion(context: CanvasRenderingContext2D, frame: Frame, scene: CarefulScene, colours: Colours): void {
  const { bone, compared } = scene;
  if (bone === undefined) return;
  const here = boneOnCanvas(bone, frame);
  const radius = 0.55 * rootFontSize();
  context.strokeStyle = colours.ink;
  if (compared !== undefined) {
    const there = boneOnCanvas(compared, frame);
    const length = Math.hypot(here.x - there.x, here.y - there.y);
    if (length > 3 * radius) {
      const rest = (length - 1.3 * radius) / length;
      const end = { x: there.x + rest * (here.x - there.x), y: there.y + rest * (here.y - there.y) };
      context.lineWidth = 2.5;
      context.beginPath();
      context.moveTo(there.x, there.y);
      context.lineTo(end.x, end.y);
      context.stroke();
      drawArrowHead(context, there, end, colours.ink);
    }
    context.beginPath();
    context.arc(there.x, there.y, 0.55 * radius, 0, 2 * Math.PI);
    context.fillStyle = colours.card;
    context.lineWidth = 2.5;
    context.fill();
    context.stroke();
  }
  context.beginPath();
  context.arc(here.x, here.y, radius, 0, 2 * Math.PI);
  context.fillStyle = colours.accent;
  context.strokeStyle = colours.card;
  context.lineWidth = 3;
  context.fill();
  context.stroke();
}

/** Lengths below, and at the left how heavy a bone is for its length. */
function drawCarefulAxes(context: CanvasRenderingContext2D, frame: Frame, colours: Colours): void {
  const lower = {
    name: "length in mm",
    ticks: ticksOf(carefulLimits.length).map((length) => ({
      at: boneOnCanvas({ length, weight: usualWeight(length) }, frame).x,
      text: String(length),
    })),
  };
  const upright = {
    name: "weight ÷ usual for the length",
    ticks: weightRatios.map(({ ratio, text }) => ({
      at: boneOnCanvas({ length: 100, weight: ratio * usualWeight(100) }, frame).y,
      text,
    })),
  };
  drawAxes(context, frame, { lower, upright }, colours);
}

const weightRatios = [
  { ratio: 0.5, text: "½" },
  { ratio: 1, text: "1" },
  { ratio: 2, text: "2" },
] as const;
