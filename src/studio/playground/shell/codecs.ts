/** How settings are written in the address: short, and readable where that is possible. */
import { type Points, pointsOf } from "../training/points.ts";
import type { Codec } from "./address.ts";

/** A number from `lowest` to `highest`, with so many significant digits. */
export function numberCodec(lowest: number, highest: number, digits = 4): Codec<number> {
  return {
    parse: (text) => {
      const value = Number(text);
      return text.trim() !== "" && value >= lowest && value <= highest ? value : undefined;
    },
    write: (value) => String(Number(value.toPrecision(digits))),
  };
}

/** One of the names of `table`. */
export function choiceCodec<Name extends string>(table: Readonly<Record<Name, unknown>>): Codec<Name> {
  const isName = (text: string): text is Name => Object.hasOwn(table, text);
  return { parse: (text) => (isName(text) ? text : undefined), write: (name) => name };
}

/** Yes or no. */
export const flagCodec: Codec<boolean> = {
  parse: (text) => (text === "1" ? true : text === "0" ? false : undefined),
  write: (value) => (value ? "1" : "0"),
};

/** A list of `least` to `most` finite numbers: 8_8_1.5. */
export function listCodec(least: number, most: number, digits = 4): Codec<readonly number[]> {
  return {
    parse: (text) => {
      const list = text === "" ? [] : text.split("_").map(Number);
      return list.length >= least && list.length <= most && list.every(Number.isFinite) ? list : undefined;
    },
    write: (list) => list.map((value) => Number(Number(value.toFixed(6)).toPrecision(digits))).join("_"),
  };
}

const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-~";
const cells = 64 * 64;

/** Most points that an address holds; a longer list is not kept in it. */
export const mostPoints = 400;

/** A visitor's own points on a plane, five characters each: their places to a 4096th of the plane's sides. */
export function pointsCodec(plane: {
  readonly x: { readonly low: number; readonly high: number };
  readonly y: { readonly low: number; readonly high: number };
}): Codec<Points> {
  const cell = (value: number, { low, high }: { low: number; high: number }): number =>
    Math.min(cells - 1, Math.max(0, Math.round(((value - low) / (high - low)) * (cells - 1))));
  const place = (at: number, { low, high }: { low: number; high: number }): number =>
    low + (at / (cells - 1)) * (high - low);
  const two = (value: number): string => `${digits[value >> 6]}${digits[value & 63]}`;
  const number = (text: string): number => digits.indexOf(text.charAt(0)) * 64 + digits.indexOf(text.charAt(1));
  return {
    parse: (text) => {
      if (!/^(?:[\w~-]{4}[01])*$/.test(text) || text.includes("_") || text.length > mostPoints * 5) return undefined;
      const parts = text.match(/.{5}/g) ?? [];
      return pointsOf(
        parts.map((part) => ({
          x: place(number(part.slice(0, 2)), plane.x),
          y: place(number(part.slice(2, 4)), plane.y),
          label: Number(part.charAt(4)),
        })),
      );
    },
    write: ({ x, y, labels }) =>
      Array.from(labels.subarray(0, mostPoints), (label, row) => {
        const [right, up] = [x[row] ?? 0, y[row] ?? 0];
        return `${two(cell(right, plane.x))}${two(cell(up, plane.y))}${label}`;
      }).join(""),
  };
}
