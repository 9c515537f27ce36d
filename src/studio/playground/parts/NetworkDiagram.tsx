/**
 * A network as it stands: every unit with its own picture of the plane, every weight as a line. Blue lines with a full
 * stroke add, orange dashed ones take away; the wider, the more. Units can be chosen.
 */
import { computed, type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Colours, colours } from "../shell/palette.ts";
import type { LayerNumbers } from "../training/jobs/dense.ts";
import { Announce } from "./Announce.tsx";
import { useCalm } from "./calm.ts";
import { canvasFont, lineScale, rootFontSize, type Size, useCanvas } from "./canvas.ts";
import { columnDistance, networkLayout, rowHeight, type UnitBox, type UnitName } from "./networkLayout.ts";
import { shadesOf } from "./planeDrawing.ts";
import { paintGrid } from "./shade.ts";

/** What the diagram shows. */
export interface NetworkScene {
  /** Units in each column, inputs and answer included. */
  readonly sizes: readonly number[];
  readonly layers: readonly LayerNumbers[];
  /** A picture for each unit of each column, square, the lowest row first, from 0 to 1. */
  readonly pictures: readonly (readonly Float32Array[])[];
  /** Names of the inputs. */
  readonly inputs: readonly string[];
}

interface NetworkDiagramProps {
  readonly scene: ReadonlySignal<NetworkScene | undefined>;
  readonly description: ReadonlySignal<string>;
  readonly chosen: ReadonlySignal<UnitName>;
  readonly choose: (unit: UnitName) => void;
}

/** Milliseconds between two drawings: a hundred curves take longer than anything else on the page. */
const drawingPace = 40;

/** The figure. */
export function NetworkDiagram({ scene, description, chosen, choose }: NetworkDiagramProps) {
  const buffer = useRef<HTMLCanvasElement>(undefined);
  const stage = useRef<HTMLDivElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  const text = useCalm(description);
  const calm = useCalm(scene, drawingPace);
  const shape = useMemo(() => computed(() => scene.value?.sizes.join() ?? ""), [scene]).value;
  const ref = useCanvas((context, drawn) => {
    buffer.current ??= document.createElement("canvas");
    const now = calm.value;
    if (now !== undefined) draw(context, drawn, now, chosen.value, colours.value, buffer.current);
    if (size.peek().width !== drawn.width || size.peek().height !== drawn.height) size.value = drawn;
  });
  const sizes = shape === "" ? [] : shape.split(",").map(Number);
  useEffect(() => {
    if (shape === "") return;
    stage.current?.style.setProperty("min-width", `${sizes.length * columnDistance * 0.8}px`);
    stage.current?.style.setProperty("height", `${Math.max(4, ...sizes) * rowHeight(size.value.width) + 8}px`);
  }, [shape, size.value.width]);
  return (
    <figure class="network">
      <div class="network-scroll">
        <div class="network-stage" ref={stage}>
          <canvas ref={ref} role="img" aria-label={text.value} />
          {size.value.width > 0 &&
            networkLayout(sizes, size.value)
              .filter(({ layer }) => layer > 0)
              .map((box) => (
                <UnitButton
                  key={`${box.layer}.${box.unit}`}
                  box={box}
                  isAnswer={box.layer === sizes.length - 1}
                  isChosen={box.layer === chosen.value.layer && box.unit === chosen.value.unit}
                  choose={choose}
                />
              ))}
        </div>
      </div>
      <Announce text={text} />
    </figure>
  );
}

interface UnitButtonProps {
  readonly box: UnitBox;
  readonly isAnswer: boolean;
  readonly isChosen: boolean;
  readonly choose: (unit: UnitName) => void;
}

function UnitButton({ box: { x, y, side, layer, unit }, isAnswer, isChosen, choose }: UnitButtonProps) {
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const length = Math.max(44, side);
    const place = { left: x - length / 2, top: y - length / 2, width: length, height: length };
    for (const [name, value] of Object.entries(place)) ref.current?.style.setProperty(name, `${value}px`);
  }, [x, y, side]);
  return (
    <button
      type="button"
      class="unit"
      ref={ref}
      aria-pressed={isChosen}
      aria-label={isAnswer ? "The answer" : `Unit ${unit + 1} of layer ${layer}`}
      onClick={() => choose({ layer, unit })}
    />
  );
}

function draw(
  context: CanvasRenderingContext2D,
  size: Size,
  scene: NetworkScene,
  chosen: UnitName,
  theme: Colours,
  buffer: HTMLCanvasElement,
): void {
  const boxes = networkLayout(scene.sizes, size);
  const boxOf = ({ layer, unit }: UnitName): UnitBox | undefined =>
    boxes.find((box) => box.layer === layer && box.unit === unit);
  const scale = lineScale();
  scene.layers.forEach((layer, index) => drawWeights(context, layer, index, { boxOf, chosen, theme, scale }));
  const font = rootFontSize();
  for (const box of boxes) {
    const values = scene.pictures[box.layer]?.[box.unit];
    const isChosen = box.layer === chosen.layer && box.unit === chosen.unit;
    const [left, top] = [box.x - box.side / 2, box.y - box.side / 2];
    if (values !== undefined) {
      const cells = Math.round(Math.sqrt(values.length));
      paintGrid(buffer, { columns: cells, rows: cells, values }, shadesOf(theme));
      context.drawImage(buffer, left, top, box.side, box.side);
    }
    context.lineWidth = (isChosen ? 4 : 1) * scale;
    context.strokeStyle = isChosen ? theme.ink : theme.soft;
    context.strokeRect(left, top, box.side, box.side);
    if (box.layer > 0) continue;
    context.fillStyle = theme.ink;
    context.font = `${0.85 * font}px ${canvasFont}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.fillText(scene.inputs[box.unit] ?? "", box.x, top + box.side + 0.2 * font);
  }
}

interface WeightStyle {
  readonly boxOf: (unit: UnitName) => UnitBox | undefined;
  readonly chosen: UnitName;
  readonly theme: Colours;
  /** How much wider than usual lines are. */
  readonly scale: number;
}

function drawWeights(
  context: CanvasRenderingContext2D,
  { inputs, units, weight }: LayerNumbers,
  layer: number,
  { boxOf, chosen, theme, scale }: WeightStyle,
): void {
  for (let unit = 0; unit < units; unit++) {
    const to = boxOf({ layer: layer + 1, unit });
    for (let input = 0; input < inputs; input++) {
      const from = boxOf({ layer, unit: input });
      const value = weight[unit * inputs + input];
      if (from === undefined || to === undefined || value === undefined) continue;
      const isOfChosen = chosen.layer === layer + 1 && chosen.unit === unit;
      const [start, end] = [from.x + from.side / 2, to.x - to.side / 2];
      context.beginPath();
      context.moveTo(start, from.y);
      context.bezierCurveTo((start + end) / 2, from.y, (start + end) / 2, to.y, end, to.y);
      context.lineWidth = Math.min(9, 0.4 + 2.6 * Math.abs(value)) * scale;
      context.globalAlpha = isOfChosen ? 1 : Math.min(0.75, 0.15 + 0.3 * Math.abs(value));
      context.strokeStyle = value < 0 ? theme.cat : theme.dog;
      context.setLineDash(value < 0 ? [7, 4] : []);
      context.stroke();
    }
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}
