/**
 * Measures which tiles and blocks products run fastest with on this machine, on one thread. Candidates take turns, and the least time
 * that the processor worked for each counts, so that other work hits all alike. `cli/commands/tune.ts` keeps the choice.
 */
import { compileProgram } from "../compile/pipeline.ts";
import type { DeviceBuffer, Executable } from "../device/device.ts";
import type { NativeDevice } from "../device/native/nativeDevice.node.ts";
import { node, sourceNode } from "../graph/node.ts";
import { type ProductTiles, productTilesOf, type Target } from "../kernel/target.ts";
import { at } from "../support/invariant.ts";

/** Rows, terms and columns of what is measured: even and odd ones, in the caches and beyond, and layers of networks. */
export const tunedShapes = [
  [509, 509, 509],
  [512, 512, 512],
  [1024, 1024, 1024],
  [128, 784, 512],
  [2048, 384, 1536],
] as const satisfies readonly Shape[];

type Shape = readonly [rows: number, terms: number, columns: number];

/** A product: milliseconds as it is cut usually, with what was chosen, and with what is best for it alone. */
export interface ShapeTimes {
  readonly shape: Shape;
  readonly usual: number;
  readonly chosen: number;
  readonly best: number;
}

/** What was measured. */
export interface Tuning {
  readonly shapes: readonly ShapeTimes[];
  readonly usual: ProductTiles;
  /** The fastest over all shapes, by the mean of ratios: `usual` itself unless another gains more than measurements err. */
  readonly chosen: ProductTiles;
  /** How many ways to cut were tried. */
  readonly candidates: number;
}

/** What has to be gained. */
const leastGain = 1.02;

/** Finds the best tiles for products on `device`; takes `rounds` runs of each candidate and shape, after one to warm up. */
export function tuneProducts(device: NativeDevice, shapes: readonly Shape[] = tunedShapes, rounds = 12): Tuning {
  const before = device.threads;
  device.threads = 1;
  try {
    const { target } = device;
    const usual = productTilesOf(target);
    const times = new Map<ProductTiles, readonly number[]>();
    const measure = (candidates: readonly ProductTiles[]): ProductTiles => {
      const each = shapes.map((shape) => timesOf(device, shape, candidates, rounds));
      candidates.forEach((candidate, index) => {
        const taken = each.map((all) => at(all, index));
        times.set(
          candidate,
          taken.map((time, shape) => Math.min(time, times.get(candidate)?.[shape] ?? Infinity)),
        );
      });
      return fastest(times, usual);
    };
    const inTiles = measure([usual, ...tilesFor(target, usual)]);
    const chosen = measure(
      [usual, inTiles, ...blocksFor(inTiles)].filter((each, index, all) => all.indexOf(each) === index),
    );
    const all = [...times.values()];
    return {
      shapes: shapes.map((shape, index) => ({
        shape,
        usual: at(times.get(usual) ?? [], index),
        chosen: at(times.get(chosen) ?? [], index),
        best: Math.min(...all.map((taken) => at(taken, index))),
      })),
      usual,
      chosen,
      candidates: times.size,
    };
  } finally {
    device.threads = before;
  }
}

/** Tiles whose results, with one row of vectors and one repeated number, fill the registers, and somewhat smaller ones. */
function tilesFor({ vectorBytes }: Target, usual: ProductTiles): readonly ProductTiles[] {
  const registers = vectorBytes === 32 ? 16 : 32;
  return [1, 2, 4].flatMap((vectors) => {
    const most = Math.floor((registers - vectors - 1) / vectors);
    return [0, 1, 2, 4]
      .map((fewer) => ({ ...usual, rows: Math.min(most, mostRows) - fewer, vectors }))
      .filter(({ rows }) => rows > 1 && !(rows === usual.rows && vectors === usual.vectors));
  });
}

/** Taller ones are none: their code grows, and one vector a row loads as much as it multiplies. */
const mostRows = 16;

/** Blocks of two thirds, or four thirds, of what the fastest cache is thought to hold, and of half as much of the second or more. */
function blocksFor(tiles: ProductTiles): readonly ProductTiles[] {
  return [
    [2 / 3, 1],
    [4 / 3, 1],
    [1, 1 / 2],
    [1, 3 / 2],
    [2 / 3, 3 / 2],
    [4 / 3, 1 / 2],
  ].map(([inner = 1, held = 1]) => ({
    ...tiles,
    inner: Math.round(tiles.inner * inner),
    held: Math.round(tiles.held * held),
  }));
}

/** The candidate that gains most over `usual`, by the geometric mean over shapes; `usual` where that is next to nothing. */
function fastest(times: ReadonlyMap<ProductTiles, readonly number[]>, usual: ProductTiles): ProductTiles {
  const own = times.get(usual) ?? [];
  let best = { candidate: usual, gain: leastGain };
  for (const [candidate, taken] of times) {
    const logs = taken.map((time, shape) => Math.log(at(own, shape) / time));
    const gain = Math.exp(logs.reduce((sum, each) => sum + each, 0) / logs.length);
    if (gain > best.gain) best = { candidate, gain };
  }
  return best.candidate;
}

/** The least milliseconds of one product with each of `candidates`, which take turns. */
function timesOf(
  device: NativeDevice,
  [m, k, n]: Shape,
  candidates: readonly ProductTiles[],
  rounds: number,
): readonly number[] {
  const buffers = [m * k, k * n, m * n].map((elements) => filled(device, elements));
  const programs = candidates.map((products) => productOn(device, { ...device.target, products }, [m, k, n]));
  try {
    const least = candidates.map(() => Infinity);
    for (let round = 0; round <= rounds; round++)
      for (const [index, program] of programs.entries()) {
        const start = process.cpuUsage();
        program.run(buffers);
        const { user, system } = process.cpuUsage(start);
        if (round > 0) least[index] = Math.min(at(least, index), (user + system) / 1000);
      }
    return least;
  } finally {
    for (const program of programs) program.dispose();
    for (const buffer of buffers) device.free(buffer);
  }
}

/** Memory with numbers in it: sums that overflow, or stay denormal, would take their own time. */
function filled(device: NativeDevice, elements: number): DeviceBuffer {
  const buffer = device.allocate(4 * elements);
  const data = Float32Array.from({ length: elements }, (_, index) => ((index * 7919) % 1021) / 1021 - 0.5);
  device.write(buffer, new Uint8Array(data.buffer));
  return buffer;
}

function productOn(device: NativeDevice, target: Target, [m, k, n]: Shape): Executable {
  const sources = [sourceNode({ shape: [m, k], dtype: "f32" }), sourceNode({ shape: [k, n], dtype: "f32" })];
  const output = node("contract", sources, {
    left: [0, 2],
    right: [2, 1],
    output: [0, 1],
    windows: [],
    accumulate: "f32",
    dtype: "f32",
  });
  return device.prepare(compileProgram({ sources, outputs: [output], replaces: [] }, target));
}
