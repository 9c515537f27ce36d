/** Rows of `tensor/rearrange/`: axes and blocks. `diagonals.ts` has those of diagonals, `windows.ts` of windows. */

import * as S from "../../../src/index.ts";
import { build, type HostTensor, host, positions, read } from "../host.ts";
import { draw, type ErrorSample, noAxis, type OpRow, row, type Sample } from "../row.ts";

type Move = (x: S.Tensor) => S.Tensor;
export type Shape = readonly number[];
/** Where an element of the result comes from; undefined where it is 0. */
type Source = (position: readonly number[]) => Shape | undefined;

/** A tensor of `shape` whose elements are those of x that `source` says. */
function moved(x: HostTensor, shape: Shape, source: Source): HostTensor {
  return build(shape, x.dtype, (position) => {
    const from = source(position);
    return from === undefined ? 0 : read(x, from);
  });
}

/** A sample that only moves elements. */
export function move(label: string, shape: Shape, call: Move, result: Shape, source: Source): Sample {
  return {
    label: `${label} of [${shape}]`,
    inputs: [draw(label, shape, "f32")],
    call,
    expected: (x) => moved(x, result, source),
  };
}

export const matrix = (): S.Tensor => S.zeros([2, 3]);
export const cube = (): S.Tensor => S.zeros([2, 3, 4]);

export function wrong(
  label: string,
  call: () => unknown,
  message: RegExp,
  error: ErrorSample["error"] = S.ArgumentError,
): ErrorSample {
  return { label, call, error, message };
}

const axes: readonly OpRow[] = [
  row("swapAxes", {
    samples: [
      move(
        "0, -1",
        [2, 3, 4],
        (x) => S.swapAxes(x, 0, -1),
        [4, 3, 2],
        ([a = 0, b = 0, c = 0]) => [c, b, a],
      ),
      move(
        "1, 1",
        [2, 3],
        (x) => S.swapAxes(x, 1, 1),
        [2, 3],
        (position) => position,
      ),
    ],
    errors: [noAxis(() => S.swapAxes(matrix(), 5, 0)), noAxis(() => S.swapAxes(matrix(), 0, 5))],
  }),
  row("rot90", {
    samples: [
      move(
        "once",
        [2, 3],
        (x) => S.rot90(x),
        [3, 2],
        ([a = 0, b = 0]) => [b, 2 - a],
      ),
      move(
        "twice",
        [2, 3],
        (x) => S.rot90(x, { times: 2 }),
        [2, 3],
        ([a = 0, b = 0]) => [1 - a, 2 - b],
      ),
      move(
        "back",
        [2, 3],
        (x) => S.rot90(x, { times: -1 }),
        [3, 2],
        ([a = 0, b = 0]) => [1 - b, a],
      ),
      move(
        "none",
        [2, 3],
        (x) => S.rot90(x, { times: 4 }),
        [2, 3],
        (position) => position,
      ),
      move(
        "other axes",
        [2, 3, 4],
        (x) => S.rot90(x, { axes: [2, 1] }),
        [2, 4, 3],
        ([a = 0, b = 0, c = 0]) => [a, 2 - c, b],
      ),
      move(
        "nothing",
        [0, 3],
        (x) => S.rot90(x),
        [3, 0],
        (position) => position,
      ),
    ],
    errors: [
      noAxis(() => S.rot90(matrix(), { axes: [0, 5] })),
      wrong("one axis twice", () => S.rot90(matrix(), { axes: [1, -1] }), /no turns of \[2, 3\]/),
      wrong("half a turn of a turn", () => S.rot90(matrix(), { times: 0.5 }), /0.5 quarter turns/),
    ],
  }),
  ...([1, 2, 3] as const).map((rank) => {
    const call = { 1: S.atLeast1d, 2: S.atLeast2d, 3: S.atLeast3d }[rank];
    const wide: Readonly<Record<1 | 2 | 3, readonly Shape[]>> = {
      1: [[1], [4], [2, 3]],
      2: [
        [1, 1],
        [1, 4],
        [2, 3],
      ],
      3: [
        [1, 1, 1],
        [1, 4, 1],
        [2, 3, 1],
      ],
    };
    const given: readonly Shape[] = [[], [4], [2, 3]];
    return row(`atLeast${rank}d`, {
      samples: [...given, [2, 3, 2]].map((shape, index) => ({
        label: `[${shape}]`,
        inputs: [draw("least", shape, "f32")],
        call,
        expected: (x: HostTensor) => ({ ...x, shape: wide[rank][index] ?? shape }),
      })),
    });
  }),
  row("meshgrid", {
    samples: [grid([3, 2], "xy"), grid([3, 2], "ij"), grid([2, 3, 2], "xy"), grid([4], "xy"), grid([0, 2], "ij")],
    errors: [
      wrong("a matrix", () => S.meshgrid([matrix()]), /has 2 axes; one is needed/, S.ShapeError),
      wrong("another indexing", () => S.meshgrid([], { indexing: "yx" as "xy" }), /has to be "xy" or "ij"/),
    ],
  }),
  row("cartesianProd", {
    samples: ([[2, 3], [4], [2, 1, 3], [0, 2]] as const).map((sizes: Shape) => ({
      label: `[${sizes}]`,
      inputs: sizes.map((size, index) => draw(`product${index}`, [size], "f32")),
      call: (...given: S.Tensor[]) => S.cartesianProd(given),
      expected: (...given: HostTensor[]): HostTensor => {
        const rows = positions(sizes).map((place) => place.map((each, index) => given[index]?.data[each] ?? NaN));
        const shape = sizes.length === 1 ? sizes : [rows.length, sizes.length];
        return host(shape, given[0]?.dtype ?? "f32", rows.flat());
      },
    })),
    errors: [wrong("a matrix", () => S.cartesianProd([matrix()]), /has 2 axes; one is needed/, S.ShapeError)],
  }),
  row("tensorSplit", {
    samples: [
      pieces("3", [7], (x) => S.tensorSplit(x, 3), 0, [3, 2, 2]),
      pieces("4 of few", [2, 3], (x) => S.tensorSplit(x, 4, -1), 1, [1, 1, 1, 0]),
      pieces("at 1, 4", [6, 2], (x) => S.tensorSplit(x, [1, 4]), 0, [1, 3, 2]),
      pieces("at -1, 9", [4], (x) => S.tensorSplit(x, [-1, 9]), 0, [3, 1, 0]),
    ],
    errors: [
      wrong("no parts", () => S.tensorSplit(matrix(), 0), /parts is 0; it has to be a whole number/),
      noAxis(() => S.tensorSplit(matrix(), 2, 5)),
    ],
  }),
  row("chunk", {
    samples: [
      pieces("3", [7], (x) => S.chunk(x, 3), 0, [3, 3, 1]),
      pieces("4 of 6", [2, 6], (x) => S.chunk(x, 4, 1), 1, [2, 2, 2]),
      pieces("more than there are", [2], (x) => S.chunk(x, 5), 0, [1, 1]),
      pieces("of nothing", [0, 2], (x) => S.chunk(x, 2), 0, [0, 0]),
    ],
    errors: [
      wrong("half a part", () => S.chunk(matrix(), 0.5), /parts is 0.5; it has to be a whole number/),
      noAxis(() => S.chunk(matrix(), 2, 5)),
    ],
  }),
];

function grid(sizes: Shape, indexing: "xy" | "ij"): Sample {
  const swaps = indexing === "xy" && sizes.length > 1;
  const order = sizes.map((_, index) => (swaps && index < 2 ? 1 - index : index));
  const shape = order.map((index) => sizes[index] ?? 1);
  return {
    label: `${indexing} of [${sizes}]`,
    inputs: sizes.map((size, index) => draw(`grid${index}`, [size], "f32")),
    call: (...given) => S.meshgrid(given, { indexing }),
    expected: (...given) =>
      given.map((each, index) =>
        build(shape, each.dtype, (position) => read(each, [position[order[index] ?? 0] ?? 0])),
      ),
  };
}

function pieces(
  label: string,
  shape: Shape,
  call: (x: S.Tensor) => readonly S.Tensor[],
  axis: number,
  sizes: Shape,
): Sample {
  return {
    label: `${label} of [${shape}]`,
    inputs: [draw(`pieces${label}`, shape, "f32")],
    call,
    expected: (x) =>
      sizes.map((size, index) => {
        const start = sizes.slice(0, index).reduce((total, each) => total + each, 0);
        return moved(x, shape.with(axis, size), (position) => position.with(axis, start + (position[axis] ?? 0)));
      }),
  };
}

/** Where an element of an image with spread channels comes from. */
function spreadFrom(channels: number, block: number, isChannelFirst: boolean): Source {
  return (position) => {
    const [c = 0, y = 0, x = 0] = position.slice(-3);
    const place = (y % block) * block + (x % block);
    const channel = isChannelFirst ? c * block ** 2 + place : place * channels + c;
    return [...position.slice(0, -3), channel, Math.floor(y / block), Math.floor(x / block)];
  };
}

/** Where an element of an image with collected channels comes from. */
function collectedFrom(channels: number, block: number, isChannelFirst: boolean): Source {
  return (position) => {
    const [d = 0, y = 0, x = 0] = position.slice(-3);
    const [c, place] = isChannelFirst
      ? [Math.floor(d / block ** 2), d % block ** 2]
      : [d % channels, Math.floor(d / channels)];
    return [...position.slice(0, -3), c, y * block + Math.floor(place / block), x * block + (place % block)];
  };
}

const notDivided = (name: string, call: () => unknown): ErrorSample =>
  wrong("sizes that do not divide", call, new RegExp(`${name}: 3 (channels|height) of`), S.ShapeError);

const blocks: readonly OpRow[] = [
  row("depthToSpace", {
    samples: [
      move("DCR", [1, 8, 2, 3], (x) => S.depthToSpace(x, 2), [1, 2, 4, 6], spreadFrom(2, 2, false)),
      move("CRD", [2, 4, 2, 1], (x) => S.depthToSpace(x, 2, { mode: "CRD" }), [2, 1, 4, 2], spreadFrom(1, 2, true)),
      move("3", [9, 1, 2], (x) => S.depthToSpace(x, 3), [1, 3, 6], spreadFrom(1, 3, false)),
      move("nothing", [0, 4, 2, 2], (x) => S.depthToSpace(x, 2), [0, 1, 4, 4], spreadFrom(1, 2, false)),
    ],
    errors: [
      notDivided("depthToSpace", () => S.depthToSpace(S.zeros([3, 2, 2]), 2)),
      wrong("half a block", () => S.depthToSpace(cube(), 0.5), /blocks of 0.5/),
      wrong("another mode", () => S.depthToSpace(cube(), 1, { mode: "RCD" as "CRD" }), /give .* "DCR" or "CRD"/),
      wrong("a matrix", () => S.depthToSpace(matrix(), 1), /\[2, 3\] has 2 axes/, S.ShapeError),
    ],
  }),
  row("spaceToDepth", {
    samples: [
      move("DCR", [1, 2, 4, 2], (x) => S.spaceToDepth(x, 2), [1, 8, 2, 1], collectedFrom(2, 2, false)),
      move("CRD", [2, 2, 2, 2], (x) => S.spaceToDepth(x, 2, { mode: "CRD" }), [2, 8, 1, 1], collectedFrom(2, 2, true)),
    ],
    errors: [notDivided("spaceToDepth", () => S.spaceToDepth(S.zeros([1, 3, 2]), 2))],
  }),
  row("pixelShuffle", {
    samples: [move("2", [1, 8, 2, 2], (x) => S.pixelShuffle(x, 2), [1, 2, 4, 4], spreadFrom(2, 2, true))],
    errors: [notDivided("pixelShuffle", () => S.pixelShuffle(S.zeros([3, 2, 2]), 2))],
  }),
  row("pixelUnshuffle", {
    samples: [move("2", [1, 2, 4, 2], (x) => S.pixelUnshuffle(x, 2), [1, 8, 2, 1], collectedFrom(2, 2, true))],
    errors: [notDivided("pixelUnshuffle", () => S.pixelUnshuffle(S.zeros([1, 3, 2]), 2))],
  }),
  row("channelShuffle", {
    samples: [
      move(
        "3",
        [2, 6, 2],
        (x) => S.channelShuffle(x, 3),
        [2, 6, 2],
        ([n = 0, c = 0, i = 0]) => [n, (c % 3) * 2 + Math.floor(c / 3), i],
      ),
    ],
    errors: [
      wrong("channels that do not divide", () => S.channelShuffle(matrix(), 2), /do not divide into 2/, S.ShapeError),
      wrong("no groups", () => S.channelShuffle(matrix(), 0), /groups is 0/),
    ],
  }),
  row("reverseSequence", {
    samples: [
      reversed([4, 3], [4, 1, 2], 0, 1),
      reversed([3, 4], [4, 1, 0], 1, 0),
      reversed([2, 3, 2], [3, 2], 1, 0),
      reversed([2, 3, 2], [2, 1], -1, 0),
    ],
    errors: [
      wrong(
        "too few lengths",
        () => S.reverseSequence(matrix(), S.zeros([2], { dtype: "i32" })),
        /lengths \[2\] are not one for each of the 3 sequences/,
        S.ShapeError,
      ),
      wrong(
        "lengths that are floats",
        () => S.reverseSequence(matrix(), S.zeros([3])),
        /have to be integers/,
        S.DtypeError,
      ),
      wrong(
        "one axis twice",
        () => S.reverseSequence(matrix(), S.zeros([3], { dtype: "i32" }), { timeAxis: 1 }),
        /axis 1 cannot be that of times and of sequences/,
      ),
    ],
  }),
];

function reversed(shape: Shape, lengths: Shape, timeAxis: number, batchAxis: number): Sample {
  const time = timeAxis < 0 ? timeAxis + shape.length : timeAxis;
  return {
    label: `[${lengths}] along ${timeAxis} of [${shape}]`,
    inputs: [draw("reversed", shape, "f32"), host([lengths.length], "i32", lengths)],
    call: (x, by) => S.reverseSequence(x, by as S.Tensor, { timeAxis, batchAxis }),
    expected: (x, by) =>
      moved(x, shape, (position) => {
        const [place, length] = [position[time] ?? 0, by?.data[position[batchAxis] ?? 0] ?? 0];
        return place < length ? position.with(time, length - 1 - place) : position;
      }),
  };
}

/** Rows. */
export const rows: readonly OpRow[] = [...axes, ...blocks];
