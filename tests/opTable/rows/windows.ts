/** Rows of `algorithms/windows/`. */

import * as S from "../../../src/index.ts";
import { type HostTensor, host, positions, read } from "../host.ts";
import { counted, draw, noAxis, type OpRow, row, type Sample } from "../row.ts";
import { matrix, move, type Shape, wrong } from "./rearrange.ts";

interface Patches {
  readonly kernel: Shape;
  readonly stride: Shape;
  readonly padding: Shape;
  readonly dilation: Shape;
}

const patches = (kernel: Shape, stride = 1, padding = 0, dilation = 1): Patches => ({
  kernel,
  stride: kernel.map(() => stride),
  padding: kernel.map(() => padding),
  dilation: kernel.map(() => dilation),
});

/** Sizes of images, and patches of them. */
const imageCases: readonly (readonly [Shape, Patches])[] = [
  [[1, 2, 3, 4], patches([2, 2])],
  [[2, 1, 4, 4], patches([2, 2], 2)],
  [[1, 1, 3, 3], patches([3, 3], 1, 1)],
  [[1, 1, 5, 5], patches([2, 3], 2, 1, 2)],
  [[1, 5, 4], patches([2, 2], 3, 1)],
  [[1, 2, 7], patches([3], 2, 1)],
  [[1, 1, 2, 3, 3], patches([2, 2, 2])],
  [[0, 1, 3, 3], patches([2, 2])],
];

/** Counts of patches along each dimension. */
function countsOf(sizes: Shape, { kernel, stride, padding, dilation }: Patches): number[] {
  return sizes.map((size, d) => {
    const room = size + 2 * (padding[d] ?? 0) - (dilation[d] ?? 1) * ((kernel[d] ?? 1) - 1) - 1;
    return Math.floor(room / (stride[d] ?? 1)) + 1;
  });
}

/** Each element of each patch: its place among the columns, and in the image where it is inside. */
function eachElement(shape: Shape, given: Patches): { column: Shape; image: Shape; result: Shape }[] {
  const d = given.kernel.length;
  const [outer, sizes] = [shape.slice(0, -d), shape.slice(-d)];
  const counts = countsOf(sizes, given);
  const product = (list: Shape) => list.reduce((total, each) => total * each, 1);
  const result = [...outer.slice(0, -1), (outer.at(-1) ?? 1) * product(given.kernel), product(counts)];
  const numberIn = (position: Shape, of: Shape) =>
    position.reduce((sum, each, axis) => sum * (of[axis] ?? 1) + each, 0);
  return positions([...outer, ...given.kernel, ...counts]).flatMap((position) => {
    const [element, patch] = [position.slice(outer.length, outer.length + d), position.slice(outer.length + d)];
    const place = patch.map(
      (each, axis) =>
        each * (given.stride[axis] ?? 1) +
        (element[axis] ?? 0) * (given.dilation[axis] ?? 1) -
        (given.padding[axis] ?? 0),
    );
    if (place.some((each, axis) => each < 0 || each >= (sizes[axis] ?? 0))) return [];
    const own = position.slice(0, outer.length);
    const row = (own.at(-1) ?? 0) * product(given.kernel) + numberIn(element, given.kernel);
    return [{ column: [...own.slice(0, -1), row, numberIn(patch, counts)], image: [...own, ...place], result }];
  });
}

/** What the elements of `from` add up to where they go. */
function addedUp(from: HostTensor, shape: Shape, ways: readonly (readonly [from: Shape, to: Shape])[]): HostTensor {
  const data = new Array<number>(shape.reduce((total, each) => total * each, 1)).fill(0);
  for (const [source, target] of ways) {
    const place = target.reduce((sum, each, axis) => sum * (shape[axis] ?? 1) + each, 0);
    data[place] = (data[place] ?? 0) + read(from, source);
  }
  const dtype = ["u8", "i8", "i16"].includes(from.dtype) ? "i32" : counted(from.dtype);
  return host(shape, dtype, data);
}

function columnShape(shape: Shape, given: Patches): Shape {
  const d = given.kernel.length;
  const all = (list: Shape) => list.reduce((total, each) => total * each, 1);
  const outer = shape.slice(0, -d);
  return [...outer.slice(0, -1), (outer.at(-1) ?? 1) * all(given.kernel), all(countsOf(shape.slice(-d), given))];
}

const windows: readonly OpRow[] = [
  row("slidingWindows", {
    samples: [
      slid([5], 2, {}),
      slid([7], 3, { step: 2 }),
      slid([7], 3, { dilation: 2 }),
      slid([3, 6], 2, { axis: 0 }),
      slid([2, 9, 2], 2, { axis: 1, step: 3, dilation: 2 }),
      slid([4, 0], 2, { axis: 0 }),
    ],
    errors: [
      noAxis(() => S.slidingWindows(matrix(), 2, { axis: 5 })),
      wrong("too long", () => S.slidingWindows(matrix(), 4), /is shorter than a window of 4 elements/, S.ShapeError),
      wrong("no step", () => S.slidingWindows(matrix(), 2, { step: 0 }), /step is 0; it has to be a whole number/),
    ],
  }),
  row("unfold", {
    samples: imageCases.map(([shape, given]) => ({
      label: `${JSON.stringify(given)} of [${shape}]`,
      inputs: [draw("unfold", shape, "f32")],
      call: (x: S.Tensor) => S.unfold(x, given.kernel, given),
      expected: (x: HostTensor) => {
        const ways = eachElement(shape, given).map(({ column, image }) => [image, column] as const);
        return { ...addedUp({ ...x, dtype: "f64" }, columnShape(shape, given), ways), dtype: x.dtype };
      },
    })),
    errors: [
      wrong("a large patch", () => S.unfold(S.zeros([1, 1, 2, 2]), [3, 1]), /does not fit into \[2, 2\]/, S.ShapeError),
      wrong("no batch", () => S.unfold(S.zeros([2, 2]), [2, 2]), /does not go with a kernel of 2/, S.ShapeError),
      wrong("two strides", () => S.unfold(S.zeros([1, 1, 2]), [2], { stride: [1, 2] }), /stride is \[1, 2\]/),
      wrong("four dimensions", () => S.unfold(S.zeros([1, 1]), [1, 1, 1, 1]), /there have to be 1 to 3/),
    ],
  }),
  row("fold", {
    samples: imageCases.map(([shape, given]) => ({
      label: `${JSON.stringify(given)} of [${shape}]`,
      inputs: [draw("fold", columnShape(shape, given), "f32")],
      call: (x: S.Tensor) => S.fold(x, shape.slice(-given.kernel.length), given.kernel, given),
      expected: (x: HostTensor) =>
        addedUp(
          x,
          shape,
          eachElement(shape, given).map(({ column, image }) => [column, image] as const),
        ),
    })),
    errors: [
      wrong("other patches", () => S.fold(S.zeros([1, 4, 5]), [3, 3], [2, 2]), /does not hold 4 patches/, S.ShapeError),
      wrong("other channels", () => S.fold(S.zeros([1, 5, 4]), [3, 3], [2, 2]), /in 4 rows a channel/, S.ShapeError),
    ],
  }),
];

function slid(shape: Shape, size: number, options: S.SlidingOptions): Sample {
  const { axis = -1, step = 1, dilation = 1 } = options;
  const at = axis < 0 ? axis + shape.length : axis;
  const count = Math.floor(((shape[at] ?? 0) - dilation * (size - 1) - 1) / step) + 1;
  return move(
    JSON.stringify(options),
    shape,
    (x) => S.slidingWindows(x, size, options),
    [...shape.with(at, count), size],
    (position) => position.slice(0, -1).with(at, (position[at] ?? 0) * step + (position.at(-1) ?? 0) * dilation),
  );
}

/** Rows. */
export const rows: readonly OpRow[] = windows;
