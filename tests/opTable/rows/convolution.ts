/** Rows of `tensor/windows/`. The reference adds up every product one by one, by the definition. */

import * as S from "../../../src/index.ts";
import { isFloat } from "../../../src/shape/dtype.ts";
import { build, type HostTensor, read } from "../host.ts";
import { counted, draw, floating, many, type OpRow, row, type Sample } from "../row.ts";

interface Movement {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly groups?: number;
  readonly outputPadding?: number | readonly number[];
}

type Shape = readonly number[];

const each = (value: number | readonly number[] | undefined, dimension: number, otherwise: number): number =>
  typeof value === "number" ? value : (value?.[dimension] ?? otherwise);

/** All positions of `shape`. */
function* positions(shape: Shape): Generator<number[]> {
  const [size, ...inner] = shape;
  if (size === undefined) {
    yield [];
    return;
  }
  for (let index = 0; index < size; index++) for (const rest of positions(inner)) yield [index, ...rest];
}

function convolved(x: HostTensor, weight: HostTensor, move: Movement): HostTensor {
  const groups = move.groups ?? 1;
  const [batch = 0, , ...sizes] = x.shape;
  const [out = 0, perGroup = 0, ...kernel] = weight.shape;
  const outputs = sizes.map((size, d) => {
    const reach = each(move.dilation, d, 1) * ((kernel[d] ?? 0) - 1) + 1;
    return Math.floor((size + 2 * each(move.padding, d, 0) - reach) / each(move.stride, d, 1)) + 1;
  });
  return build([batch, out, ...outputs], counted(x.dtype), ([n = 0, o = 0, ...place]) => {
    const first = Math.floor(o / (out / groups)) * perGroup;
    let sum = 0;
    for (const [c = 0, ...tap] of positions([perGroup, ...kernel])) {
      const from = place.map(
        (p, d) => p * each(move.stride, d, 1) + (tap[d] ?? 0) * each(move.dilation, d, 1) - each(move.padding, d, 0),
      );
      if (from.some((position, d) => position < 0 || position >= (sizes[d] ?? 0))) continue;
      sum += read(x, [n, first + c, ...from]) * read(weight, [o, c, ...tap]);
    }
    return sum;
  });
}

function transposed(x: HostTensor, weight: HostTensor, move: Movement): HostTensor {
  const groups = move.groups ?? 1;
  const [batch = 0, channels = 0, ...sizes] = x.shape;
  const [, perGroup = 0, ...kernel] = weight.shape;
  const full = sizes.map(
    (size, d) =>
      (size - 1) * each(move.stride, d, 1) -
      2 * each(move.padding, d, 0) +
      each(move.dilation, d, 1) * ((kernel[d] ?? 0) - 1) +
      each(move.outputPadding, d, 0) +
      1,
  );
  const sums = new Map<string, number>();
  for (const [n = 0, c = 0, ...place] of positions(x.shape)) {
    const group = Math.floor(c / (channels / groups));
    for (const [o = 0, ...tap] of positions([perGroup, ...kernel])) {
      const to = place.map(
        (p, d) => p * each(move.stride, d, 1) + (tap[d] ?? 0) * each(move.dilation, d, 1) - each(move.padding, d, 0),
      );
      const key = String([n, group * perGroup + o, ...to]);
      sums.set(key, (sums.get(key) ?? 0) + read(x, [n, c, ...place]) * read(weight, [c, o, ...tap]));
    }
  }
  return build([batch, perGroup * groups, ...full], counted(x.dtype), (position) => sums.get(String(position)) ?? 0);
}

type Convolution = (x: S.Tensor, weight: S.Tensor, options?: Movement) => S.Tensor;

function samplesOf(
  call: Convolution,
  reference: typeof convolved,
  cases: readonly (readonly [Shape, Shape, Movement?])[],
): Sample[] {
  return cases.flatMap(([x, weight, move = {}], index) =>
    (index === 0 ? (["f32", "f64", "i32"] as const) : (["f32"] as const)).map((dtype) => ({
      label: `${dtype}[${x}] [${weight}] ${JSON.stringify(move)}`,
      inputs: [
        draw(`x${x}`, x, dtype, dtype === "i32" ? [-5, 5] : [-2, 2]),
        draw(`w${weight}`, weight, dtype, dtype === "i32" ? [-5, 5] : [-2, 2]),
      ],
      call: (a, b) => call(a, b, move),
      expected: (a, b) => reference(a, b, move),
    })),
  );
}

/** The elements of each window of `x`, combined. */
function pooled(
  x: HostTensor,
  kernel: Shape,
  move: Movement,
  combine: (elements: number[], size: number) => number,
  dtype = x.dtype,
): HostTensor {
  const first = x.shape.length - kernel.length;
  const sizes = x.shape.slice(first);
  const stride = (d: number) => each(move.stride, d, kernel[d] ?? 1);
  const outputs = sizes.map(
    (size, d) =>
      Math.floor(
        (size + 2 * each(move.padding, d, 0) - each(move.dilation, d, 1) * ((kernel[d] ?? 1) - 1) - 1) / stride(d),
      ) + 1,
  );
  return build([...x.shape.slice(0, first), ...outputs], dtype, (position) => {
    const inside = [...positions(kernel)]
      .map((tap) =>
        tap.map(
          (t, d) => (position[first + d] ?? 0) * stride(d) + t * each(move.dilation, d, 1) - each(move.padding, d, 0),
        ),
      )
      .filter((from) => from.every((p, d) => p >= 0 && p < (sizes[d] ?? 0)));
    return combine(
      inside.map((from) => read(x, [...position.slice(0, first), ...from])),
      kernel.reduce((product, size) => product * size, 1),
    );
  });
}

const pools: readonly (readonly [Shape, Shape, Movement])[] = [
  [[1, 2, 6], [2], {}],
  [[2, 1, 4, 5], [2, 2], {}],
  [[1, 1, 5, 5], [3, 2], { stride: 2, padding: 1 }],
  [[7], [3], { stride: 1, dilation: 2 }],
  [[1, 4, 2, 4], [2, 1, 2], { stride: 1 }],
];

const image = (): S.Tensor => S.zeros([1, 4, 5, 5]);

/** Rows. */
export const rows: readonly OpRow[] = [
  row("conv1d", {
    tolerance: many,
    samples: samplesOf(S.conv1d, convolved, [
      [
        [2, 3, 7],
        [4, 3, 3],
      ],
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
      [[2, 2, 9], [4, 1, 3], { groups: 2, stride: 2, padding: 1 }],
      [[1, 2, 11], [3, 2, 3], { dilation: 2, stride: 3, padding: 2 }],
      [[1, 1, 12], [1, 1, 3], { dilation: 2, stride: 4 }],
      [[1, 1, 6], [1, 1, 2], { stride: 4 }],
      [
        [0, 2, 5],
        [3, 2, 2],
      ],
    ]),
    errors: [
      {
        label: "channels that differ",
        call: () => S.conv1d(S.zeros([1, 3, 5]), S.zeros([2, 4, 3])),
        error: S.ShapeError,
        message: /3 channels.*takes 4/,
      },
      {
        label: "no batch",
        call: () => S.conv1d(S.zeros([3, 5]), S.zeros([2, 3, 3])),
        error: S.ShapeError,
        message: /needs 3 axes/,
      },
    ],
  }),
  row("conv2d", {
    tolerance: many,
    samples: samplesOf(S.conv2d, convolved, [
      [[1, 1, 3, 3], [1, 1, 2, 2], { padding: 1 }],
      [[1, 2, 3, 2], [2, 1, 2, 1], { stride: 2, padding: 1, groups: 2 }],
      [[1, 1, 4, 5], [1, 1, 3, 2], { stride: [2, 3], dilation: [1, 2], padding: 1 }],
      [
        [2, 2, 5, 6],
        [3, 2, 3, 2],
      ],
      [[1, 3, 9, 9], [4, 3, 3, 3], { padding: 1 }],
      [[2, 2, 7, 8], [3, 2, 3, 3], { stride: 2, padding: 1 }],
      [[1, 4, 6, 5], [4, 1, 3, 3], { groups: 4, padding: 1 }],
      [[1, 2, 9, 8], [2, 2, 3, 2], { stride: [3, 2], dilation: [2, 3], padding: [2, 1] }],
      [[2, 1, 20, 19], [5, 1, 5, 5], { stride: 2, padding: 2 }],
    ]),
    errors: [
      {
        label: "a kernel larger than the input",
        call: () => S.conv2d(image(), S.zeros([1, 4, 6, 2])),
        error: S.ShapeError,
        message: /reaches over 6 positions/,
      },
      {
        label: "a stride of 0",
        call: () => S.conv2d(image(), S.zeros([1, 4, 2, 2]), { stride: 0 }),
        error: S.ArgumentError,
        message: /stride is 0/,
      },
      {
        label: "groups that do not divide",
        call: () => S.conv2d(image(), S.zeros([3, 2, 2, 2]), { groups: 2 }),
        error: S.ShapeError,
        message: /2 groups and gives 3/,
      },
    ],
  }),
  row("conv3d", {
    tolerance: many,
    samples: samplesOf(S.conv3d, convolved, [
      [[1, 1, 2, 3, 3], [1, 1, 1, 2, 2], { stride: [1, 2, 1] }],
      [
        [1, 2, 3, 4, 5],
        [2, 2, 2, 2, 2],
      ],
      [[1, 1, 4, 5, 6], [2, 1, 3, 2, 3], { stride: [2, 1, 2], padding: 1 }],
    ]),
    errors: [
      {
        label: "no batch",
        call: () => S.conv3d(image(), S.zeros([1, 1, 1, 1, 1])),
        error: S.ShapeError,
        message: /needs 5 axes/,
      },
    ],
  }),
  row("convTranspose1d", {
    tolerance: many,
    samples: samplesOf(S.convTranspose1d, transposed, [
      [
        [2, 3, 4],
        [3, 2, 3],
      ],
      [[1, 4, 5], [4, 1, 3], { groups: 2, stride: 2, padding: 1, outputPadding: 1 }],
      [[1, 2, 4], [2, 3, 3], { stride: 3, dilation: 2 }],
      [[1, 1, 3], [1, 1, 4], { stride: 4, dilation: 6 }],
      [[1, 1, 3], [1, 1, 2], { stride: 4 }],
    ]),
    errors: [
      {
        label: "channels that differ",
        call: () => S.convTranspose1d(S.zeros([1, 3, 5]), S.zeros([4, 2, 3])),
        error: S.ShapeError,
        message: /3 channels.*takes 4/,
      },
    ],
  }),
  row("convTranspose2d", {
    tolerance: many,
    samples: samplesOf(S.convTranspose2d, transposed, [
      [[1, 1, 2, 3], [1, 2, 2, 2], { stride: 2 }],
      [
        [2, 2, 3, 4],
        [2, 3, 2, 3],
      ],
      [[1, 2, 4, 3], [2, 2, 3, 3], { stride: 2, padding: 1, outputPadding: 1 }],
    ]),
    errors: [
      {
        label: "too much padding",
        call: () => S.convTranspose2d(S.zeros([1, 1, 1, 1]), S.zeros([1, 1, 1, 1]), { padding: 1 }),
        error: S.ShapeError,
        message: /takes away more/,
      },
    ],
  }),
  row("convTranspose3d", {
    tolerance: many,
    samples: samplesOf(S.convTranspose3d, transposed, [[[1, 2, 2, 3, 2], [2, 1, 2, 2, 2], { stride: [1, 2, 2] }]]),
    errors: [
      {
        label: "no batch",
        call: () => S.convTranspose3d(image(), S.zeros([1, 1, 1, 1, 1])),
        error: S.ShapeError,
        message: /needs 5 axes/,
      },
    ],
  }),
  row("maxPool", {
    samples: pools.flatMap(([x, kernel, move], index) =>
      (index === 0 ? (["f32", "f64", "i32", "u8"] as const) : (["f32"] as const)).map((dtype) => ({
        label: `${dtype}[${x}] ${kernel} ${JSON.stringify(move)}`,
        inputs: [draw(`pool${x}`, x, dtype, isFloat(dtype) ? [-2, 2] : [0, 9])],
        call: (a: S.Tensor) => S.maxPool(a, kernel, move),
        expected: (a: HostTensor) => pooled(a, kernel, move, (elements) => Math.max(...elements)),
      })),
    ),
    errors: [
      {
        label: "a kernel larger than the input",
        call: () => S.maxPool(image(), [6, 2]),
        error: S.ShapeError,
        message: /does not fit/,
      },
      {
        label: "too much padding",
        call: () => S.maxPool(image(), [2, 2], { padding: 2 }),
        error: S.ArgumentError,
        message: /half of the kernel/,
      },
    ],
  }),
  row("averagePool", {
    tolerance: many,
    samples: pools.map(([x, kernel, move]) => ({
      label: `[${x}] ${kernel} ${JSON.stringify(move)}`,
      inputs: [draw(`pool${x}`, x, "f32")],
      call: (a: S.Tensor) => S.averagePool(a, kernel, move),
      expected: (a: HostTensor) =>
        pooled(
          a,
          kernel,
          move,
          (elements, size) => elements.reduce((sum, next) => sum + next, 0) / size,
          floating(a.dtype),
        ),
    })),
    errors: [
      {
        label: "a stride of 0",
        call: () => S.averagePool(image(), [2], { stride: 0 }),
        error: S.ArgumentError,
        message: /stride is 0/,
      },
    ],
  }),
  row("adaptiveAveragePool", {
    tolerance: many,
    samples: (
      [
        [[1, 2, 6], [2], "f32"],
        [[1, 1, 7], [3], "f32"],
        [[2, 5, 4], [3, 1], "f32"],
        [[3], [5], "f32"],
        [[4, 5], [4, 2], "f64"],
        [[1, 6], [4], "u8"],
      ] as const
    ).map(([x, sizes, dtype]) => ({
      label: `${dtype}[${x}] to [${sizes}]`,
      inputs: [draw(`adaptive${x}`, x, dtype, [0, 9])],
      call: (a: S.Tensor) => S.adaptiveAveragePool(a, sizes),
      expected: (a: HostTensor) => adaptive(a, sizes),
    })),
    errors: [
      {
        label: "a size of 0",
        call: () => S.adaptiveAveragePool(image(), [0]),
        error: S.ArgumentError,
        message: /sizes are \[0\]/,
      },
      {
        label: "an empty dimension",
        call: () => S.adaptiveAveragePool(S.zeros([2, 0]), [1]),
        error: S.ShapeError,
        message: /has not 1 last dimensions with elements/,
      },
    ],
  }),
];

/** Averages of windows from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉. */
function adaptive(x: HostTensor, sizes: Shape): HostTensor {
  const first = x.shape.length - sizes.length;
  const shape = x.shape.map((size, axis) => sizes[axis - first] ?? size);
  return build(shape, floating(x.dtype), (position) => {
    const ranges = position.map((place, axis) => {
      const [from = 1, to = 1] = axis < first ? [1, 1] : [x.shape[axis], sizes[axis - first]];
      const [start, end] =
        axis < first ? [place, place + 1] : [Math.floor((place * from) / to), Math.ceil(((place + 1) * from) / to)];
      return Array.from({ length: end - start }, (_, index) => start + index);
    });
    const places = ranges.reduce<number[][]>(
      (all, range) => all.flatMap((each) => range.map((place) => [...each, place])),
      [[]],
    );
    return places.reduce((sum, place) => sum + read(x, place), 0) / places.length;
  });
}
