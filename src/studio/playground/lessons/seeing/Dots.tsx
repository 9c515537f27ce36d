/** A small grid of numbers as a picture that follows a signal. What it shows is said by the element around it. */
import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { paintDots, type Shading } from "./dots.ts";

/** What is shown now; nothing before there is anything. */
export interface DotsScene {
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly shading: Shading;
}

/** The picture. With a `label` it is a figure of its own, without one it belongs to what is around it. */
export function Dots({
  scene,
  label,
}: {
  readonly scene: ReadonlySignal<DotsScene | undefined>;
  readonly label?: string;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const now = scene.value;
    if (ref.current !== null && now !== undefined) paintDots(ref.current, now, now.shading);
  });
  const canvas = (
    <canvas class="dots" ref={ref} width={1} height={1} {...(label && { role: "img", "aria-label": label })} />
  );
  return label === undefined ? <span aria-hidden="true">{canvas}</span> : canvas;
}
