/**
 * The address holds all that a visitor has set, after the #: `#/layers?units=8-8&rate=0.03`. A page reads and writes its
 * settings as signals; what is at its default is left out. Going to another page is a step back and forth in the
 * browser's history, changing a setting is none.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";

/** Text of a value in the address, and back. */
export interface Codec<T> {
  /** Undefined where the text is none of ours. */
  readonly parse: (text: string) => T | undefined;
  readonly write: (value: T) => string;
}

/** A setting that lives in the address. */
export interface Setting<T> {
  value: T;
  peek(): T;
  /** The same as a signal that can only be read. */
  readonly signal: ReadonlySignal<T>;
}

const start = parseHash(location.hash);

/** Name of the page that is shown. */
export const page: Signal<string> = signal(start.page);

/** Settings of that page. */
export const query: Signal<URLSearchParams> = signal(start.query);

/** Settings of pages that were left, to come back to. */
const left = new Map<string, string>();

/** The hash of a page, with the settings that it was left with. */
export function hashOf(id: string): string {
  const settings = left.get(id) ?? "";
  return settings === "" ? `#/${id}` : `#/${id}?${settings}`;
}

/** Follows the browser: links, back and forward, addresses typed by hand. */
export function followAddress(): void {
  addEventListener("hashchange", () => {
    const next = parseHash(location.hash);
    left.set(page.peek(), query.peek().toString());
    batch(() => {
      page.value = next.page;
      query.value = next.query;
    });
  });
}

/** Goes to a page. */
export function goTo(id: string): void {
  if (id !== page.peek()) location.hash = hashOf(id);
}

/** The setting `name` of a page. Texts that `codec` does not know count as the default. */
export function addressSetting<T>(
  settings: Signal<URLSearchParams>,
  name: string,
  codec: Codec<T>,
  standard: T,
): Setting<T> {
  const standardText = codec.write(standard);
  const text = computed(() => settings.value.get(name));
  const value = computed(() => (text.value === null ? standard : (codec.parse(text.value) ?? standard)));
  return {
    get value() {
      return value.value;
    },
    set value(next: T) {
      const written = codec.write(next);
      const changed = new URLSearchParams(settings.peek());
      if (written === standardText) changed.delete(name);
      else changed.set(name, written);
      settings.value = changed;
      write();
    },
    peek: () => value.peek(),
    signal: value,
  };
}

let timer: number | undefined;

/** Browsers allow only so many changes a second; a drag makes more. */
function write(): void {
  if (timer !== undefined) return;
  timer = window.setTimeout(() => {
    timer = undefined;
    // The address is ahead of the page until the browser says so: writing then would undo a turn of the page
    if (parseHash(location.hash).page !== page.peek()) return;
    const settings = query.peek().toString();
    const hash = settings === "" ? `#/${page.peek()}` : `#/${page.peek()}?${settings}`;
    if (hash !== location.hash) history.replaceState(null, "", hash);
  }, 200);
}

/** The whole address as it is to be shared, with changes that the browser has not seen yet. */
export function currentAddress(): string {
  const settings = query.peek().toString();
  return new URL(settings === "" ? `#/${page.peek()}` : `#/${page.peek()}?${settings}`, location.href).href;
}

function parseHash(hash: string): { page: string; query: URLSearchParams } {
  const [name = "", settings = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { page: name, query: new URLSearchParams(settings) };
}
