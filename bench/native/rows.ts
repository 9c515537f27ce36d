/** Every row of the issue "Native CPU" with its bar: a ratio to the best peer, a share of what the machine can do, or either. */
import type { ContestLimits } from "../harness/contest.ts";
import type { Limits } from "./limits.ts";
import { classes, noise, type Problem } from "./problem.ts";

/** One comparison. */
export interface NativeRow {
  readonly id: string;
  /** Ratio to the best peer that is enough. */
  readonly bar?: number;
  /** What it is limited by, how much of that a run takes, and the share that is enough. */
  readonly limit?: { readonly by: keyof Limits; readonly work: number; readonly share: number } | undefined;
  readonly make: () => Problem;
  readonly limits?: ContestLimits;
  /** Of everybody; left out, two. */
  readonly threads?: number;
}

const share = 0.85;

function product(id: string, [m, k, n]: readonly [number, number, number], bar: number, more: Partial<NativeRow> = {}) {
  const operation = id.includes("-nt-") ? "matmulNT" : id.includes("-tn-") ? "matmulTN" : "matmul";
  const [left, right] = [operation === "matmulTN" ? [k, m] : [m, k], operation === "matmulNT" ? [n, k] : [k, n]];
  const make = () => ({ operation, inputs: [noise(1, left), noise(2, right)] });
  return { id, bar, make, limit: { by: "peak", work: 2 * m * k * n, share }, ...more } satisfies NativeRow;
}

function bound(m: number, k: number, n: number): NativeRow["limit"] {
  return { by: "read", work: 4 * (m * k + k * n + m * n), share };
}

interface Convolution {
  readonly x: readonly [number, number, number, number];
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** Forward, and both gradients. Depthwise ones are limited by memory. */
function convolutions(id: string, { x, out, kernel, stride = 1, groups = 1 }: Convolution): readonly NativeRow[] {
  const [batch, channels, height, width] = x;
  const padding = Math.floor(kernel / 2);
  const size = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  const weight = [out, channels / groups, kernel, kernel];
  const y = [batch, out, size(height), size(width)];
  const elements = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const isBound = groups > 1;
  const work = isBound
    ? 4 * (elements(x) + elements(y) + elements(weight))
    : (2 * elements(y) * channels * kernel * kernel) / groups;
  const limit = { by: isBound ? "copy" : "peak", work, share } as const;
  const scale = 1 / Math.sqrt((channels / groups) * kernel * kernel);
  const inputs = () => [noise(3, x), noise(4, weight, scale)];
  const options = { stride, padding, groups };
  const backward = (operation: string) => () => ({ operation, options, inputs: [...inputs(), noise(5, y)] });
  return [
    { id, bar: 1.1, limit, make: () => ({ operation: "conv", options, inputs: inputs() }) },
    { id: `${id}-dx`, bar: 1.2, limit, make: backward("convDx") },
    { id: `${id}-dw`, bar: 1.2, limit, make: backward("convDw") },
  ];
}

const table = [10_000, 1_000] as const;
const tableBytes = 2 * 4 * table[0] * table[1];
const million = 1_000_000;
const slow: ContestLimits = { seconds: 8, fewestRounds: 7 };

function gpt(id: string, sizes: { layers: number; width: number; heads: number; context: number; batch: number }) {
  const { batch, ...options } = { ...sizes, vocabulary: 65 };
  const tokens = () => classes([batch, options.context], options.vocabulary);
  return { id, bar: 1.3, limits: slow, make: () => ({ operation: "trainGpt", options, inputs: [tokens(), tokens()] }) };
}

/** In the order of the issue; the time of compiling is measured by `firstStep.ts`. */
const withTwoThreads: readonly NativeRow[] = [
  product("matmul-512", [512, 512, 512], 0.95),
  product("matmul-1024", [1024, 1024, 1024], 0.95),
  product("matmul-2048", [2048, 2048, 2048], 0.95, { limits: slow }),
  product("matmul-4096", [4096, 4096, 4096], 0.95, { limits: slow }),
  { ...product("matmul-509", [509, 509, 509], 1.2), limit: undefined },
  { ...product("matmul-1000x17x1000", [1000, 17, 1000], 1.2), limit: undefined },
  { ...product("matmul-128x256x10", [128, 256, 10], 1.2), limit: undefined },
  { ...product("matmul-nt-512", [512, 512, 512], 1.2), limit: undefined },
  { ...product("matmul-tn-512", [512, 512, 512], 1.2), limit: undefined },
  product("matvec-4096", [1, 4096, 4096], 1, { limit: bound(1, 4096, 4096) }),
  product("matmul-4096x4096x8", [4096, 4096, 8], 1, { limit: bound(4096, 4096, 8) }),
  ...convolutions("conv-3x3", { x: [64, 64, 32, 32], out: 64, kernel: 3 }),
  ...convolutions("conv-7x7s2", { x: [32, 3, 224, 224], out: 64, kernel: 7, stride: 2 }),
  ...convolutions("conv-1x1", { x: [64, 256, 14, 14], out: 256, kernel: 1 }),
  ...convolutions("conv-depthwise", { x: [64, 128, 28, 28], out: 128, kernel: 3, groups: 128 }),
  {
    id: "softmax",
    bar: 1.3,
    limit: { by: "copy", work: tableBytes, share },
    make: () => ({ operation: "softmax", inputs: [noise(6, table, 4)] }),
  },
  {
    id: "layernorm",
    bar: 1.3,
    limit: { by: "copy", work: tableBytes, share },
    make: () => ({ operation: "layerNorm", inputs: [noise(6, table), noise(7, [table[1]]), noise(8, [table[1]])] }),
  },
  {
    id: "gelu",
    bar: 1.3,
    limit: { by: "copy", work: tableBytes, share },
    make: () => ({ operation: "gelu", inputs: [noise(6, table, 4)] }),
  },
  {
    // four arrays are read and three written
    id: "adamw",
    limit: { by: "copy", work: 7 * 4 * 10 * million, share },
    make: () => ({ operation: "adamw", inputs: [noise(9, [10 * million]), noise(10, [10 * million])] }),
  },
  {
    id: "attention",
    bar: 1.5,
    make: () => ({ operation: "attention", inputs: [11, 12, 13, 14].map((seed) => noise(seed, [1, 8, 1024, 64])) }),
  },
  {
    id: "train-mlp",
    bar: 1.3,
    make: () => ({ operation: "trainMlp", inputs: [noise(15, [128, 784]), classes([128], 10)] }),
  },
  {
    id: "train-resnet",
    bar: 1.3,
    limits: slow,
    make: () => ({ operation: "trainResnet", inputs: [noise(16, [64, 3, 32, 32]), classes([64], 10)] }),
  },
  gpt("train-gpt-4x128", { layers: 4, width: 128, heads: 4, context: 64, batch: 12 }),
  gpt("train-gpt-6x384", { layers: 6, width: 384, heads: 6, context: 256, batch: 16 }),
];

/** One thread: what it reaches says how well a core is used, and beside two, how well they share. */
const brief: ContestLimits = { seconds: 1.5, fewestRounds: 7, warmUpSeconds: 0.2 };
const withOneThread: readonly NativeRow[] = withTwoThreads
  .filter(({ id }) => /^(?:mat|conv|train)/.test(id))
  .map((row) => ({ ...row, id: `${row.id}-1t`, threads: 1, limits: brief }));

/** All of them. */
export const rows: readonly NativeRow[] = [...withTwoThreads, ...withOneThread];
