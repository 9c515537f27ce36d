/** Ids that tie labels to controls. */
import { useRef } from "preact/hooks";

let last = 0;

/** An id of its own for each component that asks. */
export function useId(): string {
  const id = useRef("");
  if (id.current === "") id.current = `c${++last}`;
  return id.current;
}
