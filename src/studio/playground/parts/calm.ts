/** Signals that change only a few times a second: for words and numbers, which nobody reads sixty times a second. */
import { type ReadonlySignal, type Signal, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";

/** Milliseconds between two changes of a text. */
export const readingPace = 120;

/** Follows `source`: at once after a pause, then at most every `pace` milliseconds, and always to its last value. */
export function useCalm<T>(source: ReadonlySignal<T>, pace = readingPace): ReadonlySignal<T> {
  const calm: Signal<T> = useMemo(() => signal(source.peek()), [source]);
  const timer = useRef<number>(undefined);
  useSignalEffect(() => {
    const now = source.value;
    if (timer.current !== undefined) return;
    calm.value = now;
    const wait = (): void => {
      timer.current = window.setTimeout(() => {
        timer.current = undefined;
        if (calm.peek() === source.peek()) return;
        calm.value = source.peek();
        wait();
      }, pace);
    };
    wait();
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return calm;
}
