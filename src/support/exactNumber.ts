/** JSON has no infinities, NaN or −0. Keys of caches need them told apart. */

/** For `JSON.stringify`: numbers that JSON lacks as text, everything else as it is. */
export function exactNumber(_name: string, value: unknown): unknown {
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return Object.is(value, -0) ? "-0" : String(value);
}
