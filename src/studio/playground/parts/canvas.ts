/** A canvas that is as sharp as the screen and is drawn again when it, the colours or what it shows have changed. */
import { type Signal, signal, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Size in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a picture lies on its canvas, in CSS pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Changes when type sizes may have changed: presenter's mode, zoom. */
const layoutChanges: Signal<number> = signal(0);
if (typeof window !== "undefined") addEventListener("resize", () => layoutChanges.value++);

/**
 * A ref for the canvas. `draw` is called with a context in CSS pixels; the signals that it reads decide when it is called
 * again. Nothing is drawn while the canvas has no size.
 */
export function useCanvas(
  draw: (context: CanvasRenderingContext2D, size: Size) => void,
): RefObject<HTMLCanvasElement | null> {
  const ref = useRef<HTMLCanvasElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  const current = useRef(draw);
  current.current = draw;
  useEffect(() => {
    const canvas = ref.current;
    if (canvas === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = canvas;
      const { width: before, height: beforeHeight } = size.peek();
      if (width !== before || height !== beforeHeight) size.value = { width, height };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(canvas);
    measure();
    return () => observer.disconnect();
  }, []);
  useSignalEffect(() => {
    layoutChanges.value;
    const canvas = ref.current;
    const { width, height } = size.value;
    if (canvas === null || width === 0 || height === 0) return;
    const ratio = devicePixelRatio;
    const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== pixelWidth) canvas.width = pixelWidth;
    if (canvas.height !== pixelHeight) canvas.height = pixelHeight;
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    current.current(context, { width, height });
  });
  return ref;
}

/** The page's own type size in pixels, for text on canvases. */
export function rootFontSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** How much wider than usual lines are drawn: as much as type is larger. */
export function lineScale(): number {
  return rootFontSize() / 16;
}

/** The page's font for text on canvases. */
export const canvasFont = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
