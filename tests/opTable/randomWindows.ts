/** The step of random graphs that slides one value along another: contractions with windows, as convolutions are. */
import { node } from "../../src/graph/node.ts";
import type { Window } from "../../src/graph/primitives.ts";
import { isFloat } from "../../src/shape/dtype.ts";
import { bringWindows } from "../../src/tensor/slideBack.ts";
import { slideWindows } from "../../src/tensor/windows/slideWindows.ts";
import { count } from "./host.ts";
import { type Maker, pick, roundings } from "./randomValues.ts";

bringWindows(slideWindows);

/** Names of a window's axes lie above those of axes: three a window. */
const firstName = 20;

/**
 * One or two axes of one value slide along axes of another, with strides and dilations; axes in front of them that have
 * equal sizes are summed or kept, as the numbers have it, and all others are free.
 */
export const slide: Maker = (values, [, a, b, c]) => {
  const x = pick(values, a);
  const { dtype, shape } = x.node.type;
  if (dtype === "bool") return undefined;
  const y = pick(
    values.filter((each) => each.node.type.dtype === dtype),
    b,
  );
  const kernel = y.node.type.shape;
  const windows = windowsOf(shape, kernel, c);
  if (windows.length === 0) return undefined;
  const [outer, inner] = [shape.length - windows.length, kernel.length - windows.length];
  const left = shape.map((_, axis) => (axis < outer ? axis : firstName + 3 * (axis - outer)));
  const right = kernel.map((size, axis) => {
    if (axis >= inner) return firstName + 3 * (axis - inner) + 1;
    return axis < outer && size === shape[axis] && (c >> axis) % 2 === 0 ? axis : 10 + axis;
  });
  const summed = right.filter((name) => name < outer && (c >> (name + 2)) % 2 === 0);
  const free = [...new Set([...left.slice(0, outer), ...right.slice(0, inner)])].filter(
    (name) => !summed.includes(name),
  );
  const output = [...free, ...windows.map(({ output: name }) => name)];
  const sizeOf = (name: number): number => shape[left.indexOf(name)] ?? kernel[right.indexOf(name)] ?? 1;
  if (count(free.map(sizeOf)) * count(windows.map(({ size }) => size)) > 1000) return undefined;
  const made = node("contract", [x.node, y.node], { left, right, output, windows, accumulate: dtype, dtype });
  const many = count(summed.map(sizeOf)) * count(windows.map(({ kernel: name }) => sizeOf(name)));
  const product = x.bound * y.bound;
  return isFloat(dtype)
    ? {
        node: made,
        bound: Math.max(1, many) * product,
        error: many * (x.error * y.bound + y.error * x.bound) + (many + 1) * roundings[dtype] * product,
      }
    : { node: made, bound: 2 ** 32, error: 0 };
};

/** Windows over the last axes of both, as many as fit: none where the kernel reaches too far. */
function windowsOf(shape: readonly number[], kernel: readonly number[], c: number): Window[] {
  const wanted = Math.min(1 + (c % 2), shape.length, kernel.length);
  const windows = Array.from({ length: wanted }, (_, index): Window => {
    const [room = 0, reach = 0] = [shape.at(index - wanted), kernel.at(index - wanted)];
    const [stride, dilation] = [1 + ((c >> (1 + index)) % 3), 1 + ((c >> (3 + index)) % 2)];
    const name = firstName + 3 * index;
    const size = reach === 0 ? 0 : Math.floor((room - dilation * (reach - 1) - 1) / stride) + 1;
    return { input: name, kernel: name + 1, output: name + 2, stride, dilation, size };
  });
  return windows.every(({ size }) => size > 0) ? windows : [];
}
