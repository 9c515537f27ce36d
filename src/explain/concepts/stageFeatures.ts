/** What the stages of a network give, as rows of numbers that a linear rule can read. */
import { adaptiveAveragePool } from "../../algorithms/windows/adaptivePooling.ts";
import { at } from "../../support/invariant.ts";
import { hostArray, tensorOf } from "../../tensor/hostArray.ts";
import { concat } from "../../tensor/joining.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { max, mean } from "../../tensor/reduce.ts";
import { std } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import type { Stage } from "../stagedNetwork.ts";

/** Pictures, row-major [count, channels, height, width], from 0 to 1. */
export interface Pictures {
  readonly pixels: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * How maps [channels, rows, columns] become numbers: mean, maximum and deviation of each channel, or these and its means over a grid
 * of at most 6×6 places. Vectors stay as they are in both.
 */
export type Reading = "pooled" | "places";

/** Rows of numbers. */
export interface Features {
  readonly count: number;
  readonly width: number;
  /** Row-major [count, width]. */
  readonly values: Float32Array;
}

/** Pictures in a launch. */
const together = 32;

const grid = 6;

/** `x`, [n, channels, rows, columns] or [n, features], as [n, features]. */
export function readStage(x: Tensor, reading: Reading): Tensor {
  const [count = 0, channels = 0, rows = 1, columns = 1] = x.shape;
  if (x.rank < 4) return reshape(x, [count, x.size / Math.max(1, count)]);
  const pooled = [mean(x, [2, 3]), max(x, [2, 3]), std(x, [2, 3])];
  if (reading === "pooled") return concat(pooled, 1);
  const [high, wide] = [Math.min(grid, rows), Math.min(grid, columns)];
  const places = reshape(adaptiveAveragePool(x, [high, wide]), [count, channels * high * wide]);
  return concat([...pooled, places], 1);
}

/** Number of pictures. */
export function countPictures({ pixels, channels, height, width }: Pictures): number {
  return pixels.length / (channels * height * width);
}

/** The features of stages one after the other, in each reading: [stage][reading]. */
export async function readStages(
  stages: readonly Stage[],
  pictures: Pictures,
  readings: readonly Reading[],
): Promise<Features[][]> {
  const read = compile((x: Tensor): Tensor[][] => {
    let given = x;
    return stages.map((stage) => {
      given = stage.forward(given);
      return readings.map((reading) => readStage(given, reading));
    });
  });
  const count = countPictures(pictures);
  const found: { width: number; values: Float32Array }[][] = [];
  for (let start = 0; start < count; start += together) {
    const tensors = read(batchOf(pictures, start, together));
    for (const [stage, ofStage] of tensors.entries())
      for (const [reading, tensor] of ofStage.entries()) {
        const width = tensor.shape[1] ?? 0;
        found[stage] ??= [];
        const target = (at(found, stage)[reading] ??= { width, values: new Float32Array(count * width) });
        const values = await tensor.data();
        const length = Math.min(together, count - start) * width;
        for (let place = 0; place < length; place++) target.values[start * width + place] = Number(values[place]);
      }
  }
  return found.map((ofStage) => ofStage.map(({ width, values }) => ({ count, width, values })));
}

/** Pictures `start` … `start + size − 1` as a tensor; black ones after the last. */
export function batchOf({ pixels, channels, height, width }: Pictures, start: number, size: number): Tensor {
  const length = channels * height * width;
  const batch = new Float32Array(size * length);
  batch.set(pixels.subarray(start * length, (start + size) * length));
  return tensorOf(hostArray(batch, [size, channels, height, width]));
}
