/** A curve with what comes near to it; where `draw` is given, the curve is drawn by pointer, or by arrow keys knot by knot. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { at } from "../../../../support/invariant.ts";
import { Announce } from "../../parts/Announce.tsx";
import { useCanvas } from "../../parts/canvas.ts";
import { frameOf, toCanvas, toPlane } from "../../parts/planeDrawing.ts";
import { colours } from "../../shell/palette.ts";
import { type Curve, drawStroke, type Place, raiseKnot } from "../../training/curves.ts";
import { type CurveScene, drawCurves } from "./curveDrawing.ts";

interface CurvePlotProps {
  readonly scene: ReadonlySignal<CurveScene>;
  /** What the picture shows now, for those who do not see it. */
  readonly description: ReadonlySignal<string>;
  /** The curve that may be drawn. */
  readonly drawn?: { readonly curve: ReadonlySignal<Curve>; readonly change: (curve: Curve) => void };
  /** Half as high as usual. */
  readonly isLow?: boolean;
}

/** The figure. */
export function CurvePlot({ scene, description, drawn, isLow = false }: CurvePlotProps) {
  const size = useSignal({ width: 0, height: 0 });
  const ref = useCanvas((context, measured) => {
    drawCurves(context, measured, scene.value, colours.value);
    if (size.peek().width !== measured.width || size.peek().height !== measured.height) size.value = measured;
  });
  return (
    <figure class={isLow ? "plane function low" : "plane function"}>
      <div class="plane-stage">
        <canvas ref={ref} role="img" aria-label={description.value} />
        {drawn !== undefined && size.value.width > 0 && <Pen scene={scene} size={size} {...drawn} />}
      </div>
      <Announce text={description} />
    </figure>
  );
}

interface PenProps {
  readonly scene: ReadonlySignal<CurveScene>;
  readonly size: ReadonlySignal<{ readonly width: number; readonly height: number }>;
  readonly curve: ReadonlySignal<Curve>;
  readonly change: (curve: Curve) => void;
}

/** A layer to draw on. With the keyboard: left and right choose a place, up and down move the curve there. */
function Pen({ scene, size, curve, change }: PenProps) {
  const ref = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLSpanElement>(null);
  const before = useRef<Place>(undefined);
  const knot = useSignal(Math.floor(curve.peek().length / 2));
  const frame = frameOf(size.value);
  const height = at(curve.value, knot.value);
  const x = knot.value / (curve.value.length - 1);
  const spot = toCanvas({ x, y: height }, scene.value, frame);
  useEffect(() => {
    // Set as properties: the page's security policy knows no style attributes
    for (const [name, value] of Object.entries(frame)) ref.current?.style.setProperty(name, `${value}px`);
    mark.current?.style.setProperty("left", `${spot.x - frame.left}px`);
    mark.current?.style.setProperty("top", `${spot.y - frame.top}px`);
  });
  const stroke = (event: PointerEvent): void => {
    const layer = ref.current;
    if (layer === null || !layer.hasPointerCapture(event.pointerId)) return;
    const box = layer.getBoundingClientRect();
    const inFrame = { x: event.clientX - box.left + frame.left, y: event.clientY - box.top + frame.top };
    const { x: right, y } = toPlane(inFrame, scene.peek(), frame);
    const to = { x: Math.min(1, Math.max(0, right)), y };
    change(drawStroke(curve.peek(), before.current ?? to, to));
    before.current = to;
    knot.value = Math.round(to.x * (curve.peek().length - 1));
  };
  return (
    <div
      class="pen"
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label="Draw the curve: left and right choose a place, up and down move the curve there"
      aria-valuemin={-1}
      aria-valuemax={1}
      aria-valuenow={Number(height.toFixed(2))}
      aria-valuetext={`height ${height.toFixed(2)} at x = ${x.toFixed(2)}`}
      onPointerDown={(event) => {
        before.current = undefined;
        ref.current?.setPointerCapture(event.pointerId);
        stroke(event);
      }}
      onPointerMove={stroke}
      onKeyDown={(event) => {
        const moved = moveByKey(event, curve.peek(), knot.peek());
        if (moved === undefined) return;
        event.preventDefault();
        knot.value = moved.knot;
        if (moved.curve !== curve.peek()) change(moved.curve);
      }}
    >
      <span class="cross" ref={mark} />
    </div>
  );
}

/** What an arrow key makes of the curve and of the place that is chosen; with Shift it goes further. */
function moveByKey(
  { key, shiftKey }: KeyboardEvent,
  curve: Curve,
  knot: number,
): { curve: Curve; knot: number } | undefined {
  const far = shiftKey ? 5 : 1;
  const last = curve.length - 1;
  switch (key) {
    case "ArrowLeft":
      return { curve, knot: Math.max(0, knot - far) };
    case "ArrowRight":
      return { curve, knot: Math.min(last, knot + far) };
    case "ArrowUp":
      return { curve: raiseKnot(curve, knot, 0.04 * far), knot };
    case "ArrowDown":
      return { curve: raiseKnot(curve, knot, -0.04 * far), knot };
    case "Home":
      return { curve, knot: 0 };
    case "End":
      return { curve, knot: last };
    default:
      return undefined;
  }
}
