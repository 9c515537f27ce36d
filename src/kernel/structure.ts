/** What makes two kernels the same piece of code: the key under which devices keep them. */
import { exactNumber } from "../support/exactNumber.ts";
import { remember } from "../support/remember.ts";
import type { Kernel } from "./kernel.ts";

const known = new WeakMap<Kernel, string>();

/** A text that is equal for kernels that compute the same in the same way, whatever their names. */
export function structureOf(kernel: Kernel): string {
  return remember(known, kernel, () => describe(kernel));
}

function describe({ buffers, sizes, locals, body }: Kernel): string {
  const seen = new Map<object, number>();
  return JSON.stringify([buffers, sizes, locals, body], (name, value: unknown) => {
    if (typeof value !== "object" || value === null) return exactNumber(name, value);
    // What is shared is written once: written out, shared expressions would grow without bound
    const earlier = seen.get(value);
    if (earlier !== undefined) return `#${earlier}`;
    seen.set(value, seen.size);
    return value;
  });
}
