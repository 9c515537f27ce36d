/**
 * What the keyboard can do: commands by key. The shell has its own, a page adds its own while it is shown, and the help
 * lists them all. Keys are heeded only where nobody is typing, and can be switched off.
 */
import { computed, type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** One key and what it does. */
export interface Command {
  /** As in KeyboardEvent.key; letters in lower case, " " for the space bar. */
  readonly key: string;
  /** What it does, in a few words. */
  readonly title: string;
  readonly run: () => void;
}

const groups: Signal<readonly (readonly Command[])[]> = signal([]);

/** All commands that hold now; the ones that came last win. */
export const commands = computed(() => {
  const byKey = new Map<string, Command>();
  for (const group of groups.value) for (const command of group) byKey.set(command.key, command);
  return [...byKey.values()];
});

/** Are single keys heeded? */
export const areKeysOn: Signal<boolean> = signal(true);

/** Adds commands while the component is shown. `list` is read again at every rendering. */
export function useCommands(list: readonly Command[]): void {
  const keys = list.map(({ key, title }) => `${key}${title}`).join("|");
  useEffect(() => {
    groups.value = [...groups.peek(), list];
    return () => {
      groups.value = groups.peek().filter((group) => group !== list);
    };
  }, [keys]);
}

/** Listens to the keyboard. */
export function followKeyboard(): void {
  window.addEventListener("keydown", (event) => {
    if (!areKeysOn.peek() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTaken(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = commands.peek().find((each) => each.key === key);
    if (command === undefined) return;
    event.preventDefault();
    command.run();
  });
}

/** Does the element with the focus need the key itself? */
function isTaken({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("dialog") !== null) return true;
  if (target.closest("textarea, select, input:not([type=range], [type=radio], [type=checkbox])") !== null) return true;
  const isControl = target.closest("button, a, summary, input, [tabindex]") !== null;
  return isControl && (key === " " || key === "Enter" || key.startsWith("Arrow") || key.startsWith("Page"));
}
