/** The careful picture on the page: any place of it can be asked about, by pointer or with the keys. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Bone } from "../../../../systems/femurs/relations.ts";
import { boneInWords } from "../../../../systems/femurs/words.ts";
import { Announce } from "../../parts/Announce.tsx";
import { useCanvas } from "../../parts/canvas.ts";
import { frameOf } from "../../parts/planeDrawing.ts";
import { colours } from "../../shell/palette.ts";
import { boneAtPlace, placeOfBone } from "../../training/carefulPlane.ts";
import { type Buffers, boneOnCanvas, type CarefulScene, drawCareful } from "./carefulDrawing.ts";

interface CarefulPlotProps {
  readonly scene: ReadonlySignal<CarefulScene>;
  readonly description: ReadonlySignal<string>;
  /** The bone that is asked about. */
  readonly bone: ReadonlySignal<Bone>;
  readonly ask: (bone: Bone) => void;
}

/** The figure. */
export function CarefulPlot({ scene, description, bone, ask }: CarefulPlotProps) {
  const buffers = useRef<Buffers>(undefined);
  const size = useSignal({ width: 0, height: 0 });
  const ref = useCanvas((context, measured) => {
    buffers.current ??= { shade: document.createElement("canvas"), hatch: document.createElement("canvas") };
    drawCareful(context, measured, scene.value, colours.value, buffers.current);
    if (size.peek().width !== measured.width || size.peek().height !== measured.height) size.value = measured;
  });
  return (
    <figure class="plane careful">
      <div class="plane-stage">
        <canvas ref={ref} role="img" aria-label={description.value} />
        {size.value.width > 0 && <Question size={size} bone={bone} ask={ask} />}
      </div>
      <Announce text={description} />
    </figure>
  );
}

interface QuestionProps {
  readonly size: ReadonlySignal<{ readonly width: number; readonly height: number }>;
  readonly bone: ReadonlySignal<Bone>;
  readonly ask: (bone: Bone) => void;
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowDown: [0, -1],
  ArrowUp: [0, 1],
};

/** A layer that takes presses and drags; arrow keys move the question. */
function Question({ size, bone, ask }: QuestionProps) {
  const ref = useRef<HTMLButtonElement>(null);
  const mark = useRef<HTMLSpanElement>(null);
  const frame = frameOf(size.value);
  const spot = boneOnCanvas(bone.value, frame);
  useEffect(() => {
    // Set as properties: the page's security policy knows no style attributes
    for (const [name, value] of Object.entries(frame)) ref.current?.style.setProperty(name, `${value}px`);
    mark.current?.style.setProperty("left", `${spot.x - frame.left}px`);
    mark.current?.style.setProperty("top", `${spot.y - frame.top}px`);
  });
  const askAt = (event: PointerEvent): void => {
    const box = ref.current?.getBoundingClientRect();
    if (box === undefined || ref.current?.hasPointerCapture(event.pointerId) !== true) return;
    const x = (event.clientX - box.left) / frame.width;
    const y = 1 - (event.clientY - box.top) / frame.height;
    ask(boneAtPlace({ x: limit(x), y: limit(y) }));
  };
  return (
    <button
      type="button"
      class="press"
      ref={ref}
      aria-label={`The bone that is asked about: ${boneInWords(bone.value)}. Arrow keys move it.`}
      onPointerDown={(event) => {
        ref.current?.setPointerCapture(event.pointerId);
        askAt(event);
      }}
      onPointerMove={askAt}
      onKeyDown={(event) => {
        const direction = directions[event.key];
        if (direction === undefined) return;
        event.preventDefault();
        const step = event.shiftKey ? 0.1 : 0.01;
        const { x, y } = placeOfBone(bone.peek());
        ask(boneAtPlace({ x: limit(x + step * direction[0]), y: limit(y + step * direction[1]) }));
      }}
    >
      <span class="cross" ref={mark} />
    </button>
  );
}

function limit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
