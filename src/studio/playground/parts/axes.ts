/** The frame of a picture on a canvas: a border, numbers at two sides, and what they are of. */
import type { Colours } from "../shell/palette.ts";
import type { Axis } from "../training/problems.ts";
import { canvasFont, type Frame, rootFontSize } from "./canvas.ts";
import { ticksOf } from "./ticks.ts";

/** A number beside the frame, `at` CSS pixels from the canvas's left or top edge. */
interface Tick {
  readonly at: number;
  readonly text: string;
}

type FrameColours = Pick<Colours, "line" | "soft" | "ink">;

/** One side of the frame. */
export interface Side {
  readonly ticks: readonly Tick[];
  readonly name: string;
}

/** Draws the frame of a plane whose axes are straight scales. */
export function drawPlaneAxes(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { x, y }: { readonly x: Axis; readonly y: Axis },
  colours: FrameColours,
): void {
  const font = rootFontSize();
  const { left, top, width, height } = frame;
  const lower = sideOf(x, width / (4 * font), (share) => left + share * width);
  const upright = sideOf(y, height / (3.2 * font), (share) => top + (1 - share) * height);
  drawAxes(context, frame, { lower, upright }, colours);
}

function sideOf({ low, high, name, unit }: Axis, most: number, placeOf: (share: number) => number): Side {
  const ticks = ticksOf(low, high, most).map((value) => ({
    at: placeOf((value - low) / (high - low)),
    text: numberText(value),
  }));
  return { ticks, name: unit === "" ? name : `${name} in ${unit}` };
}

/** With a real minus sign. */
function numberText(value: number): string {
  return String(value).replace("-", "−");
}

/** Draws the border and what stands at two sides of it. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  { left, top, width, height }: Frame,
  { lower, upright }: { readonly lower: Side; readonly upright: Side },
  { line, soft, ink }: FrameColours,
): void {
  const font = rootFontSize();
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  context.fillStyle = soft;
  context.font = `${0.8 * font}px ${canvasFont}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const { at, text } of lower.ticks) context.fillText(text, at, top + height + 0.35 * font);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { at, text } of upright.ticks) context.fillText(text, left - 0.4 * font, at);
  context.fillStyle = ink;
  context.font = `${0.88 * font}px ${canvasFont}`;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillText(lower.name, left + width / 2, top + height + 2.65 * font);
  context.save();
  context.translate(0.15 * font, top + height / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "top";
  context.fillText(upright.name, 0, 0);
  context.restore();
}
