/**
 * The visitor's paper: drawn on with mouse, pen or finger. With the keyboard the drawing is moved by arrow keys, and
 * Backspace takes the last stroke away. What the network sees lies under the strokes, dot by dot.
 */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useCalm } from "../../parts/calm.ts";
import { useCanvas } from "../../parts/canvas.ts";
import { colours } from "../../shell/palette.ts";
import { type Point, pictureSize, type Stroke } from "../../training/drawings/strokes.ts";
import { inkShading, paintDots } from "./dots.ts";

/** What the pen does. */
export type Tool = "pen" | "eraser";

interface PadProps {
  readonly picture: ReadonlySignal<Float32Array>;
  readonly tool: ReadonlySignal<Tool>;
  readonly description: ReadonlySignal<string>;
  /** A stroke while it is drawn, and when it is done. */
  readonly draw: (stroke: Stroke, isDone: boolean) => void;
  readonly eraseAt: (point: Point) => void;
  /** By so many places of the paper. */
  readonly move: (right: number, down: number) => void;
  readonly undo: () => void;
  /** Takes one of the page's own drawings. */
  readonly another: () => void;
}

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The paper. */
export function DrawingPad(props: PadProps) {
  const { picture, description, tool } = props;
  const buffer = useRef<HTMLCanvasElement>(undefined);
  const canvas = useCanvas((context, { width, height }) => {
    buffer.current ??= document.createElement("canvas");
    paintDots(buffer.current, { values: picture.value, columns: pictureSize }, inkShading(colours.value));
    context.imageSmoothingEnabled = false;
    context.drawImage(buffer.current, 0, 0, width, height);
  });
  const pointer = usePointer(props);
  const text = useCalm(description);
  return (
    <div class="pad-frame">
      <div class="pad" aria-hidden="true">
        <canvas ref={canvas} />
      </div>
      <button
        type="button"
        class={`pad-surface pad-${tool.value}`}
        aria-label={`Drawing paper. ${text.value} Arrow keys move the drawing, Backspace takes the last stroke away, Enter takes another drawing.`}
        onClick={({ detail }) => {
          // A click by keyboard; those of the pointer have drawn already
          if (detail === 0) props.another();
        }}
        onKeyDown={(event) => {
          const arrow = arrows[event.key];
          if (arrow === undefined && event.key !== "Backspace") return;
          event.preventDefault();
          if (arrow === undefined) props.undo();
          else props.move(arrow[0] * (event.shiftKey ? 8 : 2), arrow[1] * (event.shiftKey ? 8 : 2));
        }}
        {...pointer}
      />
    </div>
  );
}

/** Follows one pointer at a time from where it goes down to where it is lifted. */
function usePointer({ tool, draw, eraseAt }: PadProps) {
  const points = useSignal<readonly Point[]>([]);
  const active = useRef<number>(undefined);
  useEffect(
    () => () => {
      active.current = undefined;
    },
    [],
  );
  const follow = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    const box = event.currentTarget.getBoundingClientRect();
    // Browsers gather moves between two pictures into one event
    const moves = event.getCoalescedEvents?.() ?? [];
    const added = (moves.length > 0 ? moves : [event]).map(
      ({ clientX, clientY }): Point => [
        inside((clientX - box.left) / box.width),
        inside((clientY - box.top) / box.height),
      ],
    );
    if (tool.peek() === "eraser") added.forEach(eraseAt);
    else points.value = [...points.peek(), ...added];
  };
  const end = (event: PointerEvent): void => {
    if (active.current !== event.pointerId) return;
    active.current = undefined;
    if (tool.peek() === "pen") draw(points.peek(), true);
    points.value = [];
  };
  return {
    onPointerDown: (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
      if (active.current !== undefined || event.button !== 0) return;
      active.current = event.pointerId;
      event.currentTarget.setPointerCapture(event.pointerId);
      points.value = [];
      follow(event);
      if (tool.peek() === "pen") draw(points.peek(), false);
    },
    onPointerMove: (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
      if (active.current !== event.pointerId) return;
      follow(event);
      if (tool.peek() === "pen") draw(points.peek(), false);
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

function inside(share: number): number {
  return Math.min(1, Math.max(0, share));
}
