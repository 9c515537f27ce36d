/**
 * The networks of `train-cnn` and `train-gpt`: their data and first weights, and the losses of their first steps, which
 * PyTorch computed in double precision (`networks.py`, run by hand).
 */
import { gptHeads, type HostArray, type Problem } from "../harness/library.ts";
import { noise } from "./problems.ts";

/** A batch of images and first weights: 1×28×28 → 8×14×14 → 16×7×7 → 10, batch 32. */
export function cnnProblem(): Problem {
  const batch = 32;
  return {
    operation: "trainCnn",
    inputs: [
      noise(30, [batch, 1, 28, 28]),
      classes(batch, (index) => (index * 7) % 10),
      noise(31, [8, 1, 5, 5], 1 / 5),
      noise(32, [8], 1 / 5),
      noise(33, [16, 8, 5, 5], 1 / Math.sqrt(200)),
      noise(34, [16], 1 / Math.sqrt(200)),
      noise(35, [784, 10], 1 / 28),
      noise(36, [10], 1 / 28),
    ],
  };
}

/** Losses before each of the first steps. */
export const cnnLosses: readonly number[] = [
  2.30567146326508, 2.298306961607399, 2.291002058922259, 2.2837007886861787,
];

/** Sizes of a character transformer: those of nanoGPT's configuration for processors, with the 65 characters of its Shakespeare. */
export const gptSizes = { vocabulary: 65, context: 64, width: 128, heads: gptHeads, layers: 4, batch: 12 } as const;

/**
 * Tokens, the tokens that follow, and first weights. Each block is x + attention(norm(x)), then x + mlp(norm(x)), with
 * exact GELU; a norm follows the last one; positions are learned, and the head is a matrix of its own without bias.
 */
export function gptProblem(): Problem {
  const { vocabulary, context, batch } = gptSizes;
  const token = (index: number): number => (index * index + 3 * index) % vocabulary;
  const shape = [batch, context];
  return {
    operation: "trainGpt",
    inputs: [
      { ...classes(batch * context, token), shape },
      { ...classes(batch * context, (index) => token(index + 1)), shape },
      ...gptShapes().map(([name, ...sizes], index) => firstValue(name, sizes, 40 + index)),
    ],
  };
}

/** Losses before each of the first steps. */
export const gptLosses: readonly number[] = [
  4.233715182211666, 3.542597313021537, 3.3394668460579333, 3.210904177078438,
];

/** Kinds and shapes of the weights, in order: embeddings, blocks, last norm, head. Matrices are [in, out]. */
function gptShapes(): [name: "embedding" | "matrix" | "scale" | "bias", ...shape: number[]][] {
  const { vocabulary, context, width, layers } = gptSizes;
  const block: ReturnType<typeof gptShapes> = [
    ["scale", width],
    ["bias", width],
    ["matrix", width, 3 * width],
    ["bias", 3 * width],
    ["matrix", width, width],
    ["bias", width],
    ["scale", width],
    ["bias", width],
    ["matrix", width, 4 * width],
    ["bias", 4 * width],
    ["matrix", 4 * width, width],
    ["bias", width],
  ];
  return [
    ["embedding", vocabulary, width],
    ["embedding", context, width],
    ...Array.from({ length: layers }, () => block).flat(),
    ["scale", width],
    ["bias", width],
    ["matrix", width, vocabulary],
  ];
}

function firstValue(name: ReturnType<typeof gptShapes>[number][0], shape: readonly number[], seed: number): HostArray {
  const scale = name === "embedding" ? 0.1 : name === "matrix" ? 1 / Math.sqrt(shape[0] ?? 1) : 0.1;
  const made = noise(seed, shape, scale);
  return name === "scale" ? { ...made, data: made.data.map((value) => 1 + value) } : made;
}

function classes(count: number, of: (index: number) => number): HostArray {
  return { data: Float32Array.from({ length: count }, (_, index) => of(index)), shape: [count] };
}
