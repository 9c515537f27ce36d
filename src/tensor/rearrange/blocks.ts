/**
 * Channels and places exchanged: what networks for images do to sample up and down without computing anything. Each is
 * a reshape, a permutation and a reshape. x is [batch…, channels, height, width].
 */
import { normalizeAxis, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { less, where } from "../comparison.ts";
import { arange } from "../creation.ts";
import { gather, positionsOf } from "../indexing.ts";
import { expandDims, moveAxis, permuteDims, reshape } from "../manipulate.ts";
import { explaining, whence } from "../operands.ts";
import { requireTensor, type Tensor } from "../tensor.ts";

/** How channels and the places of a block are numbered. */
export interface BlockOptions {
  /** "DCR": channel c of place (i, j) is number (i·block + j)·channels + c; "CRD": it is c·block² + i·block + j. Default "DCR". */
  readonly mode?: "DCR" | "CRD";
}

/**
 * Blocks of channels spread over blocks of places: [batch…, c·b², h, w] → [batch…, c, h·b, w·b]. ONNX's DepthToSpace.
 * @throws ShapeError where the channels do not divide, ArgumentError for other blocks and modes.
 *
 * @example
 * ```ts
 * import { depthToSpace, tensor } from "smilodon";
 * const x = tensor([1, 2, 3, 4], { shape: [1, 4, 1, 1] });
 * console.log(await depthToSpace(x, 2).toArray()); // [[[[1, 2], [3, 4]]]]
 * ```
 */
export function depthToSpace(x: Tensor, block: number, { mode = "DCR" }: BlockOptions = {}): Tensor {
  return spread("depthToSpace", x, block, mode);
}

/**
 * Blocks of places gathered into channels: [batch…, c, h·b, w·b] → [batch…, c·b², h, w]. ONNX's SpaceToDepth ("DCR"), the inverse of
 * `depthToSpace`.
 * @throws ShapeError where height or width do not divide, ArgumentError for other blocks and modes.
 *
 * @example
 * ```ts
 * import { spaceToDepth, tensor } from "smilodon";
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * console.log(spaceToDepth(x, 2).shape, await spaceToDepth(x, 2).flatten().toArray()); // [1, 4, 1, 1] [1, 2, 3, 4]
 * ```
 */
export function spaceToDepth(x: Tensor, block: number, { mode = "DCR" }: BlockOptions = {}): Tensor {
  return collected("spaceToDepth", x, block, mode);
}

/**
 * Channels spread over places, the places of a block running fastest: [batch…, c·f², h, w] → [batch…, c, h·f, w·f]. PyTorch's
 * pixel_shuffle, ONNX's DepthToSpace in mode "CRD" (Shi et al. 2016, arXiv 1609.05158).
 * @throws ShapeError where the channels do not divide, ArgumentError for other factors.
 *
 * @example
 * ```ts
 * import { pixelShuffle, zeros } from "smilodon";
 * console.log(pixelShuffle(zeros([1, 8, 3, 3]), 2).shape); // [1, 2, 6, 6]
 * ```
 */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  return spread("pixelShuffle", x, factor, "CRD");
}

/**
 * Places gathered into channels, the inverse of `pixelShuffle`: [batch…, c, h·f, w·f] → [batch…, c·f², h, w].
 * @throws ShapeError where height or width do not divide, ArgumentError for other factors.
 *
 * @example
 * ```ts
 * import { pixelUnshuffle, zeros } from "smilodon";
 * console.log(pixelUnshuffle(zeros([1, 2, 6, 6]), 2).shape); // [1, 8, 3, 3]
 * ```
 */
export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  return collected("pixelUnshuffle", x, factor, "CRD");
}

function spread(operation: string, x: Tensor, block: number, mode: BlockOptions["mode"]): Tensor {
  const { batch, sizes, first, isChannelFirst } = parts(operation, x, block, mode);
  const [channels, height, width] = sizes;
  const count = channels / block ** 2;
  if (!Number.isInteger(count)) throw undivided(operation, x, block, "channels", channels);
  const apart = isChannelFirst ? [count, block, block] : [block, block, count];
  const [c, i, j] = isChannelFirst ? [0, 1, 2] : [2, 0, 1];
  const wide = reshape(x, [...batch, ...apart, height, width]);
  const order = [c, 3, i, 4, j].map((axis) => axis + first);
  const turned = permuteDims(wide, [...batch.map((_, axis) => axis), ...order]);
  return reshape(turned, [...batch, count, height * block, width * block]);
}

function collected(operation: string, x: Tensor, block: number, mode: BlockOptions["mode"]): Tensor {
  const { batch, sizes, first, isChannelFirst } = parts(operation, x, block, mode);
  const [channels, height, width] = sizes;
  const [rows, columns] = [height / block, width / block];
  if (!Number.isInteger(rows)) throw undivided(operation, x, block, "height", height);
  if (!Number.isInteger(columns)) throw undivided(operation, x, block, "width", width);
  const wide = reshape(x, [...batch, channels, rows, block, columns, block]);
  const order = (isChannelFirst ? [0, 2, 4, 1, 3] : [2, 4, 0, 1, 3]).map((axis) => axis + first);
  const turned = permuteDims(wide, [...batch.map((_, axis) => axis), ...order]);
  return reshape(turned, [...batch, channels * block ** 2, rows, columns]);
}

function parts(operation: string, x: Tensor, block: number, mode: BlockOptions["mode"]) {
  requireTensor(operation, "x", x);
  if (!Number.isInteger(block) || block < 1 || (mode !== "DCR" && mode !== "CRD"))
    throw new ArgumentError(
      `${operation}: blocks of ${block} in mode ${JSON.stringify(mode)}: give a whole number above 0, and "DCR" or "CRD".`,
      { block, mode },
    );
  if (x.rank < 3)
    throw new ShapeError(
      `${operation}: ${showShape(x.shape)} has ${x.rank} axes; channels, height and width are needed.${whence([x])}`,
      { shape: x.shape },
    );
  const first = x.rank - 3;
  const sizes = [at(x.shape, -3), at(x.shape, -2), at(x.shape, -1)] as const;
  return { batch: x.shape.slice(0, first), sizes, first, isChannelFirst: mode === "CRD" };
}

function undivided(operation: string, x: Tensor, block: number, name: string, size: number): ShapeError {
  const by = name === "channels" ? `${block}² = ${block ** 2}` : `${block}`;
  return new ShapeError(
    `${operation}: ${size} ${name} of ${showShape(x.shape)} do not divide by ${by}.${whence([x])}`,
    { shape: x.shape, block },
  );
}

/**
 * Channels of `groups` groups dealt out in turns: [batch, channels, …], where channel i of group g goes to place i·groups + g (Zhang et
 * al. 2017, arXiv 1707.01083). PyTorch's channel_shuffle.
 * @throws ShapeError where the channels do not divide, ArgumentError for other numbers of groups.
 *
 * @example
 * ```ts
 * import { channelShuffle, tensor } from "smilodon";
 * const x = tensor([1, 2, 3, 4], { shape: [1, 4, 1] });
 * console.log(await channelShuffle(x, 2).flatten().toArray()); // [1, 3, 2, 4]
 * ```
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  requireTensor("channelShuffle", "x", x);
  const [batch, channels, ...rest] = x.shape;
  if (!Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(`channelShuffle: groups is ${groups}; it has to be a whole number above 0.`, { groups });
  if (batch === undefined || channels === undefined || channels % groups !== 0)
    throw new ShapeError(
      `channelShuffle: the channels (axis 1) of ${showShape(x.shape)} do not divide into ${groups} groups.${whence([x])}`,
      { shape: x.shape, groups },
    );
  const apart = reshape(x, [batch, groups, channels / groups, ...rest]);
  return reshape(moveAxis(apart, 1, 2), x.shape);
}

/** Which axes `reverseSequence` means. */
export interface SequenceOptions {
  /** The axis whose first elements are turned round. Default 0. */
  readonly timeAxis?: number;
  /** The axis of the sequences. Default 1. */
  readonly batchAxis?: number;
}

/**
 * Each sequence of a batch with its first `lengths[i]` elements in reverse order, and the rest as it was. ONNX's ReverseSequence.
 * Lengths beyond the axis, which cannot be checked without waiting for the device, give NaN (0 for integers).
 * @throws ShapeError where there is not one length for each sequence, DtypeError where lengths are no integers, ArgumentError
 * where both axes are the same.
 *
 * @example
 * ```ts
 * import { reverseSequence, tensor } from "smilodon";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * const lengths = tensor([2, 3], { dtype: "i32" });
 * console.log(await reverseSequence(x, lengths, { batchAxis: 0, timeAxis: 1 }).toArray()); // [[2, 1, 3], [6, 5, 4]]
 * ```
 */
export function reverseSequence(
  x: Tensor,
  lengths: Tensor,
  { timeAxis = 0, batchAxis = 1 }: SequenceOptions = {},
): Tensor {
  const operation = "reverseSequence";
  requireTensor(operation, "x", x);
  requireTensor(operation, "lengths", lengths);
  const [time, batch] = explaining(operation, [x], () => [
    normalizeAxis(operation, timeAxis, x.rank),
    normalizeAxis(operation, batchAxis, x.rank),
  ]) as [number, number];
  if (time === batch)
    throw new ArgumentError(`${operation}: axis ${time} cannot be that of times and of sequences.`, {
      timeAxis,
      batchAxis,
    });
  if (lengths.rank !== 1 || lengths.size !== x.shape[batch])
    throw new ShapeError(
      `${operation}: lengths ${showShape(lengths.shape)} are not one for each of the ${x.shape[batch]} sequences of ${showShape(x.shape)} along axis ${batch}.${whence([x, lengths])}`,
      { x: x.shape, lengths: lengths.shape, batchAxis },
    );
  const counts = expandDims(positionsOf(operation, lengths), 1);
  const times = arange(0, at(x.shape, time), 1, { dtype: "i32" });
  const places = where(less(times, counts), counts.subtract(times).subtract(1), times);
  const rows = gather(moveAxis(x, [batch, time], [0, 1]), places, 1, 1);
  return moveAxis(rows, [0, 1], [batch, time]);
}
