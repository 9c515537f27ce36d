/**
 * What the contestants of a comparison have in common: ours is `cpu/ours.ts`, each peer one file of `peers/`. A
 * problem names an operation and its inputs; every library has a table of the operations that it can do.
 */

/** An array on the host. */
export interface HostArray {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: readonly number[];
}

/** Operations that are compared. A library leaves out of its table what it cannot do, and says there why. */
export type Operation =
  /** a[m, k] · b[k, n] */
  | "matmul"
  /** a[m, k] · b[n, k]ᵀ */
  | "matmulNT"
  /** a[k, m]ᵀ · b[k, n] */
  | "matmulTN"
  | "exp"
  | "tanh"
  /** With the error function. */
  | "gelu"
  /** Along the last axis. */
  | "softmax"
  /** x, weight, bias; along the last axis, 1e-5 added to the variance. */
  | "layerNorm"
  /** Sum along the last axis. */
  | "sumRows"
  /** Sum along the first axis. */
  | "sumColumns"
  /** Running sums along the last axis. */
  | "cumulativeSum"
  /** x[b, c, h, w] with weight[o, c, k, k], as many zeros around x as keep h and w, more at the end where k is even. */
  | "conv"
  /** Its gradients, given x, weight and the gradient by the output. */
  | "convByInput"
  | "convByKernel"
  /** The same in steps of 2, so that h and w are halved. */
  | "stridedConv"
  | "stridedConvByInput"
  | "stridedConvByKernel"
  /** a + b, read back at once, without compiling anything ahead where the library can. */
  | "addAndRead"
  /**
   * One step of linear–relu–linear with softmax cross-entropy and AdamW, read back. Inputs: x[b, i], classes[b],
   * w1[i, h], b1[h], w2[h, o], b2[o]. The result is the loss before the step.
   */
  | "trainMlp"
  /**
   * One step of conv–relu–conv–relu–linear with softmax cross-entropy and gradient descent, read back; both
   * convolutions as `stridedConv`. Inputs: x[b, c, h, w], classes[b], then weight and bias of each layer, that of the
   * linear one as [in, out].
   */
  | "trainCnn"
  /**
   * One step of a character transformer (`gptProblem` in `cpu/networks.ts` describes it) with softmax cross-entropy and AdamW, read back.
   * Inputs: tokens[b, t], next tokens[b, t], then the weights in order.
   */
  | "trainGpt";

/** What is to be computed. */
export interface Problem {
  readonly operation: Operation;
  readonly inputs: readonly HostArray[];
}

/** A problem prepared by one library. */
export interface Prepared {
  /** Computes once; returns, or resolves, when the result is ready. */
  run(): unknown;
  /** The result of the last run. */
  read(): Promise<ArrayLike<number>>;
  /** Milliseconds for which its threads go on turning after a run. */
  readonly restMilliseconds?: number;
}

/** One way to compute. */
export interface Library {
  /** With its version. */
  readonly name: string;
  /** Called once a process, before anything is prepared. `threads`: as many as it may use. */
  start(threads: number): Promise<void>;
  /** Undefined where the library cannot do the operation. */
  prepare(problem: Problem): Promise<Prepared | undefined>;
}

/** Of AdamW in every library's `trainMlp`. */
export const adamw = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2 } as const;

/** Of gradient descent in every library's `trainCnn`. */
export const sgd = { learningRate: 0.05 } as const;

/** Heads of attention in every library's `trainGpt`; all else is in the shapes of its weights. */
export const gptHeads = 4;
