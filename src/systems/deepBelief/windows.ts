/**
 * What visible units and blocks of detection units do to each other. A block of C × C neighbours sees a window of
 * k + C − 1 pixels, so one convolution with stride C gives the inputs of all cells of a block side by side: its kernel has each
 * filter C² times, moved to the place of the cell. The way down and the statistics are made of the same kernel.
 */
import { unfold } from "../../algorithms/windows/unfold.ts";
import { ShapeError } from "../../support/errors.ts";
import { add } from "../../tensor/arithmetic.ts";
import { einsum } from "../../tensor/einsum.ts";
import { concat } from "../../tensor/joining.ts";
import { matmul } from "../../tensor/linear.ts";
import { flip, permuteDims, reshape } from "../../tensor/manipulate.ts";
import { sum } from "../../tensor/reduce.ts";
import { pad, slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { conv2d } from "../../tensor/windows/convolution.ts";

/** Sizes of a tensor of four axes. */
export type Sizes = readonly [number, number, number, number];

/** The sizes of `x`. @throws ShapeError where it has not four axes, described by `meaning`. */
export function sizesOf(x: Tensor, meaning: string): Sizes {
  const [a, b, c, d] = x.shape;
  if (x.rank !== 4 || a === undefined || b === undefined || c === undefined || d === undefined)
    throw new ShapeError(`Deep belief: a tensor has shape [${x.shape}]; it has to be ${meaning}.`, { shape: x.shape });
  return [a, b, c, d];
}

/** Blocks in `size` pixels. @throws ShapeError where detection units are left over. */
export function countBlocks(size: number, kernel: number, block: number): number {
  const units = size - kernel + 1;
  if (units < block || units % block !== 0)
    throw new ShapeError(
      `Deep belief: ${size} pixels give ${units} detection units with filters of ${kernel}, and these make no blocks of ` +
        `${block}. Take ${Math.max(1, Math.floor(units / block)) * block + kernel - 1} pixels: crop or pad.`,
      { size, kernel, block },
    );
  return units / block;
}

/** With fewer positions than this a product a picture is too small to be worth its call. */
const fewPositions = 64;

/**
 * Each filter at the place of each cell of a block.
 * @param weight [groups, channels, kernel, kernel]
 * @returns [cells · groups, channels, kernel + block − 1, kernel + block − 1]
 */
export function spreadFilters(weight: Tensor, block: number): Tensor {
  const places = Array.from({ length: block }, (_, place): [number, number] => [place, block - 1 - place]);
  return concat(
    places.flatMap((rows) => places.map((columns) => pad(weight, [[0, 0], [0, 0], rows, columns]))),
    0,
  );
}

/**
 * The products of filters with what lies under them, W̃ * v.
 * @param visible [count, channels, height, width]
 * @param weight [groups, channels, kernel, kernel]
 * @returns [count, cells, groups, rows, columns]
 */
export function correlateFilters(visible: Tensor, weight: Tensor, block: number): Tensor {
  const [count, channels, height, width] = sizesOf(visible, "[count, channels, height, width]");
  const [groups, , kernel] = sizesOf(weight, "[groups, channels, kernel, kernel]");
  const [rows, columns] = [countBlocks(height, kernel, block), countBlocks(width, kernel, block)];
  const reach = kernel + block - 1;
  const spread = spreadFilters(weight, block);
  // The statistics need the windows anyhow
  const products =
    rows * columns < fewPositions
      ? conv2d(visible, spread, { stride: block })
      : matmul(
          reshape(spread, [block * block * groups, channels * reach * reach]),
          unfold(visible, [reach, reach], { stride: block }),
        );
  return reshape(products, [count, block * block, groups, rows, columns]);
}

/**
 * What detection units draw where they are on, Σ W * h: [count, channels, height, width].
 *
 * A transposed convolution. It is done in two steps, because a product that gives one channel only leaves most of a
 * machine idle: the first adds up along columns for each row of the kernel, the second moves the rows to their places.
 * @param detection [count, cells, groups, rows, columns]
 * @param weight [groups, channels, kernel, kernel]
 */
export function drawFilters(detection: Tensor, weight: Tensor, block: number): Tensor {
  const [count = 0, , , rows = 0, columns = 0] = detection.shape;
  const [groups, channels, kernel] = sizesOf(weight, "[groups, channels, kernel, kernel]");
  const units = block * block * groups;
  const reach = kernel + block - 1;
  const steps = Math.ceil(reach / block);
  const rest: [number, number] = [0, steps * block - reach];
  const spread = pad(spreadFilters(weight, block), [[0, 0], [0, 0], rest, rest]);
  // [units, channels, steps down, place, steps right, place] → one output for each channel, step down, and place of a pixel
  const parts = reshape(spread, [units, channels, steps, block, steps, block]);
  const outputs = channels * steps * block * block;
  const kernels = reshape(permuteDims(parts, [1, 2, 3, 5, 0, 4]), [outputs, units, 1, steps]);
  const edge: [number, number] = [steps - 1, steps - 1];
  const wide = columns + steps - 1;
  const high = rows + steps - 1;
  const strips = reshape(
    conv2d(reshape(detection, [count, units, rows, columns]), flip(kernels, 3), { padding: [[0, 0], edge] }),
    [count, channels, steps, block, block, rows, wide],
  );
  const moved = Array.from(
    { length: steps },
    (_, step): Tensor =>
      pad(slice(strips, null, null, step), [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [step, steps - 1 - step],
        [0, 0],
      ]),
  );
  const total = moved.reduce((sum, each) => add(sum, each));
  const pixels = reshape(permuteDims(total, [0, 1, 4, 2, 5, 3]), [count, channels, high * block, wide * block]);
  return slice(pixels, null, null, [0, rows * block + kernel - 1], [0, columns * block + kernel - 1]);
}

/**
 * How often each weight of the spread filters was seen by a detection unit that is on, summed over pictures and places: Σ h v.
 * @param visible [count, channels, height, width]
 * @param detection [count, cells, groups, rows, columns]
 * @returns as `spreadFilters` gives
 */
export function countTogether(visible: Tensor, detection: Tensor, kernel: number, block: number): Tensor {
  const [count, channels] = sizesOf(visible, "[count, channels, height, width]");
  const [, cells = 0, groups = 0, rows = 0, columns = 0] = detection.shape;
  const reach = kernel + block - 1;
  const positions = rows * columns;
  const units = reshape(detection, [count, cells * groups, positions]);
  const seen = unfold(visible, [reach, reach], { stride: block });
  const together =
    positions < fewPositions ? einsum("nup,nwp->uw", units, seen) : sum(matmul(units, permuteDims(seen, [0, 2, 1])), 0);
  return reshape(together, [cells * groups, channels, reach, reach]);
}

/** What has been counted for the spread filters, added up for each filter: the way back from `spreadFilters`. */
export function gatherFilters(counted: Tensor, kernel: number, block: number): Tensor {
  const [units, channels, reach] = sizesOf(counted, "[cells · groups, channels, reach, reach]");
  const cells = reshape(counted, [block * block, units / block ** 2, channels, reach, reach]);
  const parts = Array.from({ length: block * block }, (_, cell): Tensor => {
    const [row, column] = [Math.floor(cell / block), cell % block];
    return slice(cells, cell, null, null, [row, row + kernel], [column, column + kernel]);
  });
  return parts.reduce((sum, each) => add(sum, each));
}
