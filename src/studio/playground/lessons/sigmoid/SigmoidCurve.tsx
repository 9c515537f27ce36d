/** The curve α(f) with every point on it: far from the line is sure, near it is not. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Announce } from "../../parts/Announce.tsx";
import { useCalm } from "../../parts/calm.ts";
import { canvasFont, lineScale, rootFontSize, type Size, useCanvas } from "../../parts/canvas.ts";
import { addMark, frameOf, type Place, toCanvas } from "../../parts/planeDrawing.ts";
import { ticksOf } from "../../parts/ticks.ts";
import { type Colours, colours } from "../../shell/palette.ts";
import type { LineModel, LineTable } from "../line/lineModel.ts";

const axes = {
  x: { name: "f", unit: "", low: -8, high: 8 },
  y: { name: "α(f)", unit: "", low: -0.06, high: 1.06 },
};

/** The figure. */
export function SigmoidCurve({ model }: { readonly model: LineModel }) {
  const values = useMemo(() => computed(() => model.values()), [model]);
  const description = useMemo(() => computed(() => describe(values)), [values]);
  const text = useCalm(description);
  const ref = useCanvas((context, size) =>
    draw(context, size, { values: values.value, table: model.table }, colours.value),
  );
  return (
    <figure class="plane wide">
      <div class="plane-stage">
        <canvas ref={ref} role="img" aria-label={text.value} />
      </div>
      <Announce text={text} />
    </figure>
  );
}

function describe(values: ReadonlySignal<Float64Array>): string {
  const unsure = values.value.filter((f) => Math.abs(f) < Math.log(9)).length;
  return (
    "The sigmoid: 0 far on the left, one half at f = 0, 1 far on the right, with every point on the curve. " +
    `For ${unsure} of ${values.value.length} the probability lies between 10 and 90 percent.`
  );
}

function draw(
  context: CanvasRenderingContext2D,
  size: Size,
  { values, table }: { readonly values: Float64Array; readonly table: LineTable },
  theme: Colours,
): void {
  const frame = frameOf(size);
  const font = rootFontSize();
  const at = (place: Place): Place => toCanvas(place, axes, frame);
  context.fillStyle = theme.card;
  context.fillRect(frame.left, frame.top, frame.width, frame.height);
  context.lineWidth = 1;
  context.strokeStyle = theme.line;
  for (const [from, to] of [
    [at({ x: axes.x.low, y: 0.5 }), at({ x: axes.x.high, y: 0.5 })],
    [at({ x: 0, y: axes.y.low }), at({ x: 0, y: axes.y.high })],
  ] as const) {
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }
  context.beginPath();
  for (let f = axes.x.low; f <= axes.x.high; f += 0.1) {
    const { x, y } = at({ x: f, y: sigmoid(f) });
    context.lineTo(x, y);
  }
  context.strokeStyle = theme.ink;
  context.lineWidth = 2.5 * lineScale();
  context.stroke();
  const radius = Math.max(3, 0.32 * font);
  values.forEach((f, row) => {
    const isDog = table.points.labels[row] === 1;
    const inside = Math.min(axes.x.high, Math.max(axes.x.low, f));
    context.beginPath();
    addMark(context, at({ x: inside, y: sigmoid(inside) }), radius, isDog);
    context.fillStyle = isDog ? theme.dog : theme.cat;
    context.strokeStyle = theme.card;
    context.lineWidth = 1;
    context.fill();
    context.stroke();
  });
  label(context, frame, theme, `α(f): how surely ${table.classes[1]}`);
}

function label(
  context: CanvasRenderingContext2D,
  frame: ReturnType<typeof frameOf>,
  { soft, ink, line }: Colours,
  name: string,
): void {
  const font = rootFontSize();
  const { left, top, width, height } = frame;
  context.strokeStyle = line;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  context.fillStyle = soft;
  context.font = `${0.8 * font}px ${canvasFont}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of ticksOf(axes.x.low, axes.x.high, 9))
    context.fillText(
      String(value).replace("-", "−"),
      toCanvas({ x: value, y: 0 }, axes, frame).x,
      top + height + 0.35 * font,
    );
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of [0, 0.5, 1])
    context.fillText(String(value), left - 0.4 * font, toCanvas({ x: 0, y: value }, axes, frame).y);
  context.fillStyle = ink;
  context.font = `${0.88 * font}px ${canvasFont}`;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillText(axes.x.name, left + width / 2, top + height + 2.65 * font);
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(name, left + 0.6 * font, top + 0.5 * font);
}

function sigmoid(f: number): number {
  return 1 / (1 + Math.exp(-f));
}
