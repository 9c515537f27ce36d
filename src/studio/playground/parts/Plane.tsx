/**
 * A plane with points of two classes: shade, lines, and handles that are dragged by pointer or moved by arrow keys. The
 * scene is a signal, so that a training draws sixty pictures a second and renders nothing.
 */
import type { ReadonlySignal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { colours } from "../shell/palette.ts";
import { Announce } from "./Announce.tsx";
import { useCalm } from "./calm.ts";
import { useCanvas } from "./canvas.ts";
import {
  drawPlane,
  frameOf,
  makeBuffers,
  type Place,
  type PlaneBuffers,
  type PlaneScene,
  toCanvas,
  toPlane,
} from "./planeDrawing.ts";

/** Something on the plane that can be moved. */
export interface Handle extends Place {
  /** "left end of the line". */
  readonly name: string;
  readonly move: (place: Place) => void;
}

interface PlaneProps {
  readonly scene: ReadonlySignal<PlaneScene>;
  /** What the picture shows now, for those who do not see it. */
  readonly description: ReadonlySignal<string>;
  readonly handles?: ReadonlySignal<readonly Handle[]>;
  /** Called where the plane itself is pressed: own points. With the keyboard, Enter presses at the cross. */
  readonly press?: (place: Place) => void;
}

/** The figure. */
export function Plane({ scene, description, handles, press }: PlaneProps) {
  const buffers = useRef<PlaneBuffers>(undefined);
  const text = useCalm(description);
  const size = useSignal({ width: 0, height: 0 });
  const ref = useCanvas((context, drawn) => {
    buffers.current ??= makeBuffers();
    drawPlane(context, drawn, { scene: scene.value, colours: colours.value, buffers: buffers.current });
    if (size.peek().width !== drawn.width || size.peek().height !== drawn.height) size.value = drawn;
  });
  const { width } = size.value;
  return (
    <figure class="plane">
      <div class="plane-stage">
        <canvas ref={ref} role="img" aria-label={text.value} />
        {width > 0 && press !== undefined && <Press scene={scene} press={press} size={size} />}
        {width > 0 &&
          handles?.value.map((handle, index) => (
            <HandleButton key={handle.name} handle={handle} scene={scene} size={size} order={index} />
          ))}
      </div>
      <Announce text={text} />
    </figure>
  );
}

interface OverlayProps {
  readonly scene: ReadonlySignal<PlaneScene>;
  readonly size: ReadonlySignal<{ readonly width: number; readonly height: number }>;
}

function HandleButton({
  handle,
  scene,
  size,
  order,
}: OverlayProps & { readonly handle: Handle; readonly order: number }) {
  const ref = useRef<HTMLButtonElement>(null);
  const frame = frameOf(size.value);
  const { x, y } = toCanvas(handle, scene.value, frame);
  useEffect(() => {
    // Set as properties: the page's security policy knows no style attributes
    ref.current?.style.setProperty("left", `${x}px`);
    ref.current?.style.setProperty("top", `${y}px`);
  }, [x, y]);
  const drag = (event: PointerEvent): void => {
    const button = ref.current;
    if (button === null || !button.hasPointerCapture(event.pointerId)) return;
    const box = button.parentElement?.getBoundingClientRect();
    if (box !== undefined)
      handle.move(
        inside(toPlane({ x: event.clientX - box.left, y: event.clientY - box.top }, scene.peek(), frame), scene.peek()),
      );
  };
  return (
    <button
      type="button"
      class={`handle handle-${order}`}
      ref={ref}
      aria-label={`${handle.name}: ${placeText(handle, scene.value)}. Arrow keys move it.`}
      onPointerDown={(event) => ref.current?.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={(event) => {
        const moved = movedByKey(event, handle, scene.peek());
        if (moved === undefined) return;
        event.preventDefault();
        handle.move(moved);
      }}
    >
      <span class="knob" />
    </button>
  );
}

/** A layer that takes presses, with a cross for the keyboard. */
function Press({ scene, press, size }: OverlayProps & { readonly press: (place: Place) => void }) {
  const { x, y } = scene.value;
  const cross = useSignal<Place>({ x: (x.low + x.high) / 2, y: (y.low + y.high) / 2 });
  const ref = useRef<HTMLButtonElement>(null);
  const mark = useRef<HTMLSpanElement>(null);
  const frame = frameOf(size.value);
  const at = toCanvas(cross.value, scene.value, frame);
  useEffect(() => {
    for (const [name, value] of Object.entries(frame)) ref.current?.style.setProperty(name, `${value}px`);
    mark.current?.style.setProperty("left", `${at.x - frame.left}px`);
    mark.current?.style.setProperty("top", `${at.y - frame.top}px`);
  });
  return (
    <button
      type="button"
      class="press"
      ref={ref}
      aria-label={`Put a point at ${placeText(cross.value, scene.value)}. Arrow keys move the cross, Enter puts a point.`}
      onClick={(event) => {
        // A click by keyboard has no place of its own
        const box = ref.current?.getBoundingClientRect();
        if (event.detail === 0 || box === undefined) return press(cross.peek());
        press(
          toPlane(
            { x: event.clientX - box.left + frame.left, y: event.clientY - box.top + frame.top },
            scene.peek(),
            frame,
          ),
        );
      }}
      onKeyDown={(event) => {
        const moved = movedByKey(event, cross.peek(), scene.peek());
        if (moved === undefined) return;
        event.preventDefault();
        cross.value = moved;
      }}
    >
      <span class="cross" ref={mark} />
    </button>
  );
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowDown: [0, -1],
  ArrowUp: [0, 1],
};

/** Where an arrow key moves a place to: a hundredth of the plane, a tenth with Shift. */
function movedByKey({ key, shiftKey }: KeyboardEvent, place: Place, scene: PlaneScene): Place | undefined {
  const direction = directions[key];
  if (direction === undefined) return undefined;
  const share = shiftKey ? 0.1 : 0.01;
  return inside(
    {
      x: place.x + direction[0] * share * (scene.x.high - scene.x.low),
      y: place.y + direction[1] * share * (scene.y.high - scene.y.low),
    },
    scene,
  );
}

function inside({ x, y }: Place, scene: PlaneScene): Place {
  return {
    x: Math.min(scene.x.high, Math.max(scene.x.low, x)),
    y: Math.min(scene.y.high, Math.max(scene.y.low, y)),
  };
}

function placeText({ x, y }: Place, scene: PlaneScene): string {
  const text = (value: number, { name, unit, low, high }: PlaneScene["x"]): string =>
    `${name} ${value.toFixed(high - low > 20 ? 0 : 2)}${unit === "" ? "" : ` ${unit}`}`;
  return `${text(x, scene.x)}, ${text(y, scene.y)}`;
}
