/** Presenter's mode: large type, the picture first, and the whole screen where the browser allows it. */
import { effect, type Signal, signal } from "@preact/signals";

/** Is it on? */
export const isPresenting: Signal<boolean> = signal(false);

/** Keeps the page's look in step. */
export function followPresenting(): void {
  effect(() => {
    document.documentElement.classList.toggle("presenting", isPresenting.value);
  });
}

/** On or off. */
export function togglePresenting(): void {
  isPresenting.value = !isPresenting.peek();
}
