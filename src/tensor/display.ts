/**
 * Tensors as text for people: `show` reads the values and lays them out in rows, with dots where there are too many.
 * Terminals and notebooks show tensors the same way.
 */
import { type Dtype, isFloat } from "../shape/dtype.ts";
import { numbersOf, type Scalar, storedIn } from "../shape/elements.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { at } from "../support/invariant.ts";
import { Tensor } from "./tensor.ts";

/** What `show` may be told. */
export interface ShowOptions {
  /** Digits after the point of floats. Default 4. */
  readonly digits?: number;
  /** Entries shown at each end of an axis that has more than twice as many. Default 3 above 1,000 elements, else all. */
  readonly edge?: number;
}

/**
 * The values of `tensor` as text, rows below each other, with shape and dtype in front. Runs what has not run yet.
 *
 * @example
 * ```ts
 * import { show, tensor } from "smilodon";
 * console.log(await show(tensor([[1, 2.5], [-3, 4]])));
 * // f32[2, 2] [[ 1     2.5]
 * //            [-3     4  ]]
 * ```
 */
export async function show(tensor: Tensor, options: ShowOptions = {}): Promise<string> {
  return format(tensor, tensor.dtype === "i64" ? await tensor.bigints() : await tensor.data(), options);
}

function format({ dtype, shape, size }: Tensor, data: ArrayLike<Scalar>, { digits = 4, edge }: ShowOptions): string {
  const ends = edge ?? (size > mostShown ? 3 : mostShown);
  const head = `${dtype}${showShape(shape)} `;
  const offsets = shownOffsets(shape, ends);
  const texts = new Map(offsets.map((offset) => [offset, textOf(dtype, at(data, offset), digits)]));
  const columns = alignPoints([...texts.values()]);
  const aligned = new Map([...texts.keys()].map((offset, index) => [offset, at(columns, index)]));
  return head + layOut(shape, ends, aligned, 0, head.length);
}

/** Tensors of more elements are shown by their ends. */
const mostShown = 1000;

/** What `console.log` shows in Node: the values where they are there to be read. Looking computes nothing. */
function inspect(tensor: Tensor): string {
  const { storage } = tensor.node;
  const name = `${tensor.dtype}${showShape(tensor.shape)}`;
  if (typeof storage === "string") return `Tensor(${name}, ${storage})`;
  if (storage === undefined) return `Tensor(${name}, not computed yet: await show(x) computes and shows it)`;
  const { device, buffer } = storage;
  if (device.readSync === undefined) return `Tensor(${name} on ${device.name}: await show(x) reads it)`;
  const elements = storedIn(tensor.dtype, device.readSync(buffer));
  const values = tensor.dtype === "i64" ? elements : numbersOf(tensor.dtype, elements);
  return `Tensor(${format(tensor, values, {})} on ${device.name})`;
}

/** What notebooks show: text, for which the values are computed. */
async function displayInNotebook(tensor: Tensor): Promise<Readonly<Record<string, string>>> {
  return { "text/plain": await show(tensor) };
}

Object.defineProperties(Tensor.prototype, {
  [Symbol.for("nodejs.util.inspect.custom")]: {
    value(this: Tensor) {
      return inspect(this);
    },
  },
  [Symbol.for("Jupyter.display")]: {
    value(this: Tensor) {
      return displayInNotebook(this);
    },
  },
});

function textOf(dtype: Dtype, value: Scalar, digits: number): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  if (typeof value === "bigint" || !isFloat(dtype) || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 10 ** -digits)) return value.toExponential(Math.min(digits, 3));
  return String(Number(value.toFixed(digits)));
}

/** Texts of one width, with their points below each other. */
function alignPoints(texts: readonly string[]): string[] {
  const whole = (text: string) => (text.includes(".") && !text.includes("e") ? text.indexOf(".") : text.length);
  const before = Math.max(0, ...texts.map(whole));
  const padded = texts.map((text) => " ".repeat(before - whole(text)) + text);
  const width = Math.max(0, ...padded.map((text) => text.length));
  return padded.map((text) => text.padEnd(width));
}

/** Positions along an axis that are shown; null for the dots between. */
function shownAlong(size: number, edge: number): readonly (number | null)[] {
  if (size <= 2 * edge) return Array.from({ length: size }, (_, index) => index);
  const first = Array.from({ length: edge }, (_, index) => index);
  return [...first, null, ...first.map((index) => size - edge + index)];
}

function shownOffsets(shape: Shape, edge: number, start = 0): number[] {
  const [size, ...inner] = shape;
  if (size === undefined) return [start];
  return shownAlong(size, edge).flatMap((index) =>
    index === null ? [] : shownOffsets(inner, edge, start + index * sizeOf(inner)),
  );
}

function layOut(shape: Shape, edge: number, texts: ReadonlyMap<number, string>, start: number, indent: number): string {
  const [size, ...inner] = shape;
  if (size === undefined) return texts.get(start) ?? "";
  const parts = shownAlong(size, edge).map((index) =>
    index === null ? "…" : layOut(inner, edge, texts, start + index * sizeOf(inner), indent + 1),
  );
  const separator = inner.length === 0 ? "  " : `${"\n".repeat(inner.length)}${" ".repeat(indent + 1)}`;
  return `[${parts.join(separator)}]`;
}
