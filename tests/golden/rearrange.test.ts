/** Indexed writes and rearrangements, and their gradients, against NumPy and PyTorch: `make_rearrange.py` wrote the numbers. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as S from "../../src/index.ts";
import { at } from "../../src/support/invariant.ts";
import { expectClose } from "./golden.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly integer: boolean;
}

interface Options
  extends S.ScatterNdOptions,
    S.PatchOptions,
    Omit<S.SlidingOptions, keyof S.PatchOptions>,
    S.DiagonalOptions,
    S.VanderOptions {
  readonly by: number;
  readonly kernel: readonly number[];
  readonly sizes: readonly number[];
  readonly size: number;
  readonly mode: S.Continuation;
  readonly widths: readonly S.Padding[];
  readonly rows: number;
  readonly columns: number;
  readonly times: number;
  readonly shift: readonly number[];
  readonly indexing: "xy" | "ij";
  readonly parts: number | readonly number[];
}

interface Case {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly options: Options & { readonly axes: readonly number[]; readonly axis: number };
  readonly results: readonly Numbers[];
  readonly weights?: readonly Numbers[];
  readonly gradients?: readonly (Numbers | null)[];
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL("rearrange.json", import.meta.url), "utf8"));

type Call = (given: readonly S.Tensor[], options: Case["options"]) => S.Tensor | readonly S.Tensor[];
/** Calls of one, two or three tensors. */
const one =
  (call: (x: S.Tensor, options: Case["options"]) => S.Tensor | readonly S.Tensor[]): Call =>
  ([x], options) =>
    call(x as S.Tensor, options);
const two =
  (call: (x: S.Tensor, at: S.Tensor, options: Case["options"]) => S.Tensor): Call =>
  ([x, at], options) =>
    call(x as S.Tensor, at as S.Tensor, options);
const three =
  (call: (x: S.Tensor, at: S.Tensor, by: S.Tensor, options: Case["options"]) => S.Tensor): Call =>
  ([x, at, by], options) =>
    call(x as S.Tensor, at as S.Tensor, by as S.Tensor, options);

/** Entries for the axes that `axes` names, null before and between. */
function entries(axes: readonly number[], given: readonly S.Tensor[]): (S.Tensor | null)[] {
  return Array.from({ length: Math.max(...axes) + 1 }, (_, axis) => given[axes.indexOf(axis)] ?? null);
}

const calls: Readonly<Record<string, Call>> = {
  scatterSet: three((x, at, by) => S.scatterSet(x, at, by)),
  scatterAdd: three((x, at, by) => S.scatterAdd(x, at, by)),
  scatterMultiply: three((x, at, by) => S.scatterMultiply(x, at, by)),
  scatterMax: three((x, at, by) => S.scatterMax(x, at, by)),
  scatterMin: three((x, at, by) => S.scatterMin(x, at, by)),
  putAlongAxis: three(S.putAlongAxis),
  gatherNd: two((x, at) => S.gatherNd(x, at)),
  scatterNd: three(S.scatterNd),
  advancedIndex: ([x, ...at], { axes }) => S.advancedIndex(x as S.Tensor, entries(axes, at)),
  indexPut: ([x, by, ...at], { axes }) => S.indexPut(x as S.Tensor, entries(axes, at), by as S.Tensor),
  pixelShuffle: one((x, { by }) => S.pixelShuffle(x, by)),
  pixelUnshuffle: one((x, { by }) => S.pixelUnshuffle(x, by)),
  channelShuffle: one((x, { by }) => S.channelShuffle(x, by)),
  unfold: one((x, options) => S.unfold(x, options.kernel, options)),
  fold: one((x, options) => S.fold(x, options.sizes, options.kernel, options)),
  slidingWindows: one((x, { size, axis = -1, step = 1 }) => S.slidingWindows(x, size, { axis, step })),
  pad: one((x, { widths, mode }) => S.pad(x, widths, { mode })),
  diagonal: one((x, { offset = 0 }) => S.diagonal(x, { offset })),
  diagEmbed: one((x, { offset = 0 }) => S.diagEmbed(x, { offset })),
  tril: one((x, { offset }) => S.tril(x, offset)),
  triu: one((x, { offset }) => S.triu(x, offset)),
  trilIndices: (_, { rows, columns, offset = 0 }) => S.trilIndices(rows, columns, { offset }),
  triuIndices: (_, { rows, columns, offset = 0 }) => S.triuIndices(rows, columns, { offset }),
  trace: one((x) => S.trace(x)),
  blockDiag: (given) => S.blockDiag(given),
  vander: one((x, { columns }) => S.vander(x, { columns })),
  rot90: one((x, { times, axes: [from = 0, to = 1] }) => S.rot90(x, { times, axes: [from, to] })),
  roll: one((x, { shift, axis }) => S.roll(x, shift, axis)),
  meshgrid: (given, { indexing }) => S.meshgrid(given, { indexing }),
  cartesianProd: (given) => S.cartesianProd(given),
  tensorSplit: one((x, { parts, axis }) => S.tensorSplit(x, parts, axis)),
  chunk: one((x, { parts, axis }) => S.chunk(x, Number(parts), axis)),
};

const read = ({ shape, data, integer }: Numbers) =>
  S.tensor(Float64Array.from(data), { shape, dtype: integer ? "i64" : "f64" });

/** The inputs of products divide and multiply more often than PyTorch does. */
const tolerance = 1e-12;

it.each(cases.map((each, index) => ({ ...each, index })))(
  "$index: $name has the values and gradients of its reference",
  async ({ name, inputs, options, results, weights, gradients }) => {
    const given = inputs.map(read);
    const call = calls[name];
    if (call === undefined) return expect.fail(`no call of ${name}`);
    const made = call(given, options);
    const all = made instanceof S.Tensor ? [made] : made;
    expect(all.map(({ shape }) => shape)).toEqual(results.map(({ shape }) => shape));
    const weighed =
      weights === undefined ? [] : all.map((each, index) => each.multiply(read(at(weights, index))).sum());
    const floats = given.filter((_, index) => gradients?.[index] !== null);
    const slopes =
      weighed.length === 0
        ? []
        : S.gradientsOf(
            weighed.reduce((sum, each) => sum.add(each)),
            floats,
          );
    for (const [index, each] of all.entries())
      await expectClose(each, at(results, index).data, tolerance, tolerance, name);
    const expected = (gradients ?? []).filter((each) => each !== null);
    expect(slopes.length).toBe(expected.length);
    for (const [index, slope] of slopes.entries())
      await expectClose(slope, at(expected, index).data, tolerance, tolerance, `gradient ${index} of ${name}`);
  },
);
