/** Says changes to screen readers: politely, and at most every few seconds, however fast things change. */
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** Milliseconds between two sentences. */
const pause = 5000;

/** A region that is heard and not seen. The first text is not said: it is the figure's own. */
export function Announce({ text }: { readonly text: ReadonlySignal<string> }) {
  const said = useSignal("");
  const timer = useRef<number>(undefined);
  const first = useRef<string>(undefined);
  useSignalEffect(() => {
    const now = text.value;
    first.current ??= now;
    if (now === first.current || timer.current !== undefined) return;
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      said.value = text.peek();
    }, pause);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <p class="unseen" aria-live="polite">
      {said.value}
    </p>
  );
}
