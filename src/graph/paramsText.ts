/** Parameters of nodes as text: keys of caches, and of nodes that compute the same. */
import { exactNumber } from "../support/exactNumber.ts";

/** A text that is equal for equal parameters. */
export function paramsText(params: object): string {
  let text = "";
  for (const [name, value] of Object.entries(params)) text += `${name}:${valueText(value)},`;
  return text;
}

/** As JSON has it; numbers and lists of whole numbers, which most parameters are, without its detours. */
function valueText(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value) && value.every(Number.isInteger)) return `[${value}]`;
  return JSON.stringify(value, exactNumber);
}
