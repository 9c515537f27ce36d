/** Two losses over the steps: on the points that were learned from, and on points that were never seen. */
import type { ReadonlySignal } from "@preact/signals";
import { at } from "../../../../support/invariant.ts";
import { canvasFont, rootFontSize, type Size, useCanvas } from "../../parts/canvas.ts";
import { ticksOf } from "../../parts/ticks.ts";
import { type Colours, colours } from "../../shell/palette.ts";
import type { Learner } from "../../training/jobs/moreData.ts";

/** Losses of one network, and the limits that it shares with its neighbours. */
export interface LossScene {
  readonly learner: Pick<Learner, "steps" | "trainLosses" | "heldOutLosses"> | undefined;
  readonly lastStep: number;
  readonly highest: number;
}

interface TwoLossesProps {
  readonly scene: ReadonlySignal<LossScene>;
  readonly description: ReadonlySignal<string>;
}

/** The figure. */
export function TwoLosses({ scene, description }: TwoLossesProps) {
  const ref = useCanvas((context, size) => draw(context, size, scene.value, colours.value));
  return (
    <figure class="curve losses">
      <canvas ref={ref} role="img" aria-label={description.value} />
    </figure>
  );
}

function draw(context: CanvasRenderingContext2D, size: Size, scene: LossScene, colours: Colours): void {
  const font = rootFontSize();
  const [left, bottom, top] = [2.4 * font, 1.5 * font, 0.6 * font];
  const [width, height] = [size.width - left - 0.3 * font, size.height - top - bottom];
  const x = (step: number): number => left + (step / scene.lastStep) * width;
  const y = (loss: number): number => top + (1 - loss / scene.highest) * height;
  drawScale(context, { left, width, top, height, x, y }, scene, colours);
  const { learner } = scene;
  if (learner === undefined || learner.steps.length < 2) return;
  const { steps, trainLosses, heldOutLosses } = learner;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.lineJoin = "round";
  const trace = (losses: readonly number[]): void =>
    losses.forEach((loss, index) => context.lineTo(x(at(steps, index)), y(loss)));
  // Between the two lies what was learned by heart
  context.beginPath();
  trace(heldOutLosses);
  for (let index = steps.length - 1; index >= 0; index--)
    context.lineTo(x(at(steps, index)), y(at(trainLosses, index)));
  context.closePath();
  context.globalAlpha = 0.14;
  context.fillStyle = colours.withheld;
  context.fill();
  context.globalAlpha = 1;
  context.beginPath();
  trace(trainLosses);
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  context.setLineDash([7, 5]);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  trace(heldOutLosses);
  context.strokeStyle = colours.withheld;
  context.lineWidth = 3.5;
  context.stroke();
  context.restore();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: (step: number) => number;
  readonly y: (loss: number) => number;
}

function drawScale(
  context: CanvasRenderingContext2D,
  { left, top, width, height, x, y }: Box,
  { highest, lastStep }: LossScene,
  { line, soft }: Colours,
): void {
  const font = rootFontSize();
  context.font = `${0.8 * font}px ${canvasFont}`;
  context.fillStyle = soft;
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticksOf(0, highest, height / (1.8 * font))) {
    context.fillText(String(tick), left - 0.4 * font, y(tick));
    context.beginPath();
    context.moveTo(left, y(tick));
    context.lineTo(left + width, y(tick));
    context.stroke();
  }
  context.textBaseline = "top";
  const ticks = ticksOf(0, lastStep, Math.max(1, width / (5 * font)));
  ticks.forEach((tick, index) => {
    context.textAlign = index === 0 ? "left" : x(tick) > left + width - 2 * font ? "right" : "center";
    context.fillText(tick.toLocaleString("en"), x(tick), top + height + 0.35 * font);
  });
}
