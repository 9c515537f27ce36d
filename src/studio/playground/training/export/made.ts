/** What a visitor may take along: the model as a folder in a zip file, and the program that makes it. */
import type { Standardization } from "../../../../data/standardization.ts";
import type { FolderFiles } from "../../../../io/modelFolder.ts";
import { at } from "../../../../support/invariant.ts";
import type { Problem } from "../problems.ts";

/** A model that was trained in the page. */
export interface Made {
  /** Of the files: lower case, without an ending. */
  readonly name: string;
  /** TypeScript that trains the same model and runs as it is. */
  readonly program: string;
  /** The model folder, sealed. Made when it is asked for: hashing takes a moment. */
  readonly folder: () => Promise<FolderFiles>;
}

/** What the settings of a folder say of the two inputs. */
export function inputsOf({ x, y }: Pick<Problem, "x" | "y">, { means, deviations }: Standardization) {
  return [x, y].map(({ name, unit }, index) => ({
    name,
    unit,
    mean: at(means, index),
    deviation: at(deviations, index),
  }));
}

/** What every program says first. */
export function opening(title: string, file: string): string {
  return `/**
 * ${title}
 *
 * Made in Smilodon's playground. It runs as it is, with Node 24 or newer:
 *
 *   npm install smilodon
 *   node ${file}
 */`;
}

/** Chooses the device that pages have: others round differently in the last digits. */
export const pageDevice = `// The device of pages, for the same numbers bit for bit; without this line the fastest one is taken
setDevice("wasm");`;

/** Numbers of 32 bits as short as they may be, some on each line. */
export function floatList(values: Float32Array, perLine: number): string {
  const lines: string[] = [];
  for (let start = 0; start < values.length; start += perLine)
    lines.push(`  ${Array.from(values.subarray(start, start + perLine), shortFloat).join(", ")},`);
  return `[\n${lines.join("\n")}\n]`;
}

/** Numbers of 64 bits. */
export function doubleList(values: ArrayLike<number>): string {
  return `[${Array.from(values, String).join(", ")}]`;
}

/** The shortest decimal number that 32 bits hold as `value`. */
function shortFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}
