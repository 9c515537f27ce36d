/** Rows of `tensor/windows/`. The reference adds up every product one by one, by the definition. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, read } from "../host.ts";
import { counted, draw, many, type OpRow, row, type Sample } from "../row.ts";

interface Movement {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly (number | readonly [number, number])[] | "same" | "sameLower";
  readonly dilation?: number | readonly number[];
  readonly groups?: number;
  readonly outputPadding?: number | readonly number[];
  readonly outputSize?: number | readonly number[];
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

/** Zeros before and behind a dimension; `total` is what "same" needs. */
function around(padding: Movement["padding"], dimension: number, total: number): readonly [number, number] {
  const width = Math.max(0, total);
  if (padding === "same") return [Math.floor(width / 2), Math.ceil(width / 2)];
  if (padding === "sameLower") return [Math.ceil(width / 2), Math.floor(width / 2)];
  const given = typeof padding === "number" ? padding : (padding?.[dimension] ?? 0);
  return typeof given === "number" ? [given, given] : given;
}

function convolved(x: HostTensor, weight: HostTensor, move: Movement): HostTensor {
  const groups = move.groups ?? 1;
  const [batch = 0, , ...sizes] = x.shape;
  const [out = 0, perGroup = 0, ...kernel] = weight.shape;
  const reaches = kernel.map((size, d) => each(move.dilation, d, 1) * (size - 1) + 1);
  const pads = sizes.map((size, d) => {
    const stride = each(move.stride, d, 1);
    return around(move.padding, d, (Math.ceil(size / stride) - 1) * stride + (reaches[d] ?? 1) - size);
  });
  const outputs = sizes.map((size, d) => {
    const [low = 0, high = 0] = pads[d] ?? [];
    return Math.floor((size + low + high - (reaches[d] ?? 1)) / each(move.stride, d, 1)) + 1;
  });
  return build([batch, out, ...outputs], counted(x.dtype), ([n = 0, o = 0, ...place]) => {
    const first = Math.floor(o / (out / groups)) * perGroup;
    let sum = 0;
    for (const [c = 0, ...tap] of positions([perGroup, ...kernel])) {
      const from = place.map(
        (p, d) => p * each(move.stride, d, 1) + (tap[d] ?? 0) * each(move.dilation, d, 1) - (pads[d]?.[0] ?? 0),
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
  const reaches = kernel.map((size, d) => each(move.dilation, d, 1) * (size - 1) + 1);
  const pads = sizes.map((_, d) => around(move.padding, d, (reaches[d] ?? 1) - each(move.stride, d, 1)));
  const full = sizes.map((size, d) => {
    const stride = each(move.stride, d, 1);
    if (typeof move.padding === "string") return size * stride;
    const least = (size - 1) * stride - (pads[d]?.[0] ?? 0) - (pads[d]?.[1] ?? 0) + (reaches[d] ?? 1);
    return each(move.outputSize, d, least + each(move.outputPadding, d, 0));
  });
  const sums = new Map<string, number>();
  for (const [n = 0, c = 0, ...place] of positions(x.shape)) {
    const group = Math.floor(c / (channels / groups));
    for (const [o = 0, ...tap] of positions([perGroup, ...kernel])) {
      const to = place.map(
        (p, d) => p * each(move.stride, d, 1) + (tap[d] ?? 0) * each(move.dilation, d, 1) - (pads[d]?.[0] ?? 0),
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
      [[1, 2, 7], [2, 2, 4], { stride: 2, padding: "same" }],
      [[1, 1, 6], [1, 1, 4], { padding: "sameLower" }],
      [[1, 1, 5], [1, 1, 3], { padding: [[0, 2]] }],
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
      [[1, 1, 5, 3], [1, 1, 2, 3], { stride: [2, 1], padding: [[1, 0], 1] }],
      [[1, 1, 6, 4], [1, 1, 3, 2], { stride: [3, 1], dilation: [1, 2], padding: "same" }],
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
        label: "a negative padding",
        call: () =>
          S.conv2d(image(), S.zeros([1, 4, 2, 2]), {
            padding: [
              [0, 1],
              [-1, 0],
            ],
          }),
        error: S.ArgumentError,
        message: /padding is \[\[0,1\],\[-1,0\]\]/,
      },
      {
        label: "another word for padding",
        call: () => S.conv2d(image(), S.zeros([1, 4, 2, 2]), { padding: "full" as "same" }),
        error: S.ArgumentError,
        message: /padding is "full"/,
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
      [[1, 1, 3], [1, 1, 2], { stride: 3, padding: "same" }],
      [[1, 2, 4], [2, 1, 4], { stride: 1, padding: "sameLower" }],
      [[1, 1, 4], [1, 1, 3], { stride: 2, padding: [[1, 0]] }],
      [[1, 1, 4], [1, 1, 3], { stride: 3, padding: 1, outputSize: 12 }],
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
      {
        label: "an output size out of reach",
        call: () => S.convTranspose2d(S.zeros([1, 1, 3, 3]), S.zeros([1, 1, 2, 2]), { outputSize: [4, 9] }),
        error: S.ArgumentError,
        message: /outputSize is \[4, 9\]; the least is \[4, 4\]/,
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
];
