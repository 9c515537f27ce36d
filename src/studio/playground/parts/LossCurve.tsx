/** The loss over the steps, by factors of ten. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { colours } from "../shell/palette.ts";
import type { History } from "../training/client.ts";
import { useCalm } from "./calm.ts";
import { canvasFont, lineScale, rootFontSize, type Size, useCanvas } from "./canvas.ts";

/** The figure. */
export function LossCurve({ history }: { readonly history: ReadonlySignal<History> }) {
  const calm = useCalm(history);
  const description = useMemo(() => computed(() => describe(calm.value)), [calm]);
  const ref = useCanvas((context, size) => draw(context, size, calm.value));
  return (
    <figure class="curve">
      <canvas ref={ref} role="img" aria-label={description.value} />
      <figcaption>{description.value}</figcaption>
    </figure>
  );
}

function describe({ steps, losses }: History): string {
  const [first, last] = [losses[0], losses.at(-1)];
  if (first === undefined || last === undefined) return "The loss: nothing has been trained yet.";
  const count = steps.at(-1) ?? 0;
  if (count <= 1) return `The loss: ${short(first)} at first.`;
  return `The loss: ${short(first)} at first, ${short(last)} after ${count.toLocaleString("en")} steps.`;
}

function draw(context: CanvasRenderingContext2D, { width, height }: Size, { steps, losses }: History): void {
  const { ink, soft, line } = colours.value;
  const font = rootFontSize();
  const [left, bottom, top] = [2.9 * font, 0.4 * font, 0.5 * font];
  const logs = losses.map((loss) => Math.log10(Math.max(loss, 1e-9)));
  const high = Math.max(...logs, 0);
  const low = Math.min(...logs, high - 1);
  const lastStep = Math.max(steps.at(-1) ?? 1, 10);
  const x = (step: number): number => left + (step / lastStep) * (width - left - 4);
  const y = (log: number): number => top + ((high - log) / (high - low)) * (height - top - bottom);
  context.font = `${0.8 * font}px ${canvasFont}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.lineWidth = 1;
  for (let power = Math.ceil(low); power <= high; power++) {
    context.fillStyle = soft;
    context.fillText(powerText(power), left - 0.4 * font, y(power));
    context.strokeStyle = line;
    context.beginPath();
    context.moveTo(left, y(power));
    context.lineTo(width, y(power));
    context.stroke();
  }
  context.beginPath();
  steps.forEach((step, index) => context.lineTo(x(step), y(logs[index] ?? 0)));
  context.strokeStyle = ink;
  context.lineWidth = 2 * lineScale();
  context.lineJoin = "round";
  context.stroke();
}

/** 0.001 is read at a glance, 10⁻⁵ is shorter. */
function powerText(power: number): string {
  return power < -3 ? `10⁻${"⁰¹²³⁴⁵⁶⁷⁸⁹"[-power] ?? "ⁿ"}` : short(10 ** power);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
